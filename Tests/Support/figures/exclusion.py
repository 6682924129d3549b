"""Eight processes that commit to one collection in process: how long each keeps the others out, and waits itself."""

import statistics
import subprocess

from .filled import snapmeasure
from .registry import Result, figure

PROCESSES, COMMITS = 8, 100
BOUND = 10.0  # milliseconds, of the head step
COLLECTION = "shared"


@figure("exclusion")
def exclusion(context):
    for catalog in ("rocksdb", "directory"):
        folder = context.folder(f"exclusion-{catalog}")
        snapctl = context.new_store(folder / "store", catalog)
        for number in (1, 2):
            (folder / "source").mkdir(exist_ok=True)
            (folder / "source" / "file").write_text(f"{number}")
            snapctl.ok("create", COLLECTION, folder / "source", "--expect", number - 1)
        waited, opened, held = zip(*contest(context, snapctl.store))
        yield told(f"head step, {PROCESSES} processes, {catalog}", held, BOUND)
        yield told(f"opening and closing the catalog for it, {catalog}", opened)
        yield told(f"waiting for the turn, {catalog}", waited)


def contest(context, store):
    """What all processes say of each head they sent: milliseconds waited, opened, held."""
    command = [snapmeasure(context), "commits", store, COLLECTION, COMMITS]
    started = [
        subprocess.Popen([*map(str, command), str(number)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for number in range(PROCESSES)]
    lines = []
    for process in started:
        out, error = process.communicate(timeout=600)
        if process.returncode != 0:
            raise RuntimeError(f"snapmeasure commits: {error[-300:]}")
        lines += [tuple(map(float, line.split())) for line in out.splitlines()]
    if len(lines) < PROCESSES * COMMITS:
        raise RuntimeError(f"{len(lines)} heads are told of, where {PROCESSES * COMMITS} were committed")
    return lines


def told(what, values, bound=None):
    ordered = sorted(values)
    last = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    measured = f"p99 {last:.1f} ms, median {statistics.median(ordered):.1f} ms, of {len(ordered)}"
    return Result(what, measured, "told" if bound is None else f"p99 <= {bound:g} ms", bound is None or last <= bound)
