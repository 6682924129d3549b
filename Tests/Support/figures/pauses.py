"""A writer that stops at any of its calls, however long, while another commits: neither ever overwrites the other."""

import os
import signal

from .kills import Sweep, told
from .operations import dense
from .registry import figure, verdict
from .sample import TREE, WORDS
from .shim import Fault
from .trees import small_tree
from .trials import QUICK, Trials
from .workloads import OPERATIONS

STOP = Fault("stop")
ALLOWED = (0, 5, 6, 7)  # done, conflict, fenced, unknown
POINTS = 15  # of each operation and catalog; nightly.sh takes all


@figure("pauses")
def pauses(context, limit=POINTS):
    for name, rival in RIVALS.items():
        for catalog in OPERATIONS[name].catalogs:
            found = pause_sweep(context, OPERATIONS[name](context, context.seed), rival, catalog, STOP, limit)
            yield verdict(
                f"SIGSTOP in {name}, another commits, SIGCONT; {catalog} catalog",
                "both listed as acknowledged, versions dense, verifies", found.faults,
                f"{found.trials} pauses ({found.told()}, …), seed {context.seed}")


def pause_sweep(context, operation, rival, catalog, fault, limit=None):
    """Stops at every call, or at `limit` of them, and lets the rival run meanwhile."""
    trials, sweep = Trials(context, operation, catalog), Sweep()

    def trial(folder, shim, at):
        stopped = shim.watching(operation.snapctl(folder), at, fault, **QUICK).start(*operation.command(folder))
        is_stopped = wait_stopped(stopped.child.pid)
        other = operation.snapctl(folder).with_environment(**QUICK).run(*rival(folder)) if is_stopped else None
        if is_stopped:
            os.kill(stopped.child.pid, signal.SIGCONT)
        ended, tally = stopped.wait(60), shim.tally()
        where = f"stopped at call {at}, {tally.call}: "
        faults = told(where, met(operation, folder, ended, other)) if other else []
        return at, tally.call if other else "", faults

    points = range(1, trials.count(STOP) + 1)
    if limit is not None and limit < len(points):
        points = sorted(context.random(f"{operation.name} {catalog}").sample(points, limit))
    for at, call, faults in trials.each(trial, points):
        if call:
            sweep.add(at, call, faults)
    return sweep


def wait_stopped(pid):
    """Whether it stopped; False: it ended without."""
    return os.waitid(os.P_PID, pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT).si_code == os.CLD_STOPPED


def met(operation, folder, *runs):
    collection = operation.command(folder)[1]
    listed = {row["version"]: row["contentHash"] for row in operation.snapctl(folder).versions(collection)}
    for run in runs:
        if run.exit not in ALLOWED or run.timed_out:
            yield run.told()
        for made in run.of_type("created") if run.exit == 0 else ():
            if listed.get(made["version"]) != made["contentHash"]:
                yield f"{collection}@{made['version']} was acknowledged as {made['contentHash']}, listed is {listed}"
    yield from dense(folder, collection, (1, 2, 3))
    yield from operation.verified(folder)
    # What was acknowledged is in the next version, whoever was faster.
    if operation.name == "append" and runs[0].exit == 0:
        yield from operation.after(folder)


def other_tree(folder):
    return "create", TREE, small_tree(folder / "rival", 99), "--append-version"


def other_compaction(folder):
    return "compact", WORDS


# The append that stops wrote the delta, or did not: the compaction takes it in, or makes its number void to it.
RIVALS = {"create": other_tree, "append": other_compaction, "compact": other_compaction}
