"""The vectors collection of the small store: deltas and a segment."""

import struct

from minstore import (NAMES, NONE, Pack, crc, file_entry, folder, grid, listed, pack_path, page, preamble, root, seal, sha,
                      squeeze, text, write)
from snap.cursor import varint
from snap.segment import chunk_bytes, up


def fields(*pairs):
    return varint(len(pairs)) + b"".join(varint(len(k)) + k + v for k, v in pairs)


def string(value):
    return b"\x01" + varint(len(value)) + value


def delta(collection, producer, sequence, before, batches, dimension):
    """A delta of batches of (kind, clock, name, vector, document, fields)."""
    path = f"deltas/{collection}/{producer}/{sequence:020d}"
    body = text(collection) + text(producer) + struct.pack("<Q32s", sequence, before) + text("run")
    body += struct.pack("<QIBq", 0, dimension, 1, 5)
    header = preamble(7) + b"SDHD" + struct.pack("<I", len(body)) + body
    data = header + crc(header[96:])
    data += bytes(-len(data) % 64)
    for number, batch in enumerate(batches):
        data += encode_batch(number, batch, number % 2, dimension)
    everything = [o for batch in batches for o in batch]
    return path, seal(path, data + delta_footer(everything, len(batches), dimension))


def encode_batch(number, batch, encoding, dimension):
    clocks = [0] + [b[1] - a[1] for a, b in zip(batch, batch[1:])]
    upserts = [o for o in batch if o[0] == 1]
    columns = [bytes(o[0] for o in batch), b"".join(map(varint, clocks)),
               b"".join(varint(len(o[2])) for o in batch) + b"".join(o[2] for o in batch),
               b"".join(varint(0 if o[4] is None else len(o[4]) + 1) for o in upserts) + b"".join(o[4] or b"" for o in upserts),
               b"".join(o[5] for o in batch if o[0] in (1, 2, 4))]
    raw = struct.pack("<5I", *map(len, columns)) + b"".join(columns)
    stored = squeeze(raw) if encoding else raw
    count = len(upserts) if dimension else 0
    body = b"".join(o[3] for o in upserts) + stored
    body += bytes(-len(body) % 64)
    top = b"SBAT" + struct.pack("<6IB3xQ16x", number, 64 + len(body), len(batch), count, len(stored), len(raw), encoding,
                                batch[0][1]) + crc(body)
    return top + crc(top) + body


def delta_footer(found, batches, dimension):
    content = struct.pack("<IB", dimension, 1)
    for kind, _, name, vector, document, metadata in found:
        content += bytes([kind]) + text(name)
        if kind == 1:
            content += vector + struct.pack("<I", 0 if document is None else len(document) + 1) + (document or b"")
        content += metadata if kind in (1, 2, 4) else b""
    counts = [sum(o[0] == k for o in found) for k in range(1, 6)]
    names = sorted(o[2] for o in found)
    body = b"SDFT" + struct.pack("<I5QQQ", batches, *counts, found[0][1], found[-1][1]) + sha(content)
    body += text(names[0]) + text(names[-1])
    body += struct.pack("<I", len(body) + 8)
    return body + crc(body)


def segment(rows, dimension, producers, origins):
    """A segment of (name, is prefix, body or None, changes); a body is (clock, producer, record or None)."""
    name, grain = NAMES["segment"], chunk_bytes(dimension)
    bodies = [r for r in rows if r[2] and r[2][2]]
    columns = [offsets([r[0] for r in rows]), row_column(rows, dimension),
               offsets([r[2][2][1] or b"" if r in bodies else b"" for r in rows]),
               offsets([r[2][2][2] if r in bodies else b"" for r in rows]),
               offsets([change_list(r[3]) for r in rows]),
               struct.pack("<H", len(producers)) + b"".join(map(text, producers)),
               struct.pack("<I", len(origins)) + b"".join(origins), struct.pack("<I", 0),
               b"".join(r[2][2][0] for r in bodies)]
    data, places = bytes(256), []
    for tag, column in enumerate(columns, 1):
        data += bytes(up(len(data), grain if tag == 9 else 64) - len(data))
        places.append(struct.pack("<QQ", len(data), len(column)) + crc(column) + struct.pack("<I", tag))
        vectors, data = len(data), data + column
    data += bytes(-len(data) % 64)
    header = b"SSEG" + struct.pack("<IIB3x16sQIIQQq84x", grain, dimension, 1, bytes.fromhex(name), 1, len(rows), len(bodies),
                                   vectors, len(data), 5)
    data = preamble(8) + header + crc(header) + data[256:]
    return seal(f"segments/{name}", data + segment_footer(rows, bodies, places))


def segment_footer(rows, bodies, places):
    prefixes, deleted = sum(r[1] for r in rows), sum(1 for r in rows if r[2] and not r[2][2] and not r[1])
    clocks = [r[2][0] for r in rows if r[2]] + [c[1] for r in rows for c in r[3]]
    totals = len(bodies), deleted, len(rows) - prefixes - deleted - len(bodies), prefixes, min(clocks), max(clocks)
    body = b"SSFT" + struct.pack("<I", 9) + b"".join(places) + struct.pack("<6Q", *totals) + text(rows[0][0]) + text(rows[-1][0])
    body += struct.pack("<I", len(body) + 8)
    return body + crc(body)


def offsets(parts):
    ends = [0]
    for part in parts:
        ends.append(ends[-1] + len(part))
    return struct.pack(f"<{len(ends)}I", *ends) + b"".join(parts)


def change_list(changes):
    if not changes:
        return b""
    return varint(len(changes)) + b"".join(varint(len(k)) + k + struct.pack("<QH", c, p) + v for k, c, p, v in changes)


def row_column(rows, dimension):
    out, number = b"", 0
    for index, (name, prefix, body, _) in enumerate(rows):
        record = body[2] if body else None
        flags = prefix | (2 if record else 4 if body else 0) | (8 if record and record[1] is not None else 0)
        around = [i for i, r in enumerate(rows[:index]) if r[1] and name.startswith(r[0])]
        out += struct.pack("<QHBxIII", *(body[:2] if body else (0, 0xFFFF)), flags, number if record and dimension else NONE,
                           around[-1] if around else NONE, 0)
        number += bool(record)
    return out


def vector(*values):
    return struct.pack(f"<{len(values)}f", *values)


OLD, NEW = fields((b"a", string(b"x")), (b"n", b"\x02" + struct.pack("<q", -3))), fields((b"z", b"\x05"))
ROWS = [(b"img/", 1, (40, 0, None), [(b"seen", 45, 0, b"\x05")]),
        (b"img/1", 0, (50, 0, (vector(1, 2, 3), b"one", OLD)), [(b"a", 60, 1, b"\0")]),
        (b"img/2", 0, (30, 0, (vector(4, 5, 6), None, OLD)), []),
        (b"txt", 0, None, [(b"waits", 70, 0, string(b"yes"))]),
        (b"was", 0, (20, 1, None), [])]
EXPECTED = [{"id": "img/1", "vector": [1.0, 2.0, 3.0], "metadata": {"n": -3}, "document": "one"}]
PENDING = [{"id": "img/1", "vector": [1.0, 2.0, 3.0], "metadata": {"n": -3, "p": 2.5}, "document": "one"},
           {"id": "txt", "vector": [7.0, 8.0, 9.0], "metadata": {"waits": "yes", "z": True}, "document": ""}]


def deltas():
    """Producer `b`: sequence 1 is compacted, sequence 2 pending; two batches, the second compressed."""
    path, one = delta("vec", "b", 1, bytes(32), [[(3, 20, b"was", b"", None, b"")]], 3)
    patch = fields((b"p", b"\x03" + struct.pack("<d", 2.5)))
    batches = [[(1, 65, b"txt", vector(7, 8, 9), b"", NEW), (4, 80, b"im", b"", None, patch)],
               [(3, 81, b"txt0", b"", None, b""), (5, 90, b"img/3", b"", None, b"")]]
    later, two = delta("vec", "b", 2, one[-34:-2], batches, 3)
    return {path: one, later: two}


def version(target):
    """Writes deltas, pack and root; returns the version row."""
    written = deltas()
    digest = min(written.items())[1][-34:-2]
    origin = struct.pack("<HQ", 1, 1) + digest + text("run") + struct.pack("<6Q", 0, 1, 1, 0, 20, 20)
    data = segment(ROWS, 3, ["a", "b"], [origin])
    p, names, path = Pack(NAMES["pack3"]), [NAMES["pack3"]], f"segments/{NAMES['segment']}"
    grain = chunk_bytes(3)
    refs = [p.add(c, 1)() for c in grid(data, grain)]
    entries = [folder("segments"), file_entry(path, grid(data, grain), refs, 1, grain, mode=0o444)]
    files = [p.add(page(1, [e for e, _ in entries], names), 1, 2)()]
    makers = [p.add(page(5, [text("b") + struct.pack("<Q", 1) + digest + struct.pack("<Q", 1)], []), 0, 2)()]
    more = {7: listed(makers), 8: struct.pack("<IB", 3, 1) + text("img/1") + text("img/1")}
    facts = [(f[0].encode(), *f[1:]) for _, f in entries]
    made, row = root(NAMES["root3"], "vec", 1, 2, facts, len(refs), names, files, [], more, records=1)
    write(target, {**written, pack_path(p.name): p.close(), f"manifests/{NAMES['root3']}": made})
    return row
