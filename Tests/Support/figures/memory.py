"""Peak memory and time of create, sync and verify for many small files and one large one."""

import os
import struct

from .context import disk_free
from .registry import Result, Unavailable, figure
from .trees import same

SMALL_FILES = 3000
LARGE_BYTES = int(os.environ.get("FIGURES_LARGE_BYTES", 2_000_000_000))
BOUND = 128 << 20
BLOCK = 1 << 16


@figure("memory")
def memory(context):
    wanted = 3 * LARGE_BYTES + (200 << 20)
    if disk_free(context.scratch) < wanted:
        raise Unavailable(f"{wanted >> 20} MiB of disk are wanted in {context.scratch}; set TMPDIR")
    folder = context.folder("memory")
    source = large_tree(folder / "source", context.random("memory"))
    snapctl = context.new_store(folder / "store", timeout=1200)
    yield peak("create", snapctl.ok("create", "large", source))
    yield peak("verify", snapctl.ok("verify"))
    yield peak("sync", snapctl.ok("sync", "large", folder / "copy"))
    yield Result(
        "the copy of the large tree", f"{SMALL_FILES} files and one of {LARGE_BYTES} bytes", "byte-identical",
        same(source, folder / "copy"))
    yield from second(snapctl, folder)
    context.folder("memory")  # gives the room back


def second(snapctl, folder):
    """A change of a few bytes: the work follows the change."""
    with open(folder / "source" / "large", "r+b") as file:
        file.seek(LARGE_BYTES // 2)
        file.write(b"changed")
    yield peak("create of a small change", snapctl.ok("create", "large", folder / "source"))
    yield peak("sync of a small change", snapctl.ok("sync", "large", folder / "copy"))


def peak(what, run):
    return Result(
        f"peak memory of {what}, 3,000 files and one of {LARGE_BYTES / 1e9:g} GB",
        f"{run.rss_bytes / (1 << 20):.0f} MiB in {run.seconds:.1f} s", "<= 128 MiB", run.rss_bytes <= BOUND)


def large_tree(root, chance):
    for number in range(SMALL_FILES):
        path = root / f"{number % 30:02d}" / f"{number:04d}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(chance.randbytes(chance.randrange(200, 4000)))
    with open(root / "large", "wb") as file:
        large_content(file, chance)
    return root


def large_content(file, chance):
    """Random blocks over and over, each made another by its number: no two are the same, none compresses."""
    blocks = [chance.randbytes(BLOCK) for _ in range(64)]
    for number in range(LARGE_BYTES // BLOCK + 1):
        block = struct.pack("<Q", number) + blocks[number % 64][8:]
        file.write(block[:LARGE_BYTES - number * BLOCK])
