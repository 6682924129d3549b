"""3,000 records appended twice over by three producers, compacted in between, two kill -9: equal to a dictionary."""

import json
import struct

from .registry import figure, verdict
from .sample import scanned
from .shim import Shim, was_killed

COLLECTION = "records"
PRODUCERS = ("one", "two", "three")
COUNT, BATCH, DIMENSION = 3000, 100, 16
CALLS = {"append": (1, 11), "compact": (1, 50)}  # each makes more calls than that


@figure("records")
def records(context):
    folder = context.folder("records")
    snapctl = context.new_store(folder / "store")
    model, chance = {}, context.random("records")
    kills = Kills(context, snapctl)
    deliveries = []
    for turn in range(COUNT // BATCH):
        delivery = Delivery(folder, turn, chance, model)
        deliveries.append(delivery)
        delivery.append(snapctl if turn != 12 else kills)
        delivery.apply(model)
        again = deliveries[max(0, turn - turn % 2 * 4)]  # at once, or when others have come and were compacted
        again.append(snapctl)
        if turn % 7 == 6:
            (kills if turn == 20 else snapctl).ok("compact", COLLECTION)
    snapctl.ok("compact", COLLECTION)
    faults = [*kills.faults(), *compared(model, scanned(snapctl.ok("scan", COLLECTION)))]
    reconciled = snapctl.run("reconcile", COLLECTION)
    faults += [] if reconciled.exit == 0 else [reconciled.told()]
    yield verdict(
        "3,000 records twice over, 3 producers, 2 kills", "equal to a dictionary; reconcile exit 0", faults,
        f"{len(model)} records left, killed at {' and '.join(kills.hits)}, seed {context.seed}")
    yield from read_by_id(context, snapctl, model)


def read_by_id(context, snapctl, model):
    ids = context.random("ids").sample(sorted(model), min(20, len(model)))
    faults = compared({id_: model[id_] for id_ in ids}, scanned(snapctl.ok("get", COLLECTION, *ids)))
    yield verdict("get by id", "equal to a dictionary", faults, f"{len(ids)} ids")
    prefix = ids[0][:8]
    wanted = {id_: value for id_, value in model.items() if id_.startswith(prefix)}
    found = scanned(snapctl.ok("scan", COLLECTION, "--prefix", prefix))
    yield verdict("scan --prefix", "equal to a dictionary", compared(wanted, found), f"{len(wanted)} ids")


class Delivery:
    """A batch of one producer: mostly upserts, some of ids that are there already, some updates and deletes."""

    def __init__(self, folder, turn, chance, model):
        self.producer, self.sequence = PRODUCERS[turn % 3], turn // 3 + 1
        self.path = folder / f"{turn}.jsonl"
        known = sorted(model)
        self.lines = [line(number, known, chance) for number in range(turn * BATCH, turn * BATCH + BATCH)]
        self.path.write_text("".join(json.dumps(one) + "\n" for one in self.lines))

    def append(self, snapctl):
        snapctl.ok("append", COLLECTION, "--input", self.path, "--producer", self.producer, "--sequence", self.sequence)

    def apply(self, model):
        for one in self.lines:
            apply(model, one)


def line(number, known, chance):
    kind = chance.random() if known else 1
    if kind < 0.05:
        return {"id": chance.choice(known), "delete": True}
    if kind < 0.15:
        return {"id": chance.choice(known), "update": {"state": chance.choice(["new", "old", None]), "turn": number}}
    id_ = chance.choice(known) if kind < 0.25 else f"WORD#{number:05d}"
    metadata = {"line": number, "score": chance.random(), "state": "fresh", "labels": ["A", "B"][:chance.randint(1, 2)]}
    vector = [chance.uniform(-1, 1) for _ in range(DIMENSION)]
    return {"id": id_, "vector": vector, "document": f"word {number} é", "metadata": metadata}


def apply(model, one):
    """What the line means for a dictionary. An update of what is not there waits for it, so the model has none such."""
    id_ = one["id"]
    if one.get("delete"):
        model.pop(id_, None)
    elif "update" not in one:
        model[id_] = (one["vector"], one["document"], dict(one["metadata"]))
    elif id_ in model:
        metadata = model[id_][2] | one["update"]
        model[id_] = (*model[id_][:2], {key: value for key, value in metadata.items() if value is not None})


def compared(model, found):
    missing, more = model.keys() - found.keys(), found.keys() - model.keys()
    if missing or more:
        yield f"{len(missing)} records are missing, {len(more)} too many, first {min(missing | more)}"
    for id_ in sorted(model.keys() & found.keys()):
        if exact(model[id_]) != exact(found[id_]):
            yield f"{id_} is {found[id_]} where {model[id_]} was put in"


def exact(value):
    vector, document, metadata = value
    return struct.pack(f"<{len(vector)}f", *vector), document, metadata


class Kills:
    """A snapctl whose call is killed first, at a random place, then made again."""

    def __init__(self, context, snapctl):
        self.shim, self.snapctl, self.chance = Shim(context), snapctl, context.random("kills")
        self.hits = []

    def ok(self, *arguments):
        at = self.chance.randrange(*CALLS[arguments[0]])
        run, tally = self.shim.run(self.snapctl, at, *arguments)
        if was_killed(run):
            self.hits.append(f"{arguments[0]}'s call {at} ({tally.call})")
        return self.snapctl.ok(*arguments)

    def faults(self):
        return [] if len(self.hits) == 2 else [f"{len(self.hits)} of 2 kills hit"]
