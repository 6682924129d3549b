"""The independent reader, written from the format pages alone, reads what snapctl wrote."""

import subprocess
import sys

from .chain import COLLECTION, chain
from .context import REPOSITORY
from .registry import Unavailable, figure, verdict
from .trees import differences

READER = REPOSITORY / "formats" / "reader" / "snapread.py"


@figure("reader")
def reader(context):
    if not READER.is_file():
        raise Unavailable("formats/reader/snapread.py is not there")
    if subprocess.run([sys.executable, "-c", "import zstandard"], capture_output=True).returncode != 0:
        raise Unavailable("this Python has no zstandard module")
    store = chain(context).snapctl.store
    run = read("verify", store)
    faults = [] if run.returncode == 0 else [told(run)]
    yield verdict("independent reader verifies the store", "exit 0", faults, "1 store")
    yield verdict("independent reader extracts v1 to v6", "byte-identical", extracted(context, store), "6 versions")


def extracted(context, store):
    folder = context.folder("reader")
    for step in chain(context).steps:
        target = folder / f"v{step.number}"
        run = read("extract", store, f"{COLLECTION}@{step.number}", target)
        if run.returncode != 0:
            yield f"v{step.number}: {told(run)}"
            continue
        for text in differences(step.source, target):
            yield f"v{step.number}: {text}"


def read(*arguments):
    return subprocess.run(
        [sys.executable, READER, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=900)


def told(run):
    return f"exit {run.returncode}: {' '.join((run.stdout + run.stderr).split())[-300:]}"
