"""The state of a local copy (copy-state.md)."""

from pathlib import Path

from . import sealed
from .errors import require
from .pack import Pack
from .refs import parse_list
from .store import COLLECTION, OBJECT_LIMIT, Store, matches

STATE = ".snapctl/state"


class Copy(Store):
    """Reads what a copy remembers, under the names that it has in a store."""

    def __init__(self, root):
        self.root = Path(root)

    def read(self, path, limit=OBJECT_LIMIT):
        kind, name = path.split("/")[0], path.split("/")[-1]
        return super().read({"manifests": f".snapctl/manifest-{name}", "packs": f".snapctl/pages-{name}"}.get(kind, path), limit)

    def state(self):
        """Sections 1 to 5, what they name, and whether there is a pin."""
        s, _ = sealed.open_sealed(self.read(STATE), STATE, sealed.COPY_STATE, (1, 2), (3, 4, 5))
        c = s[1]
        store, collection, version, root = c.name(), c.string(128), c.u64(), c.name()
        digest, content_hash, synced = c.digest(), c.digest(), c.i64()
        c.done()
        require(matches(COLLECTION, collection, 128), c.where, f"`{collection}` is no collection")
        self._root(root, digest)
        return {"store": store, "collection": collection, "version": version, "root": root,
                "contentHash": content_hash.hex(), "synced": synced, "packs": self._pages(s[2]), "pin": self._pin()}

    def _root(self, name, digest):
        path = f"manifests/{name}"
        data = self.read(path)
        _, found = sealed.open_sealed(data, path, sealed.MANIFEST, (1, 2, 4, 5, 6), (3, 7, 8, 9, 10), 1 << 16)
        require(found == digest, path, "is not the one that the state names")

    def _pages(self, c):
        packs = [c.name() for _ in range(c.u16())]
        require(1 <= len(packs) <= 64, c.where, f"{len(packs)} packs")
        parse_list(c, packs)
        c.done()
        for name in packs:
            Pack(self, name).check_digest()
        return packs

    def _pin(self):
        """Section 5: what readers lock; it holds nothing."""
        pin = self.root / ".snapctl" / "pin"
        require(not pin.exists() or pin.stat().st_size == 0, ".snapctl/pin", "is not empty")
        return pin.exists()
