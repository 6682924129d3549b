"""Eight processes append and compact; they are killed, stopped for longer than a lease lives, and their clocks are wrong.

Every append is a run of its own, so that `reconcile` tells of each whether it is there once. Those who compact have clocks
that are right or an hour ahead, those who append right or two minutes behind: what is appended comes after what is compacted,
by whatever clock, and who is further behind is refused.
"""

import dataclasses
import json
import os
import random
import signal
import threading
import time

from .concurrency import listed, sound
from .registry import figure, verdict
from .runner import Unexpected
from .sample import WORDS, record, scanned
from .shim import Shim, built

PAUSES = 60  # nightly.sh takes a thousand
CONTROL_PAUSES = 80
WORKERS = 8
RECORDS = 3
TTL_SECONDS = 0.5
HOUR = 3600
BEHIND = 120
MINUTES_MAX = 0.15  # for each pause: the run is bounded, whatever happens
ALLOWED = (0, 5, 6, 7)  # done, conflict, fenced or locked, unknown


@figure("leases")
def leases(context, pauses=PAUSES):
    told, faults = contested(context, "leases", pauses)
    yield verdict(
        f"{WORKERS} processes, killed and stopped beyond their leases, clocks off by an hour",
        "nothing acknowledged lost, doubled or stale", faults,
        f"{told.pauses} pauses, {told.kills} kills, {len(told.acknowledged)} appends acknowledged, "
        f"{len(told.begun) - len(told.acknowledged)} unknown, {told.fenced} fenced or locked out; seed {context.seed}")
    told, faults = contested(context, "leases-control", CONTROL_PAUSES, [Shim(context).library], SHIM_PLANT="overwrite")
    yield verdict(
        "control: a name that is taken is overwritten, by processes that lease", "noticed",
        [] if faults else ["it went unnoticed"], f"{len(faults)} faults in {told.pauses} pauses")


def contested(context, name, pauses, libraries=(), **variables):
    """What the workers were told, and what is wrong with what is there."""
    folder = context.folder(name)
    clock = context.once("clock", lambda: built(context.folder("clock"), "clock.c"))
    snapctl = context.new_store(folder / "store", "directory", timeout=60)
    variables |= {
        "LD_PRELOAD": ":".join(map(str, [clock, *libraries])), "SNAPCTL_LOCK_TTL_SECONDS": str(TTL_SECONDS)}
    contest = Contest(snapctl, variables, folder, pauses, context.seed)
    told = contest.run()
    try:
        return told, [*told.faults, *contest.account(told), *sound(snapctl)]
    except Unexpected as fault:
        return told, [*told.faults, str(fault)]


@dataclasses.dataclass
class Told:
    """What all workers did, and were told."""

    begun: dict = dataclasses.field(default_factory=dict)  # run -> records
    acknowledged: list = dataclasses.field(default_factory=list)  # runs
    created: list = dataclasses.field(default_factory=list)  # as `listed` takes them
    pauses: int = 0
    kills: int = 0
    fenced: int = 0
    faults: list = dataclasses.field(default_factory=list)


class Contest:
    def __init__(self, snapctl, variables, folder, pauses, seed):
        self.snapctl, self.variables, self.folder = snapctl, variables, folder
        self.pauses, self.seed = pauses, seed
        self.until = time.monotonic() + 60 + 60 * MINUTES_MAX * pauses
        self.told, self.lock = Told(), threading.Lock()

    def run(self):
        workers = [threading.Thread(target=self.guarded, args=(number,)) for number in range(1, WORKERS + 1)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if self.told.pauses < self.pauses:
            self.told.faults.append(f"only {self.told.pauses} of {self.pauses} pauses came about in time")
        return self.told

    def guarded(self, number):
        chance, turn = random.Random(f"{self.seed} {number}"), 0
        try:
            while self.told.pauses < self.pauses and time.monotonic() < self.until:
                turn += 1
                self.append(number, turn, chance)
                self.compact(number, chance)
        except Exception as error:  # a thread's exception would go unseen
            self.add(faults=[f"worker {number}: {type(error).__name__}: {error}"])

    def add(self, **more):
        with self.lock:
            for name, value in more.items():
                setattr(self.told, name, getattr(self.told, name) + value)

    def append(self, number, turn, chance):
        """A worker's records are always the same ones: what counts in the end is what it said last."""
        run, path = f"w{number}-{turn}", self.folder / f"worker{number}.jsonl"
        records = [record(number * 1000 + index) | {"document": run} for index in range(RECORDS)]
        path.write_text("".join(json.dumps(one) + "\n" for one in records))
        self.told.begun[run] = records
        ended = self.disturbed(
            chance, -BEHIND * (number % 2), "append", WORDS, "--input", path, "--producer", f"p{number}", "--run", run,
            "--expected", RECORDS)
        if ended and ended.exit == 0:
            self.add(acknowledged=[run])

    def compact(self, number, chance):
        ended = self.disturbed(chance, HOUR * (number // 2 % 2), "compact", WORDS)
        if ended and ended.exit == 6:
            self.add(fenced=1)
        for made in ended.of_type("created") if ended and ended.exit == 0 else ():
            if not made["unchanged"]:
                self.add(created=[(WORDS, made["version"], made["contentHash"], None)])

    def disturbed(self, chance, offset, *arguments):
        """Runs snapctl, and kills or stops it on the way, or leaves it alone; None: it was killed."""
        snapctl = self.snapctl.with_environment(CLOCK_SHIFT=str(offset), **self.variables)
        process, act = snapctl.start(*arguments), chance.random()
        time.sleep(chance.uniform(0, 0.15))
        if act < 0.15:
            process.kill()
            self.add(kills=1)
            process.wait(60)
            return None
        if act < 0.6 and stopped(process.child.pid):
            time.sleep(chance.uniform(1.5, 4) * TTL_SECONDS)
            os.kill(process.child.pid, signal.SIGCONT)
            self.add(pauses=1)
        ended = process.wait(60)
        # Before the first append there is nothing to compact.
        if ended.timed_out or ended.exit not in (*ALLOWED, 10):
            self.add(faults=[ended.told()])
        return ended

    def account(self, told):
        """After a last, quiet compaction: each append once, or not at all where nobody knows; the last word counts."""
        self.snapctl.ok("compact", WORDS)
        runs = {one["run"]: one for one in self.snapctl.run("reconcile", WORDS).of_type("run")}
        for run in told.begun:
            found = runs.get(run)
            if found is None and run in told.acknowledged:
                yield f"{run} was acknowledged, and is lost"
            if found and (not found["reconciles"] or found["applied"] + found["superseded"] != RECORDS):
                yield f"{run} is not there once: {found}"
        yield from self.stale(told, runs)
        yield from listed(self.snapctl, WORDS, told.created)

    def stale(self, told, runs):
        records = scanned(self.snapctl.ok("scan", WORDS))
        for number in range(1, WORKERS + 1):
            mine = [run for run in told.begun if run.startswith(f"w{number}-") and run in runs]
            for one in told.begun[mine[-1]] if mine else ():
                _, document, _ = records.get(one["id"], (None, None, None))
                if document != mine[-1]:
                    yield f"{one['id']} is as {document} left it, and {mine[-1]} came later"


def stopped(pid):
    """Whether it was there to be stopped."""
    try:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return False
        os.kill(pid, signal.SIGSTOP)
    except (ChildProcessError, ProcessLookupError):
        return False
    return True
