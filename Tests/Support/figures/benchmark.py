"""What the benchmark finds for the same jobs and its peers, in the same run."""

import json
import os
import subprocess

from .context import REPOSITORY
from .registry import Unavailable

TIMEOUT = 3600
DEDUPLICATING = ("restic", "borg", "casync")


def benchmark(context, name, tools=None, rounds=1):
    """One set of Benchmarks/run.sh: job -> tool -> measure -> number, the median of the rounds."""
    results = context.folder("benchmark") / "results.json"
    command = ["bash", REPOSITORY / "Benchmarks" / "run.sh", "--sets", name, "--rounds", rounds, "--seed", context.seed,
               "--json", results]
    if tools is not None:
        command += ["--tools", ";".join(tools)]
    if context.big:
        command += ["--data-big", context.big]
    # As continuous integration it would measure the fixture alone.
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    environment |= {"SNAPCTL": str(context.binary), "TMPDIR": str(context.scratch)}
    run = subprocess.run(
        [str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment,
        timeout=TIMEOUT)
    if run.returncode != 0:
        raise RuntimeError((run.stderr.strip().splitlines() or ["the benchmark failed"])[-1])
    found = json.loads(results.read_text()) if results.exists() else {"sets": [], "skipped": ["nothing was measured"]}
    if not found["sets"]:
        raise Unavailable(found["skipped"][-1])
    return {job: medians(costs) for job, costs in found["sets"][0]["jobs"].items()}


def medians(costs):
    return {tool: {measure: each["median"] for measure, each in cost.items()} for tool, cost in costs.items() if cost}
