"""shim.c, built, and programs whose n-th call on a file it kills, fails or falsifies."""

import dataclasses
import itertools
import pathlib
import shutil
import signal
import struct
import subprocess

from .registry import Unavailable

TALLY_BYTES = 4096
NUMBERS = itertools.count()


@dataclasses.dataclass(frozen=True)
class Fault:
    """What happens, and to which calls; shim.c says what the words mean."""

    do: str = "kill"
    errno: int = 0
    ever: bool = False
    watch: str = "c"
    only: str = ""
    under: str = ""
    plant: str = ""

    def environment(self, at):
        return {
            "SHIM_AT": str(at), "SHIM_DO": self.do, "SHIM_ERRNO": str(self.errno), "SHIM_EVER": "1" * self.ever,
            "SHIM_WATCH": self.watch, "SHIM_ONLY": self.only, "SHIM_UNDER": self.under, "SHIM_PLANT": self.plant}


KILL = Fault()


@dataclasses.dataclass(frozen=True)
class Tally:
    """What the calls were, up to the program's end."""

    count: int
    hits: int
    resynced: int  # fsync of a file whose fsync had failed
    call: str  # the first call that was hit
    path: str


class Shim:
    def __init__(self, context):
        self.library = context.once("shim", lambda: built(context.folder("shim"), "shim.c", "record.c"))
        self.tally_file = self.library.parent / f"tally-{next(NUMBERS)}"

    def watching(self, snapctl, at, fault=KILL, **variables):
        """The same snapctl, its call number `at` hit; 0: none."""
        self.tally_file.write_bytes(bytes(TALLY_BYTES))
        return snapctl.with_environment(
            LD_PRELOAD=str(self.library), SHIM_TALLY=str(self.tally_file), **fault.environment(at), **variables)

    def run(self, snapctl, at, *arguments, fault=KILL, **variables):
        """Gives the Run and the Tally."""
        run = self.watching(snapctl, at, fault, **variables).run(*arguments)
        return run, self.tally()

    def tally(self):
        content = self.tally_file.read_bytes()
        call, path = (part.split(b"\0")[0].decode(errors="replace") for part in (content[24:56], content[56:568]))
        return Tally(*struct.unpack_from("<QQQ", content), call, path)


def was_killed(run):
    return run.exit == -signal.SIGKILL and not run.timed_out


def built(folder, *names):
    """The C files of that name beside this one, as a library to preload."""
    compiler = next(filter(shutil.which, ("cc", "clang", "gcc")), None)
    if compiler is None:
        raise Unavailable(f"there is no C compiler to build {names[0]} with")
    library = folder / names[0].replace(".c", ".so")
    sources = [pathlib.Path(__file__).with_name(name) for name in names]
    run = subprocess.run(
        [compiler, "-O2", "-shared", "-fPIC", "-pthread", "-o", library, *sources, "-ldl"], capture_output=True,
        text=True)
    if run.returncode != 0:
        raise Unavailable(f"{compiler} cannot build {names[0]}: {run.stderr.strip()[:200]}")
    return library
