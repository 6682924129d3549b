"""The independent reader, written from the format pages alone, reads what snapctl wrote."""

import functools
import json
import os
import subprocess
import sys

from .chain import COLLECTION, chain
from .context import REPOSITORY
from .registry import Unavailable, figure, verdict
from .sample import WORDS, Sample, scanned
from .trees import differences

READER = REPOSITORY / "formats" / "reader" / "snapread.py"


@figure("reader")
def reader(context):
    if not READER.is_file():
        raise Unavailable("formats/reader/snapread.py is not there")
    if interpreter() is None:
        raise Unavailable("no Python here has the zstandard module")
    store = chain(context).snapctl.store
    yield verdict("independent reader verifies the store", "exit 0", verified(store), "six versions of a tree")
    faults = extracted(context, store)
    yield verdict("independent reader extracts v1 to v6", "byte-identical", faults, "6 versions")
    yield from vectors(context)


def vectors(context):
    """A store with compacted and pending deltas."""
    sample = Sample(context, "reader-vectors")
    faults = verified(sample.store)
    yield verdict("independent reader verifies deltas and segments", "exit 0", faults, f"{len(sample.objects)} objects")
    run = read(sample.store, "records", WORDS)
    faults = [told(run)] if run.returncode != 0 else []
    wanted, found = scanned(sample.snapctl.ok("scan", WORDS)), records_of(run.stdout)
    faults += [] if wanted == found else [f"scan gives {len(wanted)} records, the reader {len(found)} or other ones"]
    yield verdict("independent reader lists the records", "those of scan", faults, f"{len(found)} records")


def records_of(text):
    objects = [json.loads(line) for line in text.splitlines()]
    return {one["id"]: (one["vector"], one.get("document"), one.get("metadata")) for one in objects if "vector" in one}


def verified(store):
    run = read(store, "verify")
    return [] if run.returncode == 0 else [told(run)]


def extracted(context, store):
    folder = context.folder("reader")
    for step in chain(context).steps:
        target = folder / f"v{step.number}"
        run = read(store, "extract", f"{COLLECTION}@{step.number}", target)
        if run.returncode != 0:
            yield f"v{step.number}: {told(run)}"
            continue
        for text in differences(step.source, target):
            yield f"v{step.number}: {text}"


@functools.cache
def interpreter():
    """A Python that has the one module the reader needs: this one, else Debian's own."""
    for path in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([path, "-c", "import zstandard"], capture_output=True).returncode == 0:
            return path
    return None


def read(*arguments):
    return subprocess.run(
        [interpreter(), READER, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=900, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"})


def told(run):
    return f"exit {run.returncode}: {' '.join((run.stdout + run.stderr).split())[-300:]}"
