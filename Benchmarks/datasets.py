"""The data of the benchmarks: each set is a list of versions in one folder, made from a seed (ChromaDB's aside).

Files that a version has in common with the one before are hard links: tools that trust a file's time and inode may do
so, as they would in a folder that people work in.
"""

import array
import dataclasses
import filecmp
import functools
import json
import os
import pathlib
import random
import shutil
import subprocess
import time

from figures.context import helper
from figures.registry import Unavailable
from figures.trees import STATE

MB = 1_000_000
ROW = 384 * 4
BLOCK = ROW * 512


@dataclasses.dataclass(frozen=True)
class DataSet:
    name: str
    about: str
    make: object  # (folder, sources) -> the folders of the versions
    wanted: int  # bytes of disk: the versions, and one tool's store and copies at a time
    rounds: int = 3


@dataclasses.dataclass(frozen=True)
class Sources:
    """What the sets are made from: the seed, the committed fixture, and the place of the large directory."""

    context: object
    seed: int
    cache: pathlib.Path | None
    big: pathlib.Path | None

    def random(self, name):
        return random.Random(f"{self.seed}/{name}")

    @functools.cached_property
    def large(self):
        """v1 … v5 of the large ChromaDB directory, made where there is none yet."""
        folder = self.big or pathlib.Path(helper("chroma/large.sh", *([self.cache] if self.cache else [])))
        versions = [folder / f"v{number}" for number in range(1, 6)]
        if not all(version.is_dir() for version in versions):
            raise Unavailable(f"{folder} has not all of v1 … v5")
        return versions


class Floats:
    """Bytes that look like small float32 numbers: signs and exponents as chance has them, mantissas all different."""

    def __init__(self, chance):
        self.chance = chance
        self.pool = array.array("f", (chance.gauss(0, 0.05) for _ in range(1 << 20))).tobytes()
        self.mask = int.from_bytes(b"\xff\xff\x7f\x00" * (BLOCK // 4), "little")

    def block(self, count=BLOCK):
        """`count` bytes: a multiple of 4, at most BLOCK."""
        start = self.chance.randrange((len(self.pool) - BLOCK) // 4) * 4
        shape = int.from_bytes(self.pool[start:start + count], "little")
        noise = self.chance.getrandbits(count * 8) & self.mask
        return (shape ^ noise).to_bytes(count, "little")

    def write(self, path, count):
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as file:
            self.fill(file, count)

    def fill(self, file, count):
        for start in range(0, count, BLOCK):
            file.write(self.block(min(BLOCK, count - start)))


def linked(source, target):
    """`target` as `source`, each file a link. What is written afterwards has another time: rsync counts whole seconds."""
    time.sleep(1.1)
    shutil.copytree(source, target, copy_function=os.link)
    return target


def changed(path):
    """A file of its own, with the same content, at `path`, which was a link."""
    copy = path.with_name(path.name + ".new")
    shutil.copyfile(path, copy)
    os.replace(copy, path)
    return path


def taken(versions, folder):
    """The versions copied into `folder`; a file that is as it was in the one before becomes a link."""
    targets = []
    for number, source in enumerate(versions):
        target = folder / source.name
        shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns(STATE))
        for path in [path for path in target.rglob("*") if path.is_file() and targets]:
            before = targets[-1] / path.relative_to(target)
            if before.is_file() and filecmp.cmp(before, path, shallow=False):
                path.unlink()
                os.link(before, path)
            elif before.is_file() and path.stat().st_mtime_ns == before.stat().st_mtime_ns:
                os.utime(path, (path.stat().st_mtime + number,) * 2)  # an archive had taken its time away
        targets.append(target)
    return targets


def fixture(folder, sources):
    return taken(sources.context.versions[:5], folder)


def chroma(folder, sources):
    return taken(sources.large, folder)


def archives(folder, sources):
    versions = []
    for number, source in enumerate(sources.large[3:], 1):
        versions.append(folder / f"v{number}")
        versions[-1].mkdir()
        command = ["tar", "-c", "-f", versions[-1] / "chroma.tar", "--sort=name", f"--exclude=./{STATE}", "."]
        subprocess.run(command, cwd=source, check=True)
    return versions


def models(folder, sources, scale=1):
    """Weights in files of 5 to 90 MB beside small descriptions; one of 35 MB gets a new last fifth. `scale` divides."""
    floats = Floats(sources.random("models"))
    first = folder / "v1"
    for number, size in enumerate((90, 70, 35, 35, 30, 20, 10, 5, 5)):
        floats.write(first / f"model{number}" / "weights.bin", size * MB // scale)
        (first / f"model{number}" / "config.json").write_text(json.dumps({"layers": number, "bytes": size * MB}))
    second = linked(first, folder / "v2")
    with open(changed(second / "model2" / "weights.bin"), "r+b") as file:
        file.seek(28 * MB // scale)
        floats.fill(file, 7 * MB // scale)
    return [first, second]


def experiments(folder, sources, scale=1):
    """3,000 files: settings, logs, metrics, checkpoints. v2: 50 runs more, 45 checkpoints changed, 200 logs longer.

    `scale`, a divisor of 5, divides the runs.
    """
    chance = sources.random("experiments")
    floats = Floats(chance)
    first = folder / "v1"
    for run in range(500 // scale):
        experiment(first / f"run{run:04d}", chance, floats)
    second = linked(first, folder / "v2")
    for run in range(400 // scale, 445 // scale):
        floats.write(changed(second / f"run{run:04d}" / "checkpoint0.bin"), 480_000)
    for run in range(100 // scale, 300 // scale):
        with open(changed(second / f"run{run:04d}" / "train.log"), "a") as file:
            file.write(log(chance, 400))
    for run in range(500 // scale, 550 // scale):
        experiment(second / f"run{run:04d}", chance, floats)
    return [first, second]


def experiment(folder, chance, floats):
    floats.write(folder / "checkpoint0.bin", 480_000)
    floats.write(folder / "checkpoint1.bin", 430_000)
    settings = {"seed": chance.getrandbits(32), "rate": chance.random(), "layers": chance.randrange(40)}
    (folder / "settings.json").write_text(json.dumps(settings, indent=2))
    (folder / "train.log").write_text(log(chance, 900))
    rows = (f"{step},{chance.random():.6f},{chance.random():.6f}" for step in range(2_000))
    (folder / "metrics.csv").write_text("step,loss,accuracy\n" + "\n".join(rows) + "\n")
    (folder / "notes.txt").write_text(f"run of {folder.name}\n")


def log(chance, lines):
    return "".join(
        f"2026-01-01T{line // 3600 % 24:02d}:{line // 60 % 60:02d}:{line % 60:02d}Z step {line} "
        f"loss {chance.random():.6f}\n" for line in range(lines))


def floats(folder, sources, scale=1):
    """Rows of 384 float32, 1.5 GB; v2 has 333 runs of 30 rows written anew, and 1 % more rows. `scale` divides."""
    numbers = Floats(sources.random("floats"))
    first, second = folder / "v1", folder / "v2"
    rows = 1_500 * MB // ROW // scale
    numbers.write(first / "array.f32", rows * ROW)
    second.mkdir()
    shutil.copyfile(first / "array.f32", second / "array.f32")
    with open(second / "array.f32", "r+b") as file:
        for _ in range(333 // scale):
            file.seek(numbers.chance.randrange(rows - 30) * ROW)
            file.write(numbers.block(30 * ROW))
        file.seek(0, os.SEEK_END)
        numbers.fill(file, rows // 100 * ROW)
    return [first, second]


QUICK = DataSet("fixture", "the ChromaDB directory in this repository, five versions", fixture, 200 * MB, 5)
FULL = (
    DataSet(
        "chroma", "a ChromaDB directory of 60,000 records of 384 numbers; four increments: 1 % more, 1 % relabelled, "
        "1 % deleted, 10 % more", chroma, 3_500 * MB, 5),
    DataSet("models", "300 MB of weights; the last fifth of one file of 35 MB written anew", models, 2_400 * MB),
    DataSet("experiments", "3,000 files of experiments; then 85 MB new or changed", experiments, 4_000 * MB),
    DataSet(
        "floats", "an array of 1.5 GB; 333 runs of 30 rows of 384 written anew, and 1 % appended", floats, 10_000 * MB),
    DataSet("tar", "a tar of the ChromaDB directory, its fourth and its fifth version", archives, 2_400 * MB),
)
