"""What is killed, and how one sees that nothing is half-done afterwards."""

import json

from .sample import TREE, WORDS, record, scanned
from .trees import differences, remove, same, small_tree


class Operation:
    """Prepared once in `base`; each trial works on a copy of it, in `folder`."""

    catalogs = ("rocksdb", "directory")

    def __init__(self, context, seed):
        self.context, self.seed = context, seed

    def snapctl(self, folder):
        return self.context.snapctl(folder / "store", timeout=60)

    def prepare(self, base, catalog):
        return self.context.new_store(base / "store", catalog)

    def command(self, folder):
        """The arguments of the call that is killed."""

    def between(self, folder):
        """What is wrong after the kill, in words. The state must be the one before or the one after."""
        return ()

    def after(self, folder):
        """What is wrong when the call has been made again."""
        return ()


class Init(Operation):
    def prepare(self, base, catalog):
        self.catalog = catalog

    def command(self, folder):
        return "init", "--if-missing", "--catalog", self.catalog

    def after(self, folder):
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

    def after(self, folder):
        yield from dense(self.snapctl(folder), WORDS, (2,))
        yield from holds(self.snapctl(folder), 15)


OPERATIONS = {
    "init": Init, "create": Create, "sync": Sync, "sync --in-place": SyncInPlace, "first sync": FirstSync,
    "append": Append, "compact": Compact,
}


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
