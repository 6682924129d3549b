"""Primitive fields (README, Conventions), never read past the end of their container."""

import struct

from .errors import Refused, require

_U16, _U32, _U64 = struct.Struct("<H"), struct.Struct("<I"), struct.Struct("<Q")


class Cursor:
    """A position in one container; `where` names it in a refusal."""

    def __init__(self, data, where, at=0, end=None):
        self.data, self.where, self.at = data, where, at
        self.end = len(data) if end is None else end
        require(0 <= at <= self.end <= len(data), where, "a range lies outside its container")

    def left(self):
        return self.end - self.at

    def take(self, count):
        """The next `count` bytes."""
        if count > self.end - self.at:
            raise Refused(self.where, f"cut short: {count} bytes wanted at {self.at}, {self.left()} left")
        self.at += count
        return self.data[self.at - count:self.at]

    def part(self, count, where=None):
        """A cursor over the next `count` bytes, which this one skips."""
        start = self.at
        self.take(count)
        return Cursor(self.data, where or self.where, start, self.at)

    def u8(self):
        return self.take(1)[0]

    def u16(self):
        return _U16.unpack(self.take(2))[0]

    def u32(self):
        return _U32.unpack(self.take(4))[0]

    def u64(self):
        return _U64.unpack(self.take(8))[0]

    def i64(self):
        return int.from_bytes(self.take(8), "little", signed=True)

    def name(self):
        """16 bytes, as 32 hex digits."""
        return self.take(16).hex()

    def digest(self):
        return self.take(32)

    def bytes16(self, limit=65535):
        count = self.u16()
        require(count <= limit, self.where, f"{count} bytes where {limit} are the limit")
        return self.take(count)

    def string(self, limit=65535):
        """A `string`: valid UTF-8 without NUL."""
        return utf8(self.bytes16(limit), self.where)

    def varint(self, bits=32):
        """Unsigned LEB128, the shortest encoding only."""
        value = shift = 0
        while True:
            byte = self.u8()
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
            require(shift < bits, self.where, "a varint is too long")
        require(value < 1 << bits, self.where, "a varint is too great")
        require(byte or shift == 7, self.where, "a varint is longer than necessary")
        return value

    def reserved(self, count):
        require(not any(self.take(count)), self.where, "a reserved field is not zero")

    def done(self):
        require(self.at == self.end, self.where, f"{self.left()} bytes are left over")


def utf8(data, where, nul=False):
    """The text of UTF-8 bytes; NUL only where the page allows it."""
    require(nul or b"\0" not in data, where, "a text holds NUL")
    try:
        return bytes(data).decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(where, "a text is not UTF-8") from None


def varint(value):
    """The encoding that `Cursor.varint` reads."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def ascending(keys, where, what):
    """A list that a page calls ascending is strictly so (head.md section 1)."""
    keys = list(keys)
    require(all(a < b for a, b in zip(keys, keys[1:])), where, f"{what} are not ascending")
