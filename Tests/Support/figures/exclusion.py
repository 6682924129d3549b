"""Eight processes that commit to one collection in process: how long each keeps the others out, and waits itself."""

import statistics
import subprocess
import sys

from .filled import snapmeasure
from .registry import Result, figure

PROCESSES, COMMITS = 8, 100
BOUND = 10.0  # milliseconds, of the head step
COLLECTION = "shared"
# What a head takes at least: a small file, durable under its name. Milliseconds of each.
BARE = """
import fcntl, os, sys, time
folder, count = sys.argv[1], int(sys.argv[2])
lock, directory = os.open(f"{folder}/lock", os.O_RDWR | os.O_CREAT), os.open(folder, os.O_RDONLY)
for number in range(count):
    fcntl.flock(lock, fcntl.LOCK_EX)
    began = time.monotonic()
    name = f"{folder}/{os.getpid()}"
    file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    os.write(file, bytes(1000))
    os.fsync(file)
    os.close(file)
    os.link(name, f"{name}-{number}")
    os.unlink(name)
    os.fsync(directory)
    print((time.monotonic() - began) * 1000)
    fcntl.flock(lock, fcntl.LOCK_UN)
"""


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
    bare = lines_of([sys.executable, "-c", BARE, context.folder("exclusion-bare"), COMMITS])
    yield told(f"a bare file made durable under a lock, {PROCESSES} processes", [float(line) for line in bare])


def contest(context, store):
    """What all processes say of each head they sent: milliseconds waited, opened, held."""
    lines = lines_of([snapmeasure(context), "commits", store, COLLECTION, COMMITS])
    return [tuple(map(float, line.split())) for line in lines]


def lines_of(command):
    """What as many processes print, a line for each commit; each is told its number."""
    started = [
        subprocess.Popen([*map(str, command), str(number)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for number in range(PROCESSES)]
    lines = []
    for process in started:
        out, error = process.communicate(timeout=600)
        if process.returncode != 0:
            raise RuntimeError(f"{command[0]}: {error[-300:]}")
        lines += out.splitlines()
    if len(lines) < PROCESSES * COMMITS:
        raise RuntimeError(f"{len(lines)} heads are told of, where {PROCESSES * COMMITS} were committed")
    return lines


def told(what, values, bound=None):
    ordered = sorted(values)
    last = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    measured = f"p99 {last:.1f} ms, median {statistics.median(ordered):.1f} ms, of {len(ordered)}"
    return Result(what, measured, "told" if bound is None else f"p99 <= {bound:g} ms", bound is None or last <= bound)
