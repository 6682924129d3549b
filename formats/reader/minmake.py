"""The collections of the small store that minstore.py writes."""

import struct

from minstore import (NAMES, NONE, Pack, chunk_bytes, crc, cut, file_entry, folder, grid, head, link, listed, noise, pack_path,
                      page, preamble, root, seal, sealed, sha, squeeze, text, up, varint, write)

DATABASE = b"SQLite format 3\0" + noise("db", 149_984)
CHANGED = DATABASE[:70_000] + b"changed!" + DATABASE[70_008:]
FLOATS = struct.pack("<6000f", *(1 + i / 9000 for i in range(6000)))
TREES = [{"a.sqlite3": DATABASE, "empty": b"", "sub/floats.bin": FLOATS, "sub/noise.gz": b"\x1f\x8b" + noise("gz", 300_000)}]
TREES.append({**TREES[0], "a.sqlite3": CHANGED, "sub/prefixed": noise("gz", 40_000) + b"tail"})


def sparse(at, literals):
    return varint(1) + varint(len(literals)) + varint(at) + varint(len(literals)) + literals


def chunks_of(path, data):
    if path in ("a.sqlite3", "sub/floats.bin"):
        return grid(data), 1, 65536
    return cut(data), 2, 0


def first(target):
    """Version 1: everything in full, one file paged, a support list of one chunk."""
    p, names, refs = Pack(NAMES["pack1"]), [NAMES["pack1"]], {}
    for path, data in TREES[0].items():
        encoding = 2 if path.endswith("floats.bin") else 1 if path.endswith("gz") else 0
        refs[path] = [p.add(c, encoding) for c in chunks_of(path, data)[0]]
    entries = []
    for path, data in TREES[0].items():
        chunks, profile, grain = chunks_of(path, data)
        paged = p.add(page(2, [r() for r in refs[path]], names), 1, 2)() if path.endswith("gz") else None
        entries.append(file_entry(path, chunks, [r() for r in refs[path]], profile, grain, paged))
    entries += [folder("sub"), link("to", "sub/floats.bin")]
    return finish(target, p, "root1", 1, entries, [], names), refs


def second(target, refs):
    """Version 2: a sparse patch and a prefix patch on chunks of version 1."""
    p, names = Pack(NAMES["pack2"]), [NAMES["pack2"], NAMES["pack1"]]
    chunks = grid(CHANGED)
    patch = sparse(70_000 - 65_536, b"changed!")
    changed = p.add(chunks[1], 1, 1, 1, patch, 1, len(patch), (0,), (0, 65_536))
    base = cut(TREES[0]["sub/noise.gz"])[0]
    extra = cut(TREES[1]["sub/prefixed"])
    packed = squeeze(extra[0], base)
    forms = [p.add(extra[0], 0, 1, 2, packed, 1, len(packed), (2,), (0, len(base)))]
    forms += [p.add(c) for c in extra[1:]]
    slots = [refs["a.sqlite3"][1](1), bytes(80), refs["sub/noise.gz"][0](1)]
    support = [p.add(page(3, slots, names), 0, 2)()]
    entries = []
    for path, data in TREES[1].items():
        mine = {"a.sqlite3": [refs["a.sqlite3"][0](1), changed(), refs["a.sqlite3"][2](1)] if path == "a.sqlite3" else 0,
                "sub/prefixed": [f() for f in forms]}.get(path) or [r(1) for r in refs[path]]
        found, profile, grain = chunks_of(path, data)
        entries.append(file_entry(path, found, mine, profile, grain))
    entries += [folder("sub", 0o555), link("to", "../../etc/passwd")]
    return finish(target, p, "root2", 2, entries, support, names)


def finish(target, p, name, version, entries, support, names):
    """Files page, pack and root; returns the version row."""
    entries.sort(key=lambda e: e[1][0].encode())
    facts = [(f[0].encode(), *f[1:]) for _, f in entries]
    files = [p.add(page(1, [e for e, _ in entries], names), 1, 2)()]
    chunks = sum(len(chunks_of(path, data)[0]) for path, data in TREES[version - 1].items())
    data, row = root(NAMES[name], "all/trees", version, 1, facts, chunks, names, files, support)
    write(target, {pack_path(p.name): p.close(), f"manifests/{NAMES[name]}": data})
    return row


def fields(*pairs):
    return varint(len(pairs)) + b"".join(varint(len(k)) + k + v for k, v in pairs)


def string(value):
    return b"\x01" + varint(len(value)) + value


def delta(collection, producer, sequence, before, batches, dimension):
    """A delta of batches of (kind, clock, name, vector, document, fields)."""
    path = f"deltas/{collection}/{producer}/{sequence:020d}"
    body = text(collection) + text(producer) + struct.pack("<Q32s", sequence, before) + text("run") + struct.pack("<QIBq", 0, dimension, 1, 5)
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
    body = b"SDFT" + struct.pack("<I5QQQ", batches, *counts, found[0][1], found[-1][1]) + sha(content) + text(names[0]) + text(names[-1])
    body += struct.pack("<I", len(body) + 8)
    return body + crc(body)
