"""A cache tier that is missing, torn or wrong never makes a copy wrong and never makes a sync fail."""

import shutil

from .registry import figure, verdict
from .trees import differences, files, fresh_copy

COLLECTION = "chroma"


@figure("cache")
def cache(context):
    folder = context.folder("cache")
    store, tier = folder / "store", folder / "cache"
    snapctl = context.new_store(store, cache=tier)
    for number, source in enumerate(context.versions[:3]):
        snapctl.ok("create", COLLECTION, fresh_copy(source, folder / "live"), "--expect", number)
    for name, harm in HARMS.items():
        found = list(faults(context, snapctl, harm))
        yield verdict(f"cache tier {name}", "sync succeeds, byte-identical", found, measured(tier))


def faults(context, snapctl, harm):
    """Fills the cache, harms it, then syncs afresh and step by step."""
    folder = context.folder("cache-copies")
    restore(snapctl.cache)
    snapctl.ok("sync", f"{COLLECTION}@3", folder / "filling")
    harm(snapctl.cache, context.random(harm.__name__))
    for version, target in ((1, "steps"), (2, "steps"), (3, "steps"), (3, "fresh")):
        run = snapctl.run("sync", f"{COLLECTION}@{version}", folder / target)
        if run.exit != 0:
            yield run.told()
            return
        for text in differences(context.versions[version - 1], folder / target):
            yield f"v{version}: {text}"


def restore(tier):
    if tier.is_dir():
        shutil.rmtree(tier)
    elif tier.exists():
        tier.unlink()


def measured(tier):
    return f"{len(files(tier))} cached files after it" if tier.is_dir() else "no cache after it"


def rewrite(path, content):
    """As a failing disk would: the same name, other bytes, whatever the mode."""
    mode = path.stat().st_mode
    path.chmod(mode | 0o200)
    path.write_bytes(content)
    path.chmod(mode)


def missing(tier, _):
    restore(tier)


def a_file(tier, _):
    restore(tier)
    tier.write_text("no folder")


def claimed(tier, _):
    """Nothing is there, and whoever wanted to bring it is gone."""
    names = [str(path.relative_to(tier)) for path in files(tier)]
    restore(tier)
    (tier / "claims").mkdir(parents=True)
    for name in names:
        (tier / "claims" / name.replace("/", ",")).write_text("somebody\n")


def half_missing(tier, _):
    for path in files(tier)[::2]:
        path.unlink()


def torn(tier, chance):
    for path in files(tier):
        rewrite(path, path.read_bytes()[:chance.randrange(max(1, path.stat().st_size))])


def wrong(tier, chance):
    for path in files(tier):
        content = bytearray(path.read_bytes() or b"x")
        for _ in range(1 + len(content) // 4096):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        rewrite(path, content)


def swapped(tier, _):
    """Each object holds what another one should: whole and sound, but the wrong one."""
    paths = files(tier)
    contents = [path.read_bytes() for path in paths]
    for path, content in zip(paths, contents[1:] + contents[:1], strict=True):
        rewrite(path, content)


HARMS = {
    "missing": missing, "is a file": a_file, "half missing": half_missing, "torn": torn, "wrong bits": wrong,
    "objects swapped": swapped, "claimed by the dead": claimed,
}
