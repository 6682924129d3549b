"""All figures, in the order of the report. A new one is a module named here."""

# What this process takes counts as its children's peak: that is measured while it is small.
from . import memory  # noqa: F401
from . import copies, explain, unchanged  # noqa: F401
from . import chroma, casync  # noqa: F401
from . import cache, damage, mutations, records  # noqa: F401
from . import inputs, reconcile  # noqa: F401
from . import kills, faults, pauses, disk, power, controls  # noqa: F401
from . import hostile, races, words  # noqa: F401
from . import concurrency, leases, reader, simulation  # noqa: F401
from . import s3, s3refused, s3faults, s3fleet, s3ceph, s3controls, mounts, hung  # noqa: F401
from . import worker, costs, link  # noqa: F401
from . import scale, flatness  # noqa: F401
from . import speed, floor, sets, instructions  # noqa: F401
from . import unsynced, search, reads  # noqa: F401
from . import appends, compaction, scattered, exclusion, compacted  # noqa: F401

# What continuous integration holds the program to after the tests: what is right or wrong, never how fast. The short form
# of each, and of crash points some; nightly.py has the long ones.
GATE_SHARE = 0.64
GATE = (
    "copies", "explain", "unchanged", "cache", "input", "reconcile", "kills", "faults", "pauses", "hostile", "races", "users",
    "s3-faults", "s3-refused", "hung-mounts")
