"""Power cuts: on a real ext4, and in every order in which a disk may have kept what was not synced."""

import dataclasses
import fcntl
import os
import shutil
import struct
import subprocess

from .crashes import Damage, Disk, Incomplete
from .disk import mounted
from .kills import Sweep, aftermath, told
from .registry import figure, verdict
from .runner import Unexpected
from .shim import Fault, Shim
from .trees import listing, remove, unlike
from .trials import Trials
from .workloads import KILLED, TREELESS

CUTS = 20  # nightly.sh takes more
STATES = 500
WITNESS = bytes(range(256)) * 64
ACKNOWLEDGED = 0.25  # of the trials: the power fails right after the program has ended
GOING_DOWN = 0x8004587D  # _IOR('X', 125, u32)
# Where what was promised lies in a store or a copy; others only read.
NAMES = ("init", "first create", "create", "sync", "sync --in-place", "sync --generations", "first sync",
         "sync --generations --keep 1", "fork", "append", "compact", "tag")


@figure("power")
def power(context, cuts=CUTS):
    """The file system of a loop device stops, in the middle of a call, and is mounted again."""
    found, at_end, lost = power_cuts(context, cuts)
    yield verdict(
        "the power of an ext4 fails at a random call", "verifies, before or after, next run succeeds", found.faults,
        f"{found.trials} cuts, {at_end} of them after the end ({found.told()}, …), seed {context.seed}")
    yield verdict(
        "control: a file beside that nobody synced", "lost", [] if lost else ["it was kept each time"],
        f"lost {lost} times of {cuts}")


def power_cuts(context, cuts, number=0):
    """Gives what was found, how many cuts came after the end, and how often the file beside was lost."""
    chance, found, at_end, lost = context.random(f"power {number}"), Sweep(), 0, 0
    with mounted(context) as mount:
        for number in range(cuts):
            name = NAMES[number % len(NAMES)]
            operation = KILLED[name](context, context.seed)
            is_end = chance.random() < ACKNOWLEDGED
            cut = Cut(context, mount, operation, chance.choice(operation.catalogs), flushes=chance.random() < 0.5)
            point, call, faults = cut.trial(chance, is_end)
            at_end += is_end
            lost += cut.is_lost
            found.add(point, call, [f"{name}, {cut.catalog}, call {point}, {call}: {text}" for text in faults])
    return found, at_end, lost


class Cut:
    """One operation, prepared and synced on the disk."""

    def __init__(self, context, mount, operation, catalog, flushes):
        self.context, self.mount, self.operation, self.catalog = context, mount, operation, catalog
        self.flushes = flushes  # whether the journal is written before the power fails
        self.base, self.folder = context.fast_folder("power-base"), mount / "trial"
        operation.prepare(self.base, catalog)
        self.shim = Shim(context)

    def run(self, at):
        remove(self.folder)
        remove(self.mount / "witness")
        shutil.copytree(self.base, self.folder, symlinks=True)
        subprocess.run(["sync", "-f", self.mount], check=True)
        (self.mount / "witness").write_bytes(WITNESS)
        snapctl = self.operation.snapctl(self.folder)
        return self.shim.run(
            snapctl, at, *self.operation.command(self.folder), fault=Fault("cut"), SHIM_DISK=str(self.mount),
            SHIM_FLUSH="1" * self.flushes)

    def trial(self, chance, is_end):
        """Gives the call's number and name, and what is wrong afterwards."""
        _, tally = self.run(0)
        at = 0 if is_end else chance.randrange(1, tally.count + 1)
        ended, tally = self.run(at)
        if is_end:
            go_down(self.mount, self.flushes)
        mount_again(self.context.scratch / "disk" / "image", self.mount)
        self.is_lost = not same_bytes(self.mount / "witness", WITNESS)
        if ended.exit != (0 if is_end else -9):
            return at, tally.call, [ended.told()]
        faults = list(acknowledged(self.operation, self.folder)) if is_end else []
        return at, tally.call or "the end", faults + told("", aftermath(self.operation, self.folder))


def same_bytes(path, content):
    return path.exists() and path.read_bytes() == content


def go_down(mount, flushes):
    root = os.open(mount, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.ioctl(root, GOING_DOWN, struct.pack("I", 1 if flushes else 2))
    finally:
        os.close(root)


def mount_again(image, mount):
    """The journal is replayed, as after a real cut."""
    subprocess.run(["umount", mount], check=True)
    subprocess.run(["mount", "-o", "loop", image, mount], check=True)


def acknowledged(operation, folder):
    """What was said to be done is there, before anybody looks or runs again."""
    try:
        is_there = operation.is_done(folder)
    except (ValueError, OSError) as error:
        yield f"acknowledged, and now: {error}"
        return
    if not is_there:
        yield "acknowledged, and gone"


@figure("unsynced")
def unsynced(context, states=STATES):
    """Runs are recorded, and laid out anew as a power cut may have left them."""
    found, points, cases = Sweep(), 0, list(unsynced_cases())
    each = 1 + int(1.5 * states / len(cases))  # some have fewer
    for name, catalog, is_wide in cases:
        one, recorded = crash_sweep(context, KILLED[name](context, context.seed, is_wide), catalog, each)
        points += recorded
        one.faults = [f"{name}, {catalog}, {text}" for text in one.faults]
        found.join(one)
    few = [f"{found.trials} are not {states}"] if found.trials < states else []
    yield verdict(
        "unsynced writes and names lost, torn, reordered, zero-filled", "verifies, before or after, next run succeeds",
        found.faults + few,
        f"{found.trials} different states after {points} calls ({found.told()}, …), seed {context.seed}")


def unsynced_cases():
    for name in NAMES:
        for catalog in KILLED[name].catalogs:
            for is_wide in (False,) if name in TREELESS else (False, True):
                yield name, catalog, is_wide


def crash_sweep(context, operation, catalog, count, plant=Fault(), under=""):
    """Gives what `count` different crash states of one run show, and how many calls were recorded."""
    trials, found = Trials(context, operation, catalog), Sweep()
    disk = recorded(trials, operation, plant, under)
    chance, seen, cases = context.random(f"unsynced {operation.name} {catalog} {under}"), set(), []
    for number in range(5 * count):
        kind = Damage.KINDS[number % len(Damage.KINDS)]
        is_end = chance.random() < ACKNOWLEDGED
        point = len(disk.points) if is_end else chance.randrange(1, len(disk.points) + 1)
        state = disk.state(disk.points[point - 1], Damage(kind, chance))
        mark = (is_end, hash(frozenset(state.fingerprint().items())))
        if mark not in seen and len(cases) < count:
            seen.add(mark)
            cases.append((state, point, kind, is_end))

    def trial(folder, shim, case):
        state, point, kind, is_end = case
        remove(folder)
        state.lay_out(folder)
        faults = list(acknowledged(operation, folder)) if is_end else []
        return case, faults + told("", aftermath(operation, folder))

    for (_, point, kind, is_end), faults in trials.each(trial, cases):
        where = "the end" if is_end else f"call {point} of {len(disk.points)}"
        found.add((point, kind, is_end), kind, [f"{where}, {kind}: {text}" for text in faults])
    return found, len(disk.points)


def recorded(trials, operation, plant, under):
    """A Disk after one whole run, in a place where each later state can be laid out."""
    def record(folder, shim, _):
        log = shim.tally_file.with_name(f"{shim.tally_file.name}.record")
        log.write_bytes(b"")
        disk = Disk(folder)
        fault = dataclasses.replace(plant, under=str(folder / under)) if under else plant
        ended, _ = shim.run(
            operation.snapctl(folder), int(bool(under)), *operation.command(folder), fault=fault,
            SHIM_RECORD=str(log))
        if ended.exit != 0:
            raise Unexpected(ended.told())
        disk.replay(log.read_bytes())
        check(disk, folder)
        return disk

    return trials.one(record, None)


def check(disk, folder):
    """Nothing happened that was not recorded: with all calls kept, the state is what is there."""
    target = folder.with_name("replayed")
    remove(target)
    disk.state(len(disk.changes), Everything()).lay_out(target)
    wrong = list(unlike(listing(folder), listing(target), "the disk", "the record"))
    remove(target)
    if wrong:
        raise Incomplete(f"the record is not what happened: {'; '.join(wrong[:5])}")


class Everything(Damage):
    """No damage."""

    def __init__(self):
        self.kind = ""

    def look(self, open_changes):
        self.chosen = set(map(id, open_changes))


# fsyncs that are left out, and what then must not hold any more.
LEFT_OUT = {
    "an object is linked before it is synced": ("create", "store/tmp"),
    "a head's directory is not synced": ("create", "store/heads"),
    "a pack's directory is not synced": ("create", "store/packs"),
    "a tree takes its place before its files are synced": ("sync", ".copy.snapctl-next"),
    "an appended record's directory is not synced": ("append", "store/deltas"),
}


def left_out(context, operation, under, count=100):
    """The same with the fsyncs below a folder left out."""
    plant = Fault("swallow", only="fsync", ever=True)
    return crash_sweep(context, KILLED[operation](context, context.seed), "directory", count, plant, under)[0]
