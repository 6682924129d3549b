"""What all figures share: the program, the data, the scratch folder, the seed."""

import os
import pathlib
import random
import shutil
import subprocess
import tempfile

from .registry import Unavailable
from .runner import Snapctl

SUPPORT = pathlib.Path(__file__).resolve().parent.parent
REPOSITORY = SUPPORT.parent.parent
FIXTURE = REPOSITORY / "Tests" / "Fixtures" / "chroma-receipts"
VERSIONS = ("v1", "v2", "v3", "v4", "v5", "v6")
# What the end of a call may come late. The promise is one second; a machine with more work than cores takes longer for anything.
GRACE_SECONDS = float(os.environ.get("FIGURES_GRACE_SECONDS", 1))


class Context:
    def __init__(self, binary, scratch, data=None, seed=1, seconds=60, fast=None, big=None, share=1):
        self.binary, self.scratch, self.data = binary, pathlib.Path(scratch), pathlib.Path(data or FIXTURE)
        self.seed, self.seconds, self.fast = seed, seconds, fast and pathlib.Path(fast)
        self.big = big and pathlib.Path(big)
        self.share = share  # of many points of the same kind, those that are tried
        self.memory = {}

    def random(self, name):
        """Chance that depends on the run's seed and the name alone."""
        return random.Random(f"{self.seed}/{name}")

    def sample(self, name, points):
        """The share of them that is tried, in their order; which ones depends on the seed and the name."""
        return points if self.share == 1 else sorted(self.random(name).sample(points, round(self.share * len(points))))

    def folder(self, name):
        """An empty folder of that name."""
        path = self.scratch / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def fast_folder(self, name):
        """The same in memory, where that can be had: for what is made a thousand times and never meets a power cut."""
        if self.fast is None:
            return self.folder(name)
        return self.folder(self.fast / name)

    def snapctl(self, store, cache=None, **options):
        options.setdefault("SNAPCTL_STATE_DIR", str(self.scratch / "state"))  # not that of whoever measures
        return Snapctl(self.binary, store, cache, **options)

    def new_store(self, store, catalog="auto", cache=None, **options):
        snapctl = self.snapctl(store, cache, **options)
        snapctl.ok("init", "--catalog", catalog)
        return snapctl

    def once(self, name, make):
        """What `make` gives, made once per run."""
        if name not in self.memory:
            self.memory[name] = make()
        return self.memory[name]

    @property
    def versions(self):
        """The six directories, unpacked where they are archives."""
        return self.once("versions", lambda: [self.version(name) for name in VERSIONS])

    def version(self, name):
        if (self.data / name).is_dir():
            return self.data / name
        archive = self.data / f"{name}.tar.zst"
        if not archive.is_file():
            raise Unavailable(f"{self.data} has neither {name}/ nor {name}.tar.zst")
        return unpack(archive, self.folder(f"data/{name}"))

    @property
    def chroma_python(self):
        return self.once("chroma", lambda: helper("chroma/venv.sh"))


def unpack(archive, target):
    """Extracts into `target`; where everything lies in one folder of the archive's name, that folder counts."""
    command = 'set -o pipefail; zstd -dcq "$1" | tar -x --no-same-owner -C "$2"'
    if subprocess.run(["bash", "-c", command, "bash", archive, target]).returncode != 0:
        raise Unavailable(f"{archive} cannot be unpacked")
    inner = target / archive.name.split(".")[0]
    return inner if [path.name for path in target.iterdir()] == [inner.name] else target


def helper(script, *arguments):
    """What a script of Tests/Support prints; its exit status 3 means that what it wants cannot be had."""
    run = subprocess.run(
        ["bash", SUPPORT / script, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=1800)
    if run.returncode != 0:
        lines = run.stderr.strip().splitlines() or [f"{script} failed"]
        raise Unavailable(lines[-1]) if run.returncode == 3 else RuntimeError(lines[-1])
    return run.stdout.strip()


def disk_free(path):
    information = os.statvfs(path)
    return information.f_bavail * information.f_frsize


def in_memory():
    """A folder on a file system in memory, or None."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) and disk_free("/dev/shm") > 1 << 30 else None


def scratch_folder(parent=None):
    """A folder that is gone when its `with` ends."""
    return tempfile.TemporaryDirectory(prefix="snapctl-figures-", ignore_cleanup_errors=True, dir=parent)
