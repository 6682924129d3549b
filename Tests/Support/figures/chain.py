"""v1 … v6 created one after another in one store, and synced one after another into one copy through a cache."""

import dataclasses

from .runner import Run
from .trees import byte_count, differences, fresh_copy

COLLECTION = "chroma"


@dataclasses.dataclass(frozen=True)
class Step:
    number: int
    source: object  # the version's own directory; never changed
    created: Run
    synced: Run
    differences: list
    grown: int  # bytes that the store's files became more

    @property
    def stored(self):
        return self.created.one("created")["bytesStored"]

    @property
    def read(self):
        return self.synced.one("synced")["bytesRead"]


@dataclasses.dataclass(frozen=True)
class Chain:
    snapctl: object
    copy: object
    steps: list


def chain(context):
    return context.once("chain", lambda: make(context))


def make(context):
    folder = context.folder("chain")
    snapctl = context.new_store(folder / "store", cache=folder / "cache")
    live, copy = folder / "live", folder / "copy"
    steps = []
    for number, source in enumerate(context.versions, 1):
        # A live directory, as an application has it: each version's files lie in the same place as those before.
        fresh_copy(source, live)
        before = objects_size(folder / "store")
        created = snapctl.ok("create", COLLECTION, live, "--expect", number - 1, "--explain")
        grown = objects_size(folder / "store") - before
        synced = snapctl.ok("sync", f"{COLLECTION}@{number}", copy, "--explain")
        steps.append(Step(number, source, created, synced, list(differences(source, copy)), grown))
    return Chain(snapctl, copy, steps)


def objects_size(store):
    """Bytes of all that a store holds, heads and manifests included; not what this host keeps beside it."""
    return byte_count(store) - byte_count(store / "catalog")
