"""What is killed, failed and starved, and with which trees."""

import dataclasses

from . import copying as copies
from . import healing
from . import operations as stores
from .shim import KILL, Fault
from .copying import resumed

OPERATIONS = {
    "init": stores.Init, "create": stores.Create, "sync": copies.Sync, "sync --in-place": copies.SyncInPlace,
    "sync --generations": copies.Generations, "first sync": copies.FirstSync, "fork": copies.Fork,
    "append": stores.Append, "compact": stores.Compact,
}
READERS = {"verify": stores.Verify, "sync, reading the store": copies.ReadSync, "scan": stores.Scan}

# Only for kills: their call is one of the above, where something else was before.
VARIANTS = {
    "first create": stores.FirstCreate, "create, full head": stores.FullHeadCreate,
    "create, two packs": stores.LargeCreate, "tag": stores.Tag, "first append": stores.FirstAppend,
    "sync --include": copies.SyncPart, "sync --include --in-place": copies.SyncPartInPlace,
    "sync back": copies.SyncBack, "sync of an altered copy": copies.SyncAlteredAtOnce,
    "sync --in-place back": copies.SyncInPlaceBack, "sync --in-place of an altered copy": copies.SyncAltered,
    "verify --heal": healing.Heal, "sync --adopt": copies.Adopt, "sync through a cache": copies.CachedSync,
    "first sync --generations": copies.FirstGeneration, "sync --generations --keep 1": copies.GenerationsKept,
    "create after a kill": resumed(stores.Create, 0.5),
    "sync after a kill": resumed(copies.Sync, 0.6), "first sync after a kill": resumed(copies.FirstSync, 0.5),
    "sync --in-place after a kill": resumed(copies.SyncInPlace, 0.5),
    "sync --generations after a kill": resumed(copies.Generations, 0.7),
    "fork after a kill": resumed(copies.Fork, 0.5),
}
KILLED = OPERATIONS | VARIANTS | {"verify": stores.Verify}
TREELESS = ("init", "tag", "append", "first append", "compact", "verify", "create, full head", "create, two packs", "verify --heal")
TORN = Fault("torn")
READING = Fault(watch="r")

for name, operation in (KILLED | READERS).items():
    operation.name = name


@dataclasses.dataclass(frozen=True)
class Workload:
    """One operation, on one kind of tree, with one catalog, killed in one way."""

    operation: type
    is_wide: bool
    catalog: str
    fault: Fault

    def made(self, context, seed):
        return self.operation(context, seed, self.is_wide)


def workloads(name):
    """All of that name. Who only reads is killed at the calls that read."""
    operation = KILLED[name]
    for is_wide in (False,) if name in TREELESS else (False, True):
        for catalog in operation.catalogs:
            for fault in (READING,) if name in READERS else (KILL, TORN):
                yield Workload(operation, is_wide, catalog, fault)
