"""Eight processes creating and compacting at once: every success is in the list, versions dense, nothing lost."""

import time

from .registry import figure, verdict
from .sample import TREE, WORDS, scanned
from .workers import Compactor, Creator

CREATORS, COMPACTORS = 5, 3
MARKERS_READ = 40


@figure("concurrency")
def concurrency(context):
    for catalog in ("rocksdb", "directory"):
        yield from contest(context, catalog, context.seconds)


def contest(context, catalog, seconds):
    folder = context.folder(f"concurrency-{catalog}")
    snapctl = context.new_store(folder / "store", catalog, timeout=180)
    until = time.monotonic() + seconds
    kinds = [Creator] * CREATORS + [Compactor] * COMPACTORS
    workers = [kind(snapctl, folder, number, until) for number, kind in enumerate(kinds, 1)]
    yield fought(context, snapctl, workers, f"8 processes for {seconds:g} s, {catalog} catalog")


def fought(context, snapctl, workers, name):
    """Lets the workers run at once; what was acknowledged to each has to be there."""
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    told = [worker.acknowledged for worker in workers]
    created = [one for one_worker in told for one in one_worker.created]
    records = {id_: one for one_worker in told for id_, one in one_worker.records.items()}
    faults = [fault for one_worker in told for fault in one_worker.faults]
    faults += [text for worker in workers for text in worker.missing()]
    faults += [*listed(snapctl, TREE, created), *listed(snapctl, WORDS, created), *marked(context, snapctl, created)]
    faults += [*kept(snapctl, records), *sound(snapctl)]
    refused = sum(one_worker.refused for one_worker in told)
    return verdict(
        name, "every success listed, versions dense, nothing lost", faults,
        f"{len(created)} commits, {len(records)} records acknowledged; {refused} refused")


def listed(snapctl, collection, created):
    """Every acknowledged version is in the list with its hash, and no number was given twice or left out."""
    rows = {row["version"]: row["contentHash"] for row in snapctl.versions(collection)}
    mine = [one for one in created if one[0] == collection]
    if sorted(rows) != list(range(1, len(rows) + 1)):
        yield f"{collection}: the versions are not dense: {sorted(rows)[:50]}"
    if not mine:
        yield f"{collection}: not one commit was acknowledged"
    if len({version for _, version, _, _ in mine}) != len(mine):
        yield f"{collection}: two were told the same version"
    for _, version, content_hash, _ in mine:
        if rows.get(version) != content_hash:
            yield f"{collection}@{version} was acknowledged as {content_hash}, listed is {rows.get(version)}"


def marked(context, snapctl, created):
    """What was acknowledged under a number is what that version holds."""
    mine = [one for one in created if one[0] == TREE]
    for _, version, _, marker in context.random("markers").sample(mine, min(MARKERS_READ, len(mine))):
        run = snapctl.run("cat", f"{TREE}@{version}", "marker")
        if run.exit != 0 or run.stdout != marker.encode():
            yield f"{TREE}@{version} holds {run.stdout[:60]!r} where {marker} was acknowledged: {run.told()}"


def kept(snapctl, records):
    for verb in ("compact", "reconcile"):
        run = snapctl.run(verb, WORDS)
        if run.exit != 0:
            yield run.told()
    found = scanned(snapctl.ok("scan", WORDS))
    lost = sorted(id_ for id_, one in records.items() if found.get(id_, (None,))[0] != one["vector"])
    if lost:
        yield f"{len(lost)} of {len(records)} acknowledged records are lost or wrong, first {lost[0]}"


def sound(snapctl):
    run = snapctl.run("verify")
    if run.exit != 0:
        yield run.told()
