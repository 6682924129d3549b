"""Writers that run at once, each a loop of snapctl calls, and what was acknowledged to them."""

import dataclasses
import json
import threading
import time

from .sample import TREE, WORDS, record

HARMLESS = (5, 6)  # conflict, fenced: nothing was published, and the answer says so


@dataclasses.dataclass
class Acknowledged:
    created: list = dataclasses.field(default_factory=list)  # (collection, version, contentHash, marker)
    records: dict = dataclasses.field(default_factory=dict)  # id -> record
    refused: int = 0
    faults: list = dataclasses.field(default_factory=list)


class Worker(threading.Thread):
    """The thread only waits: each call is a process of its own."""

    def __init__(self, snapctl, folder, number, until):
        super().__init__()
        self.snapctl, self.number, self.until = snapctl, number, until
        self.folder = folder / f"worker{number}"
        self.folder.mkdir()
        self.acknowledged = Acknowledged()
        self.turn = 0

    def goes_on(self):
        return time.monotonic() < self.until

    def missing(self):
        """What it was to do and did not, in words."""
        return ()

    def run(self):
        while self.goes_on():
            self.turn += 1
            try:
                self.step()
            except Exception as error:  # a thread's exception would go unseen
                self.acknowledged.faults.append(f"worker {self.number}: {error}")
                return

    def call(self, *arguments):
        """The Run when it succeeded, else None."""
        run = self.snapctl.run(*arguments)
        if run.exit == 0:
            return run
        if run.exit in HARMLESS:
            self.acknowledged.refused += 1
        else:
            self.acknowledged.faults.append(run.told())
        return None


class Creator(Worker):
    def step(self):
        live = self.folder / "live"
        live.mkdir(exist_ok=True)
        marker = f"{self.number}/{self.turn}"
        (live / "marker").write_text(marker)
        (live / "data").write_bytes(marker.encode() * 2000)
        run = self.call("create", TREE, live, "--append-version")
        if run:
            created = run.one("created")
            self.acknowledged.created.append((TREE, created["version"], created["contentHash"], marker))


class Compactor(Worker):
    """Appends a few records as its own producer, then compacts whatever is there."""

    def step(self):
        path = self.folder / "input.jsonl"
        records = [record(self.number * 1_000_000 + self.turn * 10 + index) for index in range(3)]
        path.write_text("".join(json.dumps(one) + "\n" for one in records))
        if self.call("append", WORDS, "--input", path, "--producer", f"p{self.number}"):
            self.acknowledged.records |= {one["id"]: one for one in records}
        run = self.call("compact", WORDS)
        created = run.of_type("created") if run else []
        if created and not created[-1]["unchanged"]:
            made = created[-1]
            self.acknowledged.created.append((WORDS, made["version"], made["contentHash"], None))
