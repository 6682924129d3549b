"""Packs: header, frames, directory, trailer (pack.md)."""

import hashlib
import struct
from dataclasses import dataclass

from . import sealed, zstd
from .crc import crc32c
from .cursor import Cursor
from .errors import require
from .store import pack_path

PACK_LIMIT, RAW_LIMIT, STORED_LIMIT = 32 << 20, 1 << 20, (1 << 20) + 1024
END_MAGIC = b"SNPKEND\n"
FULL, SPARSE, PREFIX = 0, 1, 2
OF_PIECES, OF_HEADS = 1, 2  # the feature bits of digests
PIECE = 65536


@dataclass(frozen=True)
class Entry:
    """What stands in a frame (pack.md section 2)."""
    id: bytes
    at: int
    count: int
    chunk_bytes: int
    form: int


@dataclass
class Frame:
    """A decoded frame; `by_offset` finds the entry at an offset."""
    count: int
    kind: int
    crc: int
    by_offset: dict
    raw: bytes


class Pack:
    """One pack, whose frames are decoded on demand."""

    def __init__(self, store, name):
        self.path, self.name = pack_path(name), name
        self.data = store.read(self.path, PACK_LIMIT)
        self.digest_of = sealed.check_preamble(self.data, self.path, sealed.PACK, OF_PIECES | OF_HEADS)
        require(self.digest_of != OF_PIECES | OF_HEADS, self.path, "its preamble tells two kinds of digest")
        require(len(self.data) >= 144 + 64, self.path, "shorter than header and trailer")
        self._check_header()
        self._check_trailer()

    def _check_header(self):
        c = Cursor(self.data, self.path, 96, 144)
        require(c.name() == self.name, self.path, "its header holds another name")
        require(c.take(8).hex() == self.name[:16], self.path, "its intent id is not that of its name")
        c.i64()
        c.reserved(12)
        require(c.u32() == crc32c(self.data[96:140]), self.path, "header: wrong crc")

    def _check_trailer(self):
        start = len(self.data) - 64
        c = Cursor(self.data, self.path, start)
        self.directory, self.frames, self.entries = c.u32(), c.u32(), c.u32()
        c.reserved(8)
        self.digest = c.digest()
        require(c.u32() == crc32c(self.data[start:start + 52]), self.path, "trailer: wrong crc")
        require(c.take(8) == END_MAGIC, self.path, "trailer: wrong end magic")
        require(self.directory + 16 * self.frames == start and self.directory >= 144, self.path,
                "trailer: the directory is not where it says")
        require(self.entries <= 65536, self.path, f"{self.entries} entries where 65536 are the limit")

    def frame(self, at, count):
        """The frame of that place and length, checked and decoded (pack.md section 2)."""
        where = f"{self.path} frame at {at}"
        require(at >= 144 and at + count <= self.directory, where, "lies outside the frames")
        c = Cursor(self.data, where, at, at + count)
        require(c.take(4) == b"SFRM", where, "wrong magic")
        entry_count, encoding, kind = c.u16(), c.u8(), c.u8()
        stored, raw, stored_crc = c.u32(), c.u32(), c.u32()
        c.reserved(8)
        crc = c.u32()
        require(1 <= entry_count <= 4096 and kind <= 2 and encoding <= 2, where, "a header field is out of range")
        require(count == 32 + 48 * entry_count + stored, where, "its byte count is not that of its header")
        require(raw <= RAW_LIMIT and stored <= STORED_LIMIT, where, "is above the limits of a frame")
        entries = c.take(48 * entry_count)
        require(crc == crc32c(self.data[at:at + 28] + entries), where, "header: wrong crc")
        body = c.take(stored)
        require(stored_crc == crc32c(body), where, "stored bytes: wrong crc")
        by_offset = _entries(Cursor(entries, where), raw, kind)
        return Frame(count, kind, crc, by_offset, _decode(body, encoding, raw, where))

    def walk(self):
        """All frames, from the front, each as the directory says (pack.md section 3)."""
        at, entries = 144, 0
        for index in range(self.frames):
            offset, count, expected, crc = struct.unpack_from("<IIII", self.data, self.directory + 16 * index)
            where = f"{self.path} directory entry {index}"
            require(offset == at, where, "frames leave a gap or overlap")
            frame = self.frame(offset, count)
            require((len(frame.by_offset), frame.crc) == (expected, crc), where, "is not what its frame says")
            at, entries = at + count, entries + expected
            yield frame
        require(at == self.directory, self.path, "frames do not reach the directory")
        require(entries == self.entries, self.path, "trailer: wrong entry count")

    def check_digest(self):
        """The trailer's digest (pack.md section 3). What one of heads leaves to checksums, `walk` checks."""
        data = memoryview(self.data)[:len(self.data) - 64]
        if self.digest_of == OF_HEADS:
            data = b"".join((data[:144], *self._heads(), data[self.directory:]))
        elif self.digest_of == OF_PIECES:
            data = b"".join(hashlib.sha256(data[at:at + PIECE]).digest() for at in range(0, len(data), PIECE))
        found = hashlib.sha256(data).digest()
        require(found == self.digest, self.path, "trailer: the digest does not verify")

    def _heads(self):
        """Head and entries of each frame, where the directory says."""
        for index in range(self.frames):
            offset, _, entries = struct.unpack_from("<III", self.data, self.directory + 16 * index)
            require(entries <= 4096 and offset + 32 + 48 * entries <= self.directory, self.path, "a head lies outside the frames")
            yield self.data[offset:offset + 32 + 48 * entries]


def _entries(c, raw, kind):
    """Entries cover the decoded bytes in ascending order without gap or overlap."""
    found, at = {}, 0
    while c.left():
        entry = Entry(c.digest(), c.u32(), c.u32(), c.u32(), c.u8())
        c.reserved(3)
        require(entry.at == at and entry.count >= 1, c.where, "entries leave a gap or overlap")
        require(entry.form <= PREFIX, c.where, f"form {entry.form} is not known")
        require(entry.form != FULL or entry.count == entry.chunk_bytes, c.where, "a full form has another length")
        require(kind == 2 or (kind == 0) == (entry.form == FULL), c.where, "a form does not suit the frame's kind")
        found[at] = entry
        at += entry.count
    require(at == raw, c.where, "entries do not cover the decoded bytes")
    return found


def _decode(body, encoding, raw, where):
    if encoding == 0:
        require(len(body) == raw, where, "stored bytes have another length")
        return body
    if encoding == 1:
        return zstd.decode(body, raw, where)
    return _unshuffle(body, raw, where)


def _unshuffle(body, raw, where):
    """Encoding 2: four planes of bytes, of which the last is compressed."""
    c, out = Cursor(body, where), bytearray(raw)
    packed = c.u32()
    for k in range(3):
        out[k::4] = c.take((raw + 3 - k) // 4)
    out[3::4] = zstd.decode(c.take(packed), raw // 4, where)
    c.done()
    return bytes(out)
