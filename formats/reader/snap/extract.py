"""Writes the tree of a version to a directory, and never anything outside it."""

import os
import stat

from .errors import require
from .files import DIRECTORY, FILE


def extract(snapshot, target):
    """Creates `target`, which must be absent or empty, with every entry of the version; returns their number."""
    os.makedirs(target, exist_ok=True)
    require(not os.listdir(target), str(target), "is not empty")
    entries = list(snapshot.entries())  # all are checked before the first is written
    root = os.open(target, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        for entry in entries:
            _write(snapshot, entry, root)
        for entry in reversed(entries):
            if entry.type == DIRECTORY:
                _set_mode(root, entry)
    finally:
        os.close(root)
    return len(entries)


def _parent(root, path):
    """The directory that an entry goes into, opened without following a link."""
    folder = os.dup(root)
    for part in path.split(b"/")[:-1]:
        below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
        os.close(folder)
        folder = below
    return folder


def _write(snapshot, entry, root):
    name, folder = entry.path.split(b"/")[-1], _parent(root, entry.path)
    try:
        if entry.type == DIRECTORY:
            os.mkdir(name, 0o700, dir_fd=folder)
        elif entry.type == FILE:
            _write_file(snapshot, entry, name, folder)
        else:
            os.symlink(entry.target, name, dir_fd=folder)
    finally:
        os.close(folder)


def _write_file(snapshot, entry, name, folder):
    file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=folder)
    with os.fdopen(file, "wb") as out:
        for chunk in snapshot.file_bytes(entry):
            out.write(chunk)
        os.fchmod(out.fileno(), stat.S_IMODE(entry.mode))


def _set_mode(root, entry):
    folder = _parent(root, entry.path)
    try:
        os.chmod(entry.path.split(b"/")[-1], entry.mode, dir_fd=folder)
    finally:
        os.close(folder)
