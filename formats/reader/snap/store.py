"""Layout and names of a store (store.md section 1)."""

import re
from pathlib import Path

from . import sealed
from .errors import Refused, require

_LEVEL = r"[a-z0-9][a-z0-9._-]*"
COLLECTION = re.compile(rf"{_LEVEL}(/{_LEVEL})*|@store")
PRODUCER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
TAG = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
NUMBER = re.compile(r"[0-9]{20}")
SEQUENCES = range(1, 2**64 - 2)
NAME = re.compile(r"[0-9a-f]{32}")
INTENT = re.compile(r"[0-9a-f]{16}")
OBJECT_LIMIT = 1 << 20


def matches(pattern, text, limit):
    """Whether a name is of the form and length that store.md and README (Limits) give."""
    return pattern.fullmatch(text) is not None and len(text.encode()) <= limit


def in_path(collection):
    return collection.replace("/", "+")


def pack_path(name):
    return f"packs/{name[16:18]}/{name}"


class Store:
    """Reads objects of a directory by their path in the store."""

    def __init__(self, root):
        self.root = Path(root)
        require((self.root / "store").is_file(), str(root), "is no store: it has no object `store`")

    def read(self, path, limit=OBJECT_LIMIT):
        """The bytes of an object of at most `limit` bytes."""
        try:
            with open(self.root / path, "rb") as file:
                data = file.read(limit + 1)
        except (FileNotFoundError, NotADirectoryError):
            raise Refused(path, "is missing") from None
        require(len(data) <= limit, path, f"longer than {limit} bytes")
        return data

    def children(self, path, pattern=None):
        """The names in a directory, ascending, each of the given form; nothing if it is absent."""
        folder = self.root / path
        names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
        for name in names:
            require(pattern is None or pattern.fullmatch(name), f"{path}/{name}", "is no name of this place")
        return names

    def identity(self):
        """The `store` object (store.md section 2)."""
        sections, _ = sealed.open_sealed(self.read("store"), "store", sealed.STORE, (1,))
        cursor = sections[1]
        name, algorithm, catalog, created = cursor.name(), cursor.u8(), cursor.u8(), cursor.i64()
        cursor.done()
        require(algorithm == 1, "store", f"id algorithm {algorithm} is not supported")
        require(catalog in (1, 2, 3), "store", f"catalog {catalog} is not known")
        return {"store": name, "catalog": catalog, "created": created}
