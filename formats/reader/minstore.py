"""Writes a small store from the pages, for test_reader.py: one tree of two versions, one vectors collection."""

import hashlib
import struct
from pathlib import Path

import zstandard

from snap.crc import crc32c
from snap.profile import natural_end

NONE = 0xFFFFFFFF
NAMES = {kind: hashlib.sha256(kind.encode()).hexdigest()[:32] for kind in
         ("store", "pack1", "pack2", "pack3", "root1", "root2", "root3", "older", "write", "segment")}


def sha(data):
    return hashlib.sha256(data).digest()


def crc(data):
    return struct.pack("<I", crc32c(data))


def text(value):
    value = value if isinstance(value, bytes) else value.encode()
    return struct.pack("<H", len(value)) + value


def preamble(kind):
    head = b"\x89SNP\r\n\x1a\n" + struct.pack("<HHIIBBBB40x24s4x", kind, 1, 0, 0, 1, 1, 0, 0, b"minstore 1")
    return head + crc(head)


def seal(path, body):
    return body + sha(text(path) + body) + b"\0\0"


def sealed(path, kind, sections):
    parts = b"".join(struct.pack("<HHI", tag, 0 if tag in (3, 9) and kind == 3 else 1, len(p)) + p
                     for tag, p in sorted(sections.items()))
    return seal(path, preamble(kind) + struct.pack("<I", len(parts)) + parts)


def squeeze(data, prefix=None):
    raw = prefix and zstandard.ZstdCompressionDict(prefix, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    return zstandard.ZstdCompressor(level=3, dict_data=raw or None).compress(data)


def shuffled(data):
    last = squeeze(data[3::4])
    return struct.pack("<I", len(last)) + data[0::4] + data[1::4] + data[2::4] + last


class Pack:
    """A pack in the making; `add` returns what a reference needs."""

    def __init__(self, name):
        self.name, self.frames = name, []
        head = bytes.fromhex(name) + bytes.fromhex(name)[:8] + struct.pack("<q12x", 5)
        self.data = preamble(2) + head + crc(head)

    def add(self, data, encoding=0, kind=0, form=0, patch=None, depth=0, chain=0, slots=(), base=(0, 0)):
        body = data if patch is None else patch
        stored = (body, squeeze(body) if encoding == 1 else b"", shuffled(body) if encoding == 2 else b"")[encoding]
        entry = struct.pack("<32sIIIB3x", sha(data), 0, len(body), len(data), form)
        head = b"SFRM" + struct.pack("<HBBII4s8x", 1, encoding, kind, len(stored), len(body), crc(stored))
        frame = head + crc(head + entry) + entry + stored
        at, self.data = len(self.data), self.data + frame
        self.frames.append(struct.pack("<III", at, len(frame), 1) + crc(head + entry))
        slots = list(slots) + [NONE] * (3 - len(slots))
        first = struct.pack("<32sIIIIII", sha(data), len(data), at, len(frame), 0, len(body), chain)
        return lambda pack=0: first + struct.pack("<HBBIIIII", pack, form, depth, *slots, *base)

    def close(self):
        d = len(self.data)
        body = self.data + b"".join(self.frames)
        tail = struct.pack("<III8x", d, len(self.frames), len(self.frames)) + sha(body)
        return body + tail + crc(tail) + b"SNPKEND\n"


def page(kind, entries, packs):
    body = b"".join(entries)
    return (b"SPGE" + struct.pack("<BBHII", kind, 1, len(packs), len(entries), len(body)) + body
            + b"".join(map(bytes.fromhex, packs)))


def listed(refs, level=0):
    return struct.pack("<BH", level, len(refs)) + b"".join(refs)


def file_entry(path, chunks, refs, profile, grain, paged=None, mode=0o644):
    digest = sha(b"".join(struct.pack("<I", len(c)) + sha(c) for c in chunks))
    size = sum(map(len, chunks))
    body = struct.pack("<BIIB", profile, grain, len(chunks), int(paged is not None))
    body += listed([paged]) if paged else b"".join(refs)
    return text(path) + struct.pack("<BHQ", 1, mode, size) + digest + body, (path, 1, mode, size, digest)


def folder(path, mode=0o755):
    return text(path) + struct.pack("<BHQ", 2, mode, 0) + bytes(32), (path, 2, mode, 0, bytes(32))


def link(path, target):
    digest = sha(target.encode())
    return text(path) + struct.pack("<BHQ", 3, 0o777, 0) + digest + text(target), (path, 3, 0o777, 0, digest)


def content_hash(facts):
    return sha(b"".join(text(p) + struct.pack("<BHQ", t, m, n) + d for p, t, m, n, d in facts))


def root(name, collection, version, kind, facts, chunks, packs, files, support, more=(), records=0):
    count = [sum(f[1] == kind for f in facts) for kind in (1, 2, 3)]
    digest, size = content_hash(facts), sum(f[3] for f in facts)
    identity = text(collection) + struct.pack("<QBq8x", version, kind, 5) + text("")
    sections = {1: identity, 2: digest + struct.pack("<7Q", *count, size, chunks, records, 0),
                4: struct.pack("<H", len(packs)) + b"".join(map(bytes.fromhex, packs)),
                5: listed(files), 6: listed(support), **dict(more)}
    data = sealed(f"manifests/{name}", 3, sections)
    row = struct.pack("<Q16sI", version, bytes.fromhex(name), len(data)) + data[-34:-2] + digest
    return data, row + struct.pack("<qQQQ16s", 5, count[0], records, size, bytes.fromhex(NAMES["write"])) + text("made")


def head(collection, revision, newest, kind, action, rows=(), older=(), more=()):
    none = struct.pack("<H", 0)
    identity = text(collection) + struct.pack("<QQBBq16s8x", revision, newest, kind, action, 5, bytes.fromhex(NAMES["write"]))
    sections = {1: identity, 2: bytes(32), 3: struct.pack("<H", len(rows)) + b"".join(rows),
                4: struct.pack("<H", len(older)) + b"".join(older), 5: none, 6: none, 7: none, 8: none * 2, **dict(more)}
    path = f"heads/{collection.replace('/', '+')}/{revision:020d}"
    return path, sealed(path, 4, sections)


def cut(data):
    """A file's chunks by the content-defined rule."""
    found = []
    while data:
        end = natural_end(data) or len(data)
        found.append(data[:end])
        data = data[end:]
    return found


def grid(data, grain=65536):
    return [data[i:i + grain] for i in range(0, len(data), grain)]


def noise(seed, count):
    return hashlib.shake_256(seed.encode()).digest(count)


def pack_path(name):
    return f"packs/{name[16:18]}/{name}"


def write(target, objects):
    for path, data in objects.items():
        path = Path(target) / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
