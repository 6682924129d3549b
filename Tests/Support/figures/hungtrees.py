"""Trees on a network mount that hangs: what is taken, what is made, what is checked. The store is on a local disk."""

import functools
import os
import subprocess
import threading
import time

from .registry import verdict
from .sshfs import GRACE, HANG, OUT_OF_REACH, STALL, TIMEOUT, Mount, left_behind, mounted, told, unclear
from .trees import differences, remove

HARMS = {"hangs": Mount.hang, "swallows requests": Mount.swallow}
DEADLINE = 1.5


def tree_cases():
    """Each with a name: takes the scene, gives the result."""
    for name, wrong in HARMS.items():
        for moment in ("before", "in the middle of"):
            yield f"source {name}, {moment} a create", functools.partial(
                create_case, name=name, wrong=wrong, moment=moment)
            yield f"target {name}, {moment} a sync", functools.partial(
                sync_case, name=name, wrong=wrong, moment=moment)
        yield f"tree {name}, other verbs", functools.partial(other_verbs, name=name, wrong=wrong)
    yield "tree with a deadline", deadline_case
    yield "tree, into a pipe", pipe_case
    yield "tree, into a pipe that nobody reads", unread_case
    yield "list into a file", redirected_case
    yield "tree that is gone", gone_case
    yield "state directory", state_case
    yield "temporary files", temporary_case
    yield "tree, control", control


def disturbed(scene, snapctl, mount, wrong, moment, usual, *arguments):
    """Runs a verb that meets the fault at the moment, and gives what is wrong with how it ends."""
    if moment == "before":
        wrong(mount)
        run, bound = snapctl.run(*arguments), STALL + GRACE
        return run, bound, told(run, OUT_OF_REACH, bound) + unclear(run)
    process, middle = snapctl.start(*arguments), scene.middle(usual)
    time.sleep(middle)
    faults = ["it was over before anything went wrong"] if process.has_ended else []
    wrong(mount)
    run, bound = process.wait(TIMEOUT), middle + STALL + GRACE
    return run, bound, faults + told(run, OUT_OF_REACH, bound) + unclear(run)


def with_source(scene, mount):
    source = mount.path / "source"
    subprocess.run(["cp", "-r", scene.source, source], check=True)
    return source


def fresh_store(scene, **variables):
    remove(scene.folder / "store of trees")
    snapctl = scene.at(scene.folder / "store of trees", **variables)
    snapctl.ok("init")
    return snapctl


def create_case(scene, name, wrong, moment):
    """Nothing is published, and once the mount goes on the next create succeeds."""
    with mounted() as mount:
        source = with_source(scene, mount)
        usual = fresh_store(scene).ok("create", "tree", source).seconds
        snapctl = fresh_store(scene)
        run, bound, faults = disturbed(
            scene, snapctl, mount, wrong, moment, usual, "create", "tree", source)
        if snapctl.run("list", "tree").of_type("snapshot"):
            faults.append("a version was made")
        mount.go_on()
        for arguments in (("create", "tree", source), ("verify",)):
            faults += told(snapctl.run(*arguments), 0, TIMEOUT)
    return said(f"create, its source {name} {moment} it", run, bound, usual, faults + left_behind(mount))


def sync_case(scene, name, wrong, moment):
    """Once the mount goes on the next sync makes the tree what it must be."""
    with mounted() as mount:
        snapctl = scene.at(scene.store)
        usual = snapctl.ok("sync", "tree", mount.path / "first").seconds
        copy = mount.path / "copy"
        run, bound, faults = disturbed(scene, snapctl, mount, wrong, moment, usual, "sync", "tree", copy)
        mount.go_on()
        faults += told(snapctl.run("sync", "tree", copy), 0, TIMEOUT)
        faults += [f"wrong: {text}" for text in differences(scene.source, copy)]
    return said(f"sync, its target {name} {moment} it", run, bound, usual, faults + left_behind(mount))


def other_verbs(scene, name, wrong):
    """Each verb that touches a tree, a file or a cache of its own."""
    with mounted() as mount:
        cache, copy = mount.path / "cache", mount.path / "copy"
        snapctl = scene.at(scene.store, cache)
        snapctl.ok("sync", "tree", copy)
        lines, fork = mount.path / "lines", scene.folder / "fork"
        lines.write_text('{"id": "a", "vector": [1, 2]}\n')
        wrong(mount)
        runs = [scene.at(scene.store).run(*arguments) for arguments in (
            ("verify", "--local", copy), ("status", "tree", copy), ("hash", copy), ("diff", "tree@1", copy),
            ("fork", copy, fork), ("evict", copy), ("sync", "tree", copy, "--in-place"),
            ("sync", "tree", copy, "--dry-run"), ("export", "tree", "-o", mount.path / "tree.tar"),
            ("append", "words", "--input", lines), ("search", "words", "--vector", lines), ("inspect", lines))]
        runs.append(snapctl.run("evict", "--max-bytes", "0"))
        faults = [fault for run in runs for fault in told(run, OUT_OF_REACH, STALL + GRACE) + unclear(run)]
    slowest = max(run.seconds for run in runs)
    return verdict(
        f"{len(runs)} verbs whose tree, file or cache {name}", f"exit 9 within {STALL + GRACE:.0f} s",
        faults + left_behind(mount), f"exit {runs[0].exit}, at most {slowest:.1f} s")


def deadline_case(scene):
    with mounted() as mount:
        source = with_source(scene, mount)
        mount.swallow()
        snapctl = scene.at(scene.store, SNAPCTL_STALL_TIMEOUT_SECONDS="30")
        run = snapctl.run("create", "late", source, "--deadline", str(DEADLINE))
        faults = told(run, OUT_OF_REACH, DEADLINE + GRACE) + unclear(run)
    return verdict(
        f"create with a deadline of {DEADLINE} s, its source swallows requests", f"exit 9 within {DEADLINE + GRACE} s",
        faults + left_behind(mount), f"exit {run.exit} in {run.seconds:.1f} s")


def pipe_case(scene):
    """A process that cannot even be killed keeps what it has open: whoever reads to the end must not wait for it."""
    with mounted() as mount:
        source = with_source(scene, mount)
        mount.swallow()
        snapctl, started = scene.at(scene.store), time.monotonic()
        reader = subprocess.Popen(
            snapctl.command("create", "piped", source), env=snapctl.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        timer = threading.Timer(TIMEOUT, mount.go_on)
        timer.start()
        text = reader.communicate()[0]
        timer.cancel()
        seconds = time.monotonic() - started
        faults = [] if seconds < STALL + GRACE else [f"{seconds:.2f} s"]
        faults += [] if "nothing moved" in text and reader.returncode == OUT_OF_REACH else [text]
    return verdict(
        "create into a pipe, its source swallows requests: the end of the pipe", f"within {STALL + GRACE:.0f} s",
        faults + left_behind(mount), f"{seconds:.1f} s")


def unread_case(scene):
    """Nobody reads what is said, and there is no room for it: neither keeps the program."""
    with mounted() as mount:
        source = with_source(scene, mount)
        snapctl = scene.at(scene.store)
        mount.swallow()
        reader, writer = full_pipe()
        started = time.monotonic()
        child = subprocess.Popen(
            snapctl.command("create", "unread", source, "--json"), env=snapctl.environment, stdin=subprocess.DEVNULL,
            stdout=writer, stderr=writer, start_new_session=True)
        timer = threading.Timer(TIMEOUT, child.kill)
        timer.start()
        status, seconds = child.wait(), time.monotonic() - started
        timer.cancel()
        for end in (reader, writer):
            os.close(end)
        mount.go_on()
    faults = [] if (status, seconds < STALL + GRACE) == (OUT_OF_REACH, True) else [f"exit {status} in {seconds:.2f} s"]
    return verdict(
        "create into a full pipe that nobody reads, its source swallows requests",
        f"exit 9 within {STALL + GRACE:.0f} s", faults + left_behind(mount), f"exit {status} in {seconds:.1f} s")


def full_pipe():
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, bytes(1 << 12))
    except BlockingIOError:
        os.set_blocking(writer, True)
    return reader, writer


def redirected_case(scene):
    """What a verb says goes into files of the mount: nothing can be said, but it ends."""
    with mounted() as mount, open(mount.path / "out", "w") as out, open(mount.path / "err", "w") as err:
        snapctl = scene.at(scene.store)
        mount.swallow()
        started = time.monotonic()
        child = subprocess.Popen(
            snapctl.command("list"), env=snapctl.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            start_new_session=True)
        timer = threading.Timer(TIMEOUT, mount.go_on)
        timer.start()
        status, seconds = child.wait(), time.monotonic() - started
        timer.cancel()
        mount.go_on()
    faults = [] if (status, seconds < STALL + GRACE) == (OUT_OF_REACH, True) else [f"exit {status} in {seconds:.2f} s"]
    return verdict(
        "list into a file on a mount that swallows requests", f"exit 9 within {STALL + GRACE:.0f} s",
        faults + left_behind(mount), f"exit {status} in {seconds:.1f} s")


def state_case(scene):
    """What orders the commits of a store on a mount lies on another one, which swallows requests."""
    with mounted() as mount, mounted() as other:
        snapctl = scene.at(mount.path / "store", SNAPCTL_STATE_DIR=str(other.path / "state"))
        snapctl.ok("init", "--catalog", "rocksdb")
        snapctl.ok("create", "tree", scene.source)
        other.swallow()
        return silent(snapctl, other, "state directory", "create", "again", scene.source)


def temporary_case(scene):
    """A compaction makes the files of a version where temporary files stand."""
    with mounted() as mount:
        snapctl, lines = fresh_store(scene, TMPDIR=str(mount.path)), scene.folder / "lines"
        lines.write_text('{"id": "a", "vector": [1, 2]}\n')
        snapctl.ok("append", "words", "--input", lines)
        snapctl.ok("compact", "words")
        snapctl.ok("append", "words", "--input", lines)
        mount.swallow()
        return silent(snapctl, mount, "directory of temporary files", "compact", "words")


def silent(snapctl, mount, name, *arguments):
    run = snapctl.run(*arguments)
    mount.go_on()
    faults = told(run, OUT_OF_REACH, STALL + GRACE) + unclear(run) + left_behind(mount)
    return verdict(
        f"{arguments[0]}, the {name} swallows requests", f"exit 9 within {STALL + GRACE:.0f} s", faults,
        f"exit {run.exit} in {run.seconds:.1f} s")


def gone_case(scene):
    """The directory of a mount that has gone is neither an empty tree nor a place for a new one."""
    with mounted() as mount:
        snapctl = scene.at(scene.store)
        subprocess.run(["cp", scene.source / "part0", mount.path / "part"], check=True)
        snapctl.ok("create", "gone", mount.path)
        mount.vanish()
        runs = [
            snapctl.run("create", "gone", mount.path), snapctl.run("sync", "tree", mount.path),
            snapctl.run("status", "gone", mount.path)]
        faults = [fault for run in runs for fault in told(run, OUT_OF_REACH, GRACE) + unclear(run)]
        if list(mount.path.iterdir()):
            faults.append("there is something in the bare mount point")
    return verdict(
        "create, sync, status where the mount of a tree has gone", "exit 9, nothing written", faults,
        f"exit {runs[0].exit}")


def control(scene):
    """Without the second process the same takes as long as the mount hangs."""
    with mounted() as mount:
        source = with_source(scene, mount)
        mount.hang()
        waker = threading.Timer(HANG, mount.go_on)
        waker.start()
        run = scene.at(scene.store, SNAPCTL_MOUNT_HELPER="never").run("create", "control", source)
        waker.cancel()
    faults = [] if run.seconds > HANG else [f"it did not notice: {run.seconds:.1f} s"]
    return verdict(
        "control: create without a second process, until the mount goes on", f"more than {HANG:.0f} s", faults,
        f"exit {run.exit} in {run.seconds:.1f} s")


def said(name, run, bound, usual, faults):
    return verdict(
        name, f"exit 9 within {bound:.1f} s", faults,
        f"exit {run.exit} in {run.seconds:.1f} s; undisturbed {usual:.1f} s")
