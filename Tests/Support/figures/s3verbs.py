"""What runs on S3 while it is harmed: each verb with what it starts from, and what has to hold afterwards."""

import json
import os

from .sample import TREE, WORDS, record, scanned
from .trees import differences, listing, same, small_tree

RECORDS = {"a": range(0, 20), "b": range(15, 40)}
WHOLE_PACK = 16_000_000


class Verb:
    """`fill` makes the store once; a trial starts from a copy of it, with a folder of its own."""

    name = ""
    decides = ""  # the kind of object whose creation is the commit

    def fill(self, snapctl, folder):
        raise NotImplementedError

    def prepare(self, snapctl, folder):
        """What a trial has on its own disk."""

    def arguments(self, folder):
        raise NotImplementedError

    def told_right(self, snapctl, folder, run):
        """What is wrong after the harmed run, in words; `snapctl` meets no harm."""
        return ()

    def after(self, snapctl, folder):
        """The same after a second run, which nothing harmed."""
        return ()


class Create(Verb):
    name = "create"
    decides = "heads"

    def fill(self, snapctl, folder):
        snapctl.ok("create", TREE, small_tree(folder / "one", 7))

    def prepare(self, snapctl, folder):
        small_tree(folder / "live", 7, changed=40)

    def arguments(self, folder):
        return "create", TREE, folder / "live"

    def told_right(self, snapctl, folder, run):
        yield from acknowledged(snapctl, run)

    def after(self, snapctl, folder):
        yield from numbered(snapctl, TREE, 2)
        snapctl.ok("sync", f"{TREE}@2", folder / "copy")
        yield from differences(folder / "live", folder / "copy")


class Append(Verb):
    name = "append"
    decides = "deltas"

    def fill(self, snapctl, folder):
        append(snapctl, folder, "a")

    def prepare(self, snapctl, folder):
        write_records(folder, "b")

    def arguments(self, folder):
        return "append", WORDS, "--input", folder / "b.jsonl", "--producer", "b", "--sequence", 1

    def told_right(self, snapctl, folder, run):
        if run.exit == 0:
            yield from scan_gives(snapctl, "a", "b")

    def after(self, snapctl, folder):
        yield from scan_gives(snapctl, "a", "b")


class Compact(Verb):
    name = "compact"
    decides = "heads"

    def fill(self, snapctl, folder):
        for producer in RECORDS:
            append(snapctl, folder, producer)

    def arguments(self, folder):
        return "compact", WORDS

    def told_right(self, snapctl, folder, run):
        yield from acknowledged(snapctl, run)
        yield from scan_gives(snapctl, "a", "b")

    def after(self, snapctl, folder):
        yield from numbered(snapctl, WORDS, 1)
        yield from scan_gives(snapctl, "a", "b")


class Sync(Verb):
    name = "sync"

    def fill(self, snapctl, folder):
        for number in (1, 2):
            self.source = small_tree(folder / f"source{number}", 7, changed=40 * (number - 1))
            snapctl.ok("create", TREE, self.source, "--expect", number - 1)

    def prepare(self, snapctl, folder):
        snapctl.ok("sync", f"{TREE}@1", folder / "copy")
        self.before = listing(folder / "copy")

    def arguments(self, folder):
        return "sync", f"{TREE}@2", folder / "copy"

    def told_right(self, snapctl, folder, run):
        is_new = same(self.source, folder / "copy")
        if not is_new and (run.exit == 0 or listing(folder / "copy") != self.before):
            yield f"the copy is not what it must be after exit {run.exit}"

    def after(self, snapctl, folder):
        yield from differences(self.source, folder / "copy")


class Verify(Verb):
    name = "verify"

    def fill(self, snapctl, folder):
        Sync().fill(snapctl, folder)
        Compact().fill(snapctl, folder)
        snapctl.ok("compact", WORDS)

    def arguments(self, folder):
        return ("verify",)


class Upload(Create):
    """A whole pack of bytes that nothing makes smaller."""

    name = "upload"

    def fill(self, snapctl, folder):
        """Nothing: the first version is the large one."""

    def prepare(self, snapctl, folder):
        (folder / "live").mkdir()
        (folder / "live" / "bytes").write_bytes(os.urandom(WHOLE_PACK))

    def after(self, snapctl, folder):
        yield from numbered(snapctl, TREE, 1)


VERBS = {one.name: one for one in (Create, Sync, Append, Compact, Verify)}


def write_records(folder, producer):
    path = folder / f"{producer}.jsonl"
    path.write_text("".join(json.dumps(record(number)) + "\n" for number in RECORDS[producer]))
    return path


def append(snapctl, folder, producer):
    path = write_records(folder, producer)
    snapctl.ok("append", WORDS, "--input", path, "--producer", producer, "--sequence", 1)


def acknowledged(snapctl, run):
    """What was told as created is listed, with its hash."""
    made = run.one("created") if run.exit == 0 else None
    rows = {row["version"]: row["contentHash"] for row in snapctl.versions(made["collection"])} if made else {}
    if made and rows.get(made["version"]) != made["contentHash"]:
        yield f"acknowledged {made['version']} as {made['contentHash']}, listed are {rows}"


def numbered(snapctl, collection, count):
    found = sorted(row["version"] for row in snapctl.versions(collection))
    if found != list(range(1, count + 1)):
        yield f"{collection} has the versions {found}, not 1 to {count}"


def scan_gives(snapctl, *producers):
    wanted = {one["id"]: one["vector"] for name in producers for one in map(record, RECORDS[name])}
    found = {id_: one[0] for id_, one in scanned(snapctl.ok("scan", WORDS)).items()}
    if found != wanted:
        yield f"scan gives {len(found)} records where {len(wanted)} were appended, or other ones"
    run = snapctl.run("reconcile", WORDS)
    if run.exit != 0:
        yield run.told()
