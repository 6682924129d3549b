"""crc32c (README, Conventions) in pure Python, many lanes at a time.

Long data is cut into lanes of equal length whose states advance together: one `bytes.translate` looks up a table for all
lanes at once. The states are then joined, since appending L zero bytes to a lane is a linear map of its state.
"""

from functools import lru_cache

_POLYNOMIAL = 0x82F63B78
_PIECE = 4 << 20


def _entry(value):
    for _ in range(8):
        value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
    return value


_TABLE = [_entry(i) for i in range(256)]
_PLANES = [bytes(v >> 8 * k & 0xFF for v in _TABLE) for k in range(4)]


def _plain(state, data):
    table = _TABLE
    for byte in data:
        state = table[(state ^ byte) & 0xFF] ^ state >> 8
    return state


@lru_cache(maxsize=None)
def _zeros(length):
    """Four tables that advance a state over `length` zero bytes."""
    bits = [_plain(1 << i, bytes(length)) for i in range(32)]
    tables = []
    for k in range(4):
        row = [0]
        for i in range(8):
            row += [value ^ bits[8 * k + i] for value in row]
        tables.append(row)
    return tables


def _lanes(state, data, length):
    """The state after `data`, a whole number of lanes of `length` bytes."""
    count = len(data) // length
    bits, low = 8 * count, (1 << 8 * count) - 1
    first = state.to_bytes(4, "little")
    states = sum(byte << bits * k for k, byte in enumerate(first))
    for at in range(length):
        index = (states & low ^ int.from_bytes(data[at::length], "little")).to_bytes(count, "little")
        looked = b"".join(index.translate(plane) for plane in _PLANES)
        states = states >> bits ^ int.from_bytes(looked, "little")
    return _join(states.to_bytes(4 * count, "little"), count, _zeros(length))


def _join(planes, count, tables):
    t0, t1, t2, t3 = tables
    state = 0
    lanes = zip(*(planes[k * count:(k + 1) * count] for k in range(4)))
    for a, b, c, d in lanes:
        state = t0[state & 255] ^ t1[state >> 8 & 255] ^ t2[state >> 16 & 255] ^ t3[state >> 24]
        state ^= a | b << 8 | c << 16 | d << 24
    return state


def crc32c(data):
    """The checksum of bytes."""
    state = 0xFFFFFFFF
    for start in range(0, len(data), _PIECE):
        piece = bytes(data[start:start + _PIECE])
        length = 512 if len(piece) >= 1 << 17 else 64
        whole = len(piece) // length * length if len(piece) >= 2048 else 0
        if whole:
            state = _lanes(state, piece[:whole], length)
        state = _plain(state, piece[whole:])
    return state ^ 0xFFFFFFFF
