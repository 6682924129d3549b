"""A local copy: what it remembers, and whether its tree is that (copy-state.md)."""

import hashlib
import os
import stat
from types import SimpleNamespace

from . import sealed
from .chunks import CHUNK_LIMIT
from .errors import Refused, require
from .files import DIRECTORY, FILE, LINK, ContentHash, file_digest
from .pack import FULL, Pack
from .patterns import Part
from .refs import parse_list
from .snapshot import TOTALS, Snapshot
from .store import COLLECTION, matches

STATE, PIN = ".snapctl/state", ".snapctl/pin"
PACKS_LIMIT, PATTERNS_LIMIT, PATTERN_LIMIT = 64, 256, 1024


class Files:
    """`.snapctl/` of a directory, under the names of a store."""

    def __init__(self, root):
        self.root = root

    def read(self, path, limit=1 << 20):
        name = path
        if path.startswith("manifests/"):
            name = f".snapctl/manifest-{path[10:]}"
        elif path.startswith("packs/"):
            name = f".snapctl/pages-{path.rpartition('/')[2]}"
        try:
            with open(os.path.join(self.root, name), "rb") as file:
                data = file.read(limit + 1)
        except (FileNotFoundError, NotADirectoryError):
            raise Refused(name, "is missing") from None
        require(len(data) <= limit, name, f"longer than {limit} bytes")
        return data


class State:
    """The sealed object (section 1)."""

    def __init__(self, files):
        s, _ = sealed.open_sealed(files.read(STATE), STATE, sealed.COPY_STATE, (1, 2), (3, 4, 5, 6))
        c = s[1]
        self.store, self.collection, self.version, self.root = c.name(), c.string(128), c.u64(), c.name()
        self.root_digest, self.content_hash, self.synced = c.digest(), c.digest(), c.i64()
        require(matches(COLLECTION, self.collection, 128), c.where, "a collection's name")
        c = s[2]
        count = c.u16()
        require(1 <= count <= PACKS_LIMIT, c.where, f"{count} packs")
        self.packs = [c.name() for _ in range(count)]
        parse_list(c, self.packs)
        self.in_place, self.tree, self.patterns = 3 in s, "", None
        if 3 in s:
            s[3].u64(), s[3].name(), s[3].digest()
        if 4 in s:
            self.tree = s[4].string(255)
            good = self.tree not in ("", ".", "..", ".snapctl") and "/" not in self.tree
            require(good, s[4].where, "the tree's path leads elsewhere")
        if 5 in s:
            require(s[5].string(4096).startswith("/"), s[5].where, "the path of the origin is not absolute")
        if 6 in s:
            self._part(s[6])
        for c in s.values():
            c.done()

    def _part(self, c):
        self.part_hash, count = c.digest(), c.u16()
        require(1 <= count <= PATTERNS_LIMIT, c.where, f"{count} patterns")
        self.patterns = [c.string(PATTERN_LIMIT) for _ in range(count)]
        require(all(p and "\n" not in p for p in self.patterns), c.where, "a pattern is none")


class Pages:
    """The pages of a copy, by their id (section 1)."""

    def __init__(self, files, packs):
        self.by_id = {}
        for name in packs:
            pack = Pack(files, name)
            pack.check_digest()
            for frame in pack.walk():
                for entry in frame.by_offset.values():
                    if entry.form == FULL:
                        self.by_id[entry.id] = frame.raw[entry.at:entry.at + entry.count]

    def read(self, ref, _, where, limit=CHUNK_LIMIT):
        require(ref.id in self.by_id, where, "a page is not in the copy")
        data = self.by_id[ref.id]
        require(len(data) == ref.size <= limit, where, "a page has another length")
        require(hashlib.sha256(data).digest() == ref.id, where, "its bytes have another SHA-256")
        return data


class Kept(Snapshot):
    """The version of a copy; its row is not known here."""

    def _totals(self):
        c = self.sections[2]
        self.content_hash = c.digest()
        self.totals = dict(zip(TOTALS, (c.u64() for _ in TOTALS)))
        c.done()
        require(self.content_hash == self.row.content_hash, c.where, "its content hash is not that of the state")


class Copy:
    """A directory that is a copy of a version, or of a part of one."""

    def __init__(self, directory):
        files = Files(directory)
        self.state = state = State(files)
        self.tree = os.fsencode(os.path.join(directory, state.tree))
        row = SimpleNamespace(version=state.version, root=state.root, root_digest=state.root_digest,
                              root_bytes=len(files.read(f"manifests/{state.root}", 64 << 10)), content_hash=state.content_hash)
        self.snapshot = Kept(files, state.collection, row, Pages(files, state.packs))

        self.is_pinned = self._pin(os.path.join(directory, PIN))

    @staticmethod
    def _pin(path):
        """Section 5: what readers lock; it holds nothing."""
        if not os.path.lexists(path):
            return False
        require(os.path.isfile(path) and os.path.getsize(path) == 0, PIN, "is not an empty file")
        return True

    def entries(self):
        """What the tree should have: all entries, or those of the part, with the part's content hash checked (section 6)."""
        found = list(self.snapshot.entries())
        if self.state.patterns is None:
            return found
        found, hasher = Part(self.state.patterns).of(found, DIRECTORY), ContentHash()
        for entry in found:
            hasher.add(entry)
        require(hasher.digest() == self.state.part_hash, STATE, "the patterns give another part")
        return found

    def differences(self):
        """(path, reason) of every entry of the copy that is not as it was left."""
        require(not self.state.in_place, STATE, "files were being patched: nothing is known about them")
        for entry in self.entries():
            reason = self._difference(entry)
            if reason:
                yield entry.text(), reason

    def _difference(self, entry):
        path = os.path.join(self.tree, entry.path)
        try:
            status = os.lstat(path)
        except OSError:
            return "is not there"
        kinds = {FILE: stat.S_ISREG, DIRECTORY: stat.S_ISDIR, LINK: stat.S_ISLNK}
        if not kinds[entry.type](status.st_mode):
            return "is of another type"
        if entry.type == LINK:
            return None if os.readlink(path) == entry.target else "has another target"
        if stat.S_IMODE(status.st_mode) != entry.mode:
            return "has another mode"
        return self._bytes(entry, path) if entry.type == FILE else None

    def _bytes(self, entry, path):
        refs = self.snapshot.file_chunks(entry)
        require(file_digest(refs) == entry.digest, self.snapshot.where, f"{entry.path!r}: the file digest does not verify")
        with open(path, "rb") as file:
            same = all(hashlib.sha256(file.read(ref.size)).digest() == ref.id for ref in refs) and not file.read(1)
        return None if same else "has other bytes"
