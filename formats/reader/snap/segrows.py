"""Rows, changes, origins and dead rows of a segment (segment.md sections 3 and 4)."""

from .batch import DOCUMENT_LIMIT
from .cursor import Cursor, ascending, utf8
from .errors import require
from .fields import parse_fields, read_key, read_value
from .merge import Record, Row
from .store import PRODUCER, SEQUENCES, matches

NAMES, ROWS, DOCUMENTS, METADATA, CHANGES, PRODUCERS, ORIGINS, DEAD, VECTORS = range(1, 10)
PREFIX, BODY, DELETED, DOCUMENT = 1, 2, 4, 8
NO_PRODUCER, NO_ROW = 0xFFFF, 0xFFFFFFFF
ENCLOSING_LIMIT, CHANGE_LIMIT = 1024, 4096


def read_producers(segment):
    """Column 6: names as bytes."""
    c = segment.column(PRODUCERS)
    found = [c.string(64) for _ in range(c.u16())]
    c.done()
    require(all(matches(PRODUCER, name, 64) for name in found), c.where, "a producer is malformed")
    found = [name.encode() for name in found]
    ascending(found, c.where, "producers")
    return found


def read_rows(segment, c):
    """Flags and merge.Row of each row, with all that section 3 asks of them."""
    documents, metadata = segment.texts(DOCUMENTS), segment.texts(METADATA)
    changes = segment.texts(CHANGES)
    flags, rows, bodies, nest = [], [], 0, []
    require(c.left() == 24 * segment.count, c.where, "wrong byte count")
    for index, name in enumerate(segment.names):
        where = f"{c.where} row {index}"
        clock, producer, flag = c.u64(), c.u16(), c.u8()
        c.reserved(1)
        vector, enclosing = c.u32(), c.u32()
        c.reserved(4)
        _check_flags(flag, clock, producer, len(segment.producers), changes[index], where)
        while nest and not name.startswith(nest[-1][0]):
            nest.pop()
        require(enclosing == (nest[-1][1] if nest else NO_ROW), where, "wrong enclosing row")
        require(len(nest) <= ENCLOSING_LIMIT, where, "has too many enclosing rows")
        has = bool(flag & BODY)
        require(vector == (bodies if has and segment.vectors else NO_ROW), where, "wrong vector row")
        texts = documents[index], metadata[index]
        rows.append(_row(segment, flag, (clock, producer), bodies, texts, changes[index], where))
        flags.append(flag)
        bodies += has
        if flag & PREFIX:
            nest.append((name, index))
    require(segment.vectors == (bodies if segment.dimension else 0), c.where, "wrong vector count")
    return flags, rows


def _check_flags(flag, clock, producer, producers, changes, where):
    require(flag < 16 and flag & 6 != 6, where, f"flags {flag:#x}")
    require(not (flag & DOCUMENT and not flag & BODY) and flag & 3 != 3, where, f"flags {flag:#x}")
    require(flag & (BODY | DELETED) or changes, where, "says nothing")
    if flag & (BODY | DELETED):
        require(producer < producers, where, "names no producer")
    else:
        require((clock, producer) == (0, NO_PRODUCER), where, "has a stamp and neither body nor deletion")


def _row(segment, flag, said, number, texts, changes, where):
    document, metadata = texts
    body = stamp = None
    if flag & (BODY | DELETED):
        stamp = said[0], segment.producers[said[1]]
        body = stamp, None
    require(flag & DOCUMENT or not document, where, "has a document without saying so")
    require(flag & BODY or not metadata, where, "has metadata and no body")
    if flag & BODY:
        utf8(document, where, nul=True)
        require(len(document) <= DOCUMENT_LIMIT, where, "a document is longer than 1 MiB")
        parse_fields(metadata, where)
        width = 4 * segment.dimension
        start = segment.vectors_at + number * width
        vector = segment.data[start:start + width] if segment.vectors else b""
        body = stamp, Record(vector, document if flag & DOCUMENT else None, metadata)
    return Row(body, _changes(segment, changes, stamp, where) if changes else {})


def _changes(segment, data, stamp, where):
    c = Cursor(data, f"{where} changes")
    count, found = c.varint(), []
    require(1 <= count <= CHANGE_LIMIT, c.where, f"{count} changes")
    for _ in range(count):
        key, clock, producer = read_key(c), c.u64(), c.u16()
        require(producer < len(segment.producers), c.where, "a change names no producer")
        change = (clock, segment.producers[producer]), read_value(c, none=True)
        require(stamp is None or change[0] > stamp, c.where, "a change is not above the body")
        found.append((key, change))
    c.done()
    ascending((key for key, _ in found), c.where, "keys")
    return dict(found)


def check_lists(segment):
    """Order of rows, and the footer's counts and clocks (section 6)."""
    order = [(name, not flag & PREFIX) for name, flag in zip(segment.names, segment.flags)]
    ascending(order, segment.path, "rows")
    prefixes = sum(bool(flag & PREFIX) for flag in segment.flags)
    bodies = sum(bool(flag & BODY) for flag in segment.flags)
    deleted = sum(flag & (DELETED | PREFIX) == DELETED for flag in segment.flags)
    waiting = segment.count - prefixes - bodies - deleted
    clocks = [row.body[0][0] for row in segment.rows if row.body]
    clocks += [stamp[0] for row in segment.rows for stamp, _ in row.changes.values()]
    found = [bodies, deleted, waiting, prefixes, min(clocks), max(clocks)]
    require(segment.totals == found, f"{segment.path} footer", "counts or clocks disagree with the rows")


def read_origins(segment):
    """Column 7: the deltas taken, as (producer, sequence) to (digest, run, numbers); and by run, what fell away."""
    c, found = segment.column(ORIGINS), []
    count = c.u32()
    require(count <= 16384, c.where, f"{count} origins")
    for _ in range(count):
        producer, sequence, digest, run = c.u16(), c.u64(), c.digest(), c.string(128)
        expected, operations, applied, superseded, least, greatest = (c.u64() for _ in range(6))
        require(producer < len(segment.producers), c.where, "an origin names no producer")
        require(applied + superseded == operations, c.where, "operations of an origin do not add up")
        require(least <= greatest and sequence in SEQUENCES, c.where, "an origin's clocks or sequence")
        found.append(((segment.producers[producer], sequence), (digest, run, expected, applied, superseded)))
    past = read_past(c) if c.left() else []
    c.done()
    ascending((key for key, _ in found), c.where, "origins")
    return dict(found), past


def read_past(c):
    """By run, what deltas came to that are no longer among the origins."""
    count = c.u32()
    require(1 <= count <= 16384, c.where, f"{count} runs")
    runs = []
    for _ in range(count):
        run, (expected, applied, superseded, _) = c.string(128), (c.u64() for _ in range(4))
        require(max(applied, superseded) <= 1 << 40, c.where, "the operations of a run")
        runs.append((run, expected, applied, superseded))
    ascending((run.encode() for run, *_ in runs), c.where, "runs")
    return runs


def read_dead(segment):
    """Column 8: rows of other segments that were superseded; a guide only."""
    c = segment.column(DEAD)
    count = c.u32()
    require(count <= 65536, c.where, f"{count} entries")
    found = [(c.name(), c.u32()) for _ in range(count)]
    c.done()
    ascending((name for name, _ in found), c.where, "segments")
    return dict(found)
