"""Calls that fail, once or for ever after, and calls that lie.

Each time snapctl ends with a status of its contract and says why; then the store verifies without faults, what was
acknowledged is there, nothing is half-done, and a second run succeeds.
"""

import errno
import os

from .kills import Sweep, aftermath, told
from .registry import figure, verdict
from .shim import Fault
from .trials import Trials, run
from .workloads import OPERATIONS, READERS

POINTS = 1  # of each operation, catalog and kind; nightly.sh takes all

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
FAILED, DAMAGED, UNKNOWN, NO_SPACE, NO_ANSWER = 1, 4, 7, 8, 9


def kinds():
    """Name -> Fault: what the calls that change something meet, and what those that read meet."""
    for ever in (False, True):
        when = "for ever after" if ever else "once"
        for code in (errno.EIO, *NO_ROOM, errno.EINTR):
            yield f"{errno.errorcode[code]} {when}", Fault("fail", code, ever, "cl")
        yield f"short writes {when}", Fault("short", ever=ever)
        for code in (errno.EIO, errno.EINTR):
            yield f"{errno.errorcode[code]} on reading {when}", Fault("fail", code, ever, "r")
        yield f"short reads {when}", Fault("short", ever=ever, watch="r")
        yield f"a wrong bit read {when}", Fault("flip", ever=ever, watch="r")


KINDS = dict(kinds())


@figure("faults")
def faults(context):
    found = {kind: Sweep() for kind in KINDS}
    for name, operation in (OPERATIONS | READERS).items():
        for catalog in operation.catalogs:
            trials = Trials(context, operation(context, context.seed), catalog)
            for kind, fault in KINDS.items():
                if can_meet(name, fault):
                    one = fault_sweep(context, trials, fault, POINTS)
                    found[kind].trials += one.trials
                    found[kind].faults += [f"{name}, {catalog}: {text}" for text in one.faults]
                    found[kind].calls += one.calls
    for kind, sweep in found.items():
        yield verdict(
            kind, "a status of the contract, nothing half-done, next run succeeds", sweep.faults,
            f"{sweep.trials} faults ({sweep.told()}, …), seed {context.seed}")
    total = sum(sweep.trials for sweep in found.values())
    unmet = [f"no call met {kind}" for kind, sweep in found.items() if sweep.trials == 0]
    yield verdict("all of them", f"{len(KINDS)} kinds, each met", unmet, f"{total} fault points")


def can_meet(name, fault):
    """Whether the fault says something about the operation: who only reads meets no fault of writing."""
    if fault.do == "flip":
        return (OPERATIONS | READERS)[name].checks_what_it_reads
    return fault.watch == "r" or name in OPERATIONS


def fault_sweep(context, trials, fault, limit=None):
    """Hits every call, or `limit` of them."""
    operation, catalog, sweep = trials.operation, trials.operation.catalog, Sweep()

    def trial(folder, shim, at):
        ended, tally = run(operation, folder, shim, at, fault)
        where = f"call {at}, {tally.call} {os.path.relpath(tally.path, folder) if tally.path else ''}: "
        return at, tally, told(where, judged(operation, folder, fault, ended, tally))

    points = range(1, trials.count(fault) + 1)
    if limit is not None and limit < len(points):
        points = sorted(context.random(f"{operation.name} {catalog} {fault}").sample(points, limit))
    for at, tally, faults in trials.each(trial, points):
        if tally.hits:
            sweep.add(at, tally.call, faults)
        else:
            sweep.faults += faults
    return sweep


def judged(operation, folder, fault, ended, tally):
    """What is wrong with how a run ended, and with what it left."""
    yield from manners(operation, fault, ended, tally)
    if ended.exit == 0:
        yield from operation.verified(folder)
        yield from (f"acknowledged, but {text}" for text in operation.after(folder))
        if is_lost_sync(fault, tally):
            yield f"acknowledged after a failed {tally.call}"
    elif ended.exit != UNKNOWN and operation.is_published(folder):
        yield f"exit {ended.exit}, but it was published: {ended.told()}"
    yield from aftermath(operation, folder)


def manners(operation, fault, ended, tally):
    if ended.timed_out or ended.exit < 0:
        yield ended.told()
    elif ended.exit not in allowed(operation, fault, tally):
        yield f"not a status for this: {ended.told()}"
    elif ended.exit != 0 and not (ended.stderr.strip() or ended.stdout.strip()):
        yield f"no word about it: {ended.told()}"
    if tally.resynced:
        yield f"synced again after a failed {tally.call}"


def allowed(operation, fault, tally):
    """The statuses that say what happened."""
    if fault.do == "flip":
        # A read brings more than is used: a wrong bit there is read again, or never needed.
        return (DAMAGED,) if operation.name == "verify" and fault.ever else (0, FAILED, DAMAGED)
    if fault.errno == errno.EINTR and operation.catalog == "rocksdb":
        return 0, FAILED  # RocksDB does not repeat each of its calls
    if fault.do == "short" or fault.errno == errno.EINTR:
        return (0,)
    if fault.errno in NO_ROOM:
        return 0, UNKNOWN, NO_SPACE
    return (0, FAILED, DAMAGED, UNKNOWN, NO_ANSWER) if fault.watch == "r" else (0, FAILED, UNKNOWN, NO_ANSWER)


def is_lost_sync(fault, tally):
    """Whether the disk refused to keep something that matters."""
    is_needed = not any(part in f"{tally.path}/" for part in EXPENDABLE)
    return tally.call in ("fsync", "fdatasync") and fault.errno != errno.EINTR and is_needed


# A catalog's own files, intents and leases decide nothing; what a directory was made a version of is found out again.
EXPENDABLE = ("/store/catalog/", "/store/intents/", "/store/leases/", "/live/")
