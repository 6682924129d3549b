"""Damage in any object: `verify` exits 4 and names it; whoever needs the bytes refuses them or has right ones."""

import collections
import dataclasses
import time

from .cache import rewrite
from .registry import figure, verdict
from .sample import TREE, WORDS, Sample, scanned
from .trees import differences, remove

BITS_EACH = 6
OBJECTS_EACH = 10


@dataclasses.dataclass
class Tally:
    trials: int = 0
    kinds: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    unnoticed: list = dataclasses.field(default_factory=list)
    wrong: list = dataclasses.field(default_factory=list)
    refusals: int = 0
    reads: int = 0


@figure("damage")
def damage(context):
    sample = Sample(context, "damage", "directory")
    sample.add_rare_kinds(context)
    readers = Readers(sample)
    for name, mutations in (("one bit flipped", flips(context, sample)), ("cut at any length", cuts(context, sample))):
        tally = Tally()
        for key, what, content in mutations:
            trial(sample, readers, tally, key, what, content)
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(tally.kinds.items()))
        yield verdict(
            f"{name}: verify", "exit 4 and the object named", tally.unnoticed, f"{tally.trials} trials: {kinds}")
        yield verdict(
            f"{name}: sync and scan", "refused, or the right bytes", tally.wrong,
            f"{tally.reads} reads, {tally.refusals} refused, seed {context.seed}")
    control = sample.snapctl.run("verify")
    yield verdict("undamaged again: verify", "exit 0", [] if control.exit == 0 else [control.told()], "1 run")


def chosen(context, sample):
    """All objects; of a folder with very many, some."""
    folders = collections.defaultdict(list)
    for key in sample.objects:
        folders[key.rpartition("/")[0]].append(key)
    for keys in folders.values():
        yield from context.random("objects").sample(keys, min(len(keys), OBJECTS_EACH))


def flips(context, sample):
    """Some random bits of every object, then bits of small objects one after another until the time is over."""
    chance = context.random("bits")
    originals = {key: (sample.store / key).read_bytes() for key in chosen(context, sample)}
    for key, content in originals.items():
        for _ in range(BITS_EACH):
            yield flipped(key, content, chance.randrange(8 * len(content)))
    deadline = time.monotonic() + context.seconds
    small = sorted((key for key in originals if len(originals[key]) <= 4096), key=lambda key: chance.random())
    bits = [(key, bit) for key in small for bit in range(8 * len(originals[key]))]
    chance.shuffle(bits)
    for key, bit in bits:
        if time.monotonic() > deadline:
            return
        yield flipped(key, originals[key], bit)


def flipped(key, content, bit):
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return key, f"bit {bit}", bytes(changed)


def cuts(context, sample):
    for key in chosen(context, sample):
        content = (sample.store / key).read_bytes()
        for length in sorted({0, 1, 95, 96, len(content) // 2, len(content) - 34, len(content) - 1}):
            if 0 <= length < len(content):
                yield key, f"cut to {length}", content[:length]


def trial(sample, readers, tally, key, what, content):
    path = sample.store / key
    original = path.read_bytes()
    rewrite(path, content)
    try:
        tally.trials += 1
        tally.kinds[key.split("/")[0]] += 1
        tally.unnoticed += [f"{key}, {what}: {text}" for text in unnoticed(sample.snapctl.run("verify"), key)]
        if tally.trials % readers.every == 0 or "cut" in what:
            readers.read(tally, f"{key}, {what}")
    finally:
        rewrite(path, original)


def unnoticed(run, key):
    if run.exit != 4:
        yield run.told()
    elif not any(found["object"] == key for found in run.of_type("damage")):
        named = sorted({found["object"] for found in run.of_type("damage")})
        yield f"verify exits 4, but names {named or 'nothing'}"


class Readers:
    """What a user would read of the sample: both versions of the tree from nothing, and all records."""

    every = 2  # of the flips

    def __init__(self, sample):
        self.sample = sample
        self.records = scanned(sample.snapctl.ok("scan", WORDS))

    def read(self, tally, what):
        for number, source in enumerate(self.sample.sources, 1):
            target = self.sample.folder / "target"
            self.forget(target)
            run = self.sample.snapctl.run("sync", f"{TREE}@{number}", target)
            self.judge(tally, run, f"{what}: v{number}", lambda: list(differences(source, target)))
        run = self.sample.snapctl.run("scan", WORDS)
        self.judge(tally, run, f"{what}: scan", lambda: self.other_records(run))

    def judge(self, tally, run, what, wrong):
        tally.reads += 1
        tally.refusals += run.exit != 0
        if run.exit < 0 or run.timed_out:
            tally.wrong.append(f"{what}: {run.told()}")
        elif run.exit == 0:
            tally.wrong += [f"{what}: {text}" for text in wrong()]

    def other_records(self, run):
        return [] if scanned(run) == self.records else [f"scan gives {len(scanned(run))} other records and exits 0"]

    def forget(self, target):
        for path in target.parent.glob(f"*{target.name}*"):
            remove(path)
