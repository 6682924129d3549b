"""The ten-thousandth version of a small tree costs what the first ones did: create, sync and list."""

import concurrent.futures
import os
import statistics

from .registry import Result, figure

CREATES = int(os.environ.get("FIGURES_CREATES", 10_000))
CATALOGS = ("rocksdb", "directory")
YOUNG = 10  # versions of the store that the old one is compared with
PAIRS = 100
BOUND = 1.2
COLLECTION = "small"


class Line:
    """One store, a small tree that changes a little each time, and a copy that follows it."""

    def __init__(self, context, folder, catalog, versions):
        self.snapctl = context.new_store(folder / "store", catalog)
        self.live, self.copy, self.version = folder / "live", folder / "copy", 0
        self.live.mkdir()
        chance = context.random("flatness")
        for name in ("one", "two", "three", "four"):
            (self.live / name).write_bytes(chance.randbytes(3_000))
        while self.version < versions:
            self.create()
        self.sync()

    def create(self):
        self.version += 1
        (self.live / "state").write_text(f"version {self.version}\n" * 100)
        run = self.snapctl.ok("create", COLLECTION, self.live)
        if run.one("created")["version"] != self.version:
            raise RuntimeError(f"not version {self.version}: {run.told()}")
        return run

    def sync(self):
        return self.snapctl.ok("sync", COLLECTION, self.copy)

    def newest(self):
        return self.snapctl.ok("list")

    def all(self):
        return self.snapctl.ok("list", COLLECTION)


@figure("flatness")
def flatness(context):
    folder = context.fast_folder("flatness")
    young = {catalog: Line(context, made(folder / f"{catalog}-young"), catalog, YOUNG) for catalog in CATALOGS}
    with concurrent.futures.ThreadPoolExecutor(len(CATALOGS)) as pool:
        grown = {catalog: pool.submit(Line, context, made(folder / catalog), catalog, CREATES) for catalog in CATALOGS}
    for catalog in CATALOGS:
        yield from compared(catalog, young[catalog], grown[catalog].result())
    context.fast_folder("flatness")  # gives the room back


def made(path):
    path.mkdir()
    return path


def compared(catalog, young, old):
    """Turn by turn, so that what else the machine does meets both."""
    words = {"create": Line.create, "sync to the newest": Line.sync, "list of collections": Line.newest}
    runs = {word: [] for word in words}
    first = old.version
    for turn in range(PAIRS):
        for word, run in words.items():
            pair = [run(line) for line in ((young, old) if turn % 2 else (old, young))]
            runs[word].append(pair if turn % 2 else pair[::-1])
    for word, pairs in runs.items():
        before, after = (statistics.median(run.cpu_seconds for run in side) for side in zip(*pairs))
        yield Result(
            f"CPU of {word}, {catalog}, versions {first + 1:,} … {old.version:,} and {YOUNG + 1} … {young.version}",
            f"{after * 1e3:.1f} ms and {before * 1e3:.1f} ms: {after / before:.2f} x", f"<= {BOUND} x",
            after / before <= BOUND)
    yield listed(catalog, young, old)


def listed(catalog, young, old):
    """All versions, which is as long as they are many: the time of a line is what counts."""
    short, long = ([line.all() for _ in range(9)] for line in (young, old))
    before, after = (statistics.median(run.cpu_seconds for run in side) for side in (short, long))
    lines = [len(side[0].of_type("snapshot")) for side in (short, long)]
    each = (after - before) / (lines[1] - lines[0])
    faults = lines != [young.version, old.version]
    return Result(
        f"CPU of list of all versions, {catalog}, per line",
        f"{each * 1e6:.1f} µs; {lines[1]:,} lines in {after * 1e3:.0f} ms, {lines[0]} in {before * 1e3:.0f} ms",
        "every version listed, <= 100 µs", not faults and each <= 100e-6)
