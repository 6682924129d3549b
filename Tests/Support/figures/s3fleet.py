"""Sixteen machines' worth of writers on one store in S3, and eight readers that come cold at once."""

import time

from .concurrency import fought
from .proxy import Proxy, pass_on
from .registry import figure, megabytes, verdict
from .s3 import IMMUTABLE
from .servers import moto, snapctl_on
from .trees import differences
from .workers import Compactor, Creator

CREATORS, COMPACTORS = 10, 6
COMMITS = 20
READERS, SLOW_READERS = 8, 6
SLOW_SECONDS = 13  # each of the two pieces of a pack
PACK = "GET", "packs"
COLD_SECONDS = 300
SNAPSHOT_BYTES = 24_000_000
ORIGIN_SHARE_MAX = 1.1
TURNS_MAX = 20  # for each commit that is wanted


@figure("s3-fleet")
def s3_fleet(context):
    yield from contest(context, COMMITS)
    yield cold(context, READERS)
    yield slowly_cold(context, SLOW_READERS)


def contest(context, commits):
    snapctl = snapctl_on(context, moto(context).url, "fleet", timeout=180)
    yield fleet(context, [snapctl], "S3 (moto)", commits)


def fleet(context, snapctls, where, commits, watch=None):
    """On a store that has yet to be made; the workers share out the ways to it. `watch` sees them before they start."""
    folder = context.folder("fleet")
    snapctls[0].ok("init")
    kinds = [CountedCreator] * CREATORS + [CountedCompactor] * COMPACTORS
    workers = [
        kind(snapctls[number % len(snapctls)], folder, number, commits) for number, kind in enumerate(kinds, 1)]
    if watch:
        watch(workers)
    return fought(context, snapctls[0], workers, f"{where}: {len(kinds)} processes, {commits} commits each")


class CountedCreator(Creator):
    """Until so many commits of its own were acknowledged; `until` is their number."""

    count_each = 1

    def count(self):
        return len(self.acknowledged.created)

    def goes_on(self):
        return self.count() < self.count_each * self.until and self.has_patience()

    def missing(self):
        if self.count() < self.count_each * self.until:
            yield f"worker {self.number} has {self.count()} of {self.count_each * self.until}"

    def has_patience(self):
        if self.turn < TURNS_MAX * self.until:
            return True
        self.acknowledged.faults.append(f"worker {self.number} was refused {self.acknowledged.refused} times")
        return False


class CountedCompactor(Compactor):
    """Appends so many deltas, and compacts after each."""

    count_each = 3
    goes_on, missing, has_patience = CountedCreator.goes_on, CountedCreator.missing, CountedCreator.has_patience

    def count(self):
        return len(self.acknowledged.records)


def cold(context, count):
    """So many want the same snapshot at the same moment, and share one empty cache directory."""
    with Proxy(moto(context).url) as proxy:
        return cold_through(context, proxy, count)


def slowly_cold(context, count):
    """The same where a pack takes longer than anyone waits for who says nothing."""
    with Proxy(moto(context).url) as proxy:
        return cold_through(context, proxy, count, "slow packs", slow_packs)


def slow_packs(request):
    return slow if (request.method, request.kind) == PACK else None


def slow(exchange):
    time.sleep(SLOW_SECONDS)
    pass_on(exchange)


def cold_through(context, proxy, count, name="one cache directory", harm=None):
    folder = context.folder("s3-cold")
    source = folder / "source"
    source.mkdir()
    (source / "bytes").write_bytes(context.random("cold").randbytes(SNAPSHOT_BYTES))
    snapctl = snapctl_on(context, proxy.url, f"cold-{count}", folder / "cache", timeout=COLD_SECONDS)
    alone = snapctl_on(context, proxy.url, f"cold-{count}")
    alone.ok("init")
    alone.ok("create", "cold", source)
    one = read_of(proxy, lambda: alone.ok("sync", "cold", folder / "alone"))
    runs = []
    proxy.harm = harm or proxy.harm

    def all_at_once():
        readers = [snapctl.start("sync", "cold", folder / f"copy{number}") for number in range(count)]
        runs.extend(reader.wait(COLD_SECONDS) for reader in readers)

    all_ = read_of(proxy, all_at_once)
    faults = [run.told() for run in runs if run.exit != 0]
    faults += [text for number in range(count) for text in differences(source, folder / f"copy{number}")]
    if all_ > ORIGIN_SHARE_MAX * one:
        faults.append(f"{all_ / one:.2f} × one snapshot")
    return verdict(
        f"S3 (moto): {count} cold workers at once, {name}",
        f"copies identical, S3 read <= {ORIGIN_SHARE_MAX} × one snapshot", faults,
        f"{megabytes(all_)} for {megabytes(one)}")


def read_of(proxy, work):
    """The bytes of immutable objects that S3 gave meanwhile."""
    before = proxy.counts()
    work()
    return (proxy.counts() - before).received_of(*IMMUTABLE)
