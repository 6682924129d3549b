"""What others can put in the way, in a store or in a copy: nothing outside changes, nothing hangs or crashes."""

import os
import pathlib
import shutil

from .registry import figure, verdict
from .sample import NOT_FORMAT, TREE, WORDS, Sample
from .trees import listing, remove, same

CONTRACT = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
RSS_MAX = 256 << 20
HUGE = 1 << 40
NEEDED = ("store", "packs", "manifests", "versions")
COPY = "hostile-copy"


@figure("hostile")
def hostile(context, share=0.3):
    """Tries that share of all."""
    yield from stores(context, share)
    yield from copies(context, share)


class Outside:
    """A directory that must stay as it is."""

    def __init__(self, folder):
        self.path = folder / "outside"
        (self.path / "inner").mkdir(parents=True)
        (self.path / "secret").write_text("secret")
        (self.path / "inner" / "more").write_text("more")
        self.before = listing(self.path)

    def faults(self):
        return [] if listing(self.path) == self.before else ["something outside changed"]


def planted(path, outside):
    """Name -> what puts something hostile in the place of `path`."""
    content = path.read_bytes() if path.is_file() else b""
    return {
        "a symbolic link to a file": lambda: path.symlink_to(outside.path / "secret"),
        "a symbolic link to a directory": lambda: path.symlink_to(outside.path / "inner"),
        "a symbolic link to itself": lambda: path.symlink_to(path),
        "a FIFO": lambda: os.mkfifo(path),
        "a directory": lambda: path.mkdir(),
        "nothing": lambda: None,
        "an empty file": lambda: path.touch(),
        "a terabyte of zeros": lambda: sparse(path, b""),
        "itself and a terabyte of zeros": lambda: sparse(path, content),
        "words": lambda: path.write_bytes(b"\x1b[31mnot this\n" * 100),
        "a device": lambda: path.symlink_to("/dev/zero"),
    }


def sparse(path, content):
    path.write_bytes(content)
    os.truncate(path, HUGE)


def moved_aside(path):
    aside = path.parent / (path.name + ".aside")
    path.rename(aside)
    return aside


def judged(run, what):
    if run.timed_out or run.exit not in CONTRACT:
        yield f"{what}: {run.told()}"
    elif run.exit != 0 and not (run.stderr.strip() or run.stdout.strip()):
        yield f"{what}: no word about it: {run.told()}"
    if run.rss_bytes > RSS_MAX:
        yield f"{what}: {run.rss_bytes >> 20} MiB of memory: {run.told()}"


def stores(context, share):
    """Something else in the place of an object, one of each kind; then in the place of a whole folder."""
    for catalog in ("rocksdb", "directory"):
        sample = Sample(context, f"hostile-{catalog}", catalog)
        outside, faults, trials = Outside(sample.folder), [], 0
        chance = context.random(f"hostile stores {catalog}")
        for path in places(sample):
            for name, plant in planted(path, outside).items():
                if chance.random() > share:
                    continue
                what = f"{path.relative_to(sample.store)} is {name}"
                aside = moved_aside(path)
                plant()
                for run in runs_on(sample):
                    faults += [*judged(run, what), *unnoticed(sample, path, run, what)]
                    trials += 1
                faults += [f"{what}: {text}" for text in outside.faults()]
                remove(path)
                aside.rename(path)
        verified = sample.snapctl.run("verify")
        faults += [] if verified.exit == 0 else [f"undamaged again: {verified.told()}"]
        yield verdict(
            f"links, FIFOs, terabytes and words in place of a store's objects, {catalog} catalog",
            "refused in the contract's words, nothing outside changes, no hang", faults, f"{trials} runs")


def unnoticed(sample, path, run, what):
    """Bytes that are not the version's, and a check that misses what every version needs."""
    kind = path.relative_to(sample.store).parts[0]
    if "verify" in run.command and kind in NEEDED and run.exit == 0:
        yield f"{what}: unnoticed: {run.told()}"
    if "sync" in run.command and run.exit == 0 and not same(sample.sources[1], sample.folder / COPY):
        yield f"{what}: other content, and {run.told()}"


def places(sample):
    """An object of each kind, and its folder."""
    seen = {}
    for key in sample.objects:
        seen.setdefault(key.split("/")[0], sample.store / key)
    folders = [sample.store / name for name in seen if (sample.store / name).is_dir()]
    local = [sample.store / name for name in NOT_FORMAT if (sample.store / name).exists()]
    return [*seen.values(), *folders, *local]


def runs_on(sample):
    copy = sample.folder / COPY
    remove(copy)
    yield sample.snapctl.run("verify", timeout=30)
    yield sample.snapctl.run("sync", f"{TREE}@2", copy, timeout=30)
    yield sample.snapctl.run("scan", WORDS, timeout=30)
    yield sample.snapctl.run("list", timeout=30)


STATES = ("", "state", "pages", "lock", "tmp", "next", "unfinished", "link", "journal")
SYNCS = (("sync", f"{TREE}@2"), ("sync", f"{TREE}@2", "--in-place"), ("sync", f"{TREE}@2", "--adopt"))


def copies(context, share):
    """Something else in the place of what a copy remembers."""
    sample = Sample(context, "hostile-copies", "directory")
    outside, faults, trials = Outside(sample.folder), [], 0
    base = sample.folder / "base"
    sample.snapctl.ok("sync", f"{TREE}@1", base)
    chance = context.random("hostile copies")
    names = sorted({*STATES, *(path.name for path in (base / ".snapctl").iterdir())})
    for name in names:
        for kind in planted(base / ".snapctl" / name, outside):
            for command in (*SYNCS, ("status", f"{TREE}@1"), ("create", TREE), ("verify", "--local")):
                if chance.random() > share:
                    continue
                run, copy = on_copy(sample, outside, base, name, kind, command)
                what = f".snapctl/{name} is {kind}"
                faults += judged(run, what)
                faults += [f"{what}: {text}: {run.told()}" for text in outside.faults()]
                if run.exit == 0 and command[0] == "sync" and not same(sample.sources[1], copy):
                    faults.append(f"{what}: other content, and {run.told()}")
                trials += 1
    yield verdict(
        "links, FIFOs, terabytes and words in place of a copy's state",
        "refused or the right bytes, nothing outside changes, no hang", faults, f"{trials} runs")


def on_copy(sample, outside, base, name, kind, command):
    copy = pathlib.Path(sample.folder / "copy")
    remove(copy)
    remove(copy.with_name(".copy.snapctl-next"))
    shutil.copytree(base, copy, symlinks=True)
    path = copy / ".snapctl" / name if name else copy / ".snapctl"
    plant = planted(path, outside)[kind]
    remove(path)
    plant()
    arguments = [*command[:2], copy, *command[2:]] if command[0] != "verify" else [*command, copy]
    if command[0] == "create":
        arguments.append("--append-version")
    run = sample.snapctl.run(*arguments, timeout=30)
    return run, copy
