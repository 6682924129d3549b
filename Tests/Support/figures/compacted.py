"""A large collection compacted by snapctl, delta after delta, then most of it once more: how much memory that takes."""

import os

from .context import disk_free
from .filled import NAME, measure
from .registry import Result, Unavailable, figure

BYTES = int(os.environ.get("FIGURES_COMPACTED_BYTES", 1_000_000_000))
NIGHTLY_BYTES = 10_000_000_000
DIMENSION = 384
AGAIN = 0.6  # of the records come a second time: then more than half of the rows of old segments are dead
BOUND = 256 << 20
ROUNDS_MAX = 100_000


@figure("compacted")
def compacted(context, byte_count=BYTES):
    wanted = 4 * byte_count
    if disk_free(context.scratch) < wanted:
        raise Unavailable(f"{wanted / 1e9:g} GB of disk are wanted in {context.scratch}; set TMPDIR")
    snapctl = context.new_store(context.folder("compacted") / "store", "directory", timeout=1200)
    count = byte_count // (4 * DIMENSION)
    for what, share in (("", 1), (f", {AGAIN:.0%} of them for the second time", AGAIN)):
        measure(context, "deltas", snapctl.store, NAME, int(count * share), DIMENSION, context.seed + int(10 * share))
        yield peak(what, byte_count * share, runs(snapctl))
    found = snapctl.versions(NAME)[-1]["records"]
    yield Result(
        f"records of a collection of {byte_count / 1e9:g} GB that was compacted", f"{found:,}", f"{count:,}",
        found == count)
    context.folder("compacted")  # gives the room back


def runs(snapctl):
    """Compactions until nothing is left to compact."""
    made = []
    for _ in range(ROUNDS_MAX):
        run = snapctl.ok("compact", NAME)
        made.append(run)
        if run.one("created")["unchanged"]:
            return made
    raise RuntimeError(f"{ROUNDS_MAX} compactions were not enough")


def peak(what, byte_count, made):
    most = max(run.rss_bytes for run in made)
    return Result(
        f"peak memory of compacting {byte_count / 1e9:g} GB of vectors{what}",
        f"{most / (1 << 20):.0f} MiB in {len(made) - 1} compactions, {sum(run.cpu_seconds for run in made):.1f} CPU s",
        f"<= {BOUND >> 20} MiB", most <= BOUND)
