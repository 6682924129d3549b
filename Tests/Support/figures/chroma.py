"""The real ChromaDB client opens a synced copy in place, finds what the source has, and the next sync goes on."""

import subprocess

from .context import SUPPORT
from .registry import figure, verdict
from .trees import differences, fresh_copy

COLLECTION = "chroma"


@figure("chroma")
def chroma(context):
    python = context.chroma_python
    folder = context.folder("chroma")
    snapctl = context.new_store(folder / "store", cache=folder / "cache")
    copy = folder / "copy"
    opened, faults, reverted, following = 0, [], 0, []
    for number, source in enumerate(context.versions, 1):
        snapctl.ok("create", COLLECTION, fresh_copy(source, folder / "live"), "--expect", number - 1)
        run = snapctl.run("sync", f"{COLLECTION}@{number}", copy)
        if run.exit != 0:
            following.append(f"v{number}: {run.told()}")
            break
        following += [f"v{number}: {text}" for text in differences(source, copy)]
        reverted += run.one("synced")["localChangesReverted"]
        faults += [f"v{number}: {text}" for text in check(python, copy, source)]
        opened += 1
    yield verdict("real client opens the copy in place", "counts, fetches and queries like the source", faults,
                  f"{opened} versions opened")
    yield verdict("sync after the client changed the copy", "succeeds, byte-identical", following,
                  f"{reverted} local changes put back")
    yield in_place(context, python)


def in_place(context, python):
    """The same in one directory with --in-place."""
    copy = context.folder("chroma-in-place") / "copy"
    snapctl = context.snapctl(context.scratch / "chroma" / "store")
    faults = []
    for number, source in enumerate(context.versions, 1):
        run = snapctl.run("sync", f"{COLLECTION}@{number}", copy, "--in-place")
        if run.exit != 0:
            faults.append(f"v{number}: {run.told()}")
            break
        faults += [f"v{number}: {text}" for text in [*differences(source, copy), *check(python, copy, source)]]
    return verdict("the same with --in-place", "byte-identical, opens", faults, f"{len(context.versions)} versions")


def check(python, copy, source):
    """What the client finds different, in words."""
    run = subprocess.run(
        [python, SUPPORT / "chroma" / "check.py", copy, "--against", source], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=600)
    if run.returncode != 0:
        yield f"exit {run.returncode}: {run.stderr.strip()[-300:]}"
