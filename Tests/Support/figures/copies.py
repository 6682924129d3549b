"""Synced copies have the source's bytes; a sync reads no more than was stored for its version."""

from .chain import COLLECTION, chain
from .registry import figure, megabytes, verdict
from .trees import byte_count, differences

HEADS_MAX = 4096


@figure("copies")
def copies(context):
    steps = chain(context).steps
    faults = [f"v{step.number}: {text}" for step in steps for text in step.differences]
    whole = sum(byte_count(step.source) for step in steps)
    yield verdict(
        "copies: v1 to v6 synced step by step", "byte-identical", faults, f"6 copies, {megabytes(whole)} compared")
    yield from from_nothing(context, steps)
    yield reads(steps)
    yield told(steps)


def from_nothing(context, steps):
    """Each version into an empty place, past the cache."""
    folder = context.folder("fresh")
    snapctl = context.snapctl(chain(context).snapctl.store)
    faults = []
    for step in steps:
        target = folder / f"v{step.number}"
        snapctl.ok("sync", f"{COLLECTION}@{step.number}", target)
        faults += [f"v{step.number}: {text}" for text in differences(step.source, target)]
    yield verdict("copies: v1 to v6 synced from nothing", "byte-identical", faults, "6 copies")


def reads(steps):
    faults = [
        f"v{step.number} read {step.read} for {step.stored} stored" for step in steps if step.read > step.stored]
    pairs = ", ".join(f"v{step.number} {step.read}/{step.stored}" for step in steps)
    return verdict("sync: bytes read / stored", "read <= stored, each step", faults, pairs)


def told(steps):
    """`bytesStored` is what the store grew by, but for heads: a few hundred bytes for each of two lines."""
    faults = [
        f"v{step.number}: {step.stored} told, {step.grown} grown" for step in steps
        if not 0 <= step.grown - step.stored <= HEADS_MAX]
    most = max(step.grown - step.stored for step in steps)
    return verdict("bytesStored / what the store grew by", f"<= {HEADS_MAX} bytes apart", faults, f"at most {most} apart")
