"""Thousands of runs of the real protocols under simulated writers, clocks and faults; and bugs that it has to notice.

snapsimulate interleaves writers at every call to the store, by a seed: it crashes and stops them, loses and delays
answers, lets listings lag and clocks be wrong, and asks in the end whether anything acknowledged was lost, doubled or
stale.
"""

import collections
import os
import subprocess

from .context import helper
from .registry import figure, verdict

TOTAL = 3_000
SLICE = 1_000
SECONDS_EACH = 2.0  # of a slice; runs take a few hundredths
CONTROL_RUNS = 1_000
REPEATED = 40


class Program:
    def __init__(self, context):
        self.path = context.once("snapsimulate", lambda: helper("product.sh", "snapsimulate"))
        self.folder = context.fast_folder("simulation")

    def run(self, first, count, *more):
        command = [
            self.path, "--from", first, "--count", count, "--jobs", os.cpu_count() or 1, "--folder", self.folder, *more]
        return subprocess.run(
            list(map(str, command)), stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            env=os.environ | {"SWIFT_BACKTRACE": "enable=no"}, timeout=60 + count * SECONDS_EACH)


class Tally:
    """What came of some runs: how many, of what seeds, and how often each event happened."""

    def __init__(self):
        self.trials, self.steps, self.faults = 0, 0, []
        self.events = collections.Counter()

    def take(self, program, first, count):
        try:
            ended = program.run(first, count)
        except subprocess.TimeoutExpired:
            self.faults.append(f"the runs {first} to {first + count} do not end")
            return
        lines = ended.stdout.splitlines()
        self.faults += [line for line in lines if line.startswith(("FAIL", "STOPPED"))]
        if ended.returncode != 0 and not self.faults:
            self.faults.append(f"exit {ended.returncode} in the runs {first} to {first + count}")
        for name, *fields in (line.split(" | ") for line in lines if " | " in line):
            if name == "all":
                self.trials += int(fields[0].split()[0])
                self.steps += int(fields[1].split()[0])
            else:
                self.events[name] += int(fields[0])

    def missing(self):
        """What a figure that never meets it would prove nothing of."""
        return [f"never happened: {name}" for name, count in self.events.items() if count == 0]

    def told(self):
        events = ", ".join(f"{name} {count}" for name, count in self.events.items())
        return f"{self.trials} runs, {self.steps} calls; {events}"


def simulated(context, first, count):
    program, tally = Program(context), Tally()
    for start in range(first, first + count, SLICE):
        tally.take(program, start, min(SLICE, first + count - start))
    return tally


@figure("simulation")
def simulation(context):
    first = (context.seed - 1) * TOTAL
    tally = simulated(context, first, TOTAL)
    faults = tally.faults + tally.missing()
    faults += [] if tally.trials == TOTAL else [f"only {tally.trials} of {TOTAL} were run"]
    yield verdict(
        "simulated writers", "nothing acknowledged lost, doubled or stale; each event met", faults,
        f"{tally.told()}; seeds from {first}")
    yield repeated(context, first)
    yield from controls(context, first)


def repeated(context, first):
    """In two processes the same seeds give the same runs, byte by byte."""
    program = Program(context)
    runs = [program.run(first, REPEATED).stdout.splitlines()[:1] for _ in range(2)]
    return verdict(
        "simulated writers, twice", "the same runs", [] if runs[0] == runs[1] else [f"{runs[0]} and {runs[1]}"],
        f"{REPEATED} seeds")


# What snapsimulate puts in, one bug at a time.
PLANTS = {
    "checkThenRename": "looking, then writing, in place of create-exclusive",
    "anotherBody": "another body after a lost answer",
    "lostMeansFailed": "a lost answer taken for a failure",
    "readBackSkipped": "nothing read back after a lost answer",
    "numberFromListing": "a delta's number from the listing alone",
    "voidUnchecked": "a delta's head not read again",
    "takeoverUnraised": "a lease taken over without the token in the head",
    "fenceUnchecked": "a commit that does not look at the fence",
    "earlyPacks": "packs acknowledged before they are there",
}


def controls(context, first):
    program = Program(context)
    for plant, text in PLANTS.items():
        ended = program.run(first, CONTROL_RUNS, "--plant", plant)
        lines = ended.stdout.splitlines()
        failed = any(line.startswith("FAIL") for line in lines)
        told = lines[0].split(" | ")[1] if lines else "nothing"
        yield verdict(
            f"control: {text}", f"noticed within {CONTROL_RUNS} runs",
            [] if failed else [f"exit {ended.returncode}: it went unnoticed"], f"after {told}")
