"""Bytes by which the store grew for the increments, beside what casync stores for the same directories in the same run."""

from .chain import chain
from .context import helper
from .registry import Result, figure


@figure("casync")
def casync(context):
    ours = [step.grown for step in chain(context).steps]
    theirs = [int(line.split()[1]) for line in helper("peers/casync.sh", *context.versions).splitlines()]
    for name, part, share in (("v2 to v5", slice(1, 5), 5), ("v2 to v6", slice(1, 6), 2.5)):
        mine, peer = sum(ours[part]), sum(theirs[part])
        yield Result(
            f"bytes stored for {name}", f"{mine} of casync's {peer} = 1/{peer / max(mine, 1):.1f}",
            f"<= 1/{share:g} of casync's", mine * share <= peer,
            "" if mine * share <= peer else f"each: {ours[part]} against {theirs[part]}")
