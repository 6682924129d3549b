"""One job, several tools: each with the same verbs, each telling what it cost."""

import collections
import os
import shutil

from figures.runner import Process, Unexpected
from figures.trees import byte_count, fresh_copy

Cost = collections.namedtuple("Cost", "cpu seconds bytes rss")


class Tool:
    """`create` puts a version into its store, `sync` makes a copy of v1 one of v2, `verify` checks the store."""

    program = None

    def __init__(self, context):
        self.context = context
        self.missing = "" if self.program is None or shutil.which(self.program) else f"no {self.program} here"

    def prepare(self, folder, versions):
        self.folder = folder
        self.store = folder / "store"
        self.live = folder / "live"
        self.copy = folder / "copy"

    def timed(self, *command, bytes_=None):
        """Runs, and tells the cost; `bytes_` says from its output what it moved."""
        run = Process(command, os.environ | {"LC_ALL": "C"}).wait(600)
        if run.exit != 0:
            raise Unexpected(run.told())
        return Cost(run.cpu_seconds, run.seconds, bytes_(run) if bytes_ else 0, run.rss_bytes)

    def stored(self, *command):
        """The same; what counts are the bytes its store grew by."""
        before = byte_count(self.store)
        cost = self.timed(*command)
        return cost._replace(bytes=byte_count(self.store) - before)

    def verify(self):
        return None


class Snapctl(Tool):
    name = "snapctl"

    def prepare(self, folder, versions):
        super().prepare(folder, versions)
        self.snapctl = self.context.new_store(self.store)

    def create(self, versions, number):
        fresh_copy(versions[number - 1], self.live)
        return self.timed(
            *self.snapctl.command("create", "data", self.live, "--expect", number - 1),
            bytes_=lambda run: run.one("created")["bytesStored"])

    def sync(self, versions):
        self.snapctl.ok("sync", "data@1", self.copy)
        return self.timed(
            *self.snapctl.command("sync", "data@2", self.copy), bytes_=lambda run: run.one("synced")["bytesRead"])

    def verify(self):
        return self.timed(*self.snapctl.command("verify"), bytes_=lambda run: run.one("verified")["bytes"])


class Casync(Tool):
    name, program = "casync", "casync"

    def create(self, versions, number):
        self.store.mkdir(exist_ok=True)
        cost = self.stored(
            "casync", "make", f"--store={self.store}/chunks.castr", self.store / f"v{number}.caidx",
            versions[number - 1])
        if number == 2:
            self.added = cost.bytes
        return cost

    def sync(self, versions):
        """It does not tell what it read: it cannot be less than what v2 added to the store."""
        fresh_copy(versions[0], self.folder / "seed")
        cost = self.timed(
            "casync", "extract", f"--store={self.store}/chunks.castr", f"--seed={self.folder / 'seed'}",
            self.store / "v2.caidx", self.copy)
        return cost._replace(bytes=self.added)


class Rsync(Tool):
    name, program = "rsync", "rsync"

    def create(self, versions, number):
        return self.rsync(versions[number - 1], self.store)

    def sync(self, versions):
        fresh_copy(versions[0], self.copy)
        return self.rsync(versions[1], self.copy)

    def rsync(self, source, target):
        return self.timed(
            "rsync", "-a", "--checksum", "--no-whole-file", "--delete", "--stats", f"{source}/", f"{target}/",
            bytes_=moved)


def moved(run):
    lines = dict(line.split(":", 1) for line in run.stdout.decode().splitlines() if ":" in line)
    return sum(int(lines[f"Total bytes {what}"].replace(",", "")) for what in ("sent", "received"))


class TarZstd(Tool):
    name, program = "tar + zstd -1", "zstd"

    def create(self, versions, number):
        self.store.mkdir(exist_ok=True)
        return self.stored(
            "sh", "-c", 'tar -c -C "$1" . | zstd -q -1 -o "$2"', "sh", versions[number - 1], self.archive(number))

    def sync(self, versions):
        self.copy.mkdir()
        cost = self.timed("sh", "-c", 'zstd -dcq "$1" | tar -x -C "$2"', "sh", self.archive(2), self.copy)
        return cost._replace(bytes=self.archive(2).stat().st_size)

    def verify(self):
        archives = [self.archive(number) for number in range(1, 6)]
        cost = self.timed("zstd", "-tq", *archives)
        return cost._replace(bytes=byte_count(self.store))

    def archive(self, number):
        return self.store / f"v{number}.tar.zst"


TOOLS = (Snapctl, Casync, Rsync, TarZstd)
