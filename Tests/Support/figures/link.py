"""A line of 1 Gbit/s and 2 ms between a worker and its store: how much of it a first sync uses, and what a daily sync takes
beside a copy of the whole directory from a network mount over the same line; from S3, and from a store on that mount.
"""

import pathlib
import shutil
import stat
import subprocess
import sys

from .context import helper
from .registry import Unavailable, figure, megabytes, verdict
from .runner import Process, Snapctl
from .servers import UNCHECKED, Server, access, address
from .trees import STATE, differences, fresh_copy

FIRST_BYTES = 400_000_000
PACK_BYTES = 16 << 20
SHARE_MIN, FASTER_MIN = 0.9, 20
ROUNDS = 3
BULK, DAILY = "bulk", "chroma"
CALL_SECONDS = 300

# Takes objects whole, several at once: what the line gives to whoever only reads.
PLAIN = """
import concurrent.futures, http.client, sys, time
host, paths = sys.argv[1], sys.argv[2:]
def take(path):
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request("GET", path, headers={"Authorization": %r})
    answer, count = connection.getresponse(), 0
    while piece := answer.read(1 << 20):
        count += len(piece)
    return count if answer.status == 200 else 0
started = time.monotonic()
with concurrent.futures.ThreadPoolExecutor(4) as workers:
    count = sum(workers.map(take, paths))
print(count, time.monotonic() - started)
"""


# Puts objects, several at once: what the line takes from whoever only writes.
PLAIN_PUTS = """
import concurrent.futures, http.client, os, sys, time
host, count, body = sys.argv[1], int(sys.argv[2]), os.urandom(int(sys.argv[3]))
def put(number):
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request("PUT", f"/tests/plain/{number}", body, {"Authorization": %r})
    answer = connection.getresponse()
    answer.read()
    return len(body) if answer.status == 200 else 0
started = time.monotonic()
with concurrent.futures.ThreadPoolExecutor(4) as workers:
    count = sum(workers.map(put, range(count)))
print(count, time.monotonic() - started)
"""


@figure("link")
def link(context):
    server = Server("link.sh")
    try:
        yield from Line(context, server).results()
    finally:
        server.end()


class Line:
    def __init__(self, context, server):
        self.context = context
        self.folder = context.folder("link")
        self.namespace, self.url, self.export, self.mount = (
            server.url, server.line(), pathlib.Path(server.line()), pathlib.Path(server.line()))
        self.inside = ["nsenter", f"--net=/run/netns/{self.namespace}"]
        self.snapctl = Snapctl(
            self.wrapped(context.binary), address("link"), None, CALL_SECONDS, **access(self.url))
        self.faults = []

    def wrapped(self, binary):
        """The program, as one that runs on the client's host."""
        script = self.folder / "snapctl"
        script.write_text(f'#!/bin/sh\nexec {" ".join(self.inside)} "{binary}" "$@"\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        return script

    def results(self):
        self.snapctl.ok("init")
        source = self.bulk()
        yield self.uploaded(source)
        yield self.first(source)
        yield from self.daily()

    def bulk(self):
        source = self.folder / "bulk"
        source.mkdir()
        chance = self.context.random("bulk")
        for number in range(FIRST_BYTES // 20_000_000):
            (source / str(number)).write_bytes(chance.randbytes(20_000_000))
        return source

    def uploaded(self, source):
        """Collections of their own have no base: everything is stored."""
        shares, told = [], []
        for number in range(ROUNDS):
            plain = self.plain_rate(PLAIN_PUTS, FIRST_BYTES // PACK_BYTES, PACK_BYTES)
            run = self.snapctl.ok("create", f"{BULK}-{number}" if number else BULK, source)
            rate = run.one("created")["bytesStored"] / run.seconds
            shares.append(rate / plain)
            told.append(f"{rate / 1e6:.0f} of {plain / 1e6:.0f} MB/s")
            shutil.rmtree(source / STATE)
        best = max(shares)
        return verdict(
            f"1 Gbit/s, 2 ms: a first create of {megabytes(FIRST_BYTES)} on S3 (moto), of what plain PUTs get",
            f">= {SHARE_MIN}, best of {ROUNDS}", [] if best >= SHARE_MIN else [f"{best:.2f} at best"],
            f"{best:.2f}; {', '.join(told)}")

    def first(self, source):
        shares, told = [], []
        packs = self.packs()
        for number in range(ROUNDS):
            plain = self.plain_rate(PLAIN, *packs)
            copy = self.folder / f"bulk-{number}"
            run = self.snapctl.ok("sync", BULK, copy)
            rate = run.one("synced")["bytesRead"] / run.seconds
            shares.append(rate / plain)
            told.append(f"{rate / 1e6:.0f} of {plain / 1e6:.0f} MB/s")
            self.faults += differences(source, copy)
            shutil.rmtree(copy)
        best = max(shares)
        faults = self.faults + ([] if best >= SHARE_MIN else [f"{best:.2f} at best"])
        return verdict(
            f"1 Gbit/s, 2 ms: a first sync of {megabytes(FIRST_BYTES)} from S3 (moto), of what plain GETs get",
            f">= {SHARE_MIN}, best of {ROUNDS}; byte-identical", faults, f"{best:.2f}; {', '.join(told)}")

    def packs(self):
        """Those of the bulk, which are as many as any other collection's of it."""
        listing = subprocess.run(
            [*self.inside, sys.executable, "-c", LISTING % UNCHECKED, self.host], capture_output=True, text=True,
            check=True, timeout=60)
        names = listing.stdout.split()
        return names[:len(names) // ROUNDS]

    def plain_rate(self, program, *arguments):
        """Bytes a second."""
        out = subprocess.run(
            [*self.inside, sys.executable, "-c", program % UNCHECKED, self.host, *map(str, arguments)],
            capture_output=True, text=True, check=True, timeout=120)
        count, seconds = out.stdout.split()
        return int(count) / float(seconds)

    @property
    def host(self):
        return self.url.removeprefix("http://")

    def daily(self):
        """Both ways beside the same copies of the mounted directory."""
        what, days = large(self.context)
        exported = self.context.snapctl(self.export / "store")
        exported.ok("init", "--catalog", "directory")
        for snapctl in self.snapctl, exported:
            for number, source in enumerate(days, 1):
                live = fresh_copy(source, self.folder / "live")
                snapctl.ok("create", DAILY, live, "--expect", number - 1)
        mounted = self.mounted(fresh_copy(days[1], self.export / "day"))
        copied, synced = [], {"S3": [], "a store on that sshfs": []}
        faults = {way: [] for way in synced}
        for number in range(ROUNDS):
            # Nothing of this store has been read over the mount before.
            store = shutil.copytree(self.export / "store", self.export / f"store-{number}")
            for way, first, second in (
                    ("S3", self.snapctl, self.snapctl),
                    ("a store on that sshfs", exported, self.context.snapctl(self.mounted(store)))):
                copy = self.folder / "copy"
                shutil.rmtree(copy, ignore_errors=True)
                first.ok("sync", f"{DAILY}@1", copy)
                run = second.ok("sync", f"{DAILY}@2", copy, "--in-place")
                synced[way].append(run.seconds)
                faults[way] += differences(days[1], copy)
            copied.append(self.copied(mounted))
        for way, seconds in synced.items():
            ratio = min(copied) / min(seconds)
            slow = [] if ratio >= FASTER_MIN else [f"{ratio:.1f} ×"]
            yield verdict(
                f"1 Gbit/s, 2 ms: a daily sync ({what}) from {way} beside shutil.copytree from sshfs",
                f">= {FASTER_MIN} × faster", faults[way] + slow,
                f"{ratio:.1f} ×: {min(seconds):.2f} s, {min(copied):.2f} s; the least of {ROUNDS}")

    def mounted(self, path):
        """What the other host exports, as this one sees it."""
        return self.mount / pathlib.Path(path).relative_to(self.export)

    def copied(self, mounted):
        target = self.folder / "copied"
        shutil.rmtree(target, ignore_errors=True)
        # Nothing of the mount is in this host's memory.
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3")
        program = "import shutil, sys; shutil.copytree(sys.argv[1], sys.argv[2])"
        run = Process([sys.executable, "-c", program, mounted, target]).wait(CALL_SECONDS)
        if run.exit != 0:
            raise RuntimeError(run.told())
        return run.seconds


def large(context):
    try:
        folder = pathlib.Path(helper("chroma/large.sh"))
        return "60,000 records, 231 MB", [folder / "v1", folder / "v2"]
    except Unavailable:
        return "the fixture", context.versions[:2]


LISTING = """
import http.client, sys, xml.etree.ElementTree
connection = http.client.HTTPConnection(sys.argv[1], timeout=60)
connection.request("GET", "/tests?list-type=2&prefix=link/packs/", headers={"Authorization": %r})
for element in xml.etree.ElementTree.fromstring(connection.getresponse().read()).iter():
    if element.tag.endswith("}Key"):
        print("/tests/" + element.text)
"""
