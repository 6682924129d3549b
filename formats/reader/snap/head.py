"""Heads and versions objects (head.md)."""

from dataclasses import dataclass, field

from . import sealed
from .cursor import ascending
from .errors import require
from .store import COLLECTION, PRODUCER, SEQUENCES, TAG, matches

KINDS = {1: "tree", 2: "vectors", 3: "store"}
CREATE, COMPACT = 3, 4


@dataclass(frozen=True)
class Row:
    """A version row (head.md section 2)."""
    version: int
    root: str
    root_bytes: int
    root_digest: bytes
    content_hash: bytes
    created: int
    files: int
    records: int
    bytes: int
    write_id: str
    message: str


@dataclass
class Head:
    """What a head says (head.md section 1)."""
    path: str
    collection: str
    revision: int
    newest: int
    kind: int
    action: int
    write_id: str
    fences: tuple = ()
    rows: list = field(default_factory=list)
    older: list = field(default_factory=list)
    tags: dict = field(default_factory=dict)
    holds: list = field(default_factory=list)
    policy: dict = field(default_factory=dict)
    quarantine: list = field(default_factory=list)
    collections: dict = field(default_factory=dict)
    dimension: int = None


def _row(c):
    return Row(c.u64(), c.name(), c.u32(), c.digest(), c.digest(), c.i64(), c.u64(), c.u64(), c.u64(), c.name(),
               c.string(1024))


def _rows(c):
    count = c.u16()
    require(count <= 128, c.where, f"{count} version rows where 128 are the limit")
    rows = [_row(c) for _ in range(count)]
    require(all(a.version + 1 == b.version for a, b in zip(rows, rows[1:])), c.where, "versions have gaps")
    return rows


def _many(c, count, read):
    found = [read() for _ in range(count)]
    c.done()
    return found


def _identity(c, path):
    collection, revision, newest = c.string(128), c.u64(), c.u64()
    kind, action, _, write_id = c.u8(), c.u8(), c.i64(), c.name()
    c.take(8)
    c.done()
    require(matches(COLLECTION, collection, 128), c.where, f"`{collection}` is no collection")
    require(kind in KINDS and (kind == 3) == (collection == "@store"), c.where, f"kind {kind} is wrong")
    require(1 <= action <= 13, c.where, f"action {action} is not known")
    return Head(path, collection, revision, newest, kind, action, write_id)


def parse_head(data, path):
    """A head (head.md section 1) and its digest."""
    store_line = path.startswith("heads/@store/")
    required = range(1, 10 if store_line else 9)
    s, digest = sealed.open_sealed(data, path, sealed.HEAD, required, (10,))
    head = _identity(s[1], path)
    if 10 in s:
        head.dimension = _schema(s[10], head)
    c = s[2]
    head.fences = (c.u64(), c.u64(), c.u64(), c.u64())
    c.done()
    head.rows = _rows(s[3])
    s[3].done()
    c = s[4]
    head.older = _many(c, c.u16(), lambda: (c.u64(), c.u64(), c.name(), c.u32(), c.digest()))
    _names(head, s)
    if store_line:
        _collections(head, s[9])
    _check_versions(head)
    return head, digest


def _schema(c, head):
    """What all records are (head.md section 7): their dimension."""
    dimension, element = c.u32(), c.u8()
    c.done()
    require(head.kind == 2 and dimension <= 65536 and element == 1, c.where, "dimension or element type")
    return dimension


def _names(head, s):
    """Tags, holds, policy and quarantine."""
    tags, holds, policy, quarantine = s[5], s[6], s[7], s[8]
    found = _many(tags, _limit(tags, 1024), lambda: (tags.string(64), tags.u64()))
    ascending((t.encode() for t, _ in found), tags.where, "tags")
    require(all(matches(TAG, t, 64) for t, _ in found), tags.where, "a tag is malformed")
    require(all(1 <= v <= head.newest for _, v in found), tags.where, "a tag names no version")
    head.tags = dict(found)
    head.holds = _many(holds, _limit(holds, 1024), lambda: (holds.u64(), holds.i64(), holds.string(1024)))
    require(all(1 <= v <= head.newest for v, *_ in head.holds), holds.where, "a hold names no version")
    ascending(((v, label.encode()) for v, _, label in head.holds), holds.where, "holds")
    found = _many(policy, policy.u16(), lambda: (policy.string(), policy.string()))
    ascending((k.encode() for k, _ in found), policy.where, "policy keys")
    head.policy = dict(found)
    c = quarantine
    head.quarantine = _many(c, c.u32(), lambda: (c.string(64), c.u64(), c.digest(), c.string()))
    ascending(((p.encode(), n, d) for p, n, d, _ in head.quarantine), c.where, "quarantined deltas")
    right = all(matches(PRODUCER, p, 64) and n in SEQUENCES for p, n, *_ in head.quarantine)
    require(right, c.where, "a producer or sequence is malformed")


def _limit(c, limit):
    count = c.u16()
    require(count <= limit, c.where, f"{count} entries where {limit} are the limit")
    return count


def _collections(head, c):
    found = _many(c, _limit(c, 4096), lambda: (c.string(128), c.u8()))
    ascending((n.encode() for n, _ in found), c.where, "collections")
    for name, kind in found:
        require(matches(COLLECTION, name, 128) and kind in (1, 2), c.where, f"`{name}` is malformed")
    head.collections = dict(found)


def _check_versions(head):
    """Versions have no gaps over older versions and rows, up to the newest."""
    spans = [(first, last) for first, last, *_ in head.older] + [(r.version, r.version) for r in head.rows]
    right = all(1 <= first <= last < first + 128 for first, last in spans)
    require(right, head.path, "a range of versions is empty or above 128")
    joined = all(a[1] + 1 == b[0] for a, b in zip(spans, spans[1:]))
    require(joined, head.path, "versions have gaps")
    last = spans[-1][1] if spans else 0
    require(last == head.newest, head.path, f"the last row is of version {last}, the newest is {head.newest}")


def parse_versions(data, path):
    """A versions object (head.md section 5): collection, rows, digest."""
    sections, digest = sealed.open_sealed(data, path, sealed.VERSIONS, (1,))
    c = sections[1]
    collection, rows = c.string(128), _rows(c)
    c.done()
    require(rows, path, "it has no rows")
    return collection, rows, digest


def parse_intent(data, path):
    """An intent (intent.md); its collection and id must be those of its path."""
    sections, _ = sealed.open_sealed(data, path, sealed.INTENT, (1,), limit=4096)
    c = sections[1]
    collection, intent, action = c.string(128), c.take(8).hex(), c.u8()
    c.u64(), c.u64(), c.i64(), c.u32(), c.u64(), c.string()
    c.done()
    require(path == f"intents/{collection.replace('/', '+')}/{intent}", path, "names another collection or intent")
    require(1 <= action <= 13, path, f"action {action} is not known")


def parse_lease(data, path):
    """A lease (lease.md section 1); its collection and token must be those of its path."""
    sections, _ = sealed.open_sealed(data, path, sealed.LEASE, (1, 2), limit=4096)
    c = sections[1]
    collection, token, name, state = c.string(128), c.u64(), c.name(), c.u8()
    started, beaten, to_live, beat, owner = c.i64(), c.i64(), c.u32(), c.u64(), c.string(1024)
    c.done()
    totals = sections[2]
    acquired, taken_over, waited, held = totals.u64(), totals.u64(), totals.u64(), totals.u64()
    totals.done()
    require(path == f"leases/{collection.replace('/', '+')}/{token:020}", path, "names another collection or token")
    require(token >= 1, path, "tokens count from 1")
    require(state in (1, 2), path, f"state {state} is not known")
    require(100 <= to_live <= 30_000, path, f"a time to live of {to_live} ms")
    return {"collection": collection, "token": token, "lease": name, "state": ("held", "released")[state - 1],
            "started": started, "beaten": beaten, "millisecondsToLive": to_live, "beat": beat, "owner": owner,
            "acquired": acquired, "takenOver": taken_over, "waitedMilliseconds": waited, "heldMilliseconds": held}
