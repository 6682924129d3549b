"""The table of run.sh: each row a job, each tool the same job on the same data, the median of several rounds."""

import argparse
import os
import pathlib
import platform
import statistics
import sys
import tempfile

from figures.context import Context
from figures.trees import byte_count
from peers import TOOLS

JOBS = {
    "create v1": lambda tool, data: tool.create(data, 1),
    "create v2 to v5": lambda tool, data: [tool.create(data, number) for number in (2, 3, 4, 5)],
    "sync v1 to v2": lambda tool, data: tool.sync(data),
    "verify": lambda tool, data: tool.verify(),
}


def round_of(tool, context, versions):
    """All jobs once, in a fresh folder: job -> (CPU seconds, seconds, bytes, peak memory), or None if it has none."""
    tool.prepare(context.folder(tool.name), versions)
    return {name: summed(job(tool, versions)) for name, job in JOBS.items()}


def summed(costs):
    if costs is None:
        return None
    costs = costs if isinstance(costs, list) else [costs]
    return (sum(cost.cpu for cost in costs), sum(cost.seconds for cost in costs), sum(cost.bytes for cost in costs),
            max(cost.rss for cost in costs))


def row(job, name, costs):
    if costs[0] is None:
        return f"| {job} | {name} | – | – | – | – | – |"
    cpu, seconds, bytes_, rss = zip(*costs, strict=True)
    return (f"| {job} | {name} | {statistics.median(cpu):.3f} | {min(cpu):.3f} | {statistics.median(seconds):.3f} "
            f"| {statistics.median(bytes_):,.0f} | {statistics.median(rss) / (1 << 20):.0f} |")


def losses(job, results):
    """Where snapctl is behind a peer: said plainly, not left to the reader."""
    mine = results["snapctl"][job]
    for name, rounds in results.items():
        if name == "snapctl" or rounds[job][0] is None:
            continue
        for index, what in ((0, "CPU time"), (2, "bytes"), (3, "memory")):
            own, peer = (statistics.median(cost[index] for cost in costs) for costs in (mine, rounds[job]))
            if own > 1.05 * peer > 0 and (what, job) != ("bytes", "verify"):  # there, more bytes are more work done
                yield f"- {job}: {own / peer:.1f} times the {what} of {name}"


def print_table(results, versions, rounds):
    print(f"Data: {len(versions)} versions, v1 has {byte_count(versions[0]):,} bytes. Machine: {os.cpu_count()} × "
          f"{platform.machine()}, {platform.system()} {platform.release()}. Median and minimum of {rounds} rounds.\n")
    print("| job | tool | CPU s, median | CPU s, min | s, median | bytes stored or moved | peak MiB |")
    print("|---|---|--:|--:|--:|--:|--:|")
    for job in JOBS:
        for name, costs in results.items():
            print(row(job, name, costs[job]))
    found = [text for job in JOBS for text in losses(job, results)]
    print("\nWhere snapctl loses (more than 5 %):\n" + "\n".join(found or ["- nowhere in this table"]))


def main():
    parser = argparse.ArgumentParser(prog="run.sh", description=__doc__)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--snapctl", type=pathlib.Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="snapctl-bench-") as scratch:
        context = Context(options.snapctl.resolve(), scratch, options.data and options.data.resolve())
        tools = [tool(context) for tool in TOOLS]
        there = [tool for tool in tools if not tool.missing]
        # The tools take turns, so that a busy moment hits all of them.
        rounds = [
            {tool.name: round_of(tool, context, context.versions[:5]) for tool in there} for _ in range(options.rounds)]
        results = {
            tool.name: {job: [one[tool.name][job] for one in rounds] for job in JOBS} for tool in there}
        print_table(results, context.versions[:5], options.rounds)
        for tool in tools:
            if tool.missing:
                print(f"- left out: {tool.name} ({tool.missing})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
