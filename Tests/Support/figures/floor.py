"""How far snapctl is from the least CPU that the jobs of `speed` take on this machine; floor.c says what that is."""

import pathlib
import shutil
import statistics
import subprocess

from .context import REPOSITORY
from .registry import Result, Unavailable, figure
from .sha import sha_rate
from .speed import SECONDS, Chain, allowed, share, versions_of
from .trees import remove

ROUNDS = 3
RATIO = 2.0
# The job of floor.c, what snapctl's Chain calls it, how many runs of a program it is, and phases that are another way to
# do it.
JOBS = (("first", "first", 1, ()), ("creates", "creates", 4, ("base-file",)), ("restore", "restore", 1, ()),
        ("patches", "patches", 4, ()))
KERNELS = ("sha256.c", "sha256_turns.c", "sha256_wide.c", "planes.c", "differences.c")


@figure("floor")
def floor(context):
    versions = versions_of(context)
    program = build(context.folder("floor"))
    floors, own = [], []
    for _ in range(ROUNDS):
        floors.append(least(program, context.folder("floor-data"), versions))
        own.append(measured(context, versions))
    rate, size = sha_rate(), share(versions)
    start = statistics.median(one["start"] for one in own)
    for job, name, runs, others in JOBS:
        phases = medians([one[job] for one in floors]) | {"start": runs * start}
        least_seconds = sum(seconds for phase, seconds in phases.items() if phase not in others)
        yield compared(name, statistics.median(one[name] for one in own), least_seconds, phases, rate,
                       size)


def compared(name, seconds, least_seconds, phases, rate, size):
    what, _, bound = next(row for row in SECONDS if row[1] == name)
    parts = ", ".join(f"{phase} {value:.2f}" for phase, value in phases.items())
    scaled = allowed(bound, rate, size)
    beyond = f"; this alone is above the bound of `speed`, {scaled:.2f} s" if least_seconds > scaled else ""
    ratio = seconds / least_seconds
    return Result(
        f"CPU of {what}, beside the floor of this machine",
        f"{seconds:.2f} s; floor {least_seconds:.2f} s ({parts}{beyond}): {ratio:.2f} x", f"<= {RATIO:g} x",
        ratio <= RATIO)


def medians(rounds):
    return {phase: statistics.median(one[phase] for one in rounds) for phase in rounds[0]}


def measured(context, versions):
    """The same jobs by snapctl, in a fresh store."""
    folder = context.folder("floor-own")
    chain = Chain(context.new_store(folder / "store"), folder, versions)
    values = chain.created() | chain.restored() | chain.patched()
    # A look at the store: what every run does before its job.
    return values | {"start": chain.snapctl.ok("list").cpu_seconds}


def least(program, folder, versions):
    """job -> phase -> CPU seconds."""
    run = subprocess.run([program, folder, *versions], capture_output=True, text=True, timeout=600)
    if run.returncode != 0:
        raise RuntimeError(run.stderr.strip() or "floor.c failed")
    found = {}
    for line in run.stdout.splitlines():
        job, phase, seconds = line.split()
        found.setdefault(job, {})[phase] = float(seconds)
    remove(folder)
    return found


def build(folder):
    compiler = shutil.which("clang")
    if compiler is None:
        raise Unavailable("there is no clang, which builds the loops of snapctl, to build the floor with")
    kernels = REPOSITORY / "Sources" / "CKernels"
    program = folder / "floor"
    run = subprocess.run(
        [compiler, "-O3", "-march=native", f"-I{kernels / 'include'}", "-o", program,
         pathlib.Path(__file__).with_name("floor.c"), *(kernels / name for name in KERNELS), "-lzstd"],
        capture_output=True, text=True)
    if run.returncode != 0:
        raise Unavailable(f"{compiler} cannot build the floor: {run.stderr.strip()[:200]}")
    return program
