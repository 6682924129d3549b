"""The tables of run.sh: each row a job, each tool the same job on the same data, the median of several rounds."""

import argparse
import collections
import json
import os
import pathlib
import platform
import sys
import tempfile
import time

import plot
import report
from datasets import FULL, QUICK, Sources
from figures.context import Context, disk_free
from figures.registry import Unavailable
from figures.sha import sha_rate
from figures.trees import byte_count, differences, files, remove
from peers import TOOLS, Cost, Snapctl


def summed(costs):
    """One cost of several jobs; None where the tool has no such job."""
    if not costs or None in costs:
        return None
    return Cost(
        sum(cost.cpu for cost in costs), sum(cost.seconds for cost in costs), sum(cost.bytes for cost in costs),
        max(cost.rss for cost in costs))


def round_of(tool, versions, folder, compare):
    """All jobs once, in a fresh folder: job -> Cost or None. With `compare`, each copy must be what its version is."""
    tool.prepare(folder, versions)
    last = len(versions)
    jobs = {"first snapshot": [tool.create(1)]}
    jobs["following snapshots"] = [tool.create(number) for number in range(2, last + 1)]
    copy = folder / "copy"
    jobs["restore of the first"] = [tool.restore(1, copy)]
    jobs["syncs"] = syncs = [tool.sync(number, copy) for number in range(2, last + 1)]
    checked(versions[-1], copy, tool, compare)
    jobs["check of a copy"] = [tool.check_copy(copy)]
    remove(copy)
    tool.restore(1, copy)
    jobs["syncs in place"] = patches = [tool.patch(number, copy) for number in range(2, last + 1)]
    checked(versions[-1], copy, tool, compare and None not in patches)
    remove(copy)
    if last > 2:
        jobs |= {"the first of the syncs": syncs[:1], "the first in place": patches[:1]}
        jobs["restore of the newest"] = [tool.restore(last, copy)]
        checked(versions[-1], copy, tool, compare)
        remove(copy)
    jobs["check of the store"] = [tool.check()]
    return {job: summed(costs) for job, costs in jobs.items()}


def checked(version, copy, tool, compare):
    fault = next(differences(version, copy), None) if compare else None
    if fault:
        raise RuntimeError(f"{tool.name}: {fault}")


def measured(data, tools, context, sources, rounds):
    """tool -> job -> costs. The tools take turns, so that a busy moment hits all of them."""
    free = disk_free(context.scratch)
    if free < data.wanted:
        raise Unavailable(f"{data.wanted / 1e9:.1f} GB of disk are wanted in TMPDIR, {free / 1e9:.1f} are free")
    versions = data.make(context.folder(data.name), sources)
    results = collections.defaultdict(lambda: collections.defaultdict(list))
    for number in range(rounds):
        for tool in tools:
            started = time.monotonic()
            for job, cost in round_of(tool, versions, context.folder("tool"), number == 0).items():
                results[tool.name][job].append(cost)
            remove(context.scratch / "tool")
            print(f"{data.name}, round {number + 1} of {rounds}: {tool.name}, {time.monotonic() - started:.0f} s",
                  file=sys.stderr, flush=True)
    described = [{"bytes": byte_count(version), "files": len(files(version))} for version in versions]
    remove(context.scratch / data.name)
    return {"name": data.name, "about": data.about, "versions": described, "rounds": rounds,
            "jobs": report.jobs(results)}


def parse_arguments():
    names = [data.name for data in FULL]
    parser = argparse.ArgumentParser(prog="run.sh", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only the committed fixture")
    parser.add_argument("--sets", default=",".join(names), help=f"of {', '.join(names)}")
    parser.add_argument("--tools", help=f"of {'; '.join(tool.name for tool in TOOLS)}; separated by semicolons")
    parser.add_argument("--rounds", type=int, help="instead of what each set has")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cache", type=pathlib.Path, help="where the large ChromaDB directory is made and kept")
    parser.add_argument("--data-big", type=pathlib.Path, help="v1 … v5 of another large ChromaDB directory")
    parser.add_argument("--data", type=pathlib.Path, help="v1 … v6 in place of the fixture")
    parser.add_argument("--json", type=pathlib.Path, help="writes all numbers there")
    parser.add_argument("--svg", type=pathlib.Path, help="draws them there")
    parser.add_argument("--snapctl", type=pathlib.Path, required=True)
    options = parser.parse_args()
    unknown = set(options.sets.split(",")) - set(names)
    if unknown:
        parser.error(f"no set is called {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    return options


def run(options, scratch):
    context = Context(options.snapctl.resolve(), scratch, options.data and options.data.resolve())
    sources = Sources(context, options.seed, options.cache and options.cache.absolute(),
                      options.data_big and options.data_big.resolve())
    named = options.tools.split(";") if options.tools else [tool.name for tool in TOOLS]
    tools = [tool(context) for tool in TOOLS if tool is Snapctl or tool.name in named]
    there = [tool for tool in tools if not tool.missing]
    whole = {
        "machine": f"{os.cpu_count()} × {platform.machine()}, {platform.system()} {platform.release()}",
        "sha256BytesPerCPUSecond": round(sha_rate()), "seed": options.seed,
        "tools": {tool.name: tool.version() for tool in there}, "sets": [],
        "skipped": [f"{tool.name}: {tool.missing}" for tool in tools if tool.missing]}
    print(report.head(whole), flush=True)
    wanted = [QUICK] if options.quick else [data for data in FULL if data.name in options.sets.split(",")]
    for data in wanted:
        try:
            whole["sets"].append(measured(data, there, context, sources, options.rounds or data.rounds))
            print(report.table(whole["sets"][-1]), flush=True)
        except Unavailable as reason:
            whole["skipped"].append(f"{data.name}: {reason}")
        written(options, whole)
    print("\n".join(f"- left out: {text}" for text in whole["skipped"]))


def written(options, whole):
    """After each set: a run that is stopped leaves what it has."""
    if options.json:
        options.json.write_text(json.dumps(whole, indent=1) + "\n")
    if options.svg:
        options.svg.write_text(plot.drawn(whole))


def main():
    options = parse_arguments()
    with tempfile.TemporaryDirectory(prefix="snapctl-bench-", ignore_cleanup_errors=True) as scratch:
        run(options, scratch)
    return 0


if __name__ == "__main__":
    sys.exit(main())
