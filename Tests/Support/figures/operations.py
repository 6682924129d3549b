"""What is killed, and how one sees that nothing is half-done afterwards."""

import dataclasses
import json
import pathlib

from .heads import content_hashes, tags
from .sample import ROWS_IN_HEAD, TREE, WORDS, record, scanned
from .trees import STATE, listing, remove, small_tree, unlike, wide_tree

STATE_FILES = ("lock", "manifest", "pages", "state")
PIN = "pin"  # made by whoever first patches or maps the copy, and stays


class Operation:
    """Prepared once in `base`; each trial works on a copy of it, in `folder`."""

    name = ""
    catalogs = ("rocksdb", "directory")
    checks_what_it_reads = False  # all of it, so that one wrong bit is noticed
    is_wide = False  # many files, not a few
    done_exits = (0,)  # of a run that did all of it

    def __init__(self, context, seed, is_wide=None):
        self.context, self.seed = context, seed
        self.is_wide = self.is_wide if is_wide is None else is_wide

    def snapctl(self, folder):
        return self.context.snapctl(folder / "store", timeout=60)

    def aimed(self, fault, folder):
        """The fault, at the files it is meant for: reading fails where the operation's own files are."""
        return dataclasses.replace(fault, under=str(folder)) if fault.watch == "r" else fault

    def prepare(self, base, catalog):
        self.catalog = catalog
        return self.context.new_store(base / "store", catalog)

    def tree(self, root, number):
        """The tree of version 1 or 2."""
        if self.is_wide:
            return wide_tree(root, self.seed, changed=number == 2)
        return small_tree(root, self.seed, changed=number * 30 - 30)

    def command(self, folder):
        """The arguments of the call that is killed."""

    def verified(self, folder):
        """What is wrong with the store."""
        if (folder / "store" / "store").exists():
            verified = self.snapctl(folder).run("verify")
            if verified.exit != 0:
                yield f"{verified.told()} {verified.stdout[:200]}"

    def between(self, folder):
        """What is wrong after the kill, in words. The state must be the one before or the one after."""
        return ()

    def repeated(self, folder, again):
        """What is wrong with how a second run ended."""
        if again.exit != 0:
            yield f"the second run: {again.told()}"

    def after(self, folder):
        """What is wrong when the call has succeeded."""
        return ()

    def left_behind(self, folder):
        """What is there that should be gone when no run is under way or was cut off."""
        return ()

    def is_published(self, folder):
        """Whether others can see that the call was made: then it must not end as if it had failed."""
        return False

    def is_done(self, folder):
        """Whether what a successful call promised is there."""
        return self.is_published(folder)


class Init(Operation):
    def prepare(self, base, catalog):
        self.catalog = catalog

    def command(self, folder):
        return "init", "--if-missing", "--catalog", self.catalog

    def is_done(self, folder):
        return (folder / "store" / "store").exists()

    def after(self, folder):
        remove(folder / "source")
        source = small_tree(folder / "source", self.seed)
        run = self.snapctl(folder).run("create", TREE, source)
        if run.exit != 0:
            yield run.told()


class Create(Operation):
    def prepare(self, base, catalog):
        snapctl = super().prepare(base, catalog)
        self.make_first(snapctl, base)
        self.model = listing(base / "live")
        self.old = content_hashes(base / "store", TREE)
        self.new = [*self.old, snapctl.ok("hash", base / "live").objects[-1]["contentHash"]]
        return snapctl

    def make_first(self, snapctl, base):
        self.tree(base / "live", 1)
        snapctl.ok("create", TREE, base / "live")
        self.tree_over(base / "live")

    def tree_over(self, root):
        for path in root.iterdir():
            if path.name != STATE:
                remove(path)
        self.tree(root, 2)

    def command(self, folder):
        return "create", TREE, folder / "live"

    def between(self, folder):
        if content_hashes(folder / "store", TREE) not in (self.old, self.new):
            yield f"{TREE} has the versions {content_hashes(folder / 'store', TREE)}"

    def is_published(self, folder):
        return content_hashes(folder / "store", TREE) == self.new

    def after(self, folder):
        if content_hashes(folder / "store", TREE) != self.new:
            yield f"{TREE} has the versions {content_hashes(folder / 'store', TREE)}"
        remove(folder / "check")
        run = self.snapctl(folder).run("sync", TREE, folder / "check")
        yield from [run.told()] if run.exit != 0 else unlike(self.model, listing(folder / "check"), "it", "the copy")
        yield from unlike(self.model, listing(folder / "live"), "it", "the source")

    def left_behind(self, folder):
        """What a run with nothing to do leaves in `.snapctl`, the next that does something tidies."""
        remove(folder / "check")
        yield from left_in(folder, ("store", "live"))
        if any(left_in_state(folder / "live" / STATE)):
            (folder / "live" / "one-more").touch()
            run = self.snapctl(folder).run(*self.command(folder))
            yield from [] if run.exit == 0 else [run.told()]
            yield from left_in_state(folder / "live" / STATE)


class FirstCreate(Create):
    """The collection is new."""

    def make_first(self, snapctl, base):
        self.tree(base / "live", 2)


class FullHeadCreate(Create):
    """The head is full: its older rows go to an object of their own."""

    catalogs = ("directory",)

    def make_first(self, snapctl, base):
        (base / "live").mkdir()
        for number in range(ROWS_IN_HEAD):
            (base / "live" / "number").write_text(str(number))
            snapctl.ok("create", TREE, base / "live")
        self.tree_over(base / "live")


class LargeCreate(Create):
    """More than goes into one pack."""

    catalogs = ("directory",)

    def make_first(self, snapctl, base):
        super().make_first(snapctl, base)
        with open(base / "live" / "large", "wb") as file:
            file.write(self.context.random("large").randbytes(17 << 20))


class Tag(Operation):
    def prepare(self, base, catalog):
        snapctl = super().prepare(base, catalog)
        snapctl.ok("create", TREE, self.tree(base / "live", 1))
        remove(base / "live")

    def command(self, folder):
        return "tag", f"{TREE}@1", "first"

    def between(self, folder):
        if tags(folder / "store", TREE) not in ({}, {"first": 1}):
            yield f"the tags are {tags(folder / 'store', TREE)}"

    def is_published(self, folder):
        return tags(folder / "store", TREE) == {"first": 1}

    def after(self, folder):
        if not self.is_published(folder):
            yield f"the tags are {tags(folder / 'store', TREE)}"


class Append(Operation):
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


class FirstAppend(Append):
    """The collection is new."""

    def prepare(self, base, catalog):
        Operation.prepare(self, base, catalog)
        lines(base / "two.jsonl", range(15))

    def command(self, folder):
        return "append", WORDS, "--input", folder / "two.jsonl", "--producer", "a", "--sequence", "1"

    def is_published(self, folder):
        return (folder / "store" / "deltas" / WORDS / "a" / f"{1:020}").exists()


class Compact(Operation):
    def prepare(self, base, catalog):
        snapctl = super().prepare(base, catalog)
        append(snapctl, base / "one.jsonl", range(10), 1)
        snapctl.ok("compact", WORDS)
        append(snapctl, base / "two.jsonl", range(5, 15), 2)

    def command(self, folder):
        return "compact", WORDS

    def between(self, folder):
        yield from dense(folder, WORDS, (1, 2))

    def is_published(self, folder):
        return len(content_hashes(folder / "store", WORDS)) == 2

    def after(self, folder):
        yield from dense(folder, WORDS, (2,))
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
        snapctl.ok("create", TREE, self.tree(base / "live", 1))
        append(snapctl, base / "one.jsonl", range(10), 1)
        snapctl.ok("compact", WORDS)
        remove(base / "live")
        self.before = store_listing(base)

    def command(self, folder):
        return ("verify",)

    def verified(self, folder):
        yield from unlike(self.before, store_listing(folder), "the store before", "the store now")


class Scan(Verify):
    def command(self, folder):
        return "scan", WORDS

    def after(self, folder):
        yield from holds(self.snapctl(folder), 10)


def store_listing(folder):
    """What the format describes of the store; the catalog's own files may change whenever it is opened."""
    found = listing(folder / "store")
    return {path: entry for path, entry in found.items() if path.split("/")[0] != "catalog"}


def left_in(folder, known):
    left = sorted({path.name for path in folder.iterdir()} - set(known))
    if left:
        yield f"left behind: {left}"


def left_in_state(folder):
    """A copy that is whole remembers one version, and nothing else."""
    names = sorted(path.name.split("-")[0] for path in pathlib.Path(folder).iterdir() if path.name != PIN)
    if tuple(names) != STATE_FILES:
        yield f"left behind in {folder.name}: {sorted(path.name for path in folder.iterdir())}"


def lines(path, numbers):
    path.write_text("".join(json.dumps(record(number)) + "\n" for number in numbers))
    return path


def append(snapctl, path, numbers, sequence):
    snapctl.ok("append", WORDS, "--input", lines(path, numbers), "--producer", "a", "--sequence", sequence)


def dense(folder, collection, allowed):
    """The store has versions 1 … n, and n is one of `allowed`."""
    count = len(content_hashes(folder / "store", collection))
    if count not in allowed:
        yield f"{collection} has {count} versions"


def holds(snapctl, count):
    run = snapctl.run("scan", WORDS)
    wanted = {record(number)["id"] for number in range(count)}
    if run.exit != 0:
        yield run.told()
    elif scanned(run).keys() != wanted:
        yield f"scan gives {len(scanned(run))} records where {count} were appended"
