"""The tables of profiles.sh: bytes and CPU of storing versions under each profile, and with other parameters."""

import argparse
import dataclasses
import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import datasets
from figures.context import Context
from figures.registry import Unavailable

PROFILES = {
    "16 KiB": "16384", "64 KiB": "65536", "256 KiB": "262144", "by content": "content-defined",
    "as it is": "first-bytes"}
FRAME = 256 << 10  # the engine's own for full chunks
FRAMES = (64 << 10, 256 << 10, 1 << 20)
# step, gap, level, group: the engine's own, then each of them changed.
OWN = (4, 16, 4, 1 << 20)
TRIALS = [OWN] + [
    (step, gap, OWN[2], OWN[3])
    for step, gap in ((1, 16), (8, 16), (16, 16), (64, 64), (4, 0), (4, 4), (4, 64), (4, 256))
] + [(*OWN[:2], level, OWN[3]) for level in (1, 2, 3, 6, 9)] + [
    (*OWN[:3], group) for group in (64 << 10, 256 << 10, 4 << 20)]


@dataclasses.dataclass(frozen=True)
class Set:
    name: str
    about: str
    make: object  # (folder, sources) -> the folders of the versions


def one(name, versions, folder):
    """Only the file called `name` of each version; where it lies in a folder with a random name, that is left out."""
    targets = []
    for number, version in enumerate(versions, 1):
        found = next(iter(sorted(version.rglob(name))), None)
        if found is None:
            raise Unavailable(f"{version.name} has no {name}")
        targets.append(folder / f"v{number}")
        targets[-1].mkdir()
        os.link(found, targets[-1] / name)
    return targets


def fixture(name, folder, sources):
    return one(name, datasets.fixture(folder / "all", sources), folder)


def large(name, folder, sources):
    if not sources.big:
        raise Unavailable("the large ChromaDB directory was not made yet: run.sh makes it")
    return one(name, datasets.taken(sources.large, folder / "all"), folder)


def tar(folder, sources):
    """The fixture's last versions as tars: the files of the one before stand in other places."""
    versions = []
    for number, source in enumerate(sources.context.versions[3:5], 1):
        versions.append(folder / f"v{number}")
        versions[-1].mkdir()
        command = ["tar", "-c", "-f", versions[-1] / "chroma.tar", "--sort=name", "--mtime=@0", "."]
        subprocess.run(command, cwd=source, check=True)
    return versions


def lines(folder, sources):
    """20 MB of records as lines of JSON: 100 come into the middle here and there, 50 go, 1 % come to the end."""
    chance = sources.random("lines")

    def line():
        words = " ".join(f"word{chance.randrange(3_000)}" for _ in range(12))
        return json.dumps({"id": chance.randrange(1 << 40), "page": chance.randrange(9), "text": words}) + "\n"

    rows = [line() for _ in range(130_000)]
    write(folder / "v1" / "records.jsonl", "".join(rows))
    for _ in range(100):
        rows.insert(chance.randrange(len(rows)), line())
    for _ in range(50):
        del rows[chance.randrange(len(rows))]
    write(folder / "v2" / "records.jsonl", "".join(rows + [line() for _ in range(1_300)]))
    return [folder / "v1", folder / "v2"]


def table(folder, sources):
    """20 MB of comma-separated numbers, of which one column of 1 % of the rows is written over, as long as before."""
    chance = sources.random("table")
    rows = [[f"{chance.random():.9f}" for _ in range(16)] for _ in range(104_000)]
    write(folder / "v1" / "table.csv", "\n".join(",".join(row) for row in rows))
    for _ in range(len(rows) // 100):
        rows[chance.randrange(len(rows))][7] = f"{chance.random():.9f}"
    write(folder / "v2" / "table.csv", "\n".join(",".join(row) for row in rows))
    return [folder / "v1", folder / "v2"]


def write(path, text):
    path.parent.mkdir()
    path.write_text(text)


FILES = {
    "sqlite": ("chroma.sqlite3", "SQLite"), "hnsw": ("data_level0.bin", "HNSW graph and vectors"),
    "pickle": ("index_metadata.pickle", "pickled maps")}
SETS = (
    [Set("sqlite, small", "SQLite of the fixture, four increments", functools.partial(fixture, "chroma.sqlite3"))]
    + [Set(f"{name}, large", f"{about} of 60,000 records, four increments", functools.partial(large, file))
       for name, (file, about) in FILES.items()]
    + [
        Set("chroma", "the fixture's directory, four increments", datasets.fixture),
        Set("floats", "an array of 60 MB, 13 runs of 30 rows anew, 1 % more",
            functools.partial(datasets.floats, scale=25)),
        Set("models", "60 MB of weights, the last fifth of a file anew", functools.partial(datasets.models, scale=5)),
        Set("experiments", "600 files, 100 MB; then 17 MB new or changed",
            functools.partial(datasets.experiments, scale=5)),
        Set("tar", "the fixture's directory as a tar, its content shifted", tar),
        Set("lines", "20 MB of JSON lines, some put in, some taken out", lines),
        Set("table", "20 MB of numbers as text, some written over", table),
    ])
# What the other parameters are tried on: sets of one file, patched where it is.
PATCHED = ("sqlite, large", "hnsw, large", "floats")


class Tool:
    def __init__(self, program, rounds):
        self.program, self.rounds = program, rounds

    def numbers(self, *arguments):
        run = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True, timeout=900)
        if run.returncode != 0:
            raise RuntimeError(f"snapprofiles {' '.join(map(str, arguments[:3]))}: {run.stdout}{run.stderr}"[-400:])
        return [[float(word) for word in line.split()] for line in run.stdout.splitlines()]

    def store(self, profile, frame, versions):
        """(MB, CPU s) of the first version; of all others, and MB of their new chunks. CPU is the least of all rounds."""
        rounds = [self.numbers("store", profile, frame, *versions) for _ in range(self.rounds)]
        first = rounds[0][0][0] / 1e6, min(lines[0][1] for lines in rounds)
        later = rounds[0][1:]
        seconds = min(sum(line[1] for line in lines[1:]) for lines in rounds)
        return first, (sum(line[0] for line in later) / 1e6, seconds, sum(line[2] for line in later) / 1e6)

    def patches(self, trial, versions):
        """Patches of each version on the one before: MB, MB compressed, CPU s of that, MB of chunks stored in full."""
        names = [next(path for path in version.iterdir()) for version in versions]
        rounds = [[self.numbers("patches", *trial, *pair)[0] for pair in zip(names, names[1:])]
                  for _ in range(self.rounds)]
        sums = [sum(column) for column in zip(*rounds[0])]
        return (sums[1] / 1e6, sums[2] / 1e6, min(sum(line[3] for line in lines) for lines in rounds),
                sums[4] * 65_536 / 1e6)


def row(*cells):
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def cell(cost):
    return " · ".join([f"{cost[0]:.2f}", f"{cost[1]:.2f}", *(f"{megabytes:.0f}" for megabytes in cost[2:])])


def profiles(tool, name, versions):
    costs = {label: tool.store(profile, FRAME, versions) for label, profile in PROFILES.items()}
    row(name, "first", *(cell(first) for first, _ in costs.values()))
    row("", "next", *(cell(later) for _, later in costs.values()))


def parameters(tool, name, versions):
    print(f"\n{name}: patches\n")
    row("step, gap, level, group KiB", "MB", "MB compressed", "CPU s", "MB in full")
    row("---", "--:", "--:", "--:", "--:")
    for trial in TRIALS:
        literal, compressed, seconds, full = tool.patches(trial, versions)
        label = f"{trial[0]}, {trial[1]}, {trial[2]}, {trial[3] >> 10}"
        row(label, f"{literal:.2f}", f"{compressed:.3f}", f"{seconds:.3f}", f"{full:.1f}")


def frames(tool, made):
    print("\nFrames of full chunks, first versions under their own profiles: MB · CPU s\n")
    row("set", *(f"{frame >> 10} KiB" for frame in FRAMES))
    row("---", *("--:" for _ in FRAMES))
    for name, versions in made.items():
        row(name, *(cell(tool.store("first-bytes", frame, versions[:1])[0]) for frame in FRAMES))


def parse_arguments():
    parser = argparse.ArgumentParser(prog="profiles.sh", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sets", help=f"of {'; '.join(data.name for data in SETS)}; separated by semicolons")
    parser.add_argument("--cache", type=pathlib.Path, help="where run.sh has made the large ChromaDB directory")
    parser.add_argument("--program", type=pathlib.Path, required=True)
    return parser.parse_args()


def cached(folder):
    """Where large.sh leaves the large directory; None where it has not made it."""
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    made = (folder or pathlib.Path(home) / "snapshot-engine-bench") / "chroma-60000x384-context"
    return made if (made / "v5").is_dir() else None


def main():
    options = parse_arguments()
    wanted = options.sets and options.sets.split(";")
    tool = Tool(options.program, options.rounds)
    with tempfile.TemporaryDirectory(prefix="snapctl-profiles-") as scratch:
        context = Context(None, pathlib.Path(scratch))
        sources = datasets.Sources(context, options.seed, options.cache, cached(options.cache))
        print("MB stored · CPU s; first: the first version; next: all that follow, and MB of chunks that a sync makes\n")
        row("set", "", *PROFILES)
        row("---", "---", *("--:" for _ in PROFILES))
        made = {}
        for data in [data for data in SETS if wanted is None or data.name in wanted]:
            try:
                made[data.name] = data.make(context.folder(f"set{len(made)}"), sources)
            except Unavailable as reason:
                print(f"left out: {data.name}: {reason}", file=sys.stderr)
                continue
            profiles(tool, data.name, made[data.name])
        frames(tool, made)
        for name in PATCHED:
            if name in made:
                parameters(tool, name, made[name])
    return 0


if __name__ == "__main__":
    sys.exit(main())
