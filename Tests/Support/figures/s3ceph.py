"""The same on Ceph: a gateway with rules of its own, and storage of which a part is killed under load."""

import os
import signal
import threading
import time

from .proxy import Proxy
from .registry import figure, verdict
from .s3 import Flow
from .s3fleet import CREATORS, fleet
from .servers import Server, snapctl_on

COMMITS = 4
KILLED = 1  # of the three OSDs
CALL_SECONDS = 180


@figure("s3-ceph")
def s3_ceph(context):
    server = Server("ceph.sh", "memory")
    try:
        with Proxy(server.url) as proxy:
            yield from Flow(context, proxy, "ceph-flow", "Ceph").results()
    finally:
        server.end()
    yield from killed(context, COMMITS)


def killed(context, commits):
    """Three OSDs on disks, one of which ends at once while sixteen processes write."""
    server = Server("ceph.sh", "disks")
    try:
        pids = {int(number): int(pid) for _, number, pid in (server.line().split() for _ in range(3))}
        snapctl = snapctl_on(context, server.url, "ceph-fleet", timeout=CALL_SECONDS)
        killer = Killer(pids[KILLED], CREATORS * commits // 3)
        yield fleet(context, [snapctl], "S3 (Ceph, one of three OSDs killed under load)", commits, killer.watch)
        yield verdict(
            "S3 (Ceph): the OSD was killed while they wrote", f"after a third of {CREATORS * commits} commits",
            [] if killer.seen else ["all was done before"], f"after {killer.seen}")
    finally:
        server.end()


class Killer(threading.Thread):
    """Ends a process at once when so many commits were acknowledged, unless all are before it looks."""

    def __init__(self, pid, commits):
        super().__init__(daemon=True)
        self.pid, self.commits, self.workers, self.seen = pid, commits, (), None

    def watch(self, workers):
        self.workers = workers
        self.start()

    def run(self):
        while (seen := sum(len(worker.acknowledged.created) for worker in self.workers)) < self.commits:
            time.sleep(0.05)
        if any(worker.goes_on() for worker in self.workers):
            os.kill(self.pid, signal.SIGKILL)
            self.seen = seen
