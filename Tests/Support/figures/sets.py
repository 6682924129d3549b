"""Other data than ChromaDB directories, beside every peer in the same run: weights, experiments, an array of floats."""

from .benchmark import DEDUPLICATING, benchmark
from .registry import Result, figure, megabytes
from .sha import PROMISED, sha_rate

BYTES = (("following snapshots", "stored for the second version"), ("syncs", "read by the sync to it"))
SECONDS = ("first snapshot", "following snapshots", "syncs")
ARRAY = "floats"
ARRAY_BYTES = 29e6
ARRAY_SECONDS = (("following snapshots", "create", 1.1), ("syncs in place", "sync in place", 0.08))


@figure("sets")
def sets(context):
    for name in ("models", "experiments", ARRAY):
        jobs = benchmark(context, name)
        yield from fewest_bytes(name, jobs)
        yield from least_cpu(name, jobs)
        if name == ARRAY:
            yield from array(jobs, sha_rate())


def fewest_bytes(name, jobs):
    for job, what in BYTES:
        yield compared(f"bytes {what}, {name}", jobs[job], "bytes", peers(jobs[job]), megabytes, "of all peers")


def least_cpu(name, jobs):
    for job in SECONDS:
        there = [tool for tool in DEDUPLICATING if tool in jobs[job]]
        yield compared(f"CPU of {job}, {name}", jobs[job], "cpu", there, text, "of the peers that deduplicate")


def compared(what, costs, measure, there, told, whose):
    own = costs["snapctl"][measure]
    found = {tool: costs[tool][measure] for tool in there}
    beside = ", ".join(f"{tool} {told(value)}" for tool, value in sorted(found.items(), key=lambda pair: pair[1]))
    return Result(what, f"{told(own)}; {beside or 'no peer is here'}", f"the least {whose}",
                  own <= min(found.values()) if found else None)


def peers(costs):
    return [tool for tool in costs if tool != "snapctl"]


def array(jobs, rate):
    read = jobs["syncs"]["snapctl"]["bytes"]
    yield Result("bytes moved for scattered changes of an array", megabytes(read), f"<= {megabytes(ARRAY_BYTES)}",
                 read <= ARRAY_BYTES)
    for job, what, bound in ARRAY_SECONDS:
        own, scaled = jobs[job]["snapctl"]["cpu"], bound * PROMISED / rate
        yield Result(f"CPU of {what} for them", text(own), f"<= {scaled:.3f} s ({bound:g} s, scaled)", own <= scaled)


def text(seconds):
    return f"{seconds:.3f} s"
