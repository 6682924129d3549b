"""kill -9 at every call that changes a file system.

Each time the store verifies, the state is the one before or the one after, and a second run works.
"""

import collections
import dataclasses

from .registry import figure, verdict
from .runner import Unexpected
from .shim import KILL, was_killed
from .trials import Trials, run
from .workloads import KILLED, OPERATIONS, workloads

CALLS_MAX = 5000
POINTS = 5000  # of all, at least
PAIRS = 20  # of each operation and catalog; nightly.sh takes more


@dataclasses.dataclass
class Sweep:
    """How many trials there were, what was wrong in them, and which calls were hit."""

    trials: int = 0
    faults: list = dataclasses.field(default_factory=list)
    calls: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    noticed: set = dataclasses.field(default_factory=set)  # points with faults

    def add(self, point, call, faults):
        self.trials += 1
        self.calls[call] += 1
        self.faults += faults
        if faults:
            self.noticed.add(point)

    def join(self, other):
        self.trials += other.trials
        self.faults += other.faults
        self.calls += other.calls
        self.noticed |= other.noticed

    def told(self):
        return ", ".join(f"{count} {call}" for call, count in self.calls.most_common(4))


@figure("kills")
def kills(context):
    total = 0
    which = "every call" if context.share == 1 else f"{context.share:.0%} of all calls"
    for name in KILLED:
        found = Sweep()
        for workload in workloads(name):
            found.join(sweep(context, workload.made(context, context.seed), workload.catalog, workload.fault))
        total += found.trials
        yield verdict(
            f"kill -9 at {which} of {name}", "verifies, before or after, next run succeeds",
            found.faults, f"{found.trials} kills ({found.told()}, …), seed {context.seed}")
    few = [f"{total} are not {POINTS}"] if total < POINTS else []
    yield verdict("all of them", f">= {POINTS} crash points", few, f"{total} crash points")


@figure("pairs")
def pairs(context):
    """A kill, then another one while the next run recovers."""
    total, faults = 0, []
    for name, operation in OPERATIONS.items():
        for catalog in operation.catalogs:
            found = recovery_sweep(context, operation(context, context.seed), catalog, PAIRS)
            total += found.trials
            faults += [f"{name}, {catalog}: {fault}" for fault in found.faults]
    yield verdict(
        "kill -9 at a random call, then at a random call of the run that recovers",
        "verifies, before or after, next run succeeds", faults, f"{total} pairs, seed {context.seed}")


def sweep(context, operation, catalog, fault=KILL):
    """Kills at call 1, 2, 3 …, or at some of them, until the operation ends without meeting its kill."""
    trials, sweep = Trials(context, operation, catalog), Sweep()

    def trial(folder, shim, at):
        ended, tally = run(operation, folder, shim, at, fault)
        if not was_killed(ended):
            return at, None, [] if ended.exit in operation.done_exits else [ended.told()]
        return at, tally.call, told(f"call {at}, {tally.call}: ", aftermath(operation, folder))

    count = trials.count(fault)
    for at, call, faults in trials.each(trial, context.sample(f"{operation.name} {catalog}", range(1, count + 1))):
        if call:
            sweep.add(at, call, faults)
        else:
            sweep.faults += faults
    for at in range(count + 1, CALLS_MAX):
        at, call, faults = trials.one(trial, at)
        if not call:
            sweep.faults += faults
            return sweep
        sweep.add(at, call, faults)
    return sweep


def told(where, check):
    """What a check finds wrong, each with where that was; a command that does not work at all is wrong, too."""
    faults = []
    try:
        for text in check:
            faults.append(where + text)
    except (Unexpected, ValueError, OSError) as error:
        faults.append(f"{where}{error}")
    return faults


def aftermath(operation, folder):
    """What is wrong right after the kill, and after a second run."""
    yield from operation.verified(folder)
    yield from operation.between(folder)
    wrong = list(operation.repeated(folder, operation.snapctl(folder).run(*operation.command(folder))))
    yield from wrong
    if not wrong:
        yield from operation.after(folder)
        yield from operation.left_behind(folder)


def recovery_sweep(context, operation, catalog, limit):
    """Kills at a random call, then again at a random call of the run that recovers; `limit` times."""
    trials, sweep = Trials(context, operation, catalog), Sweep()
    chance, count = context.random("recovery"), trials.count(KILL)

    def trial(folder, shim, point):
        first, share = point
        run(operation, folder, shim, first, KILL)
        # What the second run does depends on the first kill; beyond its end it simply succeeds.
        second = 1 + int(share * count)
        ended, tally = run(operation, folder, shim, second, KILL)
        if not was_killed(ended):
            return point, "", [f"call {first}, then none: {text}" for text in operation.repeated(folder, ended)]
        where = f"call {first}, then {second}, {tally.call}: "
        return point, tally.call, told(where, aftermath(operation, folder))

    points = [(chance.randrange(1, count + 1), chance.random()) for _ in range(limit)]
    for point, call, faults in trials.each(trial, points):
        if call:
            sweep.add(point, call, faults)
        else:
            sweep.faults += faults
    return sweep
