"""One job, several tools: each with the same verbs, each telling what it cost."""

import contextlib
import dataclasses
import os
import shutil

from backing import back_memory
from figures.runner import Process, Unexpected
from figures.trees import STATE, byte_count, remove

TIMEOUT = 1800


@dataclasses.dataclass(frozen=True)
class Cost:
    cpu: float
    seconds: float
    bytes: int
    rss: int


class Tool:
    """A store of versions, and copies made from it. What a tool cannot do it tells by None.

    `create` takes the directory that is then called `live`; `restore` makes a copy where there is none; `sync` brings
    one from the version before to `number`, `patch` does so inside its files; `check` looks at the whole store,
    `check_copy` at a copy. Bytes are what the store grew by, or what was read from it.
    """

    program = None
    environment = {}

    def __init__(self, context):
        self.context = context
        self.missing = "" if self.program is None or shutil.which(self.program) else f"no {self.program} here"

    def prepare(self, folder, versions):
        self.folder, self.versions = folder, versions
        self.store = folder / "store"
        self.live = versions[0].parent / "live"
        self.working_set = 2 * max(map(byte_count, versions))

    @contextlib.contextmanager
    def lived(self, number):
        """Every version lies in the same place while it is taken, as an application's directory does."""
        self.versions[number - 1].rename(self.live)
        try:
            yield
        finally:
            self.live.rename(self.versions[number - 1])

    def create(self, number):
        with self.lived(number):
            return self.take(number)

    def run(self, *command, cwd=None):
        if cwd:
            command = "sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", cwd, *command
        environment = {key: value for key, value in os.environ.items() if not key.startswith("SNAPCTL_")}
        run = Process(command, environment | {"LC_ALL": "C"} | self.environment).wait(TIMEOUT)
        if run.exit != 0:
            raise Unexpected(run.told())
        return run

    def timed(self, *command, bytes_=None, cwd=None):
        """Runs, and tells the cost; `bytes_` says from the run what it moved."""
        back_memory(self.working_set)
        run = self.run(*command, cwd=cwd)
        return Cost(run.cpu_seconds, run.seconds, bytes_(run) if bytes_ else 0, run.rss_bytes)

    def stored(self, *command, cwd=None):
        """The same; what counts are the bytes its store grew by."""
        before = byte_count(self.store)
        cost = self.timed(*command, cwd=cwd)
        return dataclasses.replace(cost, bytes=byte_count(self.store) - before)

    def patch(self, number, copy):
        return None

    def check(self):
        return None

    def check_copy(self, copy):
        return None

    def version(self):
        return self.run(self.program, "--version").stdout.decode().splitlines()[0].split(" by ")[0].strip(" *,")


class Snapctl(Tool):
    name = "snapctl"

    def prepare(self, folder, versions):
        super().prepare(folder, versions)
        self.snapctl = self.context.new_store(self.store)
        self.environment = self.snapctl.environment

    def take(self, number):
        cost = self.timed(
            *self.snapctl.command("create", "data", self.live, "--expect", number - 1),
            bytes_=lambda run: run.one("created")["bytesStored"])
        remove(self.live / STATE)
        return cost

    def restore(self, number, copy):
        return self.sync(number, copy)

    def sync(self, number, copy, *options):
        return self.timed(
            *self.snapctl.command("sync", f"data@{number}", copy, *options),
            bytes_=lambda run: run.one("synced")["bytesRead"])

    def patch(self, number, copy):
        return self.sync(number, copy, "--in-place")

    def check(self):
        return self.timed(*self.snapctl.command("verify"), bytes_=lambda run: run.one("verified")["bytes"])

    def check_copy(self, copy):
        return self.timed(
            *self.snapctl.command("verify", "--local", copy), bytes_=lambda run: run.one("verified")["bytes"])

    def version(self):
        return "this repository"


class Casync(Tool):
    name = program = "casync"

    def prepare(self, folder, versions):
        super().prepare(folder, versions)
        self.store.mkdir()
        self.added = {}

    def take(self, number):
        cost = self.stored("casync", "make", self.chunks, self.index(number), self.live)
        self.added[number] = cost.bytes
        return cost

    def restore(self, number, copy):
        """It does not tell what it read: the system's count does."""
        return self.timed(
            "casync", "extract", self.chunks, self.index(number), copy, bytes_=lambda run: run.read_bytes)

    def sync(self, number, copy):
        """It reads all of the seed too; of the store no less than what this version added to it."""
        target = copy.with_name(f"{copy.name}.new")
        cost = self.timed("casync", "extract", self.chunks, f"--seed={copy}", self.index(number), target)
        remove(copy)
        target.rename(copy)
        return dataclasses.replace(cost, bytes=self.added[number])

    @property
    def chunks(self):
        return f"--store={self.store}/chunks.castr"

    def index(self, number):
        return self.store / f"v{number}.caidx"


class Restic(Tool):
    name = program = "restic"

    def prepare(self, folder, versions):
        super().prepare(folder, versions)
        self.environment = {
            "RESTIC_REPOSITORY": str(self.store), "RESTIC_PASSWORD": "benchmark",
            "RESTIC_CACHE_DIR": str(folder / "cache")}
        self.run("restic", "init", "--quiet")

    def take(self, number):
        return self.stored("restic", "backup", "--quiet", "--tag", f"v{number}", self.live)

    def restore(self, number, copy):
        """What it reads is taken from the system's count; what it says of itself names no bytes."""
        target = copy.with_name(f"{copy.name}.restic")
        if copy.exists():
            self.placed(target, copy)
        cost = self.timed(
            "restic", "restore", "latest", "--tag", f"v{number}", "--quiet", "--target", target,
            bytes_=lambda run: run.read_bytes)
        self.inner(target).rename(copy)
        remove(target)
        return cost

    sync = restore

    def placed(self, target, copy):
        """A restore writes the whole path of what was saved: the copy goes there, and comes back."""
        inner = self.inner(target)
        inner.parent.mkdir(parents=True)
        copy.rename(inner)

    def inner(self, target):
        return target / self.live.relative_to("/")

    def check(self):
        return self.timed("restic", "check", "--read-data", "--quiet", bytes_=lambda run: byte_count(self.store))

    def version(self):
        return self.run("restic", "version").stdout.decode().split(" compiled")[0]


class Borg(Tool):
    name = program = "borg"

    def prepare(self, folder, versions):
        super().prepare(folder, versions)
        self.environment = {
            "BORG_REPO": str(self.store), "BORG_BASE_DIR": str(folder / "base"),
            "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes", "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes"}
        self.run("borg", "init", "--encryption", "none")
        self.own = self.run("borg", "--version").read_bytes  # its own program, which it reads too

    def take(self, number):
        return self.stored("borg", "create", f"::v{number}", ".", cwd=self.live)

    def restore(self, number, copy):
        """What it reads is taken from the system's count, less what it reads to start."""
        copy.mkdir(exist_ok=True)
        return self.timed(
            "borg", "extract", f"::v{number}", cwd=copy, bytes_=lambda run: max(run.read_bytes - self.own, 0))

    sync = restore

    def check(self):
        return self.timed("borg", "check", "--verify-data", bytes_=lambda run: byte_count(self.store))


class Rsync(Tool):
    """Without history: its store is the newest version. Whole files, known by size and time: its least CPU."""

    name, program = "rsync", "rsync"
    options, patching = ("--whole-file",), ("--inplace", "--no-whole-file")

    def take(self, number):
        return self.rsync(self.live, self.store, self.options)

    def restore(self, number, copy):
        return self.rsync(self.versions[number - 1], copy, self.options)

    sync = restore

    def patch(self, number, copy):
        return self.rsync(self.versions[number - 1], copy, self.patching)

    def version(self):
        return " ".join(super().version().split()[:3])

    def rsync(self, source, target, options):
        return self.timed("rsync", "-a", "--delete", "--stats", *options, f"{source}/", f"{target}/", bytes_=moved)


class RsyncDelta(Rsync):
    """The least bytes it can do: its delta algorithm, and contents compared, as the others do."""

    name = "rsync, deltas"
    options = patching = ("--no-whole-file", "--checksum")

    def patch(self, number, copy):
        return self.rsync(self.versions[number - 1], copy, (*self.options, "--inplace"))


def moved(run):
    lines = dict(line.split(":", 1) for line in run.stdout.decode().splitlines() if ":" in line)
    return sum(int(lines[f"Total bytes {what}"].replace(",", "")) for what in ("sent", "received"))


class TarZstd(Tool):
    name, program = "tar, zstd -1", "zstd"

    def prepare(self, folder, versions):
        super().prepare(folder, versions)
        self.store.mkdir()

    def take(self, number):
        return self.stored(
            "sh", "-c", 'tar -c -C "$1" . | zstd -q -1 -o "$2"', "sh", self.live, self.archive(number))

    def restore(self, number, copy):
        copy.mkdir(exist_ok=True)
        cost = self.timed("sh", "-c", 'zstd -dcq "$1" | tar -x -C "$2"', "sh", self.archive(number), copy)
        return dataclasses.replace(cost, bytes=self.archive(number).stat().st_size)

    sync = restore

    def check(self):
        archives = [self.archive(number) for number in range(1, len(self.versions) + 1)]
        cost = self.timed("zstd", "-tq", *archives)
        return dataclasses.replace(cost, bytes=byte_count(self.store))

    def archive(self, number):
        return self.store / f"v{number}.tar.zst"


TOOLS = (Snapctl, Restic, Borg, Casync, Rsync, RsyncDelta, TarZstd)
