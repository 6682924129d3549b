"""How far snapctl is from the least CPU that the jobs of `speed` take on this machine; floor.c says what that is."""

import pathlib
import shutil
import statistics
import subprocess

from datasets import FULL, Sources
from peers import Borg, Snapctl

from .context import REPOSITORY, disk_free
from .registry import Result, Unavailable, figure
from .sha import PROMISED, sha_rate
from .speed import SECONDS, VERIFIED, Chain, allowed, share, versions_of
from .trees import remove

ROUNDS = 3
RATIO = 2.0
# What snapctl's Chain calls it, the jobs of floor.c that it is made of, how many runs of a program it is.
JOBS = (("first", ("first",), 1), ("creates", ("creates",), 4), ("patches", ("patch1", "patches"), 4),
        ("first patch", ("patch1",), 1), ("restore", ("restore",), 1), ("local", ("local",), 1))
ANOTHER_WAY = ("base-file",)  # to do it, told only
VERIFY = (("restore", "decode"), ("restore", "hash"), ("creates", "check"), ("patch1", "apply"), ("patch1", "hash"),
          ("patches", "apply"), ("patches", "hash"))
SETS = ("experiments", "floats")
SET_JOBS = (("the first snapshot", "first"), ("the second", "creates"), ("a sync in place", "patch1"))
KERNELS = ("sha256.c", "sha256_turns.c", "sha256_wide.c", "planes.c", "differences.c")


@figure("floor")
def floor(context):
    versions = versions_of(context)
    program = build(context.folder("floor"))
    floors, own = [], []
    for _ in range(ROUNDS):
        own.append(measured(context, versions))
        floors.append(least(program, context.folder("floor-data"), versions))
    rate, size = sha_rate(), share(versions)
    own = {name: statistics.median(one[name] for one in own) for name in own[0]}
    floors = {job: {phase: min(one[job][phase] for one in floors) for phase in phases}
              for job, phases in floors[0].items()}
    for name, jobs, runs in JOBS:
        phases = summed([floors[job] for job in jobs]) | {"start": runs * own["start"]}
        what, _, bound = next(row for row in SECONDS if row[1] == name)
        yield compared(what, own[name], phases, allowed(bound, rate, size))
    phases = {f"{phase} of {job}": floors[job][phase] for job, phase in VERIFY} | {"start": own["start"]}
    allowance = own["verified bytes"] * PROMISED / rate / VERIFIED
    yield compared("verify of the five versions", own["verify"], phases, allowance)
    for name in SETS:
        yield from of_set(context, program, name)


def compared(what, seconds, phases, bound):
    least_seconds = sum(value for phase, value in phases.items() if phase not in ANOTHER_WAY)
    parts = ", ".join(f"{phase} {value:.3f}" for phase, value in phases.items())
    beyond = ", which this alone is above" if least_seconds > bound else ""
    ratio = seconds / least_seconds
    return Result(
        f"CPU of {what}, beside the floor of this machine",
        f"{seconds:.3f} s; floor {least_seconds:.3f} s ({parts}): {ratio:.2f} x; `speed` allows {bound:.3f} s{beyond}",
        f"<= {RATIO:g} x", ratio <= RATIO)


def of_set(context, program, name):
    """Of other data, two versions, beside a peer that decodes nothing again and trusts times."""
    versions = made(context, name)
    tools = [tool for tool in (Snapctl(context), Borg(context)) if not tool.missing]
    own, floors = [], []
    for _ in range(ROUNDS):
        own.append({tool.name: lived(context, tool, versions) for tool in tools})
        floors.append(least(program, context.folder("floor-data"), versions))
    context.folder(name)  # gives the room back
    for what, job in SET_JOBS:
        seconds = {tool.name: statistics.median(one[tool.name].get(job, 0) for one in own) for tool in tools}
        phases = {phase: min(one[job][phase] for one in floors) for phase in floors[0][job] if phase not in ANOTHER_WAY}
        yield beside_floor(f"{what}, {name}", seconds, phases)


def beside_floor(what, seconds, phases):
    own, *peers = seconds.items()
    least_seconds = sum(phases.values())
    parts = ", ".join(f"{phase} {value:.3f}" for phase, value in phases.items())
    beside = "".join(f"; {tool} {value:.2f} s" for tool, value in peers if value)
    return Result(
        f"CPU of {what}, beside the floor of this machine",
        f"{own[1]:.3f} s; floor {least_seconds:.3f} s ({parts}): {own[1] / least_seconds:.2f} x{beside}",
        f"<= {RATIO:g} x", own[1] <= RATIO * least_seconds)


def lived(context, tool, versions):
    """CPU seconds of the jobs that floor.c does, too."""
    folder = context.folder("floor-tool")
    tool.prepare(folder, versions)
    seconds = {"first": tool.create(1).cpu, "creates": tool.create(2).cpu}
    if isinstance(tool, Snapctl):
        tool.restore(1, folder / "copy")
        seconds["patch1"] = tool.patch(2, folder / "copy").cpu
    remove(folder)
    return seconds


def made(context, name):
    """The versions of one of the benchmark's sets."""
    data = next(data for data in FULL if data.name == name)
    if disk_free(context.scratch) < data.wanted:
        raise Unavailable(f"{data.wanted / 1e9:g} GB of disk are wanted in {context.scratch}; set TMPDIR")
    return data.make(context.folder(name), Sources(context, context.seed, None, None))


def summed(jobs):
    return {phase: sum(job.get(phase, 0) for job in jobs) for phase in {phase: None for job in jobs for phase in job}}


def measured(context, versions):
    """The same jobs by snapctl, in a fresh store."""
    folder = context.folder("floor-own")
    chain = Chain(context.new_store(folder / "store"), folder, versions)
    values = chain.created() | chain.restored() | chain.replaced() | chain.patched()
    verify = chain.snapctl.ok("verify")
    values |= {"verify": verify.cpu_seconds, "verified bytes": verify.one("verified")["bytes"]}
    # A look at the store: what every run does before its job.
    values |= {"start": chain.snapctl.ok("list").cpu_seconds}
    remove(folder)  # the memory that it had is the floor's now: what a host has to give first costs several times as much
    return values


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
