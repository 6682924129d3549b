"""The line of heads of a collection (head.md)."""

from .errors import Refused, require
from .head import COMPACT, CREATE, parse_head, parse_versions
from .store import NUMBER, in_path


def revisions(store, collection):
    """Numbers of all heads; from 1 without gaps (store.md section 1)."""
    folder = f"heads/{in_path(collection)}"
    found = [int(name) for name in store.children(folder, NUMBER)]
    require(found, folder, "has no head")
    require(found == list(range(1, len(found) + 1)), folder, "revisions have gaps")
    return found


def read_head(store, collection, revision):
    """The head of that number, and that it is the one of its path."""
    path = f"heads/{in_path(collection)}/{revision:020d}"
    head, _ = parse_head(store.read(path), path)
    require((head.collection, head.revision) == (collection, revision), path, "names another collection or revision")
    return head


def newest_head(store, collection):
    """The highest number is the head; a lower one is never taken instead."""
    return read_head(store, collection, revisions(store, collection)[-1])


def collections(store):
    """Collections that exist: those registered in `@store` (store.md section 2)."""
    return newest_head(store, "@store").collections


def all_rows(store, head):
    """Rows of all versions, those in versions objects first."""
    rows = []
    for first, last, name, count, digest in head.older:
        path = f"versions/{name}"
        data = store.read(path)
        collection, older, seal = parse_versions(data, path)
        require(len(data) == count and seal == digest, path, f"is not the one that {head.path} names")
        require(collection == head.collection, path, "is of another collection")
        require((older[0].version, older[-1].version) == (first, last), path, "has other versions than its head says")
        rows += older
    return rows + head.rows


def find_row(store, head, version=None):
    """The row of a version, by default of the newest."""
    rows = all_rows(store, head)
    wanted = head.newest if version is None else version
    for row in rows:
        if row.version == wanted:
            return row
    raise Refused(head.path, f"has no version {wanted}" if rows else "has no version yet")


def check_line(store, collection):
    """Every head of a line, and that a version, once written, never changes; returns the newest head."""
    seen, before = {}, None
    for revision in revisions(store, collection):
        head = read_head(store, collection, revision)
        _check_step(before, head)
        for row in all_rows(store, head):
            require(seen.setdefault(row.version, row) == row, head.path, f"version {row.version} has changed")
        before = head
    return before


def _check_step(before, head):
    """What one head may change against the one before it (head.md section 3)."""
    old = before.newest if before else 0
    step = 1 if head.action in (CREATE, COMPACT) else 0
    require(head.newest == old + step, head.path, f"action {head.action} takes version {old} to {head.newest}")
    if before:
        require(head.kind == before.kind, head.path, "the kind of the collection has changed")
        told = None in (before.dimension, head.dimension) or before.dimension == head.dimension
        require(told, head.path, "the schema of the collection has changed")
        kept = before.collections.items() <= head.collections.items()
        require(kept, head.path, "a registered collection is gone")
