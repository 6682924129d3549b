"""A network mount that hangs, dies, vanishes, cannot be written or is full: the origin serves, or the error is clear,
in time, and the program ends. And what the helper process costs where nothing is wrong."""

import functools
import statistics
import subprocess
import threading
import time

from .cache import HARMS
from .hungtrees import tree_cases
from .registry import Result, figure, verdict
from .sshfs import GRACE, HANG, OUT_OF_REACH, STALL, TIMEOUT, Mount, left_behind, mounted, told, unclear
from .trees import differences, remove

DATA_BYTES = 150_000_000
MIDDLE = 0.3, 0.6  # of what it takes
SLOW_REST = STALL / 4
HARMED = "half missing", "torn", "wrong bits", "objects swapped"
SPEED_BYTES, ROUNDS, SHARE_MIN = 300_000_000, 9, 0.9


class Scene:
    """A store on a local disk with one version, and how long its sync takes from there."""

    def __init__(self, context, byte_count):
        self.context, self.folder = context, context.folder("hung")
        self.source, self.store = self.folder / "source", self.folder / "store"
        self.source.mkdir()
        chance = context.random("hung")
        for number in range(4):
            (self.source / f"part{number}").write_bytes(chance.randbytes(byte_count // 4))
        local = self.at(self.store)
        local.ok("init")
        local.ok("create", "tree", self.source)
        self.usual = self.timed(local)
        self.chance = context.random("moments")

    def at(self, store, cache=None, **variables):
        settings = {
            "SNAPCTL_STALL_TIMEOUT_SECONDS": str(STALL), "SNAPCTL_STATE_DIR": str(self.folder / "state"),
            "SNAPCTL_LOCK_TIMEOUT_SECONDS": "5"} | variables
        return self.context.snapctl(store, cache, timeout=TIMEOUT, **settings)

    def middle(self, seconds):
        """A moment in the middle of what takes so long."""
        return seconds * self.chance.uniform(*MIDDLE)

    def timed(self, snapctl):
        run = snapctl.ok("sync", "tree", self.fresh())
        return run.seconds

    def fresh(self):
        copy = self.folder / "copy"
        remove(copy)
        return copy


@figure("hung-mounts")
def hung_mounts(context):
    scene = Scene(context, DATA_BYTES)
    for _, case in cases():
        yield case(scene)


def rounds(case, count):
    """A figure: one case, again and again, each time at another moment."""
    def figure_of_rounds(context):
        scene = Scene(context, DATA_BYTES)
        for _ in range(count):
            yield case(scene)
    return figure_of_rounds


def cases():
    """Each with a name: takes the scene, gives the result."""
    for name, wrong in CACHE_CASES.items():
        for moment in ("before", "in the middle of"):
            yield f"cache {name}, {moment} a sync", functools.partial(
                cache_case, name=name, wrong=wrong, moment=moment)
    for name, wrong in (("is read-only", Mount.forbid), ("is full", Mount.fill)):
        yield f"cache {name}", functools.partial(
            cache_case, name=name, wrong=wrong, moment="before", place="disk/cache")
    for name in HARMED:
        yield f"cache {name}, over the mount", functools.partial(harmed_case, name=name)
    yield "cache that is slow", slow_case
    for name, wrong in CACHE_CASES.items():
        yield f"store {name}", functools.partial(origin_case, name=name, wrong=wrong)
        yield f"store {name}, in the middle of a create", functools.partial(create_case, name=name, wrong=wrong)
    for name, wrong in (("hangs", Mount.hang), ("swallows requests", Mount.swallow)):
        yield f"cache {name}, with a deadline", functools.partial(cache_deadline_case, name=name, wrong=wrong)
    yield "store with a deadline", deadline_case
    yield "store that is gone, init", init_case
    yield "cache, control", control
    yield from tree_cases()


CACHE_CASES = {
    "hangs": Mount.hang, "swallows requests": Mount.swallow, "is dead": Mount.die, "is not there": Mount.vanish}


def cache_case(scene, name, wrong, moment, place="cache"):
    """A sync from a cache that has everything, or none of it where it cannot be written."""
    with mounted() as mount:
        snapctl = scene.at(scene.store, mount.path / place)
        usual = scene.usual  # what is had from the origin in the end
        if place == "cache":
            snapctl.ok("sync", "tree", scene.fresh())
        if moment != "before":
            cached = scene.timed(snapctl)
            usual += cached
        copy = scene.fresh()
        faults = []
        if moment == "before":
            wrong(mount)
            run = snapctl.run("sync", "tree", copy)
        else:
            run, faults = in_the_middle(snapctl, mount, wrong, scene.middle(cached), copy)
        bound = usual + STALL + GRACE
        faults += told(run, 0, bound) + [f"wrong: {text}" for text in differences(scene.source, copy)]
        if wrong is Mount.vanish and list(mount.path.iterdir()):
            faults.append("the bare mount point was filled")
    faults += left_behind(mount)
    return verdict(
        f"sync, its cache {name} {moment} it", f"right bytes, exit 0 within {bound:.1f} s", faults,
        f"exit {run.exit} in {run.seconds:.1f} s; undisturbed {usual:.1f} s")


def harmed_case(scene, name):
    """On the other host objects are harmed; this one has read none of them since it mounted it."""
    with mounted() as mount:
        cache, exported = mount.path / "cache", mount.export / "cache"
        scene.at(scene.store, exported).ok("sync", "tree", scene.fresh())
        HARMS[name](exported, scene.chance)
        copy = scene.fresh()
        run = scene.at(scene.store, cache).run("sync", "tree", copy)
        faults = told(run, 0, TIMEOUT) + [f"wrong: {text}" for text in differences(scene.source, copy)]
        if run.exit == 0 and run.one("synced")["cacheMisses"] == 0:
            faults.append("it read all of it from what was harmed")
    faults += left_behind(mount)
    return verdict(
        f"sync, its cache over sshfs {name}", "right bytes, exit 0; the origin was asked", faults,
        f"exit {run.exit} in {run.seconds:.1f} s")


def slow_case(scene):
    """It answers in starts, most of the time not at all, never as long as the stall limit."""
    with mounted() as mount:
        snapctl = scene.at(scene.store, mount.path / "cache")
        snapctl.ok("sync", "tree", scene.fresh())
        copy = scene.fresh()
        process = snapctl.start("sync", "tree", copy)
        rests = 0
        while not process.has_ended and rests < TIMEOUT / SLOW_REST:
            mount.hang()
            time.sleep(SLOW_REST)
            mount.go_on()
            time.sleep(SLOW_REST / 10)
            rests += 1
        run = process.wait(TIMEOUT)
        faults = told(run, 0, TIMEOUT) + [f"wrong: {text}" for text in differences(scene.source, copy)]
        if rests < 2:
            faults.append("it was over before anything was slow")
    faults += left_behind(mount)
    return verdict(
        f"sync, its cache rests for {SLOW_REST:.1f} s after every {SLOW_REST / 10:.2f}", "right bytes, exit 0", faults,
        f"exit {run.exit} in {run.seconds:.1f} s, {rests} rests; undisturbed {scene.usual:.1f} s")


def cache_deadline_case(scene, name, wrong):
    """The deadline is below the stall limit: the origin serves within it all the same."""
    deadline = 2 * scene.usual + 3
    with mounted() as mount:
        snapctl = scene.at(scene.store, mount.path / "cache", SNAPCTL_STALL_TIMEOUT_SECONDS="30")
        snapctl.ok("sync", "tree", scene.fresh())
        process = snapctl.start("sync", "tree", scene.fresh(), "--deadline", f"{deadline:.1f}")
        time.sleep(scene.middle(scene.usual))
        wrong(mount)
        run = process.wait(TIMEOUT)
        faults = told(run, 0, deadline + GRACE) + [
            f"wrong: {text}" for text in differences(scene.source, scene.folder / "copy")]
    faults += left_behind(mount)
    return verdict(
        f"sync with a deadline of {deadline:.1f} s, its cache {name}, stall limit 30 s",
        "right bytes, exit 0 within the deadline", faults, f"exit {run.exit} in {run.seconds:.1f} s")


def in_the_middle(snapctl, mount, wrong, seconds, copy):
    process = snapctl.start("sync", "tree", copy)
    time.sleep(seconds)
    faults = ["it was over before anything went wrong"] if process.has_ended else []
    wrong(mount)
    return process.wait(TIMEOUT), faults


def origin_case(scene, name, wrong):
    """The store itself is out of reach: a clear error, and then all is as it was."""
    with mounted() as mount:
        snapctl = scene.at(mount.path / "store")
        snapctl.ok("init")
        snapctl.ok("create", "tree", scene.source)
        wrong(mount)
        faults = []
        runs = [
            snapctl.run("list"), snapctl.run("sync", "tree", scene.fresh()),
            snapctl.run("create", "tree", scene.source), snapctl.run("doctor")]
        for run in runs[:3]:
            faults += told(run, OUT_OF_REACH, STALL + GRACE) + unclear(run)
        faults += told(runs[3], 1, STALL + GRACE)
    faults += left_behind(mount)
    slowest = max(run.seconds for run in runs[:3])
    return verdict(
        f"list, sync, create, doctor: the store's mount {name}", f"exit 9 (doctor 1) within {STALL + GRACE:.0f} s",
        faults, f"exit {runs[0].exit}, at most {slowest:.1f} s; doctor {runs[3].seconds:.1f} s")


def create_case(scene, name, wrong):
    """In the middle of a create: a clear error, nothing half-done, and the next one succeeds where the mount goes on."""
    with mounted() as mount:
        snapctl = scene.at(mount.path / "store")
        snapctl.ok("init")
        usual = snapctl.ok("create", "before", scene.source).seconds
        subprocess.run(["rm", "-r", mount.path / "store"], check=True)
        snapctl.ok("init")
        process = snapctl.start("create", "tree", scene.source)
        time.sleep(scene.middle(usual))
        faults = ["it was over before anything went wrong"] if process.has_ended else []
        wrong(mount)
        run, bound = process.wait(TIMEOUT), usual + STALL + GRACE
        if wrong is Mount.vanish:  # a file system that is in use stays until nobody has it open
            faults += told(run, 0, bound)
        else:
            faults += told(run, OUT_OF_REACH, bound) + unclear(run)
        if wrong in (Mount.hang, Mount.swallow):
            mount.go_on()
            faults += told(snapctl.run("create", "tree", scene.source), 0, TIMEOUT) + told(
                snapctl.run("verify"), 0, TIMEOUT)
    faults += left_behind(mount)
    return verdict(
        f"create, the store's mount {name} in the middle of it", f"a clear error within {bound:.1f} s", faults,
        f"exit {run.exit} in {run.seconds:.1f} s; undisturbed {usual:.1f} s")


def deadline_case(scene):
    with mounted() as mount:
        snapctl = scene.at(mount.path / "store", SNAPCTL_STALL_TIMEOUT_SECONDS="30")
        snapctl.ok("init")
        mount.swallow()
        run = snapctl.run("list", "--deadline", "1.5")
    faults = told(run, OUT_OF_REACH, 1.5 + GRACE) + left_behind(mount)
    return verdict(
        "list with a deadline of 1.5 s, the store's mount swallows requests", "exit 9 within 2.5 s", faults,
        f"exit {run.exit} in {run.seconds:.1f} s")


def init_case(scene):
    """The directory of a mount that has gone is not where a new store belongs, nor is anything below it."""
    faults = []
    with mounted() as mount:
        scene.at(mount.path / "store").ok("init")
        mount.vanish()
        for place in ("store", "store/", "", "./", "other/../store", "other"):
            run = scene.at(f"{mount.path}/{place}").run("init", "--if-missing")
            faults += told(run, OUT_OF_REACH, GRACE) + unclear(run)
        if list(mount.path.iterdir()):
            faults.append("there is something in the bare mount point")
    return verdict("init in six places where a mount has gone", "exit 9, nothing written", faults, f"exit {run.exit}")


def control(scene):
    """Without the helper the same takes as long as the mount hangs: else nothing above says anything."""
    with mounted() as mount:
        snapctl = scene.at(scene.store, mount.path / "cache", SNAPCTL_MOUNT_HELPER="never")
        snapctl.ok("sync", "tree", scene.fresh())
        mount.hang()
        waker = threading.Timer(HANG, mount.go_on)
        waker.start()
        run = snapctl.run("sync", "tree", scene.fresh())
        waker.cancel()
    faults = [] if run.seconds > HANG else [f"it did not notice: {run.seconds:.1f} s"]
    return verdict(
        "control: the same without a helper, until the mount goes on", f"more than {HANG:.0f} s", faults,
        f"exit {run.exit} in {run.seconds:.1f} s")


@figure("mount-helper")
def mount_helper(context):
    """The same syncs by the helper and without it, in turns."""
    scene = Scene(context, SPEED_BYTES)
    with mounted() as mount:
        ways = {way: scene.at(scene.store, mount.path / "cache", SNAPCTL_MOUNT_HELPER=way) for way in ("auto", "never")}
        yield rate("filling a cache over sshfs", ways, lambda snapctl: filled(scene, mount, snapctl))
        yield rate("a sync from it", ways, scene.timed)


def filled(scene, mount, snapctl):
    subprocess.run(["rm", "-rf", mount.path / "cache"], check=True)
    return scene.timed(snapctl)


def rate(name, ways, timed):
    seconds = {way: [] for way in ways}
    for number in range(ROUNDS):
        for way in sorted(ways, reverse=number % 2 == 1):
            seconds[way].append(timed(ways[way]))
    helped, direct = (statistics.median(seconds[way]) for way in ("auto", "never"))
    share = direct / helped
    return Result(
        f"{name}, {SPEED_BYTES / 1e6:.0f} MB, through a helper process",
        f"{share:.2f} of direct speed: {helped:.2f} s, {direct:.2f} s, medians of {ROUNDS} in turns",
        f"≥ {SHARE_MIN}", share >= SHARE_MIN)
