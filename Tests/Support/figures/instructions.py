"""Instructions that each job takes, against thresholds: the same on every machine, whatever else it does.

Callgrind counts them, on a processor of its own without the SHA extensions and without AVX-512: what the kernels for
those save does not show, everything else does. The thresholds are in Benchmarks/instructions.json; who changes one on
purpose writes the new count there.
"""

import json
import re
import subprocess

from .context import REPOSITORY, helper
from .operations import lines
from .registry import Result, figure
from .runner import Snapctl

COUNTS = REPOSITORY / "Benchmarks" / "instructions.json"
RECORDS = 200
ROOM = 1.05  # another version of a library, another line of the loader


class Counted(Snapctl):
    """snapctl under callgrind, in one thread, the order of its hashes always the same."""

    def command(self, *arguments):
        callgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        return ["env", "SWIFT_DETERMINISTIC_HASHING=1", *callgrind, *super().command(*arguments, "--jobs", "1")]

    def count(self, *arguments):
        run = self.run(*arguments, timeout=300)
        found = re.search(r"Collected : (\d+)", run.stderr)
        if run.exit != 0 or found is None:
            raise RuntimeError(run.told())
        return int(found[1])


@figure("instructions")
def instructions(context):
    helper("peers/valgrind.sh")
    folder = context.fast_folder("instructions")
    binary = folder / "snapctl"
    # Callgrind cannot read the debug information of Swift.
    subprocess.run(["strip", "--strip-all", "-o", binary, context.binary], check=True)
    context.new_store(folder / "store", "directory")
    snapctl = Counted(binary, folder / "store", SNAPCTL_STATE_DIR=str(folder / "state"))
    bounds = json.loads(COUNTS.read_text())
    for name, arguments in jobs(context, folder):
        count, bound = snapctl.count(*arguments), bounds.get(name)
        passed = bound is not None and count <= bound * ROOM
        reason = "" if passed else f"{COUNTS.name} has {bound}"
        yield Result(
            f"instructions: {name}", f"{count / 1e6:.1f} M ({count})", f"<= {ROOM:g} x {(bound or 0) / 1e6:.1f} M",
            passed, reason)


def jobs(context, folder):
    """The jobs in order, of a ChromaDB directory of 3.6 MB, and of 200 records."""
    copy, words = folder / "copy", folder / "words.jsonl"
    lines(words, range(RECORDS))
    yield "a start", ("list",)
    yield "first snapshot", ("create", "chroma", context.versions[0])
    yield "second snapshot", ("create", "chroma", context.versions[1], "--append-version")
    yield "first sync", ("sync", "chroma@1", copy)
    yield "second sync, in place", ("sync", "chroma@2", copy, "--in-place")
    yield "a sync of the same version", ("sync", "chroma@2", copy)
    yield "check of the store", ("verify",)
    yield "check of the copy", ("verify", "--local", copy)
    yield "append", ("append", "words", "--input", words, "--producer", "one")
    yield "compaction", ("compact", "words")
    yield "scan", ("scan", "words")
