"""A few records of a collection of 1 GB, read straight from its store: by id, by prefix, by filter, and through a cache."""

from .filled import NAME, filled, id_of
from .registry import figure, megabytes, verdict

COUNT, DIMENSION = 600_000, 384
SHARE = 0.01
IDS = 20
MEMORY = 128e6


@figure("unsynced-get")
def unsynced(context):
    snapctl = filled(context, COUNT, DIMENSION)
    total = snapctl.versions(NAME)[-1]["bytes"]
    numbers = context.random("unsynced").sample(range(COUNT), IDS)
    ids = [id_of(number) for number in numbers]
    got = snapctl.ok("get", NAME, *ids)
    yield small(f"get of {IDS} records from an unsynced collection of {total / 1e9:.2f} GB", got, ids, total, SHARE)
    image = id_of(numbers[0])[:12]
    under = snapctl.ok("get", NAME, "--prefix", image)
    wanted = [id_of(number) for number in range(COUNT) if id_of(number).startswith(image)]
    yield small(f"get --prefix of {len(wanted)} records of it", under, wanted, total, SHARE)
    batch = image[:10]
    found = snapctl.ok("scan", NAME, "--prefix", batch, "--where", "page = 3")
    inside = [number for number in range(COUNT) if id_of(number).startswith(batch)]
    wanted = [id_of(number) for number in inside if number % 7 == 3]
    share = len(inside) / COUNT
    yield small(f"scan --where over {share:.1%} of its ids", found, wanted, total, share + SHARE)
    yield from cached(snapctl, got, ids, total)
    yield whole(snapctl, total)


def small(name, run, ids, total, share):
    """What was read is the records that were asked for, and no more than a share of the bytes."""
    summary = run.one("records")
    found = [one["id"] for one in run.of_type("record")]
    read = summary["bytesRead"]
    faults = [] if found == ids else [f"{len(found)} records, not the {len(ids)} that were asked for"]
    faults += [] if read <= total * share else [f"{read} bytes of {total}"]
    told = f"{megabytes(read)} in {summary['requests']} requests, {read / total:.2%}, {run.seconds:.2f} s"
    return verdict(name, f"<= {share:.1%} of its bytes, those records", faults, told)


def cached(snapctl, got, ids, total):
    """The first read fills the cache with the packs it needs; the next one reads there."""
    near = snapctl.__class__(snapctl.binary, snapctl.store, snapctl.store.parent / "cache")
    near.ok("get", NAME, *ids)
    again = near.ok("get", NAME, *ids)
    same = again.of_type("record") == got.of_type("record")
    result = small("the same through a cache, once it is filled", again, ids, total, SHARE)
    yield result if same else verdict(result.name, result.bound, ["other records than without it"], result.measured)


def whole(snapctl, total):
    """A scan that finds nothing reads all there is, and keeps none of it."""
    run = snapctl.ok("scan", NAME, "--where", "page = 99", timeout=600)
    read = run.one("records")["bytesRead"]
    faults = [] if run.rss_bytes <= MEMORY else [f"{run.rss_bytes / 1e6:.0f} MB"]
    return verdict(
        "memory of a scan of all of it, unsynced", f"<= {MEMORY / 1e6:.0f} MB", faults,
        f"{run.rss_bytes / 1e6:.0f} MB, {read / 1e9:.2f} GB read of {total / 1e9:.2f}, {run.seconds:.1f} s")
