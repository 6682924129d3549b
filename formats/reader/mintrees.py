"""The tree collection of the small store: full, sparse and prefix forms, a paged file, a support list."""

import struct

from minstore import NAMES, Pack, cut, file_entry, folder, grid, link, listed, noise, pack_path, page, root, squeeze, write
from snap.cursor import varint

DATABASE = b"SQLite format 3\0" + noise("db", 149_984)
CHANGED = DATABASE[:70_000] + b"changed!" + DATABASE[70_008:]
FLOATS = struct.pack("<6000f", *(1 + i / 9000 for i in range(6000)))
TREES = [{"a.sqlite3": DATABASE, "empty": b"", "sub/floats.bin": FLOATS, "sub/noise.gz": b"\x1f\x8b" + noise("gz", 300_000)}]
TREES.append({**TREES[0], "a.sqlite3": CHANGED, "sub/prefixed": noise("gz", 40_000) + b"tail"})
OWNERS = [(2, 0, 0), (1, 1000, 100), (3, 0, 100)]


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
    return finish(target, p, "root1", 1, entries, [], names, OWNERS), refs


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


def finish(target, p, name, version, entries, support, names, owners=()):
    """Files page, owners page if any, pack and root; returns the version row."""
    entries.sort(key=lambda e: e[1][0].encode())
    facts = [(f[0].encode(), *f[1:]) for _, f in entries]
    files = [p.add(page(1, [e for e, _ in entries], names), 1, 2)()]
    more = {9: listed([p.add(page(7, [struct.pack("<III", *run) for run in owners], []), 0, 2)()])} if owners else {}
    chunks = sum(len(chunks_of(path, data)[0]) for path, data in TREES[version - 1].items())
    data, row = root(NAMES[name], "all/trees", version, 1, facts, chunks, names, files, support, more)
    write(target, {pack_path(p.name): p.close(), f"manifests/{NAMES[name]}": data})
    return row
