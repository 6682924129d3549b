"""Reading a synced, mapped collection in process: opening it, each row of a scan of vectors, each id that is looked up.

All in CPU time, the best of many rounds: beside other work on the machine that is what it would take alone.
"""

from .filled import filled, measure, synced, NAME
from .registry import Result, figure

COUNT, DIMENSION = 500_000, 384
# what snapmeasure calls it -> what it is, unit, bound
BOUNDS = {
    "open": ("open of a synced copy", "ms", 1.0), "scan": ("scan of vectors, each row", "µs", 0.2),
    "get": ("get of a vector by id, warm", "µs", 0.5),
}


@figure("reads")
def reads(context):
    snapctl = filled(context, COUNT, DIMENSION)
    copy = synced(context, snapctl)
    told = dict(line.split() for line in measure(context, "reads", snapctl.store, NAME, copy, context.seed).splitlines())
    for name, (what, unit, bound) in BOUNDS.items():
        value = float(told[name])
        yield Result(f"{what}, {COUNT:,} x {DIMENSION}", f"{value:.3f} {unit}", f"<= {bound:g} {unit}", value <= bound)
    far, record = float(told["far"]), float(told["record"])
    yield Result(
        f"the same of 20,000 ids all over memory; of whole records, {COUNT:,} x {DIMENSION}",
        f"{far:.3f} µs; {record:.3f} µs", "told", True)
