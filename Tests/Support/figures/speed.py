"""Bytes and CPU seconds on a real ChromaDB directory of 60,000 records of 384 numbers, in five versions."""

import pathlib
import statistics
import subprocess

from .benchmark import benchmark
from .chain import objects_size
from .context import disk_free, helper
from .registry import Result, Unavailable, figure, megabytes
from .sha import PROMISED, sha_rate
from .trees import STATE, byte_count, differences, fresh_copy, remove

ROUNDS = 5
COLLECTION = "chroma"
WANTED = 4_000_000_000
LEAST = 200_000_000  # bytes of v1: what is promised is promised for 220.6 MB, and in proportion
PROMISED_BYTES = 220.6e6

BYTES = (
    ("bytes read by the four syncs", "read", 26e6),
    ("growth of the store by the four creates", "grown", 26.5e6),
    ("bytes read by the first sync in place", "read at first", 2.4e6),
    ("size of the first snapshot", "first size", 118e6),
    ("growth of the store by a tar of v5 after one of v4", "tar", 22e6),
)
SECONDS = (
    ("the first snapshot", "first", 0.55),
    ("the four creates", "creates", 0.85),
    ("the four syncs, files replaced", "syncs", 0.60),
    ("the four syncs in place", "patches", 0.50),
    ("the first of them in place", "first patch", 0.06),
    ("restore, verified", "restore", 0.28),
    ("verify --local", "local", 0.16),
)
VERIFIED = 1_200e6  # bytes of distinct chunks per CPU second
DETOUR_BYTES, DETOUR_SECONDS = 1.15, 1.4  # of a restore through four patches, in units of one without

# What of the benchmark of the same run stands beside a figure.
TAR = "tar, zstd -1"
PEERS = ("borg", "casync", "rsync", "rsync, deltas", TAR)
BESIDE = {
    "read": ("syncs", ("casync",)), "grown": ("following snapshots", ("casync", "borg")),
    "read at first": ("the first in place", ("rsync",)), "first size": ("first snapshot", (TAR, "borg")),
    "first": ("first snapshot", (TAR, "borg")), "creates": ("following snapshots", ("borg", "casync")),
    "syncs": ("syncs", ("rsync", "casync")), "patches": ("syncs in place", ("rsync",)),
    "first patch": ("the first in place", ("rsync",)), "restore": ("restore of the first", (TAR, "borg")),
}


@figure("speed")
def speed(context):
    versions = versions_of(context)
    beside = Beside(context)
    rounds = [one_round(context, versions) for _ in range(ROUNDS)]
    values = {name: [one[name] for one in rounds] for name in rounds[0]}
    rate = statistics.median(values["rate"])
    data, size = f"{byte_count(versions[0]) / 1e6:.0f} MB", share(versions)
    for what, name, bound in BYTES:
        median = statistics.median(values[name])
        found = megabytes(median) + beside.bytes(name)
        told_bound = f"<= {bound * size / 1e6:.2f} MB ({bound / 1e6:g} MB of {PROMISED_BYTES / 1e6:g} MB)"
        yield Result(f"{what}, {data}", found, told_bound, median <= bound * size)
    for what, name, bound in SECONDS:
        yield seconds(f"CPU of {what}, {data}", values[name], bound, rate, size, beside.seconds(name))
    yield from ratios(values, rate, data)


class Beside:
    """What peers need for the same."""

    def __init__(self, context):
        self.jobs = benchmark(context, "chroma", PEERS)
        self.tars = benchmark(context, "tar", ("borg", "casync"))

    def bytes(self, name):
        if name == "tar":
            return told(self.tars["following snapshots"], ("borg", "casync"), "bytes", megabytes)
        return self.told(name, "bytes", megabytes)

    def seconds(self, name):
        return self.told(name, "cpu", lambda value: f"{value:.2f} s")

    def told(self, name, measure, text):
        job, tools = BESIDE.get(name, (None, ()))
        return told(self.jobs.get(job, {}), tools, measure, text)


def told(costs, tools, measure, text):
    return "".join(f"; {tool} {text(costs[tool][measure])}" for tool in tools if tool in costs)


def share(versions):
    """Of the bytes that the bounds are for."""
    return byte_count(versions[0]) / PROMISED_BYTES


def allowed(bound, rate, size):
    """CPU seconds, for a machine whose SHA-256 runs at `rate` and data of that share: a slower one is allowed more."""
    return bound * size * PROMISED / rate


def seconds(what, values, bound, rate, size, beside=""):
    scaled, median = allowed(bound, rate, size), statistics.median(values)
    return Result(
        what, f"{median:.3f} s, at least {min(values):.3f} s{beside}",
        f"<= {scaled:.3f} s ({bound:g} s of {PROMISED_BYTES / 1e6:g} MB where SHA-256 runs at {PROMISED / 1e9:g} GB/s, "
        f"here {rate / 1e9:.2f})",
        median <= scaled)


def ratios(values, rate, data):
    verified, bound = statistics.median(values["verified"]), VERIFIED * rate / PROMISED
    yield Result(
        f"verify of the five versions, {data}",
        f"{verified / 1e6:.0f} MB of distinct chunks per CPU s, at most {max(values['verified']) / 1e6:.0f}",
        f">= {bound / 1e6:.0f} MB ({VERIFIED / 1e6:g} MB at {PROMISED / 1e9:g} GB/s)", verified >= bound)
    for what, name, bound in (("bytes", "detour bytes", DETOUR_BYTES), ("CPU", "detour seconds", DETOUR_SECONDS)):
        median = statistics.median(values[name])
        yield Result(
            f"{what} of a restore of v5 through its patches, {data}", f"{median:.2f} of one from a whole v5",
            f"<= {bound:g}", median <= bound)


def versions_of(context):
    """Copies that may be written to, v1 … v5."""
    folder = context.big or pathlib.Path(helper("chroma/large.sh"))
    sources = [folder / f"v{number}" for number in range(1, 6)]
    if not all(source.is_dir() for source in sources):
        raise Unavailable(f"{folder} has no v1 … v5")
    if byte_count(sources[0]) < LEAST:
        raise Unavailable(f"the bounds are for a v1 of about 220 MB, {sources[0]} has less")
    if disk_free(context.scratch) < WANTED:
        raise Unavailable(f"{WANTED / 1e9:g} GB of disk are wanted in {context.scratch}; set TMPDIR")
    target = context.folder("speed-data")
    return [fresh_copy(source, target / source.name) for source in sources]


def one_round(context, versions):
    """Everything once, in a fresh store: name -> what was measured."""
    folder = context.folder("speed")
    chain = Chain(context.new_store(folder / "store"), folder, versions)
    values = {"rate": sha_rate()}
    values |= chain.created()
    values |= chain.restored() | chain.replaced() | chain.patched()
    values |= chain.detour(Chain(context.new_store(folder / "whole"), folder, versions[4:]))
    verify = chain.snapctl.ok("verify")
    values["verified"] = verify.one("verified")["bytes"] / verify.cpu_seconds
    values["tar"] = tar_growth(context.new_store(folder / "tars"), folder, versions[3:])
    return values


class Chain:
    """A store of the versions, one after another, and the copies that are made from it."""

    def __init__(self, snapctl, folder, versions):
        self.snapctl, self.folder, self.versions = snapctl, folder, versions
        self.copy = folder / "copy"

    def created(self):
        """Each version lies in the same place while it is taken, as an application's directory does."""
        cpu, size = [], []
        for number, version in enumerate(self.versions, 1):
            live = version.rename(version.with_name("live"))
            cpu.append(self.snapctl.ok("create", COLLECTION, live, "--expect", number - 1).cpu_seconds)
            remove(live / STATE)
            live.rename(version)
            size.append(objects_size(self.snapctl.store))
        return {"first": cpu[0], "first size": size[0], "creates": sum(cpu[1:]), "grown": size[-1] - size[0]}

    def sync(self, number, copy, *options):
        return self.snapctl.ok("sync", f"{COLLECTION}@{number}", copy, *options)

    def following(self, *options):
        runs = [self.sync(number, self.copy, *options) for number in range(2, len(self.versions) + 1)]
        self.compare(self.copy)
        return runs, [run.one("synced")["bytesRead"] for run in runs]

    def compare(self, copy):
        fault = next(differences(self.versions[-1], copy), None)
        if fault:
            raise AssertionError(fault)

    def restored(self):
        remove(self.copy)
        return {"restore": self.sync(1, self.copy).cpu_seconds}

    def replaced(self):
        runs, read = self.following()
        local = self.checked()
        return {"syncs": sum(run.cpu_seconds for run in runs), "read": sum(read), "local": local.cpu_seconds}

    def checked(self):
        """The copy alone, while the store is not to be found."""
        store = self.snapctl.store
        away = store.rename(store.with_name("away"))
        try:
            return self.snapctl.ok("verify", "--local", self.copy)
        finally:
            away.rename(store)

    def patched(self):
        self.restored()
        runs, read = self.following("--in-place")
        return {"patches": sum(run.cpu_seconds for run in runs), "first patch": runs[0].cpu_seconds,
                "read at first": read[0]}

    def detour(self, whole):
        """The newest version through its patches, beside a store that has it whole."""
        whole.created()
        remove(self.copy)
        far = self.sync(len(self.versions), self.copy)
        self.compare(self.copy)
        remove(self.copy)
        near = whole.sync(1, self.copy)
        return {"detour bytes": far.one("synced")["bytesRead"] / near.one("synced")["bytesRead"],
                "detour seconds": far.cpu_seconds / near.cpu_seconds}


def tar_growth(snapctl, folder, versions):
    sizes = []
    archive = folder / "archive" / "chroma.tar"
    archive.parent.mkdir()
    for number, version in enumerate(versions):
        subprocess.run(["tar", "-c", "-f", archive, "--sort=name", "."], cwd=version, check=True)
        snapctl.ok("create", COLLECTION, archive.parent, "--expect", number)
        sizes.append(objects_size(snapctl.store))
    return sizes[1] - sizes[0]
