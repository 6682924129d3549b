"""Directories that turn into symbolic links and back while `sync` runs, and another user on the same store and copy."""

import os
import shutil
import threading
import time

from .hostile import CONTRACT, Outside
from .registry import Unavailable, figure, verdict
from .runner import Snapctl
from .sample import TREE, Sample
from .shim import Fault, Shim
from .trees import differences, remove, small_tree

SECONDS = 3  # for each directory and way to sync; nightly.sh takes more
STRANGER = "65534"


@figure("races")
def races(context, seconds=SECONDS):
    for text, options in (("sync", ()), ("sync --in-place", ("--in-place",))):
        for place in ("nested", "."):
            race = Race(context, place, options)
            race.run(seconds)
            yield verdict(
                f"{'the copy itself' if place == '.' else 'an inner directory'} turns into a link during {text}",
                "nothing outside changes", race.faults,
                f"{race.swaps} swaps, {race.syncs} syncs, {race.done} succeeded")
    race = Race(context, "nested", ("--in-place",), plant="follow")
    race.run(180, until_noticed=True)
    yield verdict(
        "control: links are followed", "noticed", [] if race.faults else ["it went unnoticed"],
        f"{race.swaps} swaps, {race.syncs} syncs")


class Race:
    """Swaps a directory in or above the copy while it is synced to and fro."""

    def __init__(self, context, place, options, plant=""):
        folder = context.fast_folder("race")
        self.shim, self.plant, self.options = Shim(context), plant, options
        self.snapctl = context.new_store(folder / "store", "directory", timeout=60)
        for number in (1, 2):
            source = small_tree(folder / f"source{number}", 5, changed=20 * number - 20)
            self.snapctl.ok("create", TREE, source, "--expect", number - 1)
        self.copy = folder / "place" / "copy"
        self.copy.parent.mkdir()
        self.snapctl.ok("sync", f"{TREE}@1", self.copy)
        self.swapped = self.copy / place if place != "." else self.copy
        # What a sync would find and change, if it went there.
        self.target = folder / "outside" / "target"
        shutil.copytree(self.swapped, self.target, symlinks=True)
        remove(self.target / ".snapctl")
        self.outside = Outside(folder)
        self.faults, self.swaps, self.syncs, self.done = [], 0, 0, 0

    def run(self, seconds, until_noticed=False):
        ended = threading.Event()
        swapping = threading.Thread(target=self.swap, args=(ended,))
        swapping.start()
        until = time.monotonic() + seconds
        try:
            while time.monotonic() < until and not (until_noticed and self.faults):
                self.sync()
        finally:
            ended.set()
            swapping.join()

    def sync(self):
        self.syncs += 1
        arguments = ("sync", f"{TREE}@{1 + self.syncs % 2}", self.copy, *self.options)
        run, _ = self.shim.run(self.snapctl, 0, *arguments, fault=Fault(plant=self.plant))
        self.done += run.exit == 0
        if run.timed_out or run.exit not in CONTRACT:
            self.faults.append(run.told())
        self.faults += self.outside.faults()

    def swap(self, ended):
        aside = self.copy.parent / "aside"
        while not ended.is_set():
            try:
                os.rename(self.swapped, aside)
                os.symlink(self.target, self.swapped)
                time.sleep(0.002)
                os.unlink(self.swapped)
                os.rename(aside, self.swapped)
                self.swaps += 1
            except OSError:
                self.put_back(aside)
            time.sleep(0.002)

    def put_back(self, aside):
        """A sync was in between; what is aside comes back where nothing took its place."""
        if self.swapped.is_symlink():
            self.swapped.unlink()
        if aside.is_dir():
            if self.swapped.is_dir():
                remove(aside)
            elif self.swapped.parent.is_dir():
                os.rename(aside, self.swapped)


@figure("users")
def users(context):
    """Another user, who may read or write the same store and copy."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        raise Unavailable("only root can be two users")
    for catalog in ("rocksdb", "directory"):
        for shared in (False, True):
            runs, faults = two_users(context, catalog, shared)
            yield verdict(
                f"two users on one store and copy, {'writable' if shared else 'readable'}, {catalog} catalog",
                "success or a clear refusal, no damage", faults, f"{runs} runs")


def two_users(context, catalog, shared):
    sample = Sample(context, f"users-{catalog}-{shared}", catalog)
    copy = sample.folder / "copy"
    sample.snapctl.ok("sync", f"{TREE}@1", copy)
    binary = shutil.copy(context.binary, sample.folder / "snapctl")
    open_to_all((context.scratch, sample.folder), (sample.store, copy), shared)
    other = stranger(binary, sample.store, sample.folder)
    faults, runs = [], 0
    commands = [
        ("list",), ("verify",), ("scan", "words"), ("status", f"{TREE}@1", copy), ("sync", f"{TREE}@2", copy),
        ("sync", f"{TREE}@1", copy, "--in-place"), ("verify", "--local", copy),
        ("create", TREE, sample.sources[0], "--append-version"),
        ("append", "words", "--input", sample.folder / "a.jsonl", "--producer", "other"), ("compact", "words")]
    for command in commands:
        for who in (other, sample.snapctl, other):
            run = who.run(*command, timeout=90)
            runs += 1
            if run.timed_out or run.exit not in CONTRACT or (who is sample.snapctl and run.exit not in (0, 11)):
                faults.append(run.told())
            elif run.exit not in (0, 11) and not run.stderr.strip():
                faults.append(f"no word about it: {run.told()}")
    for run in (sample.snapctl.run("verify"), sample.snapctl.run("sync", f"{TREE}@2", copy)):
        faults += [run.told()] if run.exit != 0 else []
    return runs, faults + list(differences(sample.sources[1], copy))


def open_to_all(above, roots, shared):
    """Lets everybody in, and where it is shared write; what `copy` came from keeps its modes."""
    for path in above:
        path.chmod(0o777 if shared else 0o755)
    for root in roots:
        for path in (root, *root.rglob("*")):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o777 if shared else path.stat().st_mode | 0o055)


def stranger(binary, store, folder):
    """snapctl as nobody."""
    class Stranger(Snapctl):
        def command(self, *arguments):
            become = ["setpriv", "--reuid", STRANGER, "--regid", STRANGER, "--clear-groups"]
            return [*become, *super().command(*arguments)]
    home = folder / "home"
    home.mkdir()
    os.chown(home, int(STRANGER), int(STRANGER))
    return Stranger(binary, store, timeout=90, HOME=str(home), SNAPCTL_LOCK_TIMEOUT_SECONDS="5")
