"""What changed nothing makes no version; how many workers look changes no identity."""

from .registry import figure, verdict
from .trees import fresh_copy, touch_all


@figure("unchanged")
def unchanged(context):
    folder = context.folder("unchanged")
    live = fresh_copy(context.versions[0], folder / "live")
    snapctl = context.new_store(folder / "store")
    snapctl.ok("create", "chroma", live)
    touch_all(live)
    again = snapctl.ok("create", "chroma", live).one("created")
    faults = [] if again["unchanged"] and again["version"] == 1 else ["a version was made"]
    faults += [] if again["bytesStored"] == 0 else [f"{again['bytesStored']} bytes were stored"]
    count = len(snapctl.versions("chroma"))
    faults += [] if count == 1 else [f"{count} versions are listed"]
    yield verdict("touch everything, create again", "unchanged", faults, f"version {again['version']}")


@figure("jobs")
def jobs(context):
    folder = context.folder("jobs")
    hashes = {jobs: content_hashes(context, folder, jobs) for jobs in (1, 2)}
    faults = [
        f"v{number}: {one} with one worker, {two} with two"
        for number, (one, two) in enumerate(zip(hashes[1], hashes[2], strict=True), 1) if one != two]
    yield verdict("contentHash at --jobs 1 and 2", "equal", faults, f"{len(hashes[1])} versions")


def content_hashes(context, folder, jobs):
    snapctl = context.new_store(folder / f"store{jobs}")
    live = folder / f"live{jobs}"
    hashes = []
    for number, source in enumerate(context.versions[:3]):
        fresh_copy(source, live)
        run = snapctl.ok("create", "chroma", live, "--jobs", jobs, "--expect", number)
        hashes.append(run.one("created")["contentHash"])
    return hashes
