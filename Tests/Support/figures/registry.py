"""What a figure is, and the list of all figures."""

import dataclasses
import sys

FIGURES = {}
FAULTS_SHOWN = 20


class Unavailable(Exception):
    """What a figure needs beside this repository cannot be had here; the text says what and why."""


@dataclasses.dataclass(frozen=True)
class Result:
    """One line of the report. `passed` is None where the figure could not be taken."""

    name: str
    measured: str
    bound: str
    passed: bool | None
    reason: str = ""

    def line(self):
        word = {True: "PASS", False: "FAIL", None: "SKIP"}[self.passed]
        reason = f" ({self.reason})" if self.reason else ""
        return f"{self.name} | {self.measured} | {self.bound} | {word}{reason}"


def figure(name):
    """Registers a function that takes a Context and yields Results, under the name that `--only` takes."""

    def register(function):
        FIGURES[name] = function
        return function

    return register


def verdict(name, bound, faults, measured):
    """A Result that passes without faults; else the first of them is the reason, and all of them go to stderr."""
    faults = list(faults)
    for fault in faults[:FAULTS_SHOWN]:
        print(f"  {name}: {fault}", file=sys.stderr)
    more = f"; and {len(faults) - 1} more" if len(faults) > 1 else ""
    return Result(name, measured, bound, not faults, faults[0] + more if faults else "")


def megabytes(count):
    return f"{count / 1e6:.2f} MB" if count >= 10_000 else f"{count} B"
