"""A vectors collection of 1.5 GB, and one of rows of 6 KB, changed in 333 places: what a synced reader is moved."""

from .context import disk_free
from .filled import NAME, fill, measure, synced
from .registry import Result, Unavailable, figure, megabytes

SIZES = ((1_000_000, 384), (100_000, 1_536))
BOUND = 32e6
RUNS = 333


@figure("scattered")
def scattered(context):
    wanted = 4 * SIZES[0][0] * SIZES[0][1] * 4
    if disk_free(context.scratch) < wanted:
        raise Unavailable(f"{wanted / 1e9:.0f} GB of disk are wanted in {context.scratch}; set TMPDIR")
    for count, dimension in SIZES:
        yield moved(context, count, dimension)


def moved(context, count, dimension):
    snapctl = fill(context, count, dimension)
    copy = synced(context, snapctl)
    told = measure(context, "scatter", snapctl.store, NAME, count, dimension, context.seed)
    made = {name: float(value) for name, value in map(str.split, told.splitlines())}
    run = snapctl.ok("sync", NAME, copy)
    read = run.one("synced")["bytesRead"]
    vectors = (made["overwritten"] + made["appended"]) * dimension * 4
    context.folder(snapctl.store.parent.name)  # gives the room back
    return Result(
        f"bytes a sync reads, {count:,} x {dimension}, {RUNS} runs of {made['overwritten'] / RUNS:.0f} overwritten and "
        "1 % appended",
        f"{megabytes(read)}, of which vectors are {megabytes(vectors)}; compacted in {made['cpu']:.2f} CPU s, synced in "
        f"{run.cpu_seconds:.2f}",
        f"<= {megabytes(BOUND)}", read <= BOUND)
