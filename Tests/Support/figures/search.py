"""Exact k-nearest over 500,000 vectors: how near to the speed of memory, and whether what numpy finds."""

import json
import os
import pathlib
import shutil
import struct
import subprocess

from .context import helper
from .filled import NAME, filled, synced
from .registry import Result, Unavailable, figure, verdict

HERE = pathlib.Path(__file__).resolve().parent
COUNT, DIMENSION = 500_000, 384
QUERIES, NEAREST = 8, 10
SHARE = 0.70
METRICS = ("l2", "cosine", "ip")
PYTHON = ("vectors", "faiss-cpu==1.12.0", "numpy")


@figure("search")
def search(context):
    python = helper("venv.sh", *PYTHON)
    jobs = os.cpu_count() or 1
    snapctl = filled(context, COUNT, DIMENSION)
    queries = context.folder("search") / "queries.npy"
    queries.write_bytes(saved(context.random("search")))
    peers = told_by_peers(python, synced(context, snapctl), queries, jobs)
    rate = bandwidth(context, jobs)
    for metric in METRICS:
        run = snapctl.ok(
            "search", NAME, "--vector", queries, "-k", NEAREST, "--metric", metric, "--jobs", jobs, timeout=600)
        yield from compared(metric, run, peers[metric], rate, jobs)


def compared(metric, run, peer, rate, jobs):
    answers = run.of_type("answered")
    seconds = min(one["seconds"] for one in answers)
    reached = answers[0]["vectorBytes"] / seconds
    yield Result(
        f"search by {metric} over {COUNT:,} x {DIMENSION} f32, {jobs} threads",
        f"{reached / 1e9:.1f} GB/s of {rate / 1e9:.1f} ({reached / rate:.0%}), {seconds * 1e3:.0f} ms; numpy "
        f"{peer['numpy'] * 1e3:.0f} ms, FAISS Flat {peer['faiss'] * 1e3:.0f} ms",
        f">= {SHARE:.0%} of the speed of memory", reached >= SHARE * rate)
    found = [[one["id"] for one in run.of_type("record") if one["query"] == number] for number in range(1, QUERIES + 1)]
    hits = sum(len(set(mine) & set(theirs)) for mine, theirs in zip(found, peer["ids"]))
    recall = hits / (QUERIES * NEAREST)
    faults = [] if found == peer["ids"] else [f"other records, or in another order: recall {recall}"]
    yield verdict(f"recall of search by {metric}", "1.0, in order, beside numpy in double precision", faults,
                  f"{recall} of {QUERIES} queries")


def saved(chance):
    """Queries as numpy saves them."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({QUERIES}, {DIMENSION}), }}"
    header += " " * (117 - len(header)) + "\n"
    floats = [chance.uniform(-1, 1) for _ in range(QUERIES * DIMENSION)]
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack(f"<{len(floats)}f", *floats)


def told_by_peers(python, copy, queries, jobs):
    environment = os.environ | {"OMP_NUM_THREADS": str(jobs), "OPENBLAS_NUM_THREADS": str(jobs)}
    run = subprocess.run(
        [python, HERE / "search_peers.py", copy, queries, str(NEAREST), str(jobs)], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, env=environment, timeout=1200)
    if run.returncode != 0:
        raise RuntimeError(run.stderr[-400:])
    return json.loads(run.stdout)


def bandwidth(context, jobs):
    """Bytes per second that as many threads read of memory, of as much as the vectors are."""
    compiler = shutil.which("clang") or shutil.which("cc")
    if compiler is None:
        raise Unavailable("there is no C compiler to build the measure of memory with")
    program = context.folder("bandwidth") / "bandwidth"
    flags = ["-O3", "-march=native", "-pthread", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([compiler, *flags, "-o", program, HERE / "bandwidth.c"], check=True, capture_output=True, timeout=60)
    run = subprocess.run(
        [program, str(jobs), str(COUNT * DIMENSION * 4)], check=True, capture_output=True, text=True, timeout=120)
    return float(run.stdout)
