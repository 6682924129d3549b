"""1 % of new records taken into 60,000 and published, beside Lance; and what a hundred such compactions leave behind."""

import json
import pathlib
import statistics
import subprocess

from .chain import objects_size
from .context import helper
from .filled import NAME, measure
from .registry import Result, figure, megabytes
from .sha import PROMISED, sha_rate
from .trees import byte_count

HERE = pathlib.Path(__file__).resolve().parent
COUNT, DIMENSION, DELTA = 60_000, 384, 600
ROUNDS, FIRST = 100, 5  # of the first so many the median is told
SECONDS, STORED = 0.04, 1.6e6
SPACE, READS = 1.3, 1.2
LANCE = ("lance", "pylance==14.0.2", "pyarrow", "numpy")


@figure("compaction")
def compaction(context):
    peer = beside(context)
    head = None  # what a head takes where no catalog is opened for it
    for catalog in ("directory", "rocksdb"):
        snapctl = context.new_store(context.folder(f"compaction-{catalog}") / "store", catalog)
        rate = sha_rate()
        rounds = ROUNDS if catalog == "directory" else FIRST
        told = measure(
            context, "compactions", snapctl.store, NAME, COUNT, DIMENSION, rounds, context.seed).splitlines()
        costs = [tuple(map(float, line.split())) for line in told]
        head = head or statistics.median(cost[-1] for cost in costs)
        yield from first(costs[:FIRST], catalog, rate, peer, head)
        if catalog == "directory":
            yield from after(context, snapctl)
        context.folder(f"compaction-{catalog}")  # gives the room back


def first(costs, catalog, rate, peer, head):
    """What is promised is meant with the catalog open; here each compaction opens RocksDB and closes it again."""
    cpu, wall, stored, tag = (statistics.median(column) for column in zip(*costs))
    opening = max(0, tag - head) if catalog == "rocksdb" else 0
    bound = SECONDS * PROMISED / rate
    apart = f"; {cpu - opening:.3f} s without opening and closing it, {opening:.3f} s by a tag's CPU" if opening else ""
    yield Result(
        f"CPU of a compaction of {DELTA} records into {COUNT:,} x {DIMENSION} and its publishing, {catalog}",
        f"{cpu:.3f} s{', RocksDB opened and closed' if opening else ''}{apart}; {wall:.3f} s on the wall; "
        f"Lance's merge_insert {peer['cpu']:.3f} s",
        f"<= {bound:.3f} s, the catalog open ({SECONDS:g} s where SHA-256 runs at {PROMISED / 1e9:g} GB/s, here "
        f"{rate / 1e9:.2f})",
        cpu - opening <= bound)
    yield Result(
        f"bytes stored by it, {catalog}", f"{megabytes(stored)}; Lance {megabytes(peer['bytes'])}",
        f"<= {megabytes(STORED)}", stored <= STORED)


def after(context, snapctl):
    """The collection as it is now, beside one that was filled with the same records in one go."""
    fresh = context.new_store(context.folder("compaction-fresh") / "store", "directory")
    measure(context, "rewrite", snapctl.store, NAME, fresh.store, 0)
    now, then = (Held(context, one) for one in (snapctl, fresh))
    for what, mine, its in (("as stored", now.read, then.read), ("of its files", now.files, then.files)):
        yield Result(
            f"bytes {what} of the newest version after {ROUNDS} such compactions",
            f"{megabytes(mine)}, {mine / its:.2f} x one filled with the same records; the store, all versions and "
            f"deltas, {megabytes(objects_size(snapctl.store))}",
            f"<= {SPACE:g} x", mine <= SPACE * its)
    for name, what in (("scan", "each row of a scan"), ("thousand", "each of 1,000 ids looked up")):
        mine, its = now.costs[name], then.costs[name]
        told = f"{mine:.4f} µs, {mine / its:.2f} x ({its:.4f} µs)"
        if name == "scan":  # the first finds out where records are
            told += f"; the first after opening {now.costs['first']:.3f} µs ({then.costs['first']:.3f} µs)"
        yield Result(
            f"CPU of {what} after {ROUNDS} such compactions", told,
            f"<= {READS:g} x", mine <= READS * its)
    context.folder("compaction-fresh")  # gives the room back


class Held:
    """What a copy of the newest version reads and holds, and what reading it costs."""

    def __init__(self, context, snapctl):
        copy = snapctl.store.parent / "copy"
        self.read = snapctl.ok("sync", NAME, copy).one("synced")["bytesRead"]
        self.files = byte_count(copy / "segments")
        told = measure(context, "reads", snapctl.store, NAME, copy, context.seed)
        self.costs = {name: float(value) for name, value in map(str.split, told.splitlines())}


def beside(context):
    """What Lance takes for rows of the same kind: CPU seconds and bytes, the median of as many rounds."""
    python = helper("venv.sh", *LANCE)
    folder = context.folder("compaction-lance")
    command = [python, HERE / "compaction_lance.py", folder / "table", COUNT, DIMENSION, DELTA, FIRST, context.seed]
    run = subprocess.run(
        [str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900)
    if run.returncode != 0:
        raise RuntimeError(f"Lance: {run.stderr[-300:]}")
    return json.loads(run.stdout)
