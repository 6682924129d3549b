"""Collections of many records, made once per run by snapmeasure, which appends them in process."""

import subprocess

from .context import helper

NAME = "words"


def snapmeasure(context):
    return context.once("snapmeasure", lambda: helper("product.sh", "snapmeasure"))


def filled(context, count, dimension):
    """A snapctl whose store has `count` records, compacted, no segment over another."""
    return context.once(f"filled {count} {dimension}", lambda: fill(context, count, dimension))


def fill(context, count, dimension):
    snapctl = context.new_store(context.folder(f"filled-{count}-{dimension}") / "store", catalog="directory")
    measure(context, "fill", snapctl.store, NAME, count, dimension, context.seed)
    return snapctl


def measure(context, *arguments):
    command = [snapmeasure(context), *map(str, arguments)]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=1800)
    if run.returncode != 0:
        raise RuntimeError(f"snapmeasure {arguments[0]}: {run.stderr or run.stdout}"[-400:])
    return run.stdout


def synced(context, snapctl):
    """A copy of the newest version."""
    copy = snapctl.store.parent / "copy"
    snapctl.ok("sync", NAME, copy)
    return copy


def id_of(number):
    return f"IMAGE#{number // 100:06d}#WORD#{number:08d}"
