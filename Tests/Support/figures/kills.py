"""kill -9 at every call that changes a file system.

Each time the store verifies, the state is the one before or the one after, and a second run works.
"""

import collections
import pathlib
import shutil

from .operations import OPERATIONS
from .registry import figure, verdict
from .shim import Shim, was_killed
from .trees import remove

CALLS_MAX = 5000
PLANTED = 2


@figure("kills")
def kills(context):
    for name, operation in OPERATIONS.items():
        for catalog in operation.catalogs:
            points, faults, calls = sweep(context, operation(context, context.seed), catalog)
            hit = ", ".join(f"{count} {call}" for call, count in calls.most_common(4))
            yield verdict(
                f"kill -9 at every call of {name}, {catalog} catalog", "verifies, before or after, next run succeeds",
                faults, f"{points} kills ({hit}, …), seed {context.seed}")
    yield control(context)


def control(context):
    """The watch itself is watched: objects that appear under their name half-written must be noticed."""
    _, faults, calls = sweep(context, OPERATIONS["create"](context, context.seed), "directory", torn=PLANTED)
    unnoticed = calls["linkat"] - len({fault.split(":")[0] for fault in faults})
    return verdict(
        "control: kill -9 of create, where a link leaves half a file", "each is noticed",
        [f"{unnoticed} kills went unnoticed"] if unnoticed > 0 else [], f"{calls['linkat']} links, {len(faults)} faults")


def sweep(context, operation, catalog, torn=0, limit=CALLS_MAX, first=1):
    """Kills at call 1, 2, 3 … until the operation ends without meeting its kill. Gives kills, faults, calls hit."""
    base = context.folder("kill-base")
    operation.prepare(base, catalog)
    shim, faults, calls = Shim(context), [], collections.Counter()
    for at in range(first, first + limit):
        folder = replaced(context, base)
        run, call = shim.run(operation.snapctl(folder), at, *operation.command(folder), torn=torn)
        where = f"call {at}, {call}: "
        if not was_killed(run):
            faults += [run.told()] if run.exit != 0 else []
            break
        calls[call] += 1
        faults += [where + text for text in aftermath(operation, folder)]
    return calls.total(), faults, calls


def aftermath(operation, folder):
    """What is wrong right after the kill, and after a second run."""
    snapctl = operation.snapctl(folder)
    if (folder / "store" / "store").exists():
        verified = snapctl.run("verify")
        if verified.exit != 0:
            yield f"{verified.told()} {verified.stdout[:200]}"
    yield from operation.between(folder)
    again = snapctl.run(*operation.command(folder))
    if again.exit != 0:
        yield f"the second run: {again.told()}"
    else:
        yield from operation.after(folder)


def recovery_sweep(context, operation, catalog):
    """Kills once at a random call, then again at every call of the run that recovers. Gives kills and faults."""
    base = context.folder("recovery-base")
    operation.prepare(base, catalog)
    shim, chance = Shim(context), context.random("recovery")
    first = chance.randrange(1, calls_of(context, shim, operation, base) + 1)
    shim.run(operation.snapctl(base), first, *operation.command(base))
    kills, faults, at = 0, [], 0
    while at < CALLS_MAX:
        at += 1
        folder = replaced(context, base)
        run, call = shim.run(operation.snapctl(folder), at, *operation.command(folder))
        if not was_killed(run):
            return kills, faults + ([run.told()] if run.exit != 0 else [])
        kills += 1
        faults += [f"call {first}, then {at}, {call}: {text}" for text in aftermath(operation, folder)]
    return kills, faults


def calls_of(context, shim, operation, base):
    """How many calls the operation makes when nobody kills it."""
    folder = replaced(context, base)
    shim.run(operation.snapctl(folder), 0, *operation.command(folder))
    return shim.count()


def replaced(context, base):
    """A fresh copy of the prepared folder, always in the same place."""
    folder = context.scratch / "kill-point"
    remove(folder)
    return pathlib.Path(shutil.copytree(base, folder, symlinks=True))
