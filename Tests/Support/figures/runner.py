"""Runs snapctl, and tells what it answered and what it cost."""

import dataclasses
import functools
import json
import os
import signal
import subprocess
import threading
import time


class Unexpected(Exception):
    """A command did not end as it must; the text holds the command and what it said."""


@dataclasses.dataclass(frozen=True)
class Run:
    command: tuple
    exit: int  # negative: ended by that signal
    stdout: bytes
    stderr: str
    seconds: float
    cpu_seconds: float
    read_bytes: int  # by all its read calls, of whatever kind of file; pages that were mapped do not count
    rss_bytes: int  # at least that of this Python, about 15 MB: a child starts as a copy of it
    timed_out: bool

    @functools.cached_property
    def objects(self):
        """The JSON objects of stdout."""
        return [json.loads(line) for line in self.stdout.splitlines() if line.startswith(b"{")]

    def of_type(self, type_):
        return [object_ for object_ in self.objects if object_.get("type") == type_]

    def one(self, type_):
        found = self.of_type(type_)
        if not found:
            raise Unexpected(f"no `{type_}` object: {self.told()}")
        return found[-1]

    def told(self):
        """The command and how it ended, on one line."""
        said = " / ".join(line for line in self.stderr.splitlines()[-3:] if line)
        how = "did not end in time" if self.timed_out else f"exit {self.exit}"
        return f"`{' '.join(map(str, self.command))}`: {how}: {said[-400:]}"


class Process:
    """A started command; `wait` gives its Run. Output goes to files, so that no pipe can fill up."""

    def __init__(self, command, environment=None, stdin=subprocess.DEVNULL):
        self.command = tuple(map(str, command))
        self.out, self.err = (os.fdopen(os.memfd_create(name), "w+b") for name in ("out", "err"))
        self.started = time.monotonic()
        self.child = subprocess.Popen(
            self.command, stdin=stdin, stdout=self.out, stderr=self.err, env=environment, start_new_session=True)

    @property
    def has_ended(self):
        """It is left for `wait` to bury, which tells what it cost."""
        return os.waitid(os.P_PID, self.child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def kill(self):
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def wait(self, timeout):
        expired = threading.Event()
        timer = threading.Timer(timeout, lambda: (expired.set(), self.kill()))
        timer.start()
        read_bytes = bytes_read(self.child.pid)
        _, status, usage = os.wait4(self.child.pid, 0)
        timer.cancel()
        self.child.returncode = os.waitstatus_to_exitcode(status)
        return Run(
            self.command, self.child.returncode, contents(self.out), contents(self.err).decode(errors="replace"),
            time.monotonic() - self.started, usage.ru_utime + usage.ru_stime, read_bytes,
            usage.ru_maxrss * 1024, expired.is_set())


def bytes_read(pid):
    """What a process and those it waited for have read, told between its end and its burial; 0 where nobody counts."""
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    try:
        with open(f"/proc/{pid}/io") as file:
            return int(file.readline().split()[1])
    except OSError:
        return 0


def contents(file):
    with file:
        file.seek(0)
        return file.read()


class Snapctl:
    """snapctl with one store, and the environment a stranger's shell would have."""

    def __init__(self, binary, store, cache=None, timeout=300, **variables):
        self.binary, self.store, self.cache, self.timeout = binary, store, cache, timeout
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("SNAPCTL_")}
        self.environment |= {"SWIFT_BACKTRACE": "enable=no"} | variables

    def with_environment(self, **variables):
        return Snapctl(self.binary, self.store, self.cache, self.timeout, **variables)

    def command(self, *arguments):
        cache = ["--cache", self.cache] if self.cache else []
        return [self.binary, *arguments, "--store", self.store, *cache, "--json", "--quiet"]

    def start(self, *arguments):
        return Process(self.command(*arguments), self.environment)

    def run(self, *arguments, timeout=None):
        return self.start(*arguments).wait(timeout or self.timeout)

    def ok(self, *arguments, exits=(0,), timeout=None):
        """Runs, and raises Unexpected unless the exit status is one of `exits`."""
        run = self.run(*arguments, timeout=timeout)
        if run.exit not in exits:
            raise Unexpected(run.told())
        return run

    def versions(self, collection):
        return self.ok("list", collection).of_type("snapshot")
