"""References, reference lists and pages (manifest.md sections 2, 3 and 4)."""

from dataclasses import dataclass

from .cursor import Cursor
from .errors import require
from .pack import FULL, PREFIX

NO_SLOT = 0xFFFFFFFF
EMPTY = bytes(80)
FILES, CHUNKS, SUPPORT, INDEX, PRODUCERS, OWNERS = 1, 2, 3, 4, 5, 7
PAGE_LIMIT, LIST_LIMIT = 1 << 20, 192


@dataclass(frozen=True)
class Ref:
    """A reference; `pack` is already the name, not the index."""
    id: bytes
    size: int
    frame_at: int
    frame_bytes: int
    form_at: int
    form_bytes: int
    chain_bytes: int
    pack: str
    form: int
    depth: int
    slots: tuple
    base_at: int
    base_bytes: int


def parse_ref(c, packs, empty=False):
    """The next reference; None for an empty one where it is allowed."""
    if empty and c.data[c.at:c.at + 80] == EMPTY:
        c.take(80)
        return None
    id_, numbers = c.digest(), [c.u32() for _ in range(6)]
    pack, form, depth = c.u16(), c.u8(), c.u8()
    slots, base_at, base_bytes = [c.u32() for _ in range(3)], c.u32(), c.u32()
    require(pack < len(packs), c.where, "a reference names no pack of its table")
    used = [slot for slot in slots if slot != NO_SLOT]
    require(slots[:len(used)] == used, c.where, "a reference's base slots do not come first")
    ref = Ref(id_, *numbers, packs[pack], form, depth, tuple(used), base_at, base_bytes)
    _check_ref(ref, c.where)
    return ref


def _check_ref(ref, where):
    """Section 2, and README, Limits: the form bytes of a chain are within 7/8 of the chunk."""
    require(ref.size >= 1 and ref.form_bytes >= 1, where, "a reference is of no bytes")
    require(ref.form <= PREFIX, where, f"form {ref.form} is not known")
    if ref.form == FULL:
        plain = (ref.depth, ref.chain_bytes, ref.slots, ref.base_at, ref.base_bytes) == (0, 0, (), 0, 0)
        require(plain and ref.form_bytes == ref.size, where, "a full reference has a base or another length")
    else:
        require(1 <= ref.depth <= 8 and ref.slots, where, "a patch has a wrong depth or no base")
        require(ref.form_bytes <= ref.chain_bytes, where, "a chain has fewer bytes than its last patch")
        require(8 * ref.chain_bytes <= 7 * ref.size, where, "a chain is above 7/8 of its chunk")


@dataclass(frozen=True)
class RefList:
    """A reference list (manifest.md section 3)."""
    level: int
    refs: list


def parse_list(c, packs, empty=False):
    """The next reference list; empty references only for the support list (section 5)."""
    level, count = c.u8(), c.u16()
    require(level <= 4 and count <= LIST_LIMIT, c.where, "a reference list is above the limits")
    return RefList(level, [parse_ref(c, packs, empty and level == 0) for _ in range(count)])


def expand(refs, page, where, empty=False):
    """All references of level 0 of a list; `page` opens a page of a reference (section 3)."""
    found = refs.refs
    for level in range(refs.level, 0, -1):
        below = []
        for number, ref in enumerate(found):
            entries, count, packs = page(ref, INDEX)
            last = number == len(found) - 1
            require(1 <= count <= LIST_LIMIT and (last or count == LIST_LIMIT), where, "an index page is not full")
            below += [parse_ref(entries, packs, empty and level == 1) for _ in range(count)]
            entries.done()
        found = below
    return found


def parse_page(data, kind, where):
    """Entries, their count and the pack table of a page (section 4)."""
    require(len(data) <= PAGE_LIMIT, where, "longer than a page may be")
    c = Cursor(data, where)
    require(c.take(4) == b"SPGE", where, "wrong magic of a page")
    found, version, pack_count, count, size = c.u8(), c.u8(), c.u16(), c.u32(), c.u32()
    require(version == 1, where, f"page version {version} is not supported")
    require(found == kind, where, f"page kind {found} where {kind} is expected")
    entries = c.part(size)
    packs = [c.name() for _ in range(pack_count)]
    c.done()
    require(count <= size, where, "more entries than bytes")
    return entries, count, packs
