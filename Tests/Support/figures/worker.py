"""A worker's life on all tiers at once: the store on Ceph, the cache on a network file system, the copy on a local disk.

The cache is mounted twice, as the hosts of two workers have it. The directory is the large one where it can be made, the
fixture else.
"""

import contextlib
import json
import pathlib

from .context import helper
from .proxy import Proxy
from .registry import Unavailable, figure, megabytes, verdict
from .sample import record, scanned
from .servers import Server, snapctl_on
from .trees import byte_count, differences, fresh_copy

COLLECTION, WORDS = "chroma", "words"
DAILY_BYTES_MAX, DAILY_REQUESTS_MAX = 2_500_000, 20
BOUND_IS_OF = 220_600_000  # bytes of the directory that the bound was given for; a larger one is allowed more
RECORDS = 40
OBJECTS = ("packs", "manifests", "versions")


@figure("worker")
def worker(context):
    with contextlib.ExitStack() as servers:
        ceph, juicefs = (started(servers, script, *more) for script, *more in (("ceph.sh", "memory"), ("juicefs.sh",)))
        mounts = [pathlib.Path(place) for place in (juicefs.url, juicefs.line())]
        with Proxy(ceph.url) as proxy:
            yield from Life(context, proxy, mounts).results()


def started(servers, script, *arguments):
    server = Server(script, *arguments)
    servers.callback(server.end)
    return server


def directories(context):
    """Two days of a large directory, and what it is."""
    try:
        folder = pathlib.Path(helper("chroma/large.sh"))
        return "60,000 records, 231 MB", [folder / "v1", folder / "v2"]
    except Unavailable:
        return "the fixture", context.versions[:2]


def allowed(source):
    return max(DAILY_BYTES_MAX, round(DAILY_BYTES_MAX * byte_count(source) / BOUND_IS_OF))


class Life:
    def __init__(self, context, proxy, mounts):
        self.context, self.proxy = context, proxy
        self.folder = context.folder("worker")
        self.caches = [mount / "cache" for mount in mounts]
        self.writer = snapctl_on(context, proxy.url, "worker", timeout=300)
        self.first, self.second = (snapctl_on(context, proxy.url, "worker", cache, timeout=300) for cache in self.caches)
        self.faults, self.told = [], {}

    def call(self, name, snapctl, *arguments):
        before, held = self.proxy.counts(), self.cached()
        run = snapctl.run(*arguments)
        counts = self.proxy.counts() - before
        if run.exit != 0:
            self.faults.append(run.told())
        self.told[name] = (counts, self.cached() - held, run)
        return run, counts

    def cached(self):
        return byte_count(self.caches[0]) if self.caches[0].exists() else 0

    def results(self):
        what, days = directories(self.context)
        self.call("init", self.writer, "init")
        daily = []
        for number, source in enumerate(days, 1):
            live = fresh_copy(source, self.folder / "live")
            self.call(f"create v{number}", self.writer, "create", COLLECTION, live, "--expect", number - 1)
            for name, snapctl in (("first", self.first), ("second", self.second)):
                copy = self.folder / f"copy-{name}"
                run, counts = self.call(f"sync v{number}, {name} worker", snapctl, "sync", COLLECTION, copy)
                self.faults += [f"{name} worker, v{number}: {text}" for text in differences(source, copy)]
                if number > 1 and run.exit == 0:
                    daily.append((name, run.one("synced")["bytesRead"], counts))
        self.records()
        self.call("verify --tier all", self.first, "verify", "--tier", "all")
        yield verdict(
            f"worker (Ceph, cache on JuiceFS, local copy; {what}): first syncs, daily syncs, append, compact, get, verify",
            "each succeeds, copies byte-identical, records as appended", self.faults, f"{len(self.told)} calls")
        yield self.daily(daily, allowed(days[1]))
        for name, (counts, filled, run) in self.told.items():
            yield verdict(f"worker: {name}", "counted", [], self.cost(counts, filled, run))

    def records(self):
        wanted = [record(number) for number in range(RECORDS)]
        lines = self.folder / "records.jsonl"
        lines.write_text("".join(json.dumps(one) + "\n" for one in wanted))
        self.call("append", self.first, "append", WORDS, "--input", lines, "--producer", "a")
        self.call("compact", self.first, "compact", WORDS)
        run, _ = self.call("scan, second worker", self.second, "scan", WORDS)
        found = {id_: one[0] for id_, one in scanned(run).items()} if run.exit == 0 else {}
        if found != {one["id"]: one["vector"] for one in wanted}:
            self.faults.append(f"scan gives {len(found)} records, or other ones")

    def daily(self, daily, bytes_max):
        faults = [f"{name} worker read {count}" for name, count, _ in daily if count > bytes_max]
        faults += [
            f"{name} worker asked {counts.told()}" for name, _, counts in daily
            if counts.requests.total() > DAILY_REQUESTS_MAX]
        faults += [
            f"the second worker read {counts.received_of(*OBJECTS)} B of objects from S3" for name, _, counts in daily
            if name == "second" and counts.received_of(*OBJECTS)]
        return verdict(
            "worker: a daily sync through the cache",
            f"<= {megabytes(bytes_max)}, <= {DAILY_REQUESTS_MAX} requests to S3; the second reads no object there",
            faults,
            "; ".join(f"{name} {megabytes(count)}, {counts.requests.total()} requests" for name, count, counts in daily))

    @staticmethod
    def cost(counts, filled, run):
        text = f"S3 {counts.by_method()}, {megabytes(counts.sent.total())} sent, {megabytes(counts.received.total())} received"
        if filled:
            text += f"; cache {megabytes(filled)} written"
        synced = run.of_type("synced")
        if synced:
            text += f"; copy {megabytes(synced[-1]['bytesRead'])} read, {megabytes(synced[-1]['bytesWritten'])} written"
        return text
