"""100,000 records appended in process, in durable batches of 100, beside LMDB and RocksDB driven from C and C++.

And beside floors in C that do nothing but digest and sync: whoever reads the line sees what anybody could reach here.
"""

import pathlib
import shutil
import subprocess

from .chain import objects_size
from .context import helper
from .filled import measure
from .registry import Result, Unavailable, figure, megabytes
from .sha import PROMISED, sha_rate
from .trees import byte_count

HERE = pathlib.Path(__file__).resolve().parent
COUNT, DIMENSION, BATCH = 100_000, 384, 100
BOUND = 2.0  # µs of CPU for each record, where SHA-256 runs as fast as is promised
SHARE = 1.05
LENGTHS = 8  # bytes before each record of the file: of no one's payload
NAME = "words"
C, CRYPTO = ("cc", "clang", "gcc"), ("libssl-dev", "openssl/sha.h")
# name -> source, compilers, what it is compiled with, and where it needs one: the package, its header
PEERS = {
    "LMDB": ("append_lmdb.c", C, ["-llmdb"], "liblmdb-dev", "lmdb.h"),
    "RocksDB": (
        "append_rocksdb.cc", ("c++", "clang++", "g++"), ["-lrocksdb"], "librocksdb-dev", "rocksdb/db.h"),
}
FLOORS = {
    "a bare file for each batch": ("append_file.c", C, [], None, None),
    "with one SHA-256": ("append_file.c", C, ["-DDIGESTED", "-lcrypto"], *CRYPTO),
    "one preallocated log, one SHA-256 and fdatasync each": ("append_log.c", C, ["-lcrypto"], *CRYPTO),
}


@figure("appends")
def appends(context):
    folder = context.folder("appends")
    file = folder / "words"
    measure(context, "words", file, COUNT, DIMENSION, context.seed)
    payload = file.stat().st_size - LENGTHS * COUNT
    beside = [told(name, folder, file, payload) for name in PEERS]
    floors = [told(name, folder, file, payload) for name in FLOORS]
    snapctl = context.new_store(folder / "store", catalog="directory")
    rate = sha_rate()
    command = measure(context, "appends", snapctl.store, NAME, COUNT, DIMENSION, context.seed)
    costs = {name: float(value) for name, value in map(str.split, command.splitlines())}
    bound = BOUND * PROMISED / rate
    yield Result(
        f"CPU of each record of {COUNT:,} appended, {DIMENSION} f32 and {payload / COUNT - 4 * DIMENSION:.0f} B, "
        f"{BATCH} in a durable batch",
        f"{costs['cpu']:.2f} µs ({costs['wall']:.1f} µs on the wall); {'; '.join(beside)}; floors in C: "
        f"{'; '.join(floors)}",
        f"<= {bound:.2f} µs ({BOUND:g} µs where SHA-256 runs at {PROMISED / 1e9:g} GB/s, here {rate / 1e9:.2f})",
        costs["cpu"] <= bound)
    stored = objects_size(snapctl.store)
    yield Result(
        f"bytes stored of them, heads included, payload {megabytes(payload)}",
        f"{megabytes(stored)}: {stored / payload:.3f} x", f"<= {SHARE:g} x", stored <= SHARE * payload)
    context.folder("appends")  # gives the room back


def told(name, folder, file, payload):
    """What a peer takes for the same records, or why that is not known."""
    try:
        program = build(name, folder)
    except Unavailable as reason:
        return f"{name} - ({reason})"
    target = folder / name.replace(" ", "-")
    target.mkdir()
    run = subprocess.run(
        [program, target, file], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
    if run.returncode != 0:
        raise RuntimeError(f"{name}: {run.stderr[-300:]}")
    return f"{name} {float(run.stdout):.2f} µs, {byte_count(target) / payload:.2f} x the payload"


def build(name, folder):
    source, compilers, flags, package, header = (PEERS | FLOORS)[name]
    if package:
        helper("peers/library.sh", package, header)
    compiler = next(filter(shutil.which, compilers), None)
    if compiler is None:
        raise Unavailable(f"there is no compiler to drive {name} with")
    program = folder / f"program-{name.replace(' ', '-')}"
    command = [compiler, "-O2", "-o", program, HERE / source, *flags]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if run.returncode != 0:
        raise Unavailable(f"{name} cannot be driven: {run.stderr.strip()[:200]}")
    return program
