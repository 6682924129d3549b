"""A directory over sshfs, how it can go wrong, and how a program must end that meets it."""

import contextlib
import os
import pathlib
import signal
import subprocess
import time

from .context import GRACE_SECONDS
from .servers import Server

STALL, GRACE, HANG = 2.0, GRACE_SECONDS, 8.0  # seconds
TIMEOUT = 60  # what is not over then is killed, and counts as hung
OUT_OF_REACH = 9


class Mount:
    """Over sshfs, and how it can go wrong. It is set free in the end, whatever was done to it."""

    def __init__(self):
        self.server = Server("sshfs.sh")
        self.path = pathlib.Path(self.server.url)
        self.sshfs, self.ssh = int(self.server.line()), int(self.server.line())
        self.export = pathlib.Path(self.server.line())

    def hang(self):
        os.kill(self.sshfs, signal.SIGSTOP)

    def go_on(self):
        for process in (self.sshfs, self.ssh):
            os.kill(process, signal.SIGCONT)

    def swallow(self):
        """The server takes every request, and nothing comes back: such calls cannot be killed."""
        os.kill(self.ssh, signal.SIGSTOP)

    def die(self):
        os.kill(self.sshfs, signal.SIGKILL)

    def vanish(self):
        subprocess.run(["fusermount3", "-uz", self.path], check=True)

    def forbid(self):
        subprocess.run(["mount", "-o", "remount,ro", self.export / "disk"], check=True)

    def fill(self):
        with contextlib.suppress(OSError), open(self.export / "disk" / "filler", "wb") as file:
            while True:
                file.write(bytes(1 << 20))
                file.flush()

    def helpers(self):
        """The processes that touch it for others and are still there."""
        pattern = f"(serve-mount|supervised) .*{self.path}"
        return subprocess.run(["pgrep", "-f", pattern], capture_output=True, text=True).stdout.split()


@contextlib.contextmanager
def mounted():
    mount = Mount()
    try:
        yield mount
    finally:
        mount.server.end()


def told(run, wanted, bound):
    if run.timed_out:
        return [f"it did not end: {run.told()}"]
    late = [f"{run.seconds:.2f} s: {run.told()}"] if run.seconds > bound else []
    return late if run.exit == wanted else [*late, run.told()]


def unclear(run):
    words = ("nothing moved", "gone", "not connected", "does not answer", "ended", "abort", "deadline")
    return [] if any(word in run.stderr for word in words) else [f"it does not say why: {run.told()}"]


def left_behind(mount):
    """A helper ends once its mount is set free, whoever started it."""
    limit = time.monotonic() + 10
    while mount.helpers():
        if time.monotonic() > limit:
            return [f"helper processes stay behind: {' '.join(mount.helpers())}"]
        time.sleep(0.05)
    return []
