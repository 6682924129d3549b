"""Many trials of one operation, several at once: each in a fresh copy of what was prepared."""

import concurrent.futures
import os
import pathlib
import queue

from .shim import Shim
from .trees import copy_tree, remove

WORKERS = os.cpu_count() or 1


class Trials:
    def __init__(self, context, operation, catalog):
        self.operation = operation
        self.base = context.fast_folder("trial-base")
        operation.prepare(self.base, catalog)
        self.places = queue.SimpleQueue()
        for number in range(WORKERS):
            self.places.put((self.base.parent / f"trial-{number}", Shim(context)))

    def each(self, trial, points):
        """What `trial(folder, shim, point)` gives for each point, in the order of the points."""
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as workers:
            yield from workers.map(lambda point: self.one(trial, point), points)

    def one(self, trial, point):
        folder, shim = self.places.get()
        try:
            return trial(self.replaced(folder), shim, point)
        finally:
            self.places.put((folder, shim))

    def replaced(self, folder):
        remove(folder)
        return pathlib.Path(copy_tree(self.base, folder))

    def count(self, fault):
        """How many calls the operation makes that `fault` could hit."""
        def counted(folder, shim, _):
            _, tally = run(self.operation, folder, shim, 0, fault)
            return tally.count
        return self.one(counted, None)


def run(operation, folder, shim, at, fault):
    """One run of the operation with its call number `at` hit."""
    return shim.run(
        operation.snapctl(folder), at, *operation.command(folder), fault=operation.aimed(fault, folder), **QUICK)


# Nobody else wants the locks, so whoever waits for one may as well give up soon.
QUICK = {
    "SNAPCTL_LOCK_BASE_BACKOFF_SECONDS": "0.01", "SNAPCTL_LOCK_TIMEOUT_SECONDS": "2", "SNAPCTL_LOCK_TTL_SECONDS": "0.2"}
