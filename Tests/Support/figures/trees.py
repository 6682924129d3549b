"""Directories: compared, made, counted. Never loads a whole file."""

import hashlib
import os
import pathlib
import random
import shutil
import stat
import struct

STATE = ".snapctl"


def listing(root):
    """path -> (type and mode, bytes or link target's digest), `.snapctl` at the root left out."""
    root = pathlib.Path(root)
    entries, folders = {}, [""]
    while folders:
        above = folders.pop()
        for entry in os.scandir(root / above):
            if above or entry.name != STATE:
                path = f"{above}{entry.name}"
                entries[path] = described(entry)
                if entries[path][0] == "directory":
                    folders.append(f"{path}/")
    return entries


def described(entry):
    mode = entry.stat(follow_symlinks=False).st_mode
    if stat.S_ISLNK(mode):
        return "link", os.readlink(entry.path)
    if stat.S_ISDIR(mode):
        return "directory", stat.S_IMODE(mode)
    with open(entry.path, "rb", buffering=0) as file:
        return "file", stat.S_IMODE(mode), hashlib.file_digest(file, "sha256").hexdigest()


def differences(one, other):
    """What differs between two directories, in words; empty when nothing does."""
    yield from unlike(listing(one), listing(other), one, other)


def unlike(left, right, one="the first", other="the second"):
    """What differs between two listings, in words."""
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


def copy_tree(source, target):
    """Copies what small trees are made of, with modes and times of files: a thousandth of a second for forty files."""
    os.mkdir(target)
    for entry in os.scandir(source):
        to = f"{target}/{entry.name}"
        if entry.is_symlink():
            os.symlink(os.readlink(entry.path), to)
        elif entry.is_dir():
            copy_tree(entry.path, to)
        else:
            copy_file(entry.path, to)
    os.chmod(target, stat.S_IMODE(os.stat(source).st_mode))
    return target


def copy_file(source, target):
    old = os.open(source, os.O_RDONLY)
    new = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        status, at = os.fstat(old), 0
        while at < status.st_size:
            at += os.sendfile(new, old, at, status.st_size - at)
        os.fchmod(new, stat.S_IMODE(status.st_mode))
        os.utime(new, ns=(status.st_atime_ns, status.st_mtime_ns))
    finally:
        os.close(old)
        os.close(new)


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


def wide_tree(root, seed, count=40, changed=False):
    """Many files of every kind. With `changed`: some altered, gone, new, of another mode or another type."""
    chance, later = random.Random(f"wide {seed}"), random.Random(f"wide, changed {seed}")
    root = pathlib.Path(root)
    for number in range(count):
        put(root / f"part{number % 5}" / f"file{number:02d}", number, chance)
    if changed:
        for number in range(count):
            alter(root / f"part{number % 5}" / f"file{number:02d}", number, later)
        for number in range(count, count + count // 5):
            put(root / "later" / f"file{number:02d}", number, later)
    return root


def put(path, number, chance):
    """One entry; its number says what it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kind, content = number % 8, chance.randbytes(300 + 300 * number)
    if kind == 0:
        path.symlink_to(f"file{number + 1:02d}")
    elif kind == 1:
        path.touch()
    elif kind == 2:
        path.mkdir()
        path.chmod(0o311 if number % 16 == 2 and os.geteuid() == 0 else 0o755)  # who is not root could not look into it
    elif kind == 3:
        path.write_text("".join(f"{number} {chance.random()}\n" for _ in range(20 + 10 * number)))
    elif kind == 4:
        path.write_bytes(struct.pack("<9000d", *(number + index / 8 for index in range(9000))))
    else:
        path.write_bytes(content)
    if kind in (5, 6):
        path.chmod(0o755 if kind == 5 else 0o444)


def alter(path, number, chance):
    """Two entries of three stay as they are."""
    what = chance.randrange(15)
    is_file = path.is_file() and not path.is_symlink()
    if what in (0, 1) and is_file and path.stat().st_size:
        content, mode = bytearray(path.read_bytes()), path.stat().st_mode
        content[chance.randrange(len(content))] ^= 0xFF
        path.chmod(0o600)
        path.write_bytes(content)
        path.chmod(stat.S_IMODE(mode))
    elif what == 2 and is_file:
        path.chmod(0o640)
    elif what in (2, 3, 4):
        remove(path)
        if what != 3:
            put(path, number + 1 + chance.randrange(7), chance)
