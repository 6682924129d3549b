"""`reconcile` on stores that were damaged by hand: it names what is missing, doubled, torn or short; a sound one passes."""

import json
import os
import shutil

from .registry import figure, verdict
from .sample import WORDS, record

PRODUCER, COUNT, BATCH = "worker", 6, 20
DIFFERS, DAMAGED = 11, 4


@figure("reconcile")
def reconcile(context):
    for name, where, judge in CASES:
        folder = context.folder(f"reconcile-{name}")
        snapctl = context.new_store(folder / "store", timeout=60)
        deliveries(snapctl, folder, compacted=where == "compacted")
        control = snapctl.run("reconcile", WORDS)
        faults = [] if control.exit == 0 else [f"before anything was done: {control.told()}"]
        faults += judge(snapctl, folder)
        yield verdict(f"{name} ({where})", "named, exit 11 or 4; exit 0 before", faults, "1 store")


def deliveries(snapctl, folder, compacted):
    """Six deltas of one run; the last two wait, or all are compacted."""
    for number in range(COUNT):
        deliver(snapctl, folder, number)
        if number == COUNT - 3 or (compacted and number == COUNT - 1):
            snapctl.ok("compact", WORDS)


def deliver(snapctl, folder, number, expected=COUNT * BATCH):
    path = folder / "lines"
    path.write_text("".join(json.dumps(record(n)) + "\n" for n in range(number * BATCH, (number + 1) * BATCH)))
    snapctl.ok("append", WORDS, "--input", path, "--producer", PRODUCER, "--run", "night", "--expected", expected)


def delta(folder, sequence):
    return folder / "store" / "deltas" / WORDS / PRODUCER / f"{sequence:020}"


def told(answer, exit_, **wanted):
    """What the summary or one object of the answer should say, and does not."""
    if answer.exit != exit_:
        yield f"not exit {exit_}: {answer.told()}"
    if wanted and not any(all(one.get(key) == value for key, value in wanted.items()) for one in answer.objects):
        yield f"nothing says {wanted}: {answer.told()} {answer.stdout[-300:]}"


def removed(snapctl, folder):
    delta(folder, COUNT - 1).unlink()
    yield from told(snapctl.run("reconcile", WORDS), DIFFERS, type="missing", producer=PRODUCER, sequences=[COUNT - 1])
    yield from told(snapctl.run("reconcile", WORDS), DIFFERS, type="run", missing=BATCH)


def last_removed(snapctl, folder):
    """Nobody knows its number any more; the run's own count does."""
    delta(folder, COUNT).unlink()
    yield from told(snapctl.run("reconcile", WORDS), DIFFERS, type="run", run="night", missing=BATCH)


def compacted_removed(snapctl, folder):
    """It has done its work: its records are in the version, and their origin is."""
    delta(folder, 2).unlink()
    yield from told(snapctl.run("reconcile", WORDS), 0)


def copied(snapctl, folder):
    """A copy under another number is no delta: the seal covers the name."""
    shutil.copy(delta(folder, COUNT), delta(folder, COUNT + 1))
    run = snapctl.run("reconcile", WORDS)
    yield from told(run, DIFFERS, type="delta", producer=PRODUCER, sequence=COUNT + 1, state="damaged")
    reasons = [one["reason"] for one in run.of_type("delta")]
    yield from [] if any(f"{COUNT:020}" in reason for reason in reasons) else [f"not where it is from: {reasons}"]


def delivered_twice(snapctl, folder):
    deliver(snapctl, folder, COUNT - 1)
    yield from told(snapctl.run("reconcile", WORDS), DIFFERS, type="run", run="night", surplus=BATCH)
    snapctl.ok("compact", WORDS)
    yield from told(snapctl.run("reconcile", WORDS), DIFFERS, type="run", run="night", surplus=BATCH)


def torn(snapctl, folder):
    path = delta(folder, COUNT)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-9])
    yield from told(snapctl.run("reconcile", WORDS), DIFFERS, type="delta", sequence=COUNT, state="damaged")


def largest_pack(folder):
    """It holds segments, and the pages of their manifest behind them."""
    packs = [path for path in (folder / "store" / "packs").rglob("*") if path.is_file()]
    pack = max(packs, key=lambda path: path.stat().st_size)
    pack.chmod(0o644)
    return pack


def pack_truncated(snapctl, folder):
    pack = largest_pack(folder)
    os.truncate(pack, pack.stat().st_size // 2)
    run = snapctl.run("reconcile", WORDS)
    yield from told(run, DAMAGED)
    yield from [] if pack.name in run.one("error")["subject"] else [f"the pack is not named: {run.told()}"]


def segment_truncated(snapctl, folder):
    """Zeros where a segment's bytes should end, as a disk leaves them."""
    pack = largest_pack(folder)
    size = pack.stat().st_size
    with open(pack, "r+b") as file:
        file.seek(size // 4)
        file.write(bytes(size // 12))
    run = snapctl.run("reconcile", WORDS)
    yield from told(run, DAMAGED)
    text = run.one("error")["message"]
    yield from [] if pack.name in text and "segments/" in text else [f"neither pack nor segment is named: {text}"]


def declared_more(snapctl, folder):
    deliver(snapctl, folder, COUNT, expected=(COUNT + 2) * BATCH)
    yield from told(snapctl.run("reconcile", WORDS), DIFFERS, type="run", run="night", missing=BATCH)


CASES = (
    ("a delta removed", "pending", removed), ("the last delta removed", "pending", last_removed),
    ("a delta removed after its compaction: nothing is missing", "compacted", compacted_removed),
    ("a delta copied to another number", "pending", copied), ("a delivery that came twice", "pending", delivered_twice),
    ("a torn delta", "pending", torn), ("a truncated segment", "compacted", segment_truncated),
    ("a truncated pack", "compacted", pack_truncated),
    ("a run that declared more than it sent", "compacted", declared_more),
)
