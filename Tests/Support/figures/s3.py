"""A worker's life on a store in S3: what it gets, and what each operation asks of the server."""

import json

from .clients import others
from .proxy import Proxy
from .registry import figure, megabytes, verdict
from .sample import record, scanned
from .servers import moto, snapctl_on
from .trees import differences, fresh_copy

COLLECTION, VECTORS = "chroma", "vectors"
VERSIONS = 5
RECORDS = 60
SYNC_REQUESTS_MAX = 20
IMMUTABLE = ("packs", "manifests", "versions")


@figure("s3")
def s3(context):
    server = moto(context)
    with Proxy(server.url) as proxy:
        yield from Flow(context, proxy, "flow", "moto").results()
    yield from others(context, server.url, "flow")


class Flow:
    """One machine creates, another keeps a copy through a cache directory; each version is a day."""

    def __init__(self, context, proxy, name, server, caches=None):
        """`caches`: the cache directory as the first and as the second worker's host has it."""
        self.context, self.proxy, self.server = context, proxy, server
        self.folder = context.folder(f"s3-{name}")
        self.creator = snapctl_on(context, proxy.url, name)
        caches = caches or (self.folder / "cache",) * 2
        self.worker, self.second = (snapctl_on(context, proxy.url, name, cache) for cache in caches)
        self.counts = {}  # label of an operation -> Counts
        self.stored = {}  # version -> bytes its objects have
        self.faults = []

    def results(self):
        self.call("init", self.creator, "init")
        faults = [fault for number in range(1, VERSIONS + 1) for fault in self.day(number)]
        yield self.verdict(
            f"v1 to v{VERSIONS} created, synced through a cache", "byte-identical", faults, f"{VERSIONS} copies")
        yield from self.cost()
        yield self.second_worker()
        records = list(self.records())
        yield self.verdict(
            "records appended, compacted, got, reconciled, verified", "as appended", records, f"{RECORDS} records")
        told = "; ".join(f"{label} {counts.by_method()}" for label, counts in self.counts.items())
        yield self.verdict("requests of an operation", "each succeeds", self.faults, told)

    def verdict(self, name, bound, faults, measured):
        return verdict(f"S3 ({self.server}): {name}", bound, faults, measured)

    def call(self, label, snapctl, *arguments):
        before = self.proxy.counts()
        run = snapctl.run(*arguments)
        self.counts[label] = self.proxy.counts() - before
        if run.exit != 0:
            self.faults.append(run.told())
        return run

    def day(self, number):
        source = self.context.versions[number - 1]
        live = fresh_copy(source, self.folder / "live")
        run = self.call(f"create v{number}", self.creator, "create", COLLECTION, live, "--expect", number - 1)
        self.stored[number] = run.one("created")["bytesStored"]
        self.call(f"sync v{number}", self.worker, "sync", f"{COLLECTION}@{number}", self.folder / "copy")
        for text in differences(source, self.folder / "copy"):
            yield f"v{number}: {text}"

    def cost(self):
        daily = range(2, VERSIONS + 1)
        counts = {number: self.counts[f"sync v{number}"] for number in daily}
        requests = {number: one.requests.total() for number, one in counts.items()}
        yield self.verdict(
            "requests of a daily sync", f"<= {SYNC_REQUESTS_MAX}",
            [f"v{number}: {count}" for number, count in requests.items() if count > SYNC_REQUESTS_MAX],
            f"{', '.join(map(str, requests.values()))}; the last {counts[VERSIONS].told()}")
        read = {number: one.received_of(*IMMUTABLE) for number, one in counts.items()}
        heads = max(one.received.total() - one.received_of(*IMMUTABLE) for one in counts.values())
        yield self.verdict(
            "bytes of objects a daily sync reads / stored", "read <= stored, each day",
            [f"v{number} read {read[number]} for {self.stored[number]}" for number in daily
             if read[number] > self.stored[number]],
            f"{', '.join(f'{read[number]}/{self.stored[number]}' for number in daily)}; heads at most {heads} more")

    def second_worker(self):
        """Who comes cold, later, with the same cache."""
        run = self.call("second sync", self.second, "sync", f"{COLLECTION}@{VERSIONS}", self.folder / "second")
        counts, wanted = self.counts["second sync"], run.one("synced")["bytesRead"]
        faults = list(differences(self.context.versions[VERSIONS - 1], self.folder / "second"))
        if counts.received_of(*IMMUTABLE):
            faults.append(f"read again from S3: {counts.told()}")
        return self.verdict(
            "a second worker with the cache filled", "no object from S3, byte-identical", faults,
            f"{megabytes(wanted)} from the cache, {counts.received.total()} B from S3 in {counts.requests.total()} "
            f"requests")

    def records(self):
        wanted = [record(number) for number in range(RECORDS)]
        for part, producer in ((wanted[:RECORDS // 2], "a"), (wanted[RECORDS // 2:], "b")):
            path = self.folder / f"{producer}.jsonl"
            path.write_text("".join(json.dumps(one) + "\n" for one in part))
            self.call(f"append {producer}", self.creator, "append", VECTORS, "--input", path, "--producer", producer)
        self.call("compact", self.creator, "compact", VECTORS)
        found = self.call("get", self.worker, "get", VECTORS, wanted[7]["id"]).of_type("record")
        if [one["vector"] for one in found] != [wanted[7]["vector"]]:
            yield f"get gives {found}"
        all_ = scanned(self.call("scan", self.worker, "scan", VECTORS))
        if {id_: one[0] for id_, one in all_.items()} != {one["id"]: one["vector"] for one in wanted}:
            yield f"scan gives {len(all_)} records, or other ones"
        for verb in (("reconcile", VECTORS), ("verify",), ("doctor",)):
            self.call(verb[0], self.creator, *verb)
