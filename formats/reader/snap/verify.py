"""Checks all that the pages allow to be checked."""

import hashlib

from . import line, sealed
from .chunks import Chunks
from .errors import Refused, require
from .files import DIRECTORY, FILE, LINK
from .head import KINDS, parse_intent, parse_lease, parse_versions
from .merge import Rows
from .owners import check_sum
from .pack import FULL, Pack
from .profile import LOOK, Cuts, profile
from .records import add_segment, check_origins, deltas, segments
from .snapshot import VECTORS, Snapshot
from .store import INTENT, NAME, NUMBER, in_path


class Verifier:
    """Collects what is wrong, as (object, reason)."""

    def __init__(self, store):
        self.store, self.chunks, self.cuts = store, Chunks(store), Cuts()
        self.wrong, self.checked_packs, self.counts = [], set(), {}

    def attempt(self, what, check, *arguments):
        """Runs one check and goes on after a refusal."""
        self.counts[what] = self.counts.get(what, 0) + 1
        try:
            return check(*arguments)
        except Refused as refused:
            if (refused.where, refused.reason) not in self.wrong:
                self.wrong.append((refused.where, refused.reason))
            return None

    def everything(self):
        """The whole store."""
        self.attempt("store", self.store.identity)
        head = self.attempt("line", line.check_line, self.store, "@store")
        for name, kind in (head.collections if head else {}).items():
            self.collection(name, kind)
        self.attempt("layout", self._layout, head)
        self._each("packs", self._pack_folder)
        self._each("manifests", lambda name: self._sealed(f"manifests/{name}", sealed.MANIFEST, 64 << 10), NAME)
        self._each("versions", lambda name: parse_versions(self.store.read(f"versions/{name}"), f"versions/{name}"), NAME)
        self._each("intents", self._intents)
        self._each("leases", self._leases)

    def _layout(self, head):
        """Lines are those of registered collections (store.md section 2)."""
        known = {"@store"} | {in_path(name) for name in (head.collections if head else {})}
        for folder in ("heads", "deltas"):
            for name in self.store.children(folder):
                require(not head or name in known, f"{folder}/{name}", "is of no registered collection")

    def _each(self, folder, check, pattern=None):
        for name in self.attempt("layout", self.store.children, folder, pattern) or []:
            self.attempt(folder, check, name)

    def _pack_folder(self, folder):
        for name in self.store.children(f"packs/{folder}", NAME):
            require(name[16:18] == folder, f"packs/{folder}/{name}", "is in the wrong directory")
            self.pack(name)

    def _intents(self, folder):
        for name in self.store.children(f"intents/{folder}", INTENT):
            path = f"intents/{folder}/{name}"
            self.attempt("intent", lambda: parse_intent(self.store.read(path), path))

    def _leases(self, folder):
        for name in self.store.children(f"leases/{folder}", NUMBER):
            path = f"leases/{folder}/{name}"
            self.attempt("lease", lambda: parse_lease(self.store.read(path), path))

    def _sealed(self, path, kind, limit):
        sealed.open_sealed(self.store.read(path, limit), path, kind, (1, 2, 4, 5, 6), (3, 7, 8, 9), limit)

    def pack(self, name):
        """A pack, once."""
        if name not in self.checked_packs:
            self.checked_packs.add(name)
            self.attempt("pack", self._pack, name)

    def _pack(self, name):
        """pack.md: header, every frame, directory, trailer and its digest; full forms have their ids."""
        pack = Pack(self.store, name)
        pack.check_digest()
        for frame in pack.walk():
            for entry in frame.by_offset.values():
                data = frame.raw[entry.at:entry.at + entry.count]
                right = entry.form != FULL or hashlib.sha256(data).digest() == entry.id
                require(right, pack.path, f"chunk {entry.id.hex()} has another SHA-256")

    def collection(self, name, kind=None, version=None):
        """A collection's line, its versions (or the one given) and its deltas."""
        head = self.attempt("line", line.check_line, self.store, name)
        if not head:
            return
        require_kind = lambda: require(kind in (None, head.kind), head.path, "is of another kind than `@store` says")
        self.attempt("kind", require_kind)
        wanted = lambda: line.all_rows(self.store, head) if version is None else [line.find_row(self.store, head, version)]
        newest = None
        rows = self.attempt("rows", wanted) or []
        for row in rows:
            newest = self.attempt("version", self.version, head, row)
        if head.kind == VECTORS and version is None and (newest or not rows):
            self.attempt("deltas", self._deltas, head, newest)

    def _deltas(self, head, snapshot):
        """Every delta, its predecessor and its dimension."""
        for delta in deltas(self.store, head.collection, snapshot.producers() if snapshot else ()):
            self.counts["delta"] = self.counts.get("delta", 0) + 1
            told = snapshot.schema[0] if snapshot else head.dimension
            require(told in (None, delta.dimension), delta.path, "its dimension is not that of the collection")

    def version(self, head, row):
        """A root, its pages, every file and chunk, the support list and all packs it names."""
        snapshot = Snapshot(self.store, head.collection, row, self.chunks)
        require(snapshot.kind == head.kind, snapshot.path, f"its kind is not {KINDS[head.kind]}")
        found = dict.fromkeys((FILE, DIRECTORY, LINK, "bytes", "chunks"), 0)
        for entry in snapshot.entries():
            found[entry.type] += 1
            found["bytes"] += entry.size
            found["chunks"] += entry.chunk_count
            if entry.type == FILE:
                self._file(snapshot, entry)
        self._totals(snapshot, found)
        check_sum(snapshot)
        self._parent(snapshot, head)
        for slot, ref in enumerate(snapshot.slots()):
            if ref:
                snapshot.chunks.read(ref, snapshot.slot, f"{snapshot.where} slot {slot}", 1 << 20)
        if snapshot.kind == VECTORS:
            self._records(snapshot)
        for name in sorted(snapshot.pack_names):
            self.pack(name)
        return snapshot

    def _file(self, snapshot, entry):
        """Every chunk, and that the profile and the boundaries follow from the bytes."""
        where, head = f"{snapshot.where} file {entry.text()}", b""
        refs = snapshot.file_chunks(entry)
        for number, ref in enumerate(refs):
            data = snapshot.read(ref, where)
            if len(head) < LOOK:
                head += data[:LOOK - len(head)]
            wrong = self.cuts.wrong(entry.profile, entry.grain, number, len(refs), ref, data)
            require(not wrong, where, wrong)
        require((entry.profile, entry.grain) == profile(head), where, "its profile does not follow from its bytes")

    def _totals(self, snapshot, found):
        """manifest.md section 1: totals count the entries of the files pages."""
        said = snapshot.totals
        expected = {"files": found[FILE], "directories": found[DIRECTORY], "links": found[LINK],
                    "bytes": found["bytes"], "chunks": found["chunks"]}
        for key, value in expected.items():
            require(said[key] == value, snapshot.path, f"totals: {said[key]} {key}, found {value}")

    def _parent(self, snapshot, head):
        """manifest.md section 1: a parent is an earlier version, as its row names it."""
        parent = getattr(snapshot, "parent", None)
        rows = {row.version: row for row in line.all_rows(self.store, head)}
        row = rows.get(parent[0]) if parent else None
        same = row is None or (row.root, row.root_digest) == parent[1:]
        require(same, snapshot.path, "its parent is not the root of that version")

    def _records(self, snapshot):
        """segment.md: every segment, and that the rows join to as many records as the root says."""
        rows, found = Rows(), list(segments(snapshot))
        check_origins(found)
        for segment in found:
            add_segment(rows, segment)
            greatest = snapshot.greatest_clock
            require(greatest is None or segment.totals[5] <= greatest, snapshot.path, "a segment has a later clock")
        count = sum(1 for _ in rows.records())
        said = snapshot.totals["records"]
        require(said == count, snapshot.path, f"totals: {said} records, found {count}")
        snapshot.producers()
