"""Preamble, seal and sections (preamble.md)."""

import hashlib
import struct

from .crc import crc32c
from .cursor import Cursor
from .errors import require

MAGIC = b"\x89SNP\r\n\x1a\n"
STORE, PACK, MANIFEST, HEAD, VERSIONS, INTENT, DELTA, SEGMENT, COPY_STATE, LEASE = range(1, 11)
SEAL = 34


def check_preamble(data, where, kind, known=0):
    """preamble.md section 1, in the order that it gives. Returns the reader feature bits, all of which are in `known`."""
    require(len(data) >= 96, where, "shorter than a preamble")
    require(data[:8] == MAGIC, where, "preamble: wrong magic")
    require(crc32c(data[:92]) == struct.unpack_from("<I", data, 92)[0], where, "preamble: wrong crc")
    object_type, version, reader = struct.unpack_from("<HHI", data, 8)
    require(version == 1, where, f"format version {version} is not supported")
    require(object_type == kind, where, f"object type {object_type} where {kind} is expected")
    require(reader & ~known == 0, where, f"feature bits {reader & ~known:#x} are not supported")
    for value, good, what in zip(data[20:24], (1, 1, 0, 0), ("id algorithm", "compression", "encryption", "signature")):
        require(value == good, where, f"{what} {value} is not supported")
    require(not any(data[24:64]) and not any(data[88:92]), where, "preamble: a reserved field is not zero")
    text = data[64:88].rstrip(b"\0")
    require(b"\0" not in text and text.isascii(), where, "preamble: writer is not ASCII padded with NUL")
    return reader


def check_seal(data, path, end):
    """preamble.md section 2: the digest over name and bytes 0 ..< end; returns it."""
    require(end >= 96 and len(data) == end + SEAL, path, "its length is not that of its content and a seal")
    hasher = hashlib.sha256(struct.pack("<H", len(path.encode())) + path.encode())
    hasher.update(memoryview(data)[:end])
    require(data[end:end + 32] == hasher.digest(), path, "the seal does not verify")
    require(data[end + 32:] == b"\0\0", path, "a signature is not supported")
    return hasher.digest()


def open_sealed(data, path, kind, required, optional=(), limit=1 << 20):
    """The sections of a sealed object, tag to cursor, and its digest (preamble.md sections 2 and 3)."""
    check_preamble(data, path, kind)
    require(len(data) <= limit, path, f"longer than {limit} bytes")
    cursor = Cursor(data, path, 96)
    body = cursor.part(cursor.u32())
    digest = check_seal(data, path, body.end)
    return _sections(body, path, tuple(required), tuple(optional)), digest


def _sections(body, path, required, optional):
    found, last = {}, -1
    while body.left():
        tag, flags, count = body.u16(), body.u16(), body.u32()
        require(tag > last, path, f"section {tag} is out of order")
        require(flags in (0, 1), path, f"section {tag}: unknown flags {flags:#x}")
        payload, last = body.part(count, f"{path} section {tag}"), tag
        known = tag in required or tag in optional
        require(known or not flags, path, f"section {tag} is required and not known")
        if known:
            found[tag] = payload
    for tag in required:
        require(tag in found, path, f"section {tag} is missing")
    return found
