"""Segments: header, footer, columns (segment.md sections 1, 2, 3 and 6)."""

import struct
from math import gcd

from . import sealed
from .crc import crc32c
from .cursor import Cursor, utf8
from .errors import require
from .segrows import NAMES, ROWS, VECTORS, check_lists, read_dead, read_origins, read_producers, read_rows

SEGMENT_LIMIT, ROW_LIMIT = 1 << 30, 16_777_216
SUMS = 1  # the feature bit: sums by run stand behind the origins


def chunk_bytes(dimension):
    """The chunk byte count of section 2."""
    width = 4 * dimension
    unit = 64 * width // gcd(64, width) if width else 0
    if not width or unit > 262144:
        return 65536
    return unit * max(1, (65536 + unit // 2) // unit)


def up(value, step):
    return -(-value // step) * step


class Segment:
    """A whole segment, every byte of which was checked; `rows` in order, as merge.Row."""

    def __init__(self, data, name):
        self.data, self.path = data, f"segments/{name}"
        require(len(data) <= SEGMENT_LIMIT, self.path, "longer than a segment may be")
        sealed.check_preamble(data, self.path, sealed.SEGMENT, SUMS)
        sealed.check_seal(data, self.path, len(data) - sealed.SEAL)
        self._header(name)
        self._footer()
        self._layout()
        self._columns()

    def _header(self, name):
        c = Cursor(self.data, f"{self.path} header", 96)
        require(c.take(4) == b"SSEG", c.where, "wrong magic")
        grain, self.dimension, element = c.u32(), c.u32(), c.u8()
        c.reserved(3)
        found, self.generation, self.count, self.vectors = c.name(), c.u64(), c.u32(), c.u32()
        self.vectors_at, self.footer_at, self.created = c.u64(), c.u64(), c.i64()
        c.reserved(84)
        require(c.u32() == crc32c(self.data[96:252]), c.where, "wrong crc")
        require(found == name, c.where, "holds another name")
        require(self.dimension <= 65536 and element == 1, c.where, "dimension or element type")
        self.grain = chunk_bytes(self.dimension)
        require(grain == self.grain, c.where, f"chunk byte count {grain} where the formula gives {self.grain}")
        require(1 <= self.count <= ROW_LIMIT and self.vectors <= self.count, c.where, "row or vector count")

    def _footer(self):
        end = len(self.data) - sealed.SEAL
        c = Cursor(self.data, f"{self.path} footer", self.footer_at, end)
        require(c.take(4) == b"SSFT" and c.u32() == 9, c.where, "wrong magic or column count")
        self.columns = {}
        for tag in range(1, 10):
            self.columns[tag] = c.u64(), c.u64(), c.u32()
            require(c.u32() == tag, c.where, "columns are not in order of tag")
        self.totals = [c.u64() for _ in range(6)]
        self.ends = c.string(1024).encode(), c.string(1024).encode()
        require(c.u32() == end - self.footer_at, c.where, "wrong byte count")
        require(c.u32() == crc32c(self.data[self.footer_at:end - 4]), c.where, "wrong crc")
        c.done()

    def _layout(self):
        """Columns follow each other at the places that section 6 gives, with zeros between."""
        at = 256
        for tag, (offset, count, crc) in self.columns.items():
            where = f"{self.path} column {tag}"
            start = up(at, self.grain if tag == VECTORS and self.vectors else 64)
            require(offset == start and offset + count <= self.footer_at, where, "is not where it must be")
            require(not any(self.data[at:start]), where, "what lies before it is not zero")
            require(crc == crc32c(self.data[offset:offset + count]), where, "wrong crc")
            at = offset + count
        require(self.columns[VECTORS][0] == self.vectors_at, self.path, "header and footer give other vectors")
        require(self.columns[VECTORS][1] == 4 * self.dimension * self.vectors, self.path, "wrong byte count of vectors")
        require(self.footer_at == up(at, 64), self.path, "the footer is not where it must be")
        require(not any(self.data[at:self.footer_at]), self.path, "what lies before the footer is not zero")

    def column(self, tag):
        offset, count, _ = self.columns[tag]
        return Cursor(self.data, f"{self.path} column {tag}", offset, offset + count)

    def texts(self, tag):
        """A column of offsets and bytes (section 3): the bytes of each row."""
        c = self.column(tag)
        offsets = struct.unpack(f"<{self.count + 1}I", c.take(4 * (self.count + 1)))
        rising = all(a <= b for a, b in zip(offsets, offsets[1:]))
        require(offsets[0] == 0 and rising and offsets[-1] == c.left(), c.where, "wrong offsets")
        base = c.at
        return [self.data[base + a:base + b] for a, b in zip(offsets, offsets[1:])]

    def _columns(self):
        self.names = self.texts(NAMES)
        for name in self.names:
            require(1 <= len(name) <= 1024, self.path, f"a name of {len(name)} bytes")
            utf8(name, self.path)
        require(self.ends == (self.names[0], self.names[-1]), self.path, "least or greatest name disagrees with its rows")
        self.producers = read_producers(self)
        self.flags, self.rows = read_rows(self, self.column(ROWS))
        check_lists(self)
        (self.origins, self.past), self.dead = read_origins(self), read_dead(self)
