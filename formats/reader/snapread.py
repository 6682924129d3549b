"""Lists, extracts and verifies a store; see README.md."""

import argparse
import json
import signal
import sys

from snap import line
from snap.chunks import Chunks
from snap.copy import Copy
from snap.errors import Refused
from snap.extract import extract
from snap.head import KINDS, parse_lease
from snap.merge import Rows
from snap.owners import owners
from snap.records import add_delta, add_segment, deltas, pending, printable, segments
from snap.snapshot import Snapshot
from snap.store import NUMBER, Store, in_path
from snap.verify import Verifier


def put(value):
    print(json.dumps(value, ensure_ascii=False))


def chosen(store, text):
    """NAME, NAME@VERSION or NAME@TAG: the head, its row and whether a version was named."""
    name, _, version = text.rpartition("@") if "@" in text[1:] else (text, "", "")
    if name not in line.collections(store):
        raise Refused(name, "is no registered collection")
    head = line.newest_head(store, name)
    if version in head.tags:
        version = head.tags[version]
    elif version and not version.isdecimal():
        raise Refused(head.path, f"has no tag {version}")
    return head, int(version) if version else None


def snapshot(store, head, version):
    return Snapshot(store, head.collection, line.find_row(store, head, version), Chunks(store))


def list_store(store, _):
    """Every collection and every version, a JSON line each."""
    for name, kind in line.collections(store).items():
        head = line.newest_head(store, name)
        put({"collection": name, "kind": KINDS[kind], "newest": head.newest, "revision": head.revision, "tags": head.tags,
             "dimension": head.dimension})
        for row in line.all_rows(store, head):
            put({"collection": name, "version": row.version, "root": row.root, "contentHash": row.content_hash.hex(),
                 "created": row.created, "files": row.files, "records": row.records, "bytes": row.bytes,
                 "message": row.message})
    return 0


def extract_version(store, arguments):
    head, version = chosen(store, arguments.name)
    version = snapshot(store, head, version)
    put({"collection": head.collection, "version": version.row.version, "entries": extract(version, arguments.directory)})
    return 0


def verify(store, arguments):
    """0 when sound; 4 with a line for each object that is not."""
    verifier = Verifier(store)
    if arguments.name:
        head, version = chosen(store, arguments.name)
        verifier.collection(head.collection, version=version)
    else:
        verifier.everything()
    for where, reason in verifier.wrong:
        put({"object": where, "reason": reason})
    put({"sound": not verifier.wrong, "checked": verifier.counts})
    return 4 if verifier.wrong else 0


def records(store, arguments):
    """Records of a version; without a version those of the newest and of the pending deltas."""
    head, version = chosen(store, arguments.name)
    rows, found = Rows(), None
    if head.newest:
        found = snapshot(store, head, version)
        for segment in segments(found):
            add_segment(rows, segment)
    if version is None:
        for delta in pending(store, head, found):
            add_delta(rows, delta)
    for name, record in rows.records():
        put(printable(name, record))
    return 0


def list_owners(store, arguments):
    """To whom each entry of a version belongs, by number; nothing when that was not recorded."""
    head, version = chosen(store, arguments.name)
    for entry, user, group in owners(snapshot(store, head, version)):
        put({"path": entry.text(), "uid": user, "gid": group})
    return 0


def list_deltas(store, arguments):
    head, _ = chosen(store, arguments.name)
    newest = snapshot(store, head, None) if head.newest else None
    for delta in deltas(store, head.collection, newest.producers() if newest else ()):
        put({"producer": delta.producer, "sequence": delta.sequence, "run": delta.run, "created": delta.created,
             "operations": len(delta.operations), "batches": delta.batches, "dimension": delta.dimension,
             "clocks": [delta.operations[0].clock, delta.operations[-1].clock], "seal": delta.digest.hex()})
    return 0


def list_leases(store, arguments):
    """The leases of a collection that are there; below the token in the head they are nobody's."""
    head, _ = chosen(store, arguments.name)
    folder = f"leases/{in_path(head.collection)}"
    for name in store.children(folder, NUMBER):
        put({**parse_lease(store.read(f"{folder}/{name}"), f"{folder}/{name}"), "headToken": head.fences[2]})
    return 0


def list_runs(store, arguments):
    """By run, what the deltas of a version came to: those that its segments list, and those they have sums of."""
    head, version = chosen(store, arguments.name)
    found = snapshot(store, head, version)
    runs = {}
    for segment in segments(found):
        listed = [(run, *numbers) for _, run, *numbers in segment.origins.values()]
        for run, expected, applied, superseded in listed + segment.past:
            before = runs.get(run, (0, 0, 0))
            runs[run] = (max(before[0], expected), before[1] + applied, before[2] + superseded)
    for run, (expected, applied, superseded) in sorted(runs.items()):
        put({"run": run, "expected": expected, "applied": applied, "superseded": superseded,
             "greatestClock": found.greatest_clock})
    return 0


def verify_copy(directory):
    """What a local copy remembers; 4 with a line for each entry that is not as it was left."""
    copy = Copy(directory)
    wrong = list(copy.differences())
    for path, reason in wrong:
        put({"object": path, "reason": reason})
    state = copy.state
    put({"collection": state.collection, "version": state.version, "include": state.patterns, "sound": not wrong,
         "pin": copy.is_pinned, "entries": len(copy.entries())})
    return 4 if wrong else 0


def parse(arguments):
    parser = argparse.ArgumentParser(prog="snapread", description=__doc__)
    parser.add_argument("store", help="a store; for `copy`, the directory of a copy")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run, nargs in (("list", list_store, 0), ("extract", extract_version, None), ("verify", verify, "?"),
                             ("records", records, None), ("deltas", list_deltas, None),
                             ("owners", list_owners, None), ("leases", list_leases, None),
                             ("runs", list_runs, None), ("copy", None, 0)):
        command = commands.add_parser(name)
        command.set_defaults(run=run)
        if nargs != 0:
            command.add_argument("name", nargs=nargs, help="a collection, NAME, NAME@VERSION or NAME@TAG")
        if name == "extract":
            command.add_argument("directory")
    return parser.parse_args(arguments)


def main(arguments=None):
    """Exit code: 0 for success, 2 for wrong usage, 4 for damage or what is not supported."""
    arguments = parse(arguments)
    try:
        if arguments.command == "copy":
            return verify_copy(arguments.store)
        return arguments.run(Store(arguments.store), arguments)
    except Refused as refused:
        put({"object": refused.where, "reason": refused.reason})
        return 4


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
