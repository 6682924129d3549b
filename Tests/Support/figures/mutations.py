"""A million mutated stores and objects, in one process: all of them detected or harmless, none crashes or hangs.

snapmutate says what came of each: *detected*, *harmless* (all is read right), *older* (the last head of a line or the
last delta of a log is gone, and what is left is whole), *forged* (sealed anew by somebody who may write heads and deltas,
or out of another store: what is read was written, and nothing in the store vouches for those objects but they
themselves), or that it failed.
"""

import collections
import dataclasses
import os
import subprocess

from .context import helper
from .registry import figure, verdict

TOTAL = 1_000_000
SLICE = 50_000
SECONDS_EACH = 0.05  # of a slice; a single mutation has a second for each megabyte, by snapmutate's own watch
CONTROL_TRIALS = 4_000


@dataclasses.dataclass
class Ended:
    exit: int  # negative: ended by that signal
    lines: list

    def of(self, word):
        return [line[len(word) + 2:] for line in self.lines if line.startswith(word + ": ")]


class Program:
    def __init__(self, context):
        self.seed = context.seed
        self.path = context.once("snapmutate", lambda: helper("optional.sh", "snapmutate", "SNAP_MUTATE"))
        self.jobs = os.cpu_count() or 1
        # What a run that was ended leaves behind goes with it.
        self.folder = context.fast_folder("mutations")

    def run(self, first, count, *more, jobs=None):
        command = [
            self.path, "--seed", self.seed, "--from", first, "--count", count, "--jobs", jobs or self.jobs,
            "--folder", self.folder, *more]
        environment = os.environ | {"SWIFT_BACKTRACE": "enable=no"}
        try:
            run = subprocess.run(
                list(map(str, command)), stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                env=environment, timeout=60 + count * SECONDS_EACH)
        except subprocess.TimeoutExpired:
            return Ended(3, [f"HANG: mutations {first} to {first + count} of seed {self.seed} do not end"])
        return Ended(run.returncode, run.stdout.splitlines())


class Tally:
    def __init__(self):
        self.trials, self.faults, self.kinds = 0, [], collections.Counter()
        self.verdicts = collections.Counter()

    def take(self, program, first, count):
        ended = program.run(first, count)
        self.faults += ended.of("FAIL") + [f"hangs: {text}" for text in ended.of("HANG")] + ended.of("STOPPED")
        if ended.exit < 0:
            self.faults.append(f"signal {-ended.exit}: {self.crashed(program, first, count)}")
        elif ended.exit != 0 and not self.faults:
            self.faults.append(f"exit {ended.exit}")
        for line in ended.lines:
            parts = line.split(" | ")
            if len(parts) == 4 and parts[1] == "all":
                self.add(parts[0], int(parts[2]), parts[3])

    def add(self, kind, count, verdicts):
        if kind != "all":
            self.kinds[kind] += count
            return
        self.trials += count
        for part in verdicts.split(", "):
            name, number = part.split()
            self.verdicts[name] += int(number)

    def crashed(self, program, first, count):
        """The last mutation that one worker alone began."""
        begun = program.run(first, count, "--trace", jobs=1).lines
        return begun[-1] if begun else "before the first mutation"

    def told(self):
        counts = ", ".join(f"{name} {count}" for name, count in self.verdicts.items())
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.kinds.items()))
        return f"{self.trials} mutations: {counts}; {kinds}"


def mutated(context, first, count):
    program, tally = Program(context), Tally()
    for start in range(first, first + count, SLICE):
        tally.take(program, start, min(SLICE, first + count - start))
    return tally


@figure("mutations")
def mutations(context):
    tally = mutated(context, 0, TOTAL)
    faults = tally.faults or ([] if tally.trials == TOTAL else [f"only {tally.trials} were tried"])
    yield verdict(
        "mutated stores and objects", "0 wrong, 0 unnoticed, 0 crashes, 0 hangs", faults,
        f"{tally.told()}; seed {context.seed}")
    yield from controls(context)


# What snapmutate puts in -> how it must end.
PLANTS = {
    "unchecked": ("a reader does not compare digests", 1),
    "silent": ("verify keeps damaged packs to itself", 1),
    "covered": ("verify looks at another copy", 1),
    "hang": ("a tier waits for ever for the rest of an object", 3),
    "trap": ("a tier takes a range without looking", -1),
}


def controls(context):
    program = Program(context)
    for plant, (text, wanted) in PLANTS.items():
        ended = program.run(0, CONTROL_TRIALS, "--plant", plant)
        noticed = ended.exit == wanted or wanted < 0 and ended.exit < 0
        yield verdict(
            f"control: {text}", "noticed", [] if noticed else [f"exit {ended.exit}: it went unnoticed"],
            f"{len(ended.of('FAIL'))} failures, exit {ended.exit}, of {CONTROL_TRIALS} mutations")
