"""What operations ask of S3 and of a shared cache, counted; and what that costs a month, by published prices.

The pipeline that is priced keeps two collections of records with 1,536 numbers each, and compacts each receipt's records
into them. `COSTS=FILE` writes the tables of docs/COSTS.md there.
"""

import dataclasses
import json
import os
import pathlib
import struct

from .proxy import Counts, Proxy
from .registry import figure, megabytes, verdict
from .servers import moto, snapctl_on
from .trees import byte_count, fresh_copy

DIMENSION = 1536
BASE_RECORDS, BATCH_RECORDS, ROUNDS = 16_000, 100, 12
TREE, WORDS = "tree", "words"

# Published prices, US East (N. Virginia), USD. S3 Standard and EFS Standard with elastic throughput, read 2026-06.
# Transfer between S3, EFS and what computes in the same region is not charged.
PER_PUT, PER_GET = 0.005 / 1_000, 0.0004 / 1_000  # PUT, COPY, POST, LIST; GET and all others; DELETE is free
S3_GB_MONTH = 0.023
EFS_GB_MONTH, EFS_READ_GB, EFS_WRITE_GB = 0.30, 0.03, 0.06
GB = 1e9

RECEIPTS = 20_000  # a month
COLLECTIONS = {"words": 847e6, "lines": 240e6}  # bytes of a snapshot
PART = 8 << 20  # of which transfers of whole snapshots are made


@dataclasses.dataclass
class Operation:
    """What one call asked for; `efs_*` are the bytes that went to and from the shared cache directory."""

    counts: Counts
    efs_read: float = 0
    efs_written: float = 0

    @property
    def dollars(self):
        puts = sum(n for (method, kind), n in self.counts.requests.items()
                   if method in ("PUT", "POST") or kind == "listings")
        free = sum(n for (method, _), n in self.counts.requests.items() if method == "DELETE")
        gets = self.counts.requests.total() - puts - free
        return puts * PER_PUT + gets * PER_GET + (self.efs_read * EFS_READ_GB + self.efs_written * EFS_WRITE_GB) / GB

    def row(self, name):
        counts = self.counts
        requests = by_kind(counts)
        return (f"| {name} | {requests} | {megabytes(counts.sent.total())} | {megabytes(counts.received.total())} | "
                f"{megabytes(self.efs_written)}, {megabytes(self.efs_read)} | {self.dollars * 1_000:.4f} |")


def by_kind(counts):
    totals = {"GET": 0, "HEAD": 0, "PUT": 0, "LIST": 0, "DELETE": 0}
    for (method, kind), count in counts.requests.items():
        totals["LIST" if kind == "listings" else method] += count
    return ", ".join(f"{count} {name}" for name, count in totals.items() if count)


@figure("costs")
def costs(context):
    with Proxy(moto(context).url) as proxy:
        pipeline = Pipeline(context, proxy)
        pipeline.run()
    yield from pipeline.results()
    if target := os.environ.get("COSTS"):
        pathlib.Path(target).write_text(pipeline.tables())


class Pipeline:
    """One machine writes; one worker syncs through a cache that others filled, and one comes cold."""

    def __init__(self, context, proxy):
        self.context, self.proxy = context, proxy
        self.folder = context.folder("costs")
        self.cache = self.folder / "cache"
        self.writer = snapctl_on(context, proxy.url, "costs", timeout=600)
        self.worker = snapctl_on(context, proxy.url, "costs", self.cache, timeout=600)
        self.operations, self.faults, self.grown = {}, [], []

    def call(self, name, snapctl, *arguments):
        before, held = self.proxy.counts(), byte_count(self.cache) if self.cache.exists() else 0
        run = snapctl.run(*arguments)
        if run.exit != 0:
            self.faults.append(run.told())
        now = byte_count(self.cache) if self.cache.exists() else 0
        read = run.one("synced")["bytesRead"] if "sync" in arguments and run.exit == 0 and snapctl is self.worker else 0
        operation = Operation(self.proxy.counts() - before, read, max(0, now - held))
        self.operations.setdefault(name, []).append(operation)
        return run

    def run(self):
        self.call("init", self.writer, "init")
        self.append("base", BASE_RECORDS, 0)
        while self.call("first compact", self.writer, "compact", WORDS).one("created")["leavesDeltas"]:
            pass
        self.call("first sync, no cache", self.writer, "sync", WORDS, self.folder / "alone")
        self.call("first sync, empty cache", self.worker, "sync", WORDS, self.folder / "copy")
        self.call("first sync, cache filled", self.worker, "sync", WORDS, self.folder / "second")
        for number in range(1, ROUNDS + 1):
            self.append("append", BATCH_RECORDS, BASE_RECORDS + number * BATCH_RECORDS)
            made = self.call("compact", self.writer, "compact", WORDS)
            self.grown.append(made.one("created")["bytesStored"])
            self.call("sync of one compaction", self.worker, "sync", WORDS, self.folder / "copy")
        for number, source in enumerate(self.context.versions[:2]):
            live = fresh_copy(source, self.folder / "live")
            name = "create" if number else "first create"
            self.call(name, self.writer, "create", TREE, live, "--expect", number)

    def append(self, name, count, first):
        """Numbers as embeddings have them: of either sign, between 2⁻⁷ and 2⁻³, no two alike."""
        body = bytearray(self.context.random(f"{name} {first}").randbytes(4 * DIMENSION * count))
        body[3::4] = bytes(body[3::4]).translate(bytes((0x3C, 0x3D, 0xBC, 0xBD)[byte & 3] for byte in range(256)))
        shape = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({count}, {DIMENSION}), }}"
        header = shape.ljust(117) + "\n"
        vectors, lines = self.folder / "batch.npy", self.folder / "batch.jsonl"
        vectors.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + body)
        lines.write_text("".join(json.dumps(described(number)) + "\n" for number in range(first, first + count)))
        self.call(name, self.writer, "append", WORDS, "--input", lines, "--vectors", vectors)

    def mean(self, name):
        """One operation of the kind, on average."""
        all_ = self.operations[name]
        total = Counts()
        for one in all_:
            total = Counts(total.requests + one.counts.requests, total.sent + one.counts.sent,
                           total.received + one.counts.received)
        def share(counter):
            return {key: round(count / len(all_)) for key, count in counter.items() if round(count / len(all_))}
        return Operation(
            Counts(share(total.requests), share(total.sent), share(total.received)),
            sum(one.efs_read for one in all_) / len(all_), sum(one.efs_written for one in all_) / len(all_))

    def results(self):
        for name in SHOWN:
            one = self.mean(name)
            yield verdict(
                f"costs: {name}", "counted", self.faults,
                f"{one.counts.told()}; {megabytes(one.counts.sent.total())} sent, "
                f"{megabytes(one.counts.received.total())} received; cache {megabytes(one.efs_written)} written, "
                f"{megabytes(one.efs_read)} read; {one.dollars * 1_000:.4f} USD per 1,000")
        before, after = self.before(), self.after()
        yield verdict(
            f"costs of {RECEIPTS} receipts a month", "below a tenth of whole snapshots",
            [] if after.total < before.total / 10 else ["it is not"],
            f"whole snapshots {before.total:,.0f} USD, of which the shared file system {before.efs:,.0f}; "
            f"this engine {after.total:,.0f}, of which {after.efs:,.2f}")

    def before(self):
        """Each compaction takes a whole snapshot down and up; each is copied to and from the shared file system."""
        parts = {name: -(-size // PART) for name, size in COLLECTIONS.items()}
        return Month(
            requests=RECEIPTS * sum(n * (PER_GET + PER_PUT) for n in parts.values()),
            efs=RECEIPTS * sum(COLLECTIONS.values()) / GB * (EFS_READ_GB + EFS_WRITE_GB),
            storage=sum(COLLECTIONS.values()) / GB * (S3_GB_MONTH + EFS_GB_MONTH))

    def after(self):
        """Each receipt is appended and compacted into each collection; a worker syncs each version through the cache."""
        count = RECEIPTS * len(COLLECTIONS)
        kinds = [self.mean(name) for name in ("append", "compact", "sync of one compaction")]
        efs = sum((one.efs_read * EFS_READ_GB + one.efs_written * EFS_WRITE_GB) / GB for one in kinds)
        # Nothing is collected yet: at the end of a month all of it is there, half of it on average.
        grown = count * sum(self.grown) / len(self.grown) / GB
        held = sum(COLLECTIONS.values()) / GB + grown / 2
        return Month(
            requests=count * (sum(one.dollars for one in kinds) - efs), efs=count * efs,
            storage=held * (S3_GB_MONTH + EFS_GB_MONTH), grown=grown)

    def tables(self):
        rows = [
            "| operation | requests to S3 | sent | received | cache: written, read | USD per 1,000 |",
            "|---|---|--:|--:|--:|--:|", *(self.mean(name).row(name) for name in SHOWN), "",
            f"| a month, {RECEIPTS:,} receipts, USD | requests | EFS transfer | storage | sum |",
            "|---|--:|--:|--:|--:|", self.before().row("whole snapshots, copied through EFS"),
            self.after().row("this engine, cache on EFS")]
        return "\n".join(rows) + "\n"


SHOWN = (
    "append", "compact", "sync of one compaction", "create", "first sync, no cache", "first sync, empty cache",
    "first sync, cache filled")


@dataclasses.dataclass(frozen=True)
class Month:
    requests: float
    efs: float
    storage: float
    grown: float = 0

    @property
    def total(self):
        return self.requests + self.efs + self.storage

    def row(self, name):
        return (f"| {name} | {self.requests:,.2f} | {self.efs:,.2f} | {self.storage:,.2f} | "
                f"**{self.total:,.2f}** |")


def described(number):
    return {
        "id": f"IMAGE#{number // 100:08d}#RECEIPT#00001#LINE#{number % 100 // 5:05d}#WORD#{number % 5:05d}",
        "document": f"word {number}",
        "metadata": {"x": number % 977 / 977, "y": number % 983 / 983, "confidence": 0.97, "line_id": number % 100 // 5,
                     "word_id": number % 5, "label_status": "unvalidated", "merchant_name": f"shop {number // 5000}"}}
