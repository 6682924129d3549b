"""The heads of a store in a directory, read by the independent reader in formats/reader: no process, no snapctl."""

import sys

from .context import REPOSITORY

sys.path.append(str(REPOSITORY / "formats" / "reader"))

from snap import line  # noqa: E402: found by the line above
from snap.errors import Refused  # noqa: E402
from snap.store import Store  # noqa: E402


class Damaged(ValueError):
    """A head is not as the format has it."""


def newest(store, collection):
    """The head and the rows of all versions; None where the collection has no head yet."""
    try:
        opened = Store(store)
        if not opened.children(f"heads/{line.in_path(collection)}"):
            return None
        head = line.newest_head(opened, collection)
        rows = line.all_rows(opened, head)
    except Refused as reason:
        raise Damaged(str(reason)) from reason
    if [row.version for row in rows] != list(range(1, head.newest + 1)):
        raise Damaged(f"{collection} has the versions {[row.version for row in rows]}")
    return head, rows


def content_hashes(store, collection):
    """Of the versions 1 … n."""
    found = newest(store, collection)
    return [row.content_hash.hex() for row in found[1]] if found else []


def tags(store, collection):
    found = newest(store, collection)
    return found[0].tags if found else {}
