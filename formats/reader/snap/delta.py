"""Deltas (delta.md)."""

import hashlib
import struct

from . import sealed
from .batch import DELETE_PREFIX, UPSERT, read_batch
from .crc import crc32c
from .cursor import Cursor
from .errors import require
from .store import SEQUENCES, in_path

DELTA_LIMIT, OPERATION_LIMIT = 64 << 20, 1 << 20


def delta_path(collection, producer, sequence):
    return f"deltas/{in_path(collection)}/{producer}/{sequence:020d}"


class Delta:
    """A complete delta: its header's fields, and `operations` in order."""

    def __init__(self, store, collection, producer, sequence):
        self.path = delta_path(collection, producer, sequence)
        self.data = store.read(self.path, DELTA_LIMIT)
        sealed.check_preamble(self.data, self.path, sealed.DELTA)
        self.digest = sealed.check_seal(self.data, self.path, len(self.data) - sealed.SEAL)
        at = self._header(collection, producer, sequence)
        self._batches(at, self._footer_start())
        self._footer()

    def _header(self, collection, producer, sequence):
        """Section 1; returns where batch 0 begins."""
        c = Cursor(self.data, f"{self.path} header", 96)
        require(c.take(4) == b"SDHD", c.where, "wrong magic")
        count = c.u32()
        require(count <= 1024, c.where, f"{count} bytes where 1024 are the limit")
        f = c.part(count)
        said = (f.string(128), f.string(64), f.u64())
        self.predecessor, self.run, self.expected = f.digest(), f.string(128), f.u64()
        self.dimension, self.element, self.created = f.u32(), f.u8(), f.i64()
        f.done()
        require(c.u32() == crc32c(self.data[96:104 + count]), c.where, "wrong crc")
        require(said == (collection, producer, sequence), c.where, "collection, producer or sequence is not that of the path")
        require(sequence in SEQUENCES and (sequence > 1 or not any(self.predecessor)), c.where, "sequence 1 has a predecessor")
        require(self.dimension <= 65536 and self.element == 1, c.where, "dimension or element type")
        self.producer, self.sequence = producer, sequence
        c.reserved(-c.at % 64)
        return c.at

    def _footer_start(self):
        """The footer's byte count stands 42 bytes before the end (section 6)."""
        end = len(self.data) - sealed.SEAL
        require(end > 96 + 8, self.path, "has no footer")
        size = struct.unpack_from("<I", self.data, end - 8)[0]
        require(8 <= size <= end - 96, self.path, "wrong byte count of the footer")
        self.footer = Cursor(self.data, f"{self.path} footer", end - size, end)
        return end - size

    def _batches(self, at, end):
        self.operations, self.batches = [], 0
        while at < end:
            size, found = read_batch(self.data, at, end, self.batches, self.dimension, self.path)
            rises = not self.operations or found[0].clock > self.operations[-1].clock
            require(rises, f"{self.path} batch {self.batches}", "clocks do not rise from batch to batch")
            self.operations += found
            require(len(self.operations) <= OPERATION_LIMIT, self.path, "more operations than a delta may have")
            at, self.batches = at + size, self.batches + 1
        require(at == end and self.batches, self.path, "the footer does not follow the last batch")

    def _footer(self):
        c, operations = self.footer, self.operations
        start = c.at
        require(c.take(4) == b"SDFT", c.where, "wrong magic")
        said = [c.u32(), [c.u64() for _ in range(5)], c.u64(), c.u64(), c.digest()]
        names = c.string(1024).encode(), c.string(1024).encode()
        c.u32()
        require(c.u32() == crc32c(self.data[start:c.at - 4]), c.where, "wrong crc")
        c.done()
        counts = [sum(o.kind == kind for o in operations) for kind in range(UPSERT, DELETE_PREFIX + 1)]
        found = [self.batches, counts, operations[0].clock, operations[-1].clock, self.content_digest()]
        names_of = ("batch count", "operation counts", "least clock", "greatest clock", "content digest")
        for what, a, b in zip(names_of, said, found):
            require(a == b, c.where, f"{what} disagrees with its batches")
        ends = min(o.name for o in operations), max(o.name for o in operations)
        require(names == ends, c.where, "least or greatest name disagrees with its batches")

    def content_digest(self):
        """What was appended, whenever and however it was cut into batches (section 6)."""
        hasher = hashlib.sha256(struct.pack("<IB", self.dimension, self.element))
        for o in self.operations:
            hasher.update(struct.pack("<BH", o.kind, len(o.name)) + o.name)
            if o.kind == UPSERT:
                hasher.update(o.vector + struct.pack("<I", 0 if o.document is None else len(o.document) + 1))
                hasher.update(o.document or b"")
            if o.fields:
                hasher.update(o.fields[0])
        return hasher.digest()
