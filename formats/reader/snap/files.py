"""Entries of files pages (manifest.md section 6)."""

import hashlib
import os
import struct
from dataclasses import dataclass

from .errors import require
from .refs import CHUNKS, expand, parse_list, parse_ref

FILE, DIRECTORY, LINK = 1, 2, 3
GRID, CONTENT = 1, 2
INLINE_LIMIT, CHUNKS_IN_PAGE, FILES_IN_PAGE, ENTRY_BYTES = 192, 1024, 1024, 256 << 10


@dataclass
class FileEntry:
    """One path of a tree."""
    path: bytes
    type: int
    mode: int
    size: int
    digest: bytes
    target: bytes = b""
    profile: int = 0
    grain: int = 0
    chunk_count: int = 0
    inline: list = None
    pages: object = None
    span: int = 0

    def text(self):
        return os.fsdecode(self.path)


def check_path(path, where):
    """What a path MUST NOT be; it stands between a store and a foreign directory."""
    parts = path.split(b"/")
    require(len(path) <= 4096 and all(len(p) <= 255 for p in parts), where, f"path {path!r} is above the limits")
    bad = b"\0" in path or any(p in (b"", b".", b"..") for p in parts) or parts[0] == b".snapctl"
    require(not bad, where, f"path {path!r} is forbidden")


def parse_files(c, count, packs):
    """The entries of one files page."""
    require(1 <= count <= FILES_IN_PAGE, c.where, f"{count} entries in a files page")
    found = [_entry(c, packs) for _ in range(count)]
    c.done()
    return found


def _entry(c, packs):
    start = c.at
    entry = FileEntry(c.bytes16(), c.u8(), c.u16(), c.u64(), c.digest())
    check_path(entry.path, c.where)
    require(entry.type in (FILE, DIRECTORY, LINK) and entry.mode <= 0o7777, c.where, f"{entry.path!r}: type or mode")
    if entry.type == FILE:
        _file(entry, c, packs)
    else:
        _other(entry, c)
    entry.span = c.at - start
    return entry


def _other(entry, c):
    require(entry.size == 0, c.where, f"{entry.path!r} is no file and has a byte count")
    if entry.type == DIRECTORY:
        require(not any(entry.digest), c.where, f"{entry.path!r}: a directory has a digest")
        return
    entry.target = c.bytes16(4096)
    require(entry.target and b"\0" not in entry.target, c.where, f"{entry.path!r}: its target is malformed")
    require(entry.mode == 0o777, c.where, f"{entry.path!r}: the mode of a link is not 0777")
    require(hashlib.sha256(entry.target).digest() == entry.digest, c.where, f"{entry.path!r}: its target has another digest")


def _file(entry, c, packs):
    entry.profile, entry.grain, entry.chunk_count, layout = c.u8(), c.u32(), c.u32(), c.u8()
    require(entry.profile in (GRID, CONTENT), c.where, f"{entry.path!r}: profile {entry.profile} is not known")
    require((entry.profile == GRID) == (entry.grain > 0), c.where, f"{entry.path!r}: wrong chunk byte count of its profile")
    require(layout <= 1, c.where, f"{entry.path!r}: layout {layout} is not known")
    if layout == 1:
        entry.pages = parse_list(c, packs)
        return
    require(entry.chunk_count <= INLINE_LIMIT, c.where, f"{entry.path!r}: too many references inline")
    entry.inline = [parse_ref(c, packs) for _ in range(entry.chunk_count)]


def references(entry, page, where):
    """The references of a file's chunks, in order."""
    if entry.inline is not None:
        return entry.inline
    found, pages = [], expand(entry.pages, page, where)
    for number, ref in enumerate(pages):
        c, count, packs = page(ref, CHUNKS)
        full = count == CHUNKS_IN_PAGE or (number == len(pages) - 1 and 1 <= count < CHUNKS_IN_PAGE)
        require(full, where, f"{entry.path!r}: a chunks page is not full")
        found += [parse_ref(c, packs) for _ in range(count)]
        c.done()
    return found


def file_digest(refs):
    """store.md section 3."""
    return hashlib.sha256(b"".join(struct.pack("<I", ref.size) + ref.id for ref in refs)).digest()


def check_references(entry, refs, where):
    """Count, sizes and digest of a file are those of its chunks."""
    require(len(refs) == entry.chunk_count, where, f"{entry.path!r}: has another number of chunks")
    require(sum(ref.size for ref in refs) == entry.size, where, f"{entry.path!r}: chunks do not add up to the file")
    require(file_digest(refs) == entry.digest, where, f"{entry.path!r}: the file digest does not verify")


class ContentHash:
    """store.md section 3, fed with entries in ascending order of path."""

    def __init__(self):
        self.hasher = hashlib.sha256()

    def add(self, entry):
        self.hasher.update(struct.pack("<H", len(entry.path)) + entry.path)
        self.hasher.update(struct.pack("<BHQ", entry.type, entry.mode, entry.size) + entry.digest)

    def digest(self):
        return self.hasher.digest()


def page_ends(entry, count, used, following):
    """Where files pages end: whether one does after `entry`, its `count`-th, with `used` bytes so far."""
    if following is None or count == FILES_IN_PAGE:
        return True
    if struct.unpack("<H", hashlib.sha256(entry.path).digest()[:2])[0] % 512 == 0:
        return True
    return used + following.span > ENTRY_BYTES
