"""The records of a vectors collection: segments of a version and pending deltas (segment.md section 5)."""

import struct
from pathlib import PurePosixPath

from .cursor import ascending
from .delta import Delta
from .errors import require
from .fields import parse_fields, value_of
from .files import FILE
from .merge import row_of
from .segment import Segment
from .snapshot import VECTORS
from .store import NAME, NUMBER, PRODUCER, SEQUENCES, in_path


def segments(snapshot):
    """The segments of a version: every file of its tree is `segments/<name>`."""
    require(snapshot.kind == VECTORS, snapshot.where, "is no version of a vectors collection")
    for entry in snapshot.entries():
        path = PurePosixPath(entry.text())
        if entry.text() == "segments" and entry.type != FILE:
            continue
        right = entry.type == FILE and len(path.parts) == 2 and path.parts[0] == "segments" and NAME.fullmatch(path.name)
        require(right and entry.mode == 0o444, snapshot.where, f"{entry.path!r} is no segment")
        segment = Segment(b"".join(snapshot.file_bytes(entry)), path.name)
        require(segment.dimension == snapshot.schema[0], segment.path, "its dimension is not that of the collection")
        require((entry.profile, entry.grain) == (1, segment.grain), segment.path, "is not cut by its rows")
        yield segment


def add_segment(rows, segment):
    """All rows of a segment."""
    for name, flag, row in zip(segment.names, segment.flags, segment.rows):
        rows.add(name, bool(flag & 1), row)


def add_delta(rows, delta):
    """All operations of a delta."""
    for operation in delta.operations:
        prefix, row = row_of(operation, delta.producer)
        rows.add(operation.name, prefix, row)


def delta_names(store, collection):
    """(producer, sequence) of all deltas of a collection."""
    folder = f"deltas/{in_path(collection)}"
    for producer in store.children(folder, PRODUCER):
        found = [n for n in map(int, store.children(f"{folder}/{producer}", NUMBER)) if n in SEQUENCES]
        gaps = any(a + 1 != b for a, b in zip(found, found[1:]))
        require(not gaps, f"{folder}/{producer}", "sequences have gaps")
        yield from ((producer, sequence) for sequence in found)


def deltas(store, collection, producers=(), only_pending=False):
    """Deltas of a collection, each checked against the one before it: one that is there, or the last that was compacted."""
    taken = {p.name: (p.compacted, p.digest) for p in producers}
    before = {}
    for producer, sequence in delta_names(store, collection):
        last, digest = taken.get(producer, (0, bytes(32)))
        if only_pending and sequence <= last:
            continue
        delta = Delta(store, collection, producer, sequence)
        known = digest if sequence == last + 1 else before.get(producer)
        require(known in (None, delta.predecessor), delta.path, "its predecessor has another digest")
        require(known is not None or sequence <= last, delta.path, "deltas before it are missing")
        before[producer] = delta.digest
        yield delta


def pending(store, head, snapshot):
    """Deltas that no version has taken and no head has put into quarantine."""
    refused = {(producer, sequence, digest) for producer, sequence, digest, _ in head.quarantine}
    for delta in deltas(store, head.collection, snapshot.producers() if snapshot else (), only_pending=True):
        if (delta.producer, delta.sequence, delta.digest) not in refused:
            yield delta


def check_origins(found):
    """In one version a delta stands in the origins of one segment (section 4)."""
    keys = sorted(key for segment in found for key in segment.origins)
    ascending(keys, found[0].path if found else "segments", "a delta is in the origins of two segments; they")


def printable(name, record):
    """A record as `records` prints it."""
    metadata = {key.decode(): value_of(value) for key, value in parse_fields(record.fields, "metadata")}
    count = len(record.vector) // 4
    return {"id": name.decode(), "vector": list(struct.unpack(f"<{count}f", record.vector)), "metadata": metadata,
            "document": None if record.document is None else record.document.decode()}
