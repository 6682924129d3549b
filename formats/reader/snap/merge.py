"""Rows and how they join (segment.md section 5)."""

from dataclasses import dataclass, field

from .batch import DELETE, DELETE_PREFIX, PATCH_PREFIX, UPSERT
from .fields import NONE, encode_fields, parse_fields

REMOVED = bytes([NONE])


@dataclass(frozen=True)
class Record:
    """Vector, document or None, and the bytes of the metadata's fields."""
    vector: bytes
    document: bytes
    fields: bytes

    def rank(self):
        """Order of two records of one stamp: vector, document with none least, fields."""
        return self.vector, self.document is not None, self.document or b"", self.fields


@dataclass
class Row:
    """(body, changes): a body is (stamp, record), None for deleted; a change (stamp, tag and value)."""
    body: tuple = None
    changes: dict = field(default_factory=dict)


def _body_rank(body):
    stamp, record = body
    return (stamp, 1) if record is None else (stamp, 0, record.rank())


def _change_rank(change):
    stamp, value = change
    return stamp, value == REMOVED, value


def join(a, b):
    """The row that says what both say."""
    bodies = [row.body for row in (a, b) if row.body]
    body = max(bodies, key=_body_rank) if bodies else None
    changes = dict(a.changes)
    for key, change in b.changes.items():
        if key not in changes or _change_rank(changes[key]) < _change_rank(change):
            changes[key] = change
    if body:
        changes = {key: change for key, change in changes.items() if change[0] > body[0]}
    return Row(body, changes)


def row_of(operation, producer):
    """What one operation says: (is prefix, row)."""
    stamp = (operation.clock, producer.encode())
    prefix = operation.kind in (PATCH_PREFIX, DELETE_PREFIX)
    if operation.kind == UPSERT:
        return prefix, Row((stamp, Record(operation.vector, operation.document, operation.fields[0])))
    if operation.kind in (DELETE, DELETE_PREFIX):
        return prefix, Row((stamp, None))
    return prefix, Row(None, {key: (stamp, value) for key, value in operation.fields[1]})


class Rows:
    """All rows of segments and deltas, joined by name."""

    def __init__(self):
        self.ids, self.prefixes = {}, {}

    def add(self, name, prefix, row):
        """Joins one more row in."""
        rows = self.prefixes if prefix else self.ids
        rows[name] = join(rows[name], row) if name in rows else row

    def record(self, name):
        """The record of an id with every prefix that it begins with, None if no such record exists."""
        row = self.ids.get(name, Row())
        for length in range(1, len(name) + 1):
            prefix = self.prefixes.get(name[:length])
            row = join(row, prefix) if prefix else row
        if not row.body or row.body[1] is None:
            return None
        return _changed(row.body[1], row.changes)

    def records(self):
        """(id, record) of all that exist, ascending by the bytes of the id."""
        for name in sorted(self.ids):
            record = self.record(name)
            if record:
                yield name, record


def _changed(record, changes):
    fields = dict(parse_fields(record.fields, "metadata"))
    fields.update({key: value for key, (_, value) in changes.items()})
    kept = [(key, fields[key]) for key in sorted(fields) if fields[key] != REMOVED]
    return Record(record.vector, record.document, encode_fields(kept))
