"""What a disk may hold after a power cut, told from the calls that were made and the fsyncs among them.

The rules are weaker than those of any one file system:

- What was written to a file, and its mode, is kept once the file was synced; before that each call, and each sector of
  512 bytes of a write, may be kept or not, whatever came before or after it. The size may be kept without the bytes.
- A name is kept, or gone, once its directory was synced after it came or went; before that each of them may be, in
  any order. A sync of the file does not keep its name.
- A rename, and an exchange, is kept whole or not at all; the sync of either of its directories keeps it.

The states are laid out in new files, so what a copy remembers of inodes never agrees: all files are hashed again.
"""

import dataclasses
import hashlib
import os
import struct

SECTOR = 512
HEADER = struct.Struct("<IIIIQQQ")
(OPENED, WROTE, TRUNCATED, ALLOCATED, SYNCED, LINKED, UNLINKED, RENAMED, MADE, POINTED, CHANGED_MODE,
 UNKNOWN) = range(1, 13)
EXCHANGE, KEEP_SIZE, PUNCH = 2, 1, 2


class Incomplete(ValueError):
    """The log does not tell all that happened."""


@dataclasses.dataclass
class Node:
    """What an inode is in the beginning."""

    kind: str  # file, directory, link
    mode: int = 0o644
    data: bytes = b""
    target: str = ""
    entries: dict = dataclasses.field(default_factory=dict)  # name -> inode


@dataclasses.dataclass
class Change:
    """One call's effect: on the bytes of an inode, or on the names of directories."""

    inode: int = 0
    what: int = 0
    at: int = 0
    count: int = 0
    data: bytes = b""
    names: tuple = ()  # (directory, name, inode or None) that come and go together
    kept: bool = False

    @property
    def subjects(self):
        """The inodes of which each sync keeps the change."""
        return {folder for folder, _, _ in self.names} if self.names else {self.inode}


def events(log):
    at = 0
    while at < len(log):
        kind, paths, tos, datas, inode, place, count = HEADER.unpack_from(log, at)
        at += HEADER.size
        path, to = log[at:at + paths].decode(), log[at + paths:at + paths + tos].decode()
        at += paths + tos + datas
        yield kind, path, to, log[at - datas:at], inode, place, count


class Disk:
    """The tree under `root` before, and what a program did to it since."""

    def __init__(self, root):
        self.root, self.nodes, self.changes, self.points = str(root), {}, [], []
        self.top = self.read(self.root)

    def read(self, path):
        status = os.lstat(path)
        if os.path.islink(path):
            node = Node("link", target=os.readlink(path))
        elif os.path.isdir(path):
            node = Node("directory", status.st_mode & 0o7777)
            node.entries = {entry.name: self.read(entry.path) for entry in os.scandir(path)}
        else:
            with open(path, "rb") as file:
                node = Node("file", status.st_mode & 0o7777, file.read())
        self.nodes[status.st_ino] = node
        return status.st_ino

    def replay(self, log):
        """Turns the log into changes. Between two of its calls the power may fail: those are the points."""
        self.live = {inode: dict(node.entries) for inode, node in self.nodes.items() if node.kind == "directory"}
        for event in events(log):
            self.step(*event)
            self.points.append(len(self.changes))

    def step(self, kind, path, to, data, inode, at, count):
        if kind == SYNCED:
            self.changes.append(Change(inode, SYNCED))
        elif kind in (WROTE, TRUNCATED, ALLOCATED, CHANGED_MODE):
            self.alter(Change(inode, kind, at, count, data))
        elif self.is_inside(path) or self.is_inside(to):
            if kind == UNKNOWN:
                raise Incomplete(f"a call on {path} is not recorded")
            self.rename(kind, path, to, inode, at, count & 0o7777)

    def is_inside(self, path):
        return path.startswith(self.root + "/")

    def alter(self, change):
        if change.inode in self.nodes:
            self.changes.append(change)

    def rename(self, kind, path, to, inode, at, mode):
        """All calls that change names."""
        folder, name = self.place(path)
        if kind == OPENED:
            if self.live[folder].get(name) != inode:
                self.born(folder, name, inode, Node("file", mode))
            elif at:
                self.alter(Change(inode, TRUNCATED))
        elif kind == MADE:
            self.live[inode] = {}
            self.born(folder, name, inode, Node("directory", mode))
        elif kind == POINTED:
            self.born(folder, name, inode, Node("link", target=to))
        elif kind == LINKED:
            self.named((folder, name, inode))
        elif kind == UNLINKED:
            self.named((folder, name, None))
        else:
            other, other_name = self.place(to)
            moved = self.live[folder][name]
            left = self.live[other].get(other_name) if at & EXCHANGE else None
            self.named((folder, name, left), (other, other_name, moved))

    def born(self, folder, name, inode, node):
        self.nodes[inode] = node
        self.named((folder, name, inode))

    def named(self, *names):
        for folder, name, inode in names:
            if inode is None:
                self.live[folder].pop(name, None)
            else:
                self.live[folder][name] = inode
        self.changes.append(Change(names=names))

    def place(self, path):
        """The directory's inode and the name."""
        parts = os.path.normpath(path)[len(self.root) + 1:].split("/")
        folder = self.top
        for part in parts[:-1]:
            folder = self.live[folder][part]
        return folder, parts[-1]

    def before(self, point):
        """The changes up to a point, each with whether it is kept for sure."""
        synced, changes = set(), []
        for change in reversed(self.changes[:point]):
            if change.what == SYNCED:
                synced.add(change.inode)
            else:
                changes.append(dataclasses.replace(change, kept=not synced.isdisjoint(change.subjects)))
        return changes[::-1]

    def state(self, point, damage):
        """A State: what `damage` leaves of what was not synced."""
        state = State(self)
        changes = self.before(point)
        damage.look([change for change in changes if not change.kept])
        for change in changes:
            if change.names:
                if change.kept or damage.keeps_names(change):
                    state.rename(change)
            elif change.kept:
                state.alter(change)
            else:
                damage.alter(state, change)
        return state


class State:
    """Bytes and names on the disk."""

    def __init__(self, disk):
        self.disk, self.data, self.modes = disk, {}, {}
        self.names = {inode: dict(node.entries) for inode, node in disk.nodes.items() if node.kind == "directory"}

    def rename(self, change):
        for folder, name, inode in change.names:
            if inode is None:
                self.names[folder].pop(name, None)
            else:
                self.names[folder][name] = inode

    def bytes_of(self, inode):
        if inode not in self.data:
            self.data[inode] = bytearray(self.disk.nodes[inode].data)
        return self.data[inode]

    def alter(self, change):
        if change.what == CHANGED_MODE:
            self.modes[change.inode] = change.at & 0o7777
        elif change.what == TRUNCATED:
            self.resize(change.inode, change.at)
        elif change.what == ALLOCATED:
            self.allocate(change, struct.unpack("<I", change.data)[0])
        else:
            self.write(change.inode, change.at, change.data)

    def resize(self, inode, size):
        data = self.bytes_of(inode)
        del data[size:]
        data.extend(bytes(size - len(data)))

    def grow(self, inode, size):
        data = self.bytes_of(inode)
        data.extend(bytes(max(0, size - len(data))))

    def allocate(self, change, mode):
        if not mode & KEEP_SIZE:
            self.grow(change.inode, change.at + change.count)
        if mode & PUNCH:
            data = self.bytes_of(change.inode)
            end = min(len(data), change.at + change.count)
            data[change.at:end] = bytes(max(0, end - change.at))

    def write(self, inode, at, data):
        self.grow(inode, at + len(data))
        self.bytes_of(inode)[at:at + len(data)] = data

    def lay_out(self, path, inode=None):
        """Makes it at `path`."""
        inode = inode or self.disk.top
        node = self.disk.nodes[inode]
        if node.kind == "link":
            os.symlink(node.target, path)
            return
        if node.kind == "directory":
            os.mkdir(path)
            for name, entry in self.names[inode].items():
                self.lay_out(f"{path}/{name}", entry)
        else:
            with open(path, "xb", buffering=0) as file:
                file.write(self.data.get(inode, node.data))
        os.chmod(path, self.modes.get(inode, node.mode))

    def fingerprint(self, inode=None, path=""):
        inode = inode or self.disk.top
        node = self.disk.nodes[inode]
        if node.kind == "link":
            return {path: node.target}
        found = {path: (self.modes.get(inode, node.mode),
                        hashlib.sha1(self.data.get(inode, node.data)).digest() if node.kind == "file" else b"")}
        for name, entry in self.names[inode].items() if node.kind == "directory" else ():
            found |= self.fingerprint(entry, f"{path}/{name}")
        return found


class Damage:
    """What becomes of what was not synced: `kind` is one of KINDS."""

    KINDS = ("lost", "names only", "zeros", "bytes only", "some", "torn", "newest", "zero tails", "sizes", "one lost")

    def __init__(self, kind, chance):
        self.kind, self.chance = kind, chance
        self.share = chance.random()

    def look(self, open_changes):
        """Chooses among all that is not kept for sure."""
        keeps = {
            "lost": lambda index: False, "bytes only": lambda index: not open_changes[index].names,
            "names only": lambda index: bool(open_changes[index].names),
            "zeros": lambda index: bool(open_changes[index].names),
            "newest": lambda index: index >= len(open_changes) * self.share,
            "one lost": lambda index, lost=self.chance.randrange(len(open_changes) or 1): index != lost,
        }.get(self.kind, lambda index: self.chance.random() < self.share)
        self.chosen = {id(change) for index, change in enumerate(open_changes) if keeps(index)}

    def keeps_names(self, change):
        return id(change) in self.chosen

    def alter(self, state, change):
        if self.kind == "torn" and change.what == WROTE:
            self.tear(state, change)
        elif id(change) in self.chosen:
            state.alter(change)
        elif self.kind in ("zeros", "zero tails", "sizes") and change.what == WROTE:
            whole = change.at + len(change.data)
            if self.kind == "sizes":  # on any sector's end
                whole -= min(len(change.data), SECTOR * self.chance.randrange(4))
            state.grow(change.inode, whole)

    def tear(self, state, change):
        at, data = change.at, change.data
        first = SECTOR - at % SECTOR
        for begin in (0, *range(first, len(data), SECTOR)):
            end = first if begin == 0 else begin + SECTOR
            if self.chance.random() < self.share:
                state.write(change.inode, at + begin, data[begin:end])
