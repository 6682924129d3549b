"""A file system that is really full: exit 8 and a word about it, nothing half-done, and all well when there is room."""

import contextlib
import os
import re
import shutil
import subprocess

from .faults import NO_SPACE
from .kills import Sweep
from .registry import Unavailable, figure, verdict
from .trees import remove
from .workloads import OPERATIONS

IMAGE_BYTES = 32 << 20
ROOM = (0, 12 << 10, 128 << 10, 4 << 20)  # that is left
MORE_ROOM = (*range(0, 64 << 10, 8 << 10), 128 << 10, 256 << 10, 512 << 10, 1 << 20, 4 << 20)  # for nightly.sh


@figure("disk")
def disk(context, rooms=ROOM):
    with mounted(context) as mount:
        for name, operation in OPERATIONS.items():
            for catalog in operation.catalogs:
                found, full = full_disk(context, mount, operation(context, context.seed), catalog, rooms)
                yield verdict(
                    f"{name} into a full ext4, {catalog} catalog",
                    "exit 8, nothing half-done, works when there is room", found.faults, f"{full} of {found.trials} runs met the end, seed {context.seed}")


@contextlib.contextmanager
def mounted(context):
    """A small ext4 on a loop device."""
    if os.geteuid() != 0:
        raise Unavailable("only root can mount a disk")
    image, mount = context.folder("disk") / "image", context.folder("mount")
    image.touch()
    os.truncate(image, IMAGE_BYTES)
    for command in (["mkfs.ext4", "-q", "-m", "0", "-b", "4096", image], ["mount", "-o", "loop", image, mount]):
        if shutil.which(command[0]) is None:
            raise Unavailable(f"there is no {command[0]}")
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode != 0:
            raise Unavailable(f"{command[0]}: {run.stderr.strip()[:200]}")
    try:
        yield mount
    finally:
        subprocess.run(["umount", "-l", mount], check=True)


def full_disk(context, mount, operation, catalog, rooms):
    """Runs the operation with more and more room, and gives what was found and how often there was too little."""
    base, found, full = context.folder("disk-base"), Sweep(), 0
    operation.prepare(base, catalog)
    for room in rooms:
        folder = mount / "trial"
        remove(folder)
        shutil.copytree(base, folder, symlinks=True)
        os.sync()  # what was removed is free only then
        filler = fill(mount / "filler", room)
        ended = operation.snapctl(folder).run(*operation.command(folder))
        full += ended.exit == NO_SPACE
        faults = list(wrong(operation, folder, ended))
        remove(filler)
        faults += recovered(operation, folder)
        found.add(room, "", [f"{room} bytes of room: {text}" for text in faults])
    if full in (0, found.trials):
        found.faults.append(f"{full} of {found.trials} runs met the end")
    return found, full


def wrong(operation, folder, ended):
    if ended.exit not in (0, NO_SPACE) or ended.timed_out:
        yield ended.told()
    if ended.exit == NO_SPACE and not re.search(r"bytes|missing|space", ended.stderr):
        yield f"no word about the room that is missing: {ended.told()}"
    if ended.exit != 0 and operation.is_published(folder):
        yield f"published all the same: {ended.told()}"
    yield from operation.verified(folder)
    yield from operation.between(folder)


def recovered(operation, folder):
    """What is wrong when there is room again."""
    again = operation.snapctl(folder).run(*operation.command(folder))
    wrong_again = list(operation.repeated(folder, again))
    yield from (f"when there is room again: {text}" for text in wrong_again)
    if not wrong_again:
        yield from operation.after(folder)
        yield from operation.left_behind(folder)


def fill(folder, room):
    """Writes files until nothing more goes in, then gives `room` bytes back."""
    remove(folder)
    folder.mkdir()
    # What the file system had put aside comes back when a file is closed, so one is not enough.
    for number in range(30):
        with open(folder / str(number), "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(1 << 20 if number == 0 else 4096))
        os.sync()
    largest = folder / "0"
    os.truncate(largest, max(0, largest.stat().st_size - room))
    os.sync()
    return folder
