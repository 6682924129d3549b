"""Batches of a delta and their operations (delta.md sections 3 and 4)."""

import struct
from dataclasses import dataclass

from . import zstd
from .crc import crc32c
from .cursor import Cursor, utf8
from .errors import require
from .fields import read_fields

UPSERT, PATCH, DELETE, PATCH_PREFIX, DELETE_PREFIX = 1, 2, 3, 4, 5
BATCH_LIMIT, OPERATIONS, DOCUMENT_LIMIT, NAME_LIMIT = 4 << 20, 65536, 1 << 20, 1024


@dataclass
class Operation:
    """One operation; `fields` is (bytes, list), `record` only of an upsert."""
    kind: int
    clock: int
    name: bytes
    vector: bytes = b""
    document: bytes = None
    fields: tuple = None


@dataclass
class BatchHeader:
    """The first 64 bytes of a batch."""
    number: int
    size: int
    operations: int
    vectors: int
    stored: int
    raw: int
    encoding: int
    first_clock: int


def check_name(name, where):
    """An id or prefix: 1 ... 1,024 bytes of UTF-8 without NUL."""
    require(1 <= len(name) <= NAME_LIMIT, where, f"a name of {len(name)} bytes")
    utf8(name, where)


def read_batch(data, at, end, number, dimension, path):
    """The batch at an offset: (byte count, operations)."""
    where = f"{path} batch {number}"
    c = Cursor(data, where, at, end)
    head = _header(c, data, at)
    width = 4 * dimension
    size = 64 + head.vectors * width + head.stored
    require(head.number == number, where, f"holds the number {head.number}")
    require(head.size == -(-size // 64) * 64 and at + head.size <= end, where, "wrong byte count")
    require(struct.unpack_from("<I", data, at + 56)[0] == crc32c(data[at + 64:at + head.size]), where, "wrong crc")
    vectors = c.take(head.vectors * width)
    columns = _columns(c.take(head.stored), head, where)
    require(not any(data[c.at:at + head.size]), where, "its padding is not zero")
    return head.size, _operations(columns, head, vectors, width, where)


def _header(c, data, at):
    require(c.take(4) == b"SBAT", c.where, "wrong magic")
    numbers = [c.u32() for _ in range(6)]
    encoding = c.u8()
    c.reserved(3)
    head = BatchHeader(*numbers, encoding, c.u64())
    c.reserved(16)
    c.u32()
    require(c.u32() == crc32c(data[at:at + 60]), c.where, "header: wrong crc")
    require(1 <= head.operations <= OPERATIONS and head.encoding <= 1, c.where, "a header field is out of range")
    require(head.raw <= BATCH_LIMIT and head.size <= BATCH_LIMIT, c.where, "is above the limits of a batch")
    return head


def _columns(stored, head, where):
    """Five cursors: kinds, clocks, names, documents, metadata."""
    if head.encoding == 0:
        require(head.raw == head.stored, where, "stored columns have another length")
    raw = stored if head.encoding == 0 else zstd.decode(stored, head.raw, where)
    c = Cursor(raw, where)
    sizes = [c.u32() for _ in range(5)]
    parts = [c.part(size, f"{where} {what}") for size, what in
             zip(sizes, ("kinds", "clocks", "names", "documents", "metadata"))]
    c.done()
    return parts


def _operations(columns, head, vectors, width, where):
    kinds, clocks, names, documents, metadata = columns
    found = _kinds_and_clocks(kinds, clocks, head)
    lengths = [names.varint() for _ in found]
    for operation, length in zip(found, lengths):
        operation.name = names.take(length)
        check_name(operation.name, names.where)
    upserts = [o for o in found if o.kind == UPSERT]
    require(head.vectors == (len(upserts) if width else 0), where, "its vectors are not those of its upserts")
    lengths = [documents.varint() for _ in upserts]
    for row, (operation, length) in enumerate(zip(upserts, lengths)):
        operation.vector = vectors[row * width:(row + 1) * width]
        operation.document = _document(documents, length) if length else None
    for operation in found:
        if operation.kind in (UPSERT, PATCH, PATCH_PREFIX):
            patch = operation.kind != UPSERT
            operation.fields = read_fields(metadata, none=patch, least=int(patch))
    for column in columns:
        column.done()
    return found


def _document(c, length):
    require(length - 1 <= DOCUMENT_LIMIT, c.where, "a document is longer than 1 MiB")
    text = c.take(length - 1)
    utf8(text, c.where, nul=True)
    return text


def _kinds_and_clocks(kinds, clocks, head):
    found, clock = [], head.first_clock
    for index in range(head.operations):
        kind, step = kinds.u8(), clocks.varint(64)
        require(UPSERT <= kind <= DELETE_PREFIX, kinds.where, f"kind {kind} is not known")
        require((step == 0) == (index == 0), clocks.where, "clocks do not rise")
        clock += step
        require(clock < 1 << 64, clocks.where, "a clock is above 64 bits")
        found.append(Operation(kind, clock, b""))
    return found
