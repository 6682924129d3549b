"""Sparse and prefix patches (patch.md)."""

from . import zstd
from .cursor import Cursor
from .errors import require


def apply_sparse(patch, base, size, where):
    """patch.md section 1: the base with runs of literals over it."""
    c = Cursor(patch, where)
    runs, literals = c.varint(), c.varint()
    require(runs <= size and literals <= size, where, "a patch has more runs or literals than its chunk bytes")
    control = [(c.varint(), c.varint()) for _ in range(runs)]
    out, at = [], 0
    for skip, count in control:
        require(count >= 1 and at + skip + count <= size, where, "a run of a patch passes the end of its chunk")
        out += [_kept(base, at, at + skip, where), c.take(count)]
        at += skip + count
    require(sum(count for _, count in control) == literals, where, "literals do not add up")
    c.done()
    return b"".join(out + [_kept(base, at, size, where)])


def _kept(base, start, end, where):
    require(start == end or end <= len(base), where, "a patch keeps bytes beyond its base")
    return base[start:end]


def apply_prefix(patch, base, size, where):
    """patch.md section 2: a zstd frame with the base as prefix."""
    return zstd.decode(patch, size, where, prefix=base)
