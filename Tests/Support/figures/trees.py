"""Directories: compared, made, counted. Never loads a whole file."""

import hashlib
import os
import pathlib
import random
import shutil
import stat

STATE = ".snapctl"


def listing(root):
    """path -> (type and mode, bytes or link target's digest), `.snapctl` at the root left out."""
    root = pathlib.Path(root)
    entries = {}
    for folder, folders, files in os.walk(root):
        if pathlib.Path(folder) == root and STATE in folders:
            folders.remove(STATE)
        for name in folders + files:
            path = pathlib.Path(folder, name)
            entries[str(path.relative_to(root))] = described(path)
    return entries


def described(path):
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return "link", os.readlink(path)
    if stat.S_ISDIR(mode):
        return "directory", stat.S_IMODE(mode)
    with open(path, "rb") as file:
        return "file", stat.S_IMODE(mode), hashlib.file_digest(file, "sha256").hexdigest()


def differences(one, other):
    """What differs between two directories, in words; empty when nothing does."""
    left, right = listing(one), listing(other)
    for path in sorted(left.keys() | right.keys()):
        if path not in left or path not in right:
            yield f"{path} is only in {other if path not in left else one}"
        elif left[path] != right[path]:
            yield f"{path} differs"


def same(one, other):
    return next(differences(one, other), None) is None


def files(root):
    return [path for path in sorted(pathlib.Path(root).rglob("*")) if path.is_file() and not path.is_symlink()]


def byte_count(root):
    return sum(path.stat().st_size for path in files(root))


def touch_all(root, time=1_700_000_000):
    """Sets other times on everything, and leaves the rest."""
    for path in pathlib.Path(root).rglob("*"):
        if not path.is_symlink() and STATE not in path.parts:
            os.utime(path, (time, time))


def fresh_copy(source, target):
    """A copy with nothing of `.snapctl`, in place of whatever was there."""
    remove(target)
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns(STATE))
    return target


def remove(path):
    """Whatever it is, and whether it is there or not."""
    path = pathlib.Path(path)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def small_tree(root, seed, changed=0):
    """Every kind of entry in a few kilobytes. `changed` bytes and one file more than with 0."""
    chance = random.Random(seed)
    root = pathlib.Path(root)
    (root / "nested" / "empty").mkdir(parents=True)
    (root / "nothing").touch()
    (root / "link").symlink_to("nested/words.bin")
    write(root / "nested" / "words.bin", bytearray(chance.randbytes(150_000)), changed)
    write(root / "text", bytearray(b"a line of text\n" * 400), changed)
    (root / "tool").write_bytes(chance.randbytes(300))
    (root / "tool").chmod(0o755)
    if changed:
        (root / "more").write_bytes(chance.randbytes(5_000))
    return root


def write(path, content, changed):
    for index in range(changed):
        content[(index * 9973) % len(content)] ^= 0xFF
    path.write_bytes(content)
