"""shim.c, built, and programs that it kills at their n-th call that changes a file system."""

import os
import pathlib
import shutil
import signal
import struct
import subprocess

from .registry import Unavailable


class Shim:
    def __init__(self, context):
        self.library = context.once("shim", lambda: build(context.folder("shim")))
        self.count_file = self.library.parent / f"count-{os.getpid()}"

    def run(self, snapctl, at, *arguments, torn=0):
        """Runs snapctl, killed at its call number `at`; 0: never. Gives the Run and the call that was hit."""
        self.count_file.write_bytes(bytes(4096))
        watched = snapctl.with_environment(
            LD_PRELOAD=str(self.library), SHIM_KILL_AT=str(at), SHIM_TORN=str(torn),
            SHIM_COUNT_FILE=str(self.count_file))
        run = watched.run(*arguments)
        return run, self.hit()

    def hit(self):
        return self.count_file.read_bytes()[8:40].rstrip(b"\0").decode()

    def count(self):
        """How many calls the last program made, up to its end."""
        return struct.unpack_from("<Q", self.count_file.read_bytes())[0]


def was_killed(run):
    return run.exit == -signal.SIGKILL and not run.timed_out


def build(folder):
    compiler = next(filter(shutil.which, ("cc", "clang", "gcc")), None)
    if compiler is None:
        raise Unavailable("there is no C compiler to build the crash shim with")
    library = folder / "shim.so"
    source = pathlib.Path(__file__).with_name("shim.c")
    run = subprocess.run(
        [compiler, "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], capture_output=True, text=True)
    if run.returncode != 0:
        raise Unavailable(f"{compiler} cannot build the crash shim: {run.stderr.strip()[:200]}")
    return library
