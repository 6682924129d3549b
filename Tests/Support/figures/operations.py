"""What is killed, and how one sees that nothing is half-done afterwards."""

import dataclasses
import json

from .sample import TREE, WORDS, record, scanned
from .trees import differences, remove, same, small_tree


class Operation:
    """Prepared once in `base`; each trial works on a copy of it, in `folder`."""

    name = ""
    catalogs = ("rocksdb", "directory")
    checks_what_it_reads = False  # all of it, so that one wrong bit is noticed

    def __init__(self, context, seed):
        self.context, self.seed = context, seed

    def snapctl(self, folder):
        return self.context.snapctl(folder / "store", timeout=60)

    def aimed(self, fault, folder):
        """The fault, at the files it is meant for: reading fails where the operation's own files are."""
        return dataclasses.replace(fault, under=str(folder)) if fault.watch == "r" else fault

    def prepare(self, base, catalog):
        self.catalog = catalog
        return self.context.new_store(base / "store", catalog)

    def command(self, folder):
        """The arguments of the call that is killed."""

    def between(self, folder):
        """What is wrong after the kill, in words. The state must be the one before or the one after."""
        return ()

    def after(self, folder):
        """What is wrong when the call has succeeded."""
        return ()

    def left_behind(self, folder):
        """What is there that should be gone when no run is under way or was cut off."""
        return ()

    def is_published(self, folder):
        """Whether others can see that the call was made."""
        return False


class Init(Operation):
    def prepare(self, base, catalog):
        self.catalog = catalog

    def command(self, folder):
        return "init", "--if-missing", "--catalog", self.catalog

    def after(self, folder):
        remove(folder / "source")
        source = small_tree(folder / "source", self.seed)
        run = self.snapctl(folder).run("create", TREE, source)
        if run.exit != 0:
            yield run.told()


class Create(Operation):
    def prepare(self, base, catalog):
        snapctl = super().prepare(base, catalog)
        small_tree(base / "live", self.seed)
        snapctl.ok("create", TREE, base / "live")
        remove(base / "live" / "nested")
        small_tree_over(base / "live", self.seed)

    def command(self, folder):
        return "create", TREE, folder / "live"

    def between(self, folder):
        yield from dense(self.snapctl(folder), TREE, (1, 2))

    def is_published(self, folder):
        return len(self.snapctl(folder).versions(TREE)) == 2

    def after(self, folder):
        yield from dense(self.snapctl(folder), TREE, (2,))
        run = self.snapctl(folder).run("sync", f"{TREE}@2", folder / "check")
        yield from [run.told()] if run.exit != 0 else differences(folder / "live", folder / "check")


class Sync(Operation):
    catalogs = ("directory",)
    options = ()

    def prepare(self, base, catalog):
        snapctl = super().prepare(base, catalog)
        for number in (1, 2):
            small_tree(base / f"source{number}", self.seed, changed=number * 30 - 30)
            snapctl.ok("create", TREE, base / f"source{number}", "--expect", number - 1)
        snapctl.ok("sync", f"{TREE}@1", base / "copy", *self.options)

    def command(self, folder):
        return "sync", f"{TREE}@2", folder / "copy", *self.options

    def between(self, folder):
        if not any(same(folder / f"source{number}", folder / "copy") for number in (1, 2)):
            yield "the copy is neither the old nor the new version"

    def after(self, folder):
        yield from differences(folder / "source2", folder / "copy")

    def left_behind(self, folder):
        left = sorted(path.name for path in folder.iterdir() if path.name not in KNOWN)
        if left:
            yield f"left behind: {left}"


KNOWN = ("store", "copy", "source1", "source2", "live", "check")


class SyncInPlace(Sync):
    options = ("--in-place",)

    def between(self, folder):
        return ()


class FirstSync(Sync):
    """Into a place where nothing is yet."""

    def prepare(self, base, catalog):
        super().prepare(base, catalog)
        remove(base / "copy")

    def between(self, folder):
        copy = folder / "copy"
        if copy.exists() and [path.name for path in copy.iterdir()] not in ([], [".snapctl"]):
            yield from differences(folder / "source2", copy)


class Append(Operation):
    sequence = 2

    def prepare(self, base, catalog):
        snapctl = super().prepare(base, catalog)
        append(snapctl, base / "one.jsonl", range(10), 1)
        lines(base / "two.jsonl", range(5, 15))

    def command(self, folder):
        return "append", WORDS, "--input", folder / "two.jsonl", "--producer", "a", "--sequence", "2"

    def after(self, folder):
        snapctl = self.snapctl(folder)
        run = snapctl.run("compact", WORDS)
        yield from [run.told()] if run.exit != 0 else holds(snapctl, 15)

    def is_published(self, folder):
        return len(self.snapctl(folder).ok("deltas", WORDS).of_type("delta")) == 2


class Compact(Operation):
    def prepare(self, base, catalog):
        snapctl = super().prepare(base, catalog)
        append(snapctl, base / "one.jsonl", range(10), 1)
        snapctl.ok("compact", WORDS)
        append(snapctl, base / "two.jsonl", range(5, 15), 2)

    def command(self, folder):
        return "compact", WORDS

    def between(self, folder):
        yield from dense(self.snapctl(folder), WORDS, (1, 2))

    def is_published(self, folder):
        return len(self.snapctl(folder).versions(WORDS)) == 2

    def after(self, folder):
        yield from dense(self.snapctl(folder), WORDS, (2,))
        yield from holds(self.snapctl(folder), 15)


class Verify(Operation):
    """Reads all there is."""

    checks_what_it_reads = True

    def aimed(self, fault, folder):
        """Only what the format describes: the catalog's own files are the catalog's business."""
        kinds = "store/packs" if fault.do == "flip" else "store"
        return dataclasses.replace(fault, under=str(folder / kinds))

    def prepare(self, base, catalog):
        snapctl = super().prepare(base, catalog)
        snapctl.ok("create", TREE, small_tree(base / "live", self.seed))
        append(snapctl, base / "one.jsonl", range(10), 1)
        snapctl.ok("compact", WORDS)

    def command(self, folder):
        return ("verify",)


class ReadSync(FirstSync):
    """A sync of which only the store's bytes are wrong."""

    catalogs = ("rocksdb", "directory")
    checks_what_it_reads = True

    def aimed(self, fault, folder):
        return dataclasses.replace(fault, under=str(folder / "store"))


class Scan(Verify):
    def command(self, folder):
        return "scan", WORDS

    def after(self, folder):
        yield from holds(self.snapctl(folder), 10)


OPERATIONS = {
    "init": Init, "create": Create, "sync": Sync, "sync --in-place": SyncInPlace, "first sync": FirstSync,
    "append": Append, "compact": Compact,
}
READERS = {"verify": Verify, "sync, reading the store": ReadSync, "scan": Scan}

for name, operation in (OPERATIONS | READERS).items():
    operation.name = name


def small_tree_over(root, seed):
    for path in root.iterdir():
        if path.name != ".snapctl":
            path.unlink()
    small_tree(root, seed, changed=30)


def lines(path, numbers):
    path.write_text("".join(json.dumps(record(number)) + "\n" for number in numbers))
    return path


def append(snapctl, path, numbers, sequence):
    snapctl.ok("append", WORDS, "--input", lines(path, numbers), "--producer", "a", "--sequence", sequence)


def dense(snapctl, collection, allowed):
    """`list` gives versions 1 … n, and n is one of `allowed`."""
    run = snapctl.run("list", collection)
    found = [row["version"] for row in run.of_type("snapshot")] if run.exit == 0 else []
    if run.exit != 0:
        yield run.told()
    elif sorted(found) != list(range(1, len(found) + 1)) or len(found) not in allowed:
        yield f"{collection} has the versions {found}"


def holds(snapctl, count):
    run = snapctl.run("scan", WORDS)
    wanted = {record(number)["id"] for number in range(count)}
    if run.exit != 0:
        yield run.told()
    elif scanned(run).keys() != wanted:
        yield f"scan gives {len(scanned(run))} records where {count} were appended"
