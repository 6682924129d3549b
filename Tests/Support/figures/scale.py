"""A million chunks: what a comparison reads follows the chunks that differ, not the chunks there are."""

import hashlib
import os
import re
import struct

from .context import disk_free
from .registry import Result, Unavailable, figure, megabytes, verdict

CHUNKS = int(os.environ.get("FIGURES_CHUNKS", 1_000_000))
CHANGED = (10, 100, 1_000)
CHUNK_BYTES = 16_384  # formats/manifest.md §6: the shortest chunk of a file that is cut by its content
FEWER = 4  # a file with so many times fewer chunks stands beside the large one
ROUNDS = 5
PAGE_BYTES = 40_000  # what is left of a page of 1,024 digests and the patch of the page that takes its place
FIXED_BYTES = 1_000_000  # heads, roots, the pages above those of the chunks, the first pages, which share a frame
DEBUG = ("--log-level", "debug")


@figure("scale")
def scale(context):
    wanted = 2 * CHUNKS * 4096
    if disk_free(context.scratch) < wanted:
        raise Unavailable(f"{wanted >> 20} MiB of disk are wanted in {context.scratch}; set TMPDIR")
    folder = context.folder("scale")
    snapctl = context.new_store(folder / "store", timeout=3600)
    chance = context.random("scale")
    versions(snapctl, folder / "few", "few", CHUNKS // FEWER, (100,), chance)
    versions(snapctl, folder / "many", "many", CHUNKS, CHANGED, chance)
    diffs = {changed: diff(snapctl, "many", number) for number, changed in enumerate(CHANGED, 1)}
    whole = Cost(snapctl.ok("verify", "many@1", "--level", "structure", *DEBUG))
    yield from followed(diffs, whole)
    yield independent(diffs[100], diff(snapctl, "few", 1))
    yield planned(snapctl, folder / "many")
    context.folder("scale")  # gives the room back


class Cost:
    """What a command read from the store, by its own count, and the CPU it took."""

    def __init__(self, run):
        told = re.findall(r"originBytesRead=(\d+).*originRequests=(\d+)", run.stderr)
        self.bytes, self.requests = map(int, told[-1])
        self.cpu_seconds = run.cpu_seconds
        self.run = run

    def __str__(self):
        return f"{megabytes(self.bytes)} in {self.requests} requests, {self.cpu_seconds:.3f} CPU s"


def diff(snapctl, name, number):
    """From version `number` to the next: the run of median CPU."""
    runs = [
        Cost(snapctl.ok("diff", f"{name}@{number}", f"{name}@{number + 1}", *DEBUG)) for _ in range(ROUNDS)]
    return sorted(runs, key=lambda cost: cost.cpu_seconds)[ROUNDS // 2]


def followed(diffs, whole):
    for changed, cost in diffs.items():
        found = sum(one["chunksChanged"] for one in cost.run.of_type("difference"))
        bound = min(FIXED_BYTES + changed * PAGE_BYTES, whole.bytes)
        faults = [] if found == changed else [f"{found} chunks are told"]
        faults += [] if cost.bytes <= bound else ["it reads more"]
        yield verdict(
            f"diff of {CHUNKS:,} chunks, {changed:,} differ", f"<= {megabytes(bound)}", faults,
            f"{cost}; one manifest whole: {whole}")
    less, more = diffs[10], diffs[100]
    grown = (more.cpu_seconds - less.cpu_seconds) / 90
    yield Result(
        f"CPU of a further chunk that differs, of {CHUNKS:,}", f"{grown * 1e3:.2f} ms", "<= 5 ms", grown <= 5e-3)


def independent(many, few):
    ratio, seconds = many.bytes / few.bytes, many.cpu_seconds / few.cpu_seconds
    return Result(
        f"diff, 100 of {CHUNKS:,} chunks differ and 100 of {CHUNKS // FEWER:,}",
        f"{many} and {few}: {ratio:.2f} x, {seconds:.2f} x", "<= 1.5 x", max(ratio, seconds) <= 1.5)


def planned(snapctl, copy):
    """The copy is at the newest version; 1,000 chunks lie between it and the one before."""
    number, changed = len(CHANGED), CHANGED[-1]
    run = snapctl.ok("sync", f"many@{number}", copy, "--in-place", "--dry-run")
    plan = run.one("plan")
    bound = FIXED_BYTES + changed * PAGE_BYTES
    return Result(
        f"plan of a sync in place, {changed:,} of {CHUNKS:,} chunks differ",
        f"{megabytes(plan['bytesToRead'])} in {plan['requests']} requests, {run.cpu_seconds:.2f} CPU s",
        f"<= {megabytes(bound)}", plan["bytesToRead"] <= bound)


def versions(snapctl, live, name, count, changes, chance):
    """A file of `count` chunks, and versions of it in which so many chunks differ from the version before."""
    live.mkdir()
    ending = chunk_ending(chance)
    with open(live / "many", "wb", buffering=0) as file:
        for number in range(count):
            write_chunk(file, number, struct.pack("<Q", number) + ending)
    snapctl.ok("create", name, live)
    for changed in changes:
        with open(live / "many", "r+b", buffering=0) as file:
            for number in chance.sample(range(count), changed):
                write_chunk(file, number, chance.randbytes(8) + ending)
        snapctl.ok("create", name, live)


def write_chunk(file, number, last):
    """Its last bytes; the others are a hole."""
    file.seek((number + 1) * CHUNK_BYTES - len(last))
    file.write(last)


def chunk_ending(chance):
    """64 bytes behind which a chunk ends wherever it may end (formats/manifest.md §6)."""
    digests = [hashlib.sha256(b"snapshot gear" + bytes([byte])).digest() for byte in range(256)]
    gear = [int.from_bytes(digest[:8], "little") for digest in digests]
    tail, sum_ = bytearray(), 1
    while len(tail) < 64 or sum_ & 0xFFFF_C000_0000_0000:
        tail += chance.randbytes(1)
        sum_ = (sum_ << 1) + gear[tail[-1]] & 0xFFFF_FFFF_FFFF_FFFF
    return bytes(tail[-64:])
