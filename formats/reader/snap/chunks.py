"""Chunks rebuilt from references (manifest.md section 2, patch.md)."""

import hashlib
from collections import OrderedDict

from .errors import require
from .pack import FULL, SPARSE, Pack
from .patch import apply_prefix, apply_sparse

CHUNK_LIMIT, CACHE_BYTES, PACKS_OPEN = 256 << 10, 64 << 20, 8


class Cache:
    """The last used values, up to a number of bytes."""

    def __init__(self, limit):
        self.limit, self.used, self.values = limit, 0, OrderedDict()

    def get(self, key, make, cost=len):
        if key in self.values:
            self.values.move_to_end(key)
            return self.values[key]
        value = self.values[key] = make()
        self.used += cost(value)
        while self.used > self.limit and len(self.values) > 1:
            self.used -= cost(self.values.popitem(last=False)[1])
        return value


class Chunks:
    """Reads packs of a store; what it returns has the SHA-256 of its reference."""

    def __init__(self, store):
        self.store = store
        self.packs = Cache(PACKS_OPEN)
        self.frames, self.chunks = Cache(CACHE_BYTES), Cache(CACHE_BYTES)

    def form(self, ref, where):
        """The form of a reference, after its frame's entry was compared with it."""
        pack = self.packs.get(ref.pack, lambda: Pack(self.store, ref.pack), lambda _: 1)
        frame = self.frames.get((ref.pack, ref.frame_at, ref.frame_bytes),
                                lambda: pack.frame(ref.frame_at, ref.frame_bytes), lambda f: len(f.raw))
        entry = frame.by_offset.get(ref.form_at)
        said = entry and (entry.id, entry.count, entry.chunk_bytes, entry.form)
        require(said == (ref.id, ref.form_bytes, ref.size, ref.form), where,
                f"its reference disagrees with {pack.path} frame at {ref.frame_at}")
        return frame.raw[ref.form_at:ref.form_at + ref.form_bytes]

    def read(self, ref, support, where, limit=CHUNK_LIMIT):
        """The bytes of a chunk; `support` gives the reference of a slot."""
        require(ref.size <= limit, where, f"chunk {ref.id.hex()} is longer than {limit} bytes")
        bases = tuple(self._base(ref, slot, support, where) for slot in ref.slots)
        self._check_chain(ref, bases, where)
        key = (ref, tuple(base.id for base in bases))
        return self.chunks.get(key, lambda: self._build(ref, bases, support, where, limit))

    def _base(self, ref, slot, support, where):
        base = support(slot)
        require(base is not None, where, f"chunk {ref.id.hex()} is built on the free slot {slot}")
        require(base.depth < ref.depth, where, f"chunk {ref.id.hex()}: a base has no lower depth")
        return base

    @staticmethod
    def _check_chain(ref, bases, where):
        """Depth and byte count of the chain are those of its parts (manifest.md section 2)."""
        if ref.form != FULL:
            require(ref.depth == 1 + max(base.depth for base in bases), where, "a chain has another depth")
            total = ref.form_bytes + sum(base.chain_bytes for base in bases)
            require(ref.chain_bytes == total, where, f"chunk {ref.id.hex()}: wrong chain byte count")

    def _build(self, ref, bases, support, where, limit):
        where = f"{where} chunk {ref.id.hex()}"
        data = self.form(ref, where)
        if ref.form != FULL:
            whole = b"".join(self.read(base, support, where, limit) for base in bases)
            require(ref.base_at + ref.base_bytes <= len(whole), where, "its base range passes the base chunks")
            undo = apply_sparse if ref.form == SPARSE else apply_prefix
            data = undo(data, whole[ref.base_at:ref.base_at + ref.base_bytes], ref.size, where)
        require(len(data) == ref.size, where, "has another length")
        require(hashlib.sha256(data).digest() == ref.id, where, "its bytes have another SHA-256")
        return data
