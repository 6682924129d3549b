"""How a file is cut into chunks (manifest.md section 6, Profiles)."""

import hashlib
import struct

from .crc import crc32c
from .files import CONTENT, GRID
from .sealed import MAGIC, SEGMENT

GRID_BYTES, LOOK = 65536, 8192
GRID_MAGICS = (b"SQLite format 3\0", b"\x93NUMPY", b"PAR1", b"ARROW1", b"IxFI", b"IxF2")
PACKED_MAGICS = (b"PK\3\4", b"PK\5\6", b"PK\7\x08", b"\x1f\x8b", b"\x28\xb5\x2f\xfd",
                 b"\x80\2", b"\x80\3", b"\x80\4", b"\x80\5")
LEAST, MIDDLE, MOST = 16384, 65536, 262144
EARLY, LATE = 0xFFFF_C000_0000_0000, 0xFFFC_0000_0000_0000
GEAR = [int.from_bytes(hashlib.sha256(b"snapshot gear" + bytes([b])).digest()[:8], "little") for b in range(256)]


def profile(head):
    """Profile and chunk byte count that follow from a file's first 8,192 bytes."""
    rows = segment_grain(head)
    if rows:
        return GRID, rows
    if head.startswith(GRID_MAGICS):
        return GRID, GRID_BYTES
    if head.startswith(PACKED_MAGICS):
        return CONTENT, 0
    if len(head) >= LOOK and 4 * len(set(head[3:LOOK:4])) < len(set(head[1:LOOK:4])):
        return GRID, GRID_BYTES
    return CONTENT, 0


def segment_grain(head):
    """The chunk byte count in a segment's header (segment.md section 2), None if it is no segment there."""
    if len(head) < 256 or head[:8] != MAGIC or struct.unpack_from("<H", head, 8)[0] != SEGMENT:
        return None
    magic, grain = struct.unpack_from("<4sI", head, 96)
    if magic != b"SSEG" or not 32768 <= grain <= 262144 or grain % 64:
        return None
    right = crc32c(head[:92]) == struct.unpack_from("<I", head, 92)[0]
    return grain if right and crc32c(head[96:252]) == struct.unpack_from("<I", head, 252)[0] else None


def natural_end(chunk):
    """Where the content-defined rule ends a chunk that begins with these bytes; None if they do not reach it."""
    state = 0
    for byte in chunk[LEAST - 64:LEAST - 1]:
        state = (state << 1) + GEAR[byte] & 0xFFFF_FFFF_FFFF_FFFF
    for first, last, mask in ((LEAST, MIDDLE - 1, EARLY), (MIDDLE, MOST, LATE)):
        end, state = _scan(chunk, first, last, mask, state)
        if end:
            return end
    return MOST if len(chunk) >= MOST else None


def _scan(chunk, first, last, mask, state):
    """Looks for an end at the lengths first ... last."""
    gear, length = GEAR, first
    for byte in chunk[first - 1:last]:
        state = (state << 1) + gear[byte] & 0xFFFF_FFFF_FFFF_FFFF
        if not state & mask:
            return length, state
        length += 1
    return None, state


class Cuts:
    """Checks boundaries; remembers what the content-defined rule says of a chunk."""

    def __init__(self):
        self.ends = {}

    def wrong(self, kind, grain, number, count, ref, data):
        """Why this chunk of a file is not cut by the rules, or None."""
        last = number == count - 1
        if kind == GRID:
            right = ref.size == grain or last and ref.size < grain
            return None if right else f"chunk {number} has {ref.size} bytes in a grid of {grain}"
        if ref.id not in self.ends:
            self.ends[ref.id] = natural_end(data)
        end = self.ends[ref.id]
        right = end == ref.size or last and end is None
        return None if right else f"chunk {number} of {ref.size} bytes ends at {end} by content"
