"""What is killed while it makes or changes a local copy."""

import dataclasses
import fnmatch
import os

from .operations import Operation, left_in, left_in_state, store_listing
from .sample import TREE
from .shim import KILL, Shim
from .trees import STATE, copy_tree, listing, remove, unlike

KNOWN = ("store", "copy")


class Sync(Operation):
    catalogs = ("directory",)
    options = ()
    old, new = 1, 2

    def prepare(self, base, catalog):
        snapctl = super().prepare(base, catalog)
        self.models = {}
        for number in (1, 2):
            source = self.tree(base / "source", number)
            snapctl.ok("create", TREE, source, "--expect", number - 1)
            self.models[number] = listing(source)
            remove(source)
        self.make_copy(snapctl, base)
        self.store = store_listing(base)
        self.before = listing(self.visible(base)) if self.visible(base).exists() else None
        return snapctl

    def make_copy(self, snapctl, base):
        snapctl.ok("sync", f"{TREE}@{self.old}", base / "copy", *self.options)

    def command(self, folder):
        return "sync", f"{TREE}@{self.new}", folder / "copy", *self.options

    def visible(self, folder):
        """The tree that others see."""
        return folder / "copy"

    def made(self, folder):
        """The copy that the call makes or changes."""
        return folder / "copy"

    def verified(self, folder):
        """A sync changes nothing there."""
        yield from unlike(self.store, store_listing(folder), "the store before", "the store now")

    def between(self, folder):
        if listing(self.visible(folder)) not in (self.before, self.models[self.new]):
            yield "the copy is neither the old nor the new version"

    def after(self, folder):
        yield from unlike(self.models[self.new], listing(self.visible(folder)), "the version", "the copy")
        run = self.snapctl(folder).run("verify", "--local", folder / "copy")
        if run.exit != 0:
            yield run.told()

    def left_behind(self, folder):
        """A run with nothing to do leaves what a killed one left in `.snapctl`; the next that does something tidies."""
        if any(self.untidy(folder)):
            other = f"{TREE}@{self.old}"
            run = self.snapctl(folder).run("sync", other, self.made(folder), *self.options)
            yield from [] if run.exit == 0 else [run.told()]
            yield from self.untidy(folder)

    def untidy(self, folder):
        yield from left_in(folder, KNOWN)
        yield from left_in_state(folder / "copy" / STATE)

    def is_done(self, folder):
        path = self.visible(folder)
        return path.exists() and listing(path) == self.models[self.new]


class SyncPart(Sync):
    """The copy holds a part of a version, and moves to another part of the next one. Patterns are of what lies at the top."""

    held, wanted = ("nested", "t*", "part[012]"), ("t*", "link", "more", "part[234]", "later")

    def make_copy(self, snapctl, base):
        snapctl.ok("sync", f"{TREE}@{self.old}", base / "copy", *self.options, *including(self.held))
        self.models[self.new] = {
            path: entry for path, entry in self.models[self.new].items()
            if any(fnmatch.fnmatchcase(path.partition("/")[0], pattern) for pattern in self.wanted)}

    def command(self, folder):
        return *super().command(folder), *including(self.wanted)


def including(patterns):
    return [argument for pattern in patterns for argument in ("--include", f"/{pattern}")]


class SyncBack(Sync):
    old, new = 2, 1


class SyncAltered(Sync):
    """What was changed in the copy is put back."""

    options = ("--in-place",)

    def make_copy(self, snapctl, base):
        snapctl.ok("sync", f"{TREE}@{self.old}", base / "copy")
        alter_copy(base / "copy")

    def between(self, folder):
        return ()


class SyncAlteredAtOnce(SyncAltered):
    options = ()
    between = Sync.between


class Adopt(Sync):
    """A directory that is no copy becomes one."""

    options = ("--adopt",)

    def make_copy(self, snapctl, base):
        snapctl.ok("sync", f"{TREE}@{self.old}", base / "copy")
        remove(base / "copy" / STATE)


class SyncInPlace(Sync):
    options = ("--in-place",)

    def between(self, folder):
        """Halfway the bytes are of both versions. Whoever asks hears that, unless they are of one."""
        run = self.snapctl(folder).run("verify", "--local", folder / "copy")
        if run.exit == 0 and listing(folder / "copy") not in (self.before, self.models[self.new]):
            yield "the copy is of both versions, and counts as sound"


class SyncInPlaceBack(SyncInPlace):
    old, new = 2, 1


class SyncPartInPlace(SyncPart, SyncInPlace):
    pass


class FirstSync(Sync):
    """Into a place where nothing is yet."""

    def make_copy(self, snapctl, base):
        pass

    def between(self, folder):
        copy = folder / "copy"
        if copy.exists() and [path.name for path in copy.iterdir()] not in ([], [STATE]):
            yield from unlike(self.models[self.new], listing(copy), "the version", "the copy")


class CachedSync(FirstSync):
    """The same through a cache that is filled on the way."""

    def snapctl(self, folder):
        return self.context.snapctl(folder / "store", folder / "cache", timeout=60)

    def after(self, folder):
        yield from super().after(folder)
        remove(folder / "check")
        run = self.snapctl(folder).run("sync", f"{TREE}@{self.new}", folder / "check", "--mode", "cache")
        yield from [run.told()] if run.exit != 0 else unlike(
            self.models[self.new], listing(folder / "check"), "the version", "what the cache gives")
        remove(folder / "check")

    def untidy(self, folder):
        yield from left_in(folder, (*KNOWN, "cache"))
        yield from left_in_state(folder / "copy" / STATE)


class Generations(Sync):
    options = ("--generations",)

    def visible(self, folder):
        return folder / "copy" / "current"

    def between(self, folder):
        if self.visible(folder).exists() or self.before is not None:
            found = listing(self.visible(folder))
            if found not in (self.before, self.models[self.new]):
                yield "`current` is neither the old nor the new version"
        yield from self.incomplete(folder)

    def incomplete(self, folder):
        """Generations that say they are whole and are not."""
        for path in (folder / "copy").glob("gen-*") if (folder / "copy").exists() else ():
            if (path / STATE / "COMPLETE").exists():
                model = self.models[int(path.name.split("-")[1])]
                yield from unlike(model, listing(path), "the version", path.name)

    def after(self, folder):
        yield from super().after(folder)
        yield from self.incomplete(folder)
        for path in (folder / "copy").glob("gen-*"):
            if not (path / STATE / "COMPLETE").exists():
                yield f"{path.name} is not complete"

    def untidy(self, folder):
        yield from left_in(folder, KNOWN)
        names = {path.name.split("-")[0] for path in (folder / "copy" / STATE).iterdir()}
        if not names <= {"state", "lock", "manifest", "pages", "evicted"}:
            yield f"left behind: {names}"


class FirstGeneration(Generations):
    def make_copy(self, snapctl, base):
        pass


class GenerationsKept(Generations):
    """The old one is evicted."""

    options = ("--generations", "--keep", "1")

    def untidy(self, folder):
        yield from super().untidy(folder)
        evicted = folder / "copy" / STATE / "evicted"
        if evicted.exists() and list(evicted.iterdir()):
            yield "left behind in evicted/"
        if len(list((folder / "copy").glob("gen-*"))) != 1:
            yield "more than one generation is left"


class Fork(Sync):
    """`work` appears whole; once it has, a second run refuses to touch it."""

    def command(self, folder):
        return "fork", folder / "copy", folder / "work"

    def prepare(self, base, catalog):
        super().prepare(base, catalog)
        self.before = None

    def make_copy(self, snapctl, base):
        snapctl.ok("sync", f"{TREE}@{self.new}", base / "copy")

    def visible(self, folder):
        return folder / "work"

    def between(self, folder):
        yield from unlike(self.models[self.new], listing(folder / "copy"), "the version", "what was forked")
        work = folder / "work"
        if work.exists() and list(work.iterdir()):
            yield from unlike(self.models[self.new], listing(work), "the version", "the fork")

    def repeated(self, folder, again):
        is_there = self.is_done(folder) and "not empty" in again.stderr
        if again.exit != 0 and not (again.exit == 1 and is_there):
            yield f"the second run: {again.told()}"

    def after(self, folder):
        yield from self.between(folder)
        run = self.snapctl(folder).run("verify", "--local", folder / "work")
        if run.exit != 0:
            yield run.told()

    def made(self, folder):
        return folder / "work"

    def untidy(self, folder):
        yield from left_in(folder, (*KNOWN, "work"))
        yield from left_in_state(folder / "work" / STATE)


class ReadSync(FirstSync):
    """A sync of which only the store's bytes are wrong."""

    catalogs = ("rocksdb", "directory")
    checks_what_it_reads = True

    def aimed(self, fault, folder):
        return dataclasses.replace(fault, under=str(folder / "store"))


def resumed(operation, share):
    """The same where another run was killed before, after that share of its calls."""

    class Resumed(operation):
        def prepare(self, base, catalog):
            super().prepare(base, catalog)
            other = base.parent / "resumed-base"
            remove(other)
            copy_tree(base, other)
            shim = Shim(self.context)
            _, tally = shim.run(self.snapctl(other), 0, *self.command(other))
            remove(other)
            shim.run(self.snapctl(base), max(1, int(share * tally.count)), *self.command(base), fault=KILL)

    return Resumed


def alter_copy(copy):
    """One file less, one more, one longer and of another mode."""
    files = sorted(path for path in copy.rglob("*") if path.is_file() and not path.is_symlink())
    files = [path for path in files if STATE not in path.parts]
    files[0].unlink()
    (files[1].parent / "of-my-own").write_text("mine")
    os.chmod(files[2], 0o600)
    with open(files[2], "ab") as file:
        file.write(b"and more")
