"""Metadata fields (delta.md section 5). A value stays as its bytes, tag first, until it is printed."""

import math
import struct

from .cursor import Cursor, utf8, varint
from .errors import require

NONE, STRING, INTEGER, NUMBER, FALSE, TRUE, STRINGS, INTEGERS, NUMBERS, BOOLEANS = 0, 1, 2, 3, 4, 5, 17, 18, 19, 20
FIELD_COUNT, FIELD_BYTES = 1024, 256 << 10


def read_key(c):
    """A field's key."""
    count = c.varint()
    require(1 <= count <= 256, c.where, f"a key of {count} bytes")
    key = c.take(count)
    utf8(key, c.where)
    return key


def read_value(c, none):
    """The bytes of tag and value; `none` allows tag 0."""
    start, tag = c.at, c.u8()
    require(tag in _READ and (none or tag != NONE), c.where, f"tag {tag} is not allowed")
    value = _READ[tag](c)
    require(tag < STRINGS or tag == STRINGS or value, c.where, "an array without elements has another tag than 17")
    return c.data[start:c.at]


def read_fields(c, none, least=0):
    """`count`, then fields: (bytes, list of key and value); keys ascend strictly."""
    start, count = c.at, c.varint()
    require(least <= count <= FIELD_COUNT, c.where, f"{count} fields")
    found = [(read_key(c), read_value(c, none)) for _ in range(count)]
    require(all(a[0] < b[0] for a, b in zip(found, found[1:])), c.where, "keys are not ascending")
    require(c.at - start <= FIELD_BYTES, c.where, "fields are longer than 256 KiB")
    return c.data[start:c.at], found


def parse_fields(data, where):
    """Fields of a record from their bytes."""
    c = Cursor(data, where)
    found = read_fields(c, none=False)[1]
    c.done()
    return found


def encode_fields(fields):
    """The bytes that `read_fields` reads."""
    parts = [varint(len(fields))]
    for key, value in fields:
        parts += [varint(len(key)), key, value]
    return b"".join(parts)


def value_of(data):
    """What tag and value stand for."""
    c = Cursor(data, "value")
    return _READ[c.u8()](c)


def _string(c):
    return utf8(c.take(c.varint()), c.where, nul=True)


def _number(c):
    value = struct.unpack("<d", c.take(8))[0]
    require(math.isfinite(value), c.where, "a number is not finite")
    return value


def _boolean(c):
    value = c.u8()
    require(value <= 1, c.where, "a boolean is neither 0 nor 1")
    return bool(value)


def _many(read):
    def array(c):
        count = c.varint()
        require(count <= c.left(), c.where, "an array has more elements than bytes")
        return [read(c) for _ in range(count)]
    return array


_READ = {NONE: lambda c: None, STRING: _string, INTEGER: lambda c: c.i64(), NUMBER: _number,
         FALSE: lambda c: False, TRUE: lambda c: True, STRINGS: _many(_string), INTEGERS: _many(lambda c: c.i64()),
         NUMBERS: _many(_number), BOOLEANS: _many(_boolean)}
