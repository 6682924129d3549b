"""Who watches is watched: bugs planted below snapctl, each of which the measurement that claims to see it must see."""

import errno

from .faults import fault_sweep
from .kills import sweep
from .pauses import other_tree, pause_sweep
from .power import LEFT_OUT, left_out
from .registry import figure, verdict
from .shim import Fault
from .trials import Trials
from .workloads import OPERATIONS


@figure("controls")
def controls(context):
    for text, plant in PLANTS.items():
        found = plant(context)
        yield verdict(
            f"control: {text}", "noticed", [] if found.noticed else ["it went unnoticed"],
            f"{len(found.noticed)} of {found.trials} {'/'.join(found.calls)} noticed")


def killed(name, **fault):
    """A bug that shows when the program is killed."""
    return lambda context: sweep(context, OPERATIONS[name](context, context.seed), "directory", Fault(**fault))


def told_wrong(name, call, do="swallow", **fault):
    """A bug that shows when a call fails: nobody hears of it."""
    fault = Fault(do, errno.EIO, only=call, **fault)
    return lambda context: fault_sweep(
        context, Trials(context, OPERATIONS[name](context, context.seed), "directory"), fault)


def unsynced(operation, under):
    """A bug that shows when the power fails: an fsync that is not made."""
    return lambda context: left_out(context, operation, under)


def overtaken(context):
    """A bug that shows when another commits."""
    fault = Fault("stop", plant="overwrite")
    return pause_sweep(context, OPERATIONS["create"](context, context.seed), other_tree, "directory", fault)


PLANTS = {
    "a link leaves half a file": killed("create", only="linkat", plant="half-link"),
    "the head appears before its packs": killed("create", only="linkat", plant="late-pack"),
    "the exchange of two trees is two renames": killed("sync", only="renameat2", plant="torn-exchange"),
    "a name that is taken is overwritten": overtaken,
    "a failed write is called done": told_wrong("create", "pwrite"),
    "half a write is called whole": told_wrong("compact", "pwrite", "halve"),
    "a failed fsync is called done": told_wrong("create", "fsync"),
    "a failed fsync is repeated and believed": told_wrong("append", "fsync", "fail", plant="retry-sync"),
    "a failed link is called done": told_wrong("append", "linkat"),
    "a failed exchange is called done": told_wrong("sync", "renameat2"),
    "a failed fchmod is called done": told_wrong("first sync", "fchmod"),
} | {text: unsynced(*where) for text, where in LEFT_OUT.items()}
