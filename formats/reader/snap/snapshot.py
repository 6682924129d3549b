"""A version: its manifest root and what it reaches (manifest.md)."""

from dataclasses import dataclass

from . import sealed
from .cursor import ascending
from .errors import require
from .files import ContentHash, check_references, page_ends, parse_files, references
from .refs import (FILES, PAGE_LIMIT, PRODUCERS, SUPPORT, expand, parse_list, parse_page, parse_ref)
from .store import PRODUCER, SEQUENCES, matches

TREE, VECTORS = 1, 2
SUPPORT_IN_PAGE, PRODUCERS_IN_PAGE = 256, 1024
TOTALS = ("files", "directories", "links", "bytes", "chunks", "records", "deleted")


@dataclass(frozen=True)
class Producer:
    """An entry of a producers page (manifest.md section 7)."""
    name: str
    compacted: int
    digest: bytes
    first: int


class Snapshot:
    """The manifest root of a version row, checked against it."""

    def __init__(self, store, collection, row, chunks):
        self.row, self.chunks, self.collection = row, chunks, collection
        self.path, self.where = f"manifests/{row.root}", f"{collection}@{row.version} manifests/{row.root}"
        data = store.read(self.path, 64 << 10)
        self.sections, digest = sealed.open_sealed(data, self.path, sealed.MANIFEST, (1, 2, 4, 5, 6), (3, 7, 8, 9, 10), 64 << 10)
        require(len(data) == row.root_bytes and digest == row.root_digest, self.path, "is not the root that the head names")
        self._identity(collection)
        self._totals()
        self._lists()
        self._slots = None

    def _identity(self, collection):
        c = self.sections[1]
        found, version, self.kind = c.string(128), c.u64(), c.u8()
        c.i64(), c.take(8), c.string(1024)
        c.done()
        require(found == collection, c.where, f"is of the collection `{found}`")
        require(self.kind in (TREE, VECTORS), c.where, f"kind {self.kind} is not known")
        c = self.sections.get(3)
        if c:
            self.parent = (c.u64(), c.name(), c.digest())
            c.done()

    def _totals(self):
        c = self.sections[2]
        self.content_hash = c.digest()
        self.totals = dict(zip(TOTALS, (c.u64() for _ in TOTALS)))
        c.done()
        row = self.row
        said = (self.content_hash, self.totals["files"], self.totals["records"], self.totals["bytes"])
        require(said == (row.content_hash, row.files, row.records, row.bytes), c.where, "totals are not those of the row")

    def _lists(self):
        c, s = self.sections[4], self.sections
        self.packs = [c.name() for _ in range(c.u16())]
        c.done()
        self.pack_names = set(self.packs)
        self.files, self.support = parse_list(s[5], self.packs), parse_list(s[6], self.packs, empty=True)
        s[5].done(), s[6].done()
        self.schema = self.producer_list = self.greatest_clock = None
        require((7 in s, 8 in s) == (self.kind == VECTORS,) * 2, self.path, "sections 7 and 8 do not suit the kind")
        self.owner_list = parse_list(s[9], self.packs) if 9 in s else None
        if self.owner_list:
            require(self.kind == TREE, self.path, "owners of a collection that is no tree")
            s[9].done()
        if 10 in s:
            require(self.kind == VECTORS, self.path, "a clock of a collection without records")
            self.greatest_clock = s[10].u64()
            s[10].done()
        if self.kind == VECTORS:
            self.producer_list = parse_list(s[7], self.packs)
            c = s[8]
            self.schema = (c.u32(), c.u8(), c.string(1024), c.string(1024))
            s[7].done(), c.done()
            require(self.schema[0] <= 65536 and self.schema[1] == 1, c.where, "dimension or element type")

    def page(self, ref, kind):
        """Opens a page; its packs join those of the version."""
        where = f"{self.where} page {ref.id.hex()}"
        support = self._no_slots if kind == SUPPORT or self._slots is None else self.slot
        found = parse_page(self.chunks.read(ref, support, where, PAGE_LIMIT), kind, where)
        self.pack_names.update(found[2])
        return found

    def _no_slots(self, slot):
        require(False, self.where, "a page of the support list is a patch")

    def slot(self, number):
        """The reference of a slot of the support list (section 5); None if it is free."""
        if self._slots is None:
            self._slots = self._read_slots()
        require(number < len(self._slots), self.where, f"slot {number} is beyond the support list")
        return self._slots[number]

    def _read_slots(self):
        slots, pages = [], expand(self.support, self.page, self.where, empty=True)
        for number, ref in enumerate(pages):
            if ref is None:
                slots += [None] * SUPPORT_IN_PAGE
                continue
            c, count, packs = self.page(ref, SUPPORT)
            last = number == len(pages) - 1
            require(1 <= count <= SUPPORT_IN_PAGE and (last or count == SUPPORT_IN_PAGE), c.where, "a support page is not full")
            slots += [parse_ref(c, packs, empty=True) for _ in range(count)]
            c.done()
        return slots

    def slots(self):
        """All references of the support list."""
        if self._slots is None:
            self._slots = self._read_slots()
        return self._slots

    def entries(self):
        """All entries of the tree in order, with the order, page ends and content hash checked."""
        self.slots()
        before, hasher, known = None, ContentHash(), set()
        for found in self._files_pages():
            for entry in found:
                require(before is None or before < entry.path, self.where, f"{entry.path!r} is out of order")
                parent = entry.path.rpartition(b"/")[0]
                require(not parent or parent in known, self.where, f"{entry.path!r}: its parent is no directory of the tree")
                if entry.type == 2:
                    known.add(entry.path)
                before = entry.path
                hasher.add(entry)
                yield entry
        require(hasher.digest() == self.content_hash, self.where, "the content hash does not verify")

    def _files_pages(self):
        pages = expand(self.files, self.page, self.where)
        current = parse_files(*self.page(pages[0], FILES)) if pages else []
        for number in range(len(pages)):
            after = parse_files(*self.page(pages[number + 1], FILES)) if number + 1 < len(pages) else []
            self._check_page_end(current, after)
            yield current
            current = after

    def _check_page_end(self, entries, after):
        used = 0
        following = entries[1:] + (after[:1] or [None])
        for number, (entry, behind) in enumerate(zip(entries, following), 1):
            used += entry.span
            ends = page_ends(entry, number, used, behind)
            require(ends == (number == len(entries)), self.where, f"a files page ends in the wrong place at {entry.path!r}")

    def file_chunks(self, entry):
        """References of a file, checked against its entry."""
        refs = references(entry, self.page, self.where)
        check_references(entry, refs, self.where)
        return refs

    def read(self, ref, where):
        """The bytes of a chunk."""
        self.slots()
        return self.chunks.read(ref, self.slot, where)

    def file_bytes(self, entry):
        """A file's bytes, chunk by chunk."""
        for ref in self.file_chunks(entry):
            yield self.read(ref, f"{self.where} file {entry.text()}")

    def producers(self):
        """Entries of the producers pages (section 7)."""
        self.slots()
        found = []
        for ref in expand(self.producer_list, self.page, self.where) if self.producer_list else []:
            c, count, _ = self.page(ref, PRODUCERS)
            require(1 <= count <= PRODUCERS_IN_PAGE, c.where, f"{count} entries in a producers page")
            found += [Producer(c.string(64), c.u64(), c.digest(), c.u64()) for _ in range(count)]
            c.done()
        require(all(matches(PRODUCER, p.name, 64) for p in found), self.where, "a producer is malformed")
        require(all(p.first <= p.compacted < SEQUENCES.stop for p in found), self.where, "a producer's first sequence is above its last")
        ascending((p.name.encode() for p in found), self.where, "producers")
        return found
