"""To whom the entries of a version belong (manifest.md section 8)."""

from .errors import require
from .refs import OWNERS, expand

OWNERS_IN_PAGE, NOBODY = 1024, 0xFFFFFFFF


def runs(snapshot):
    """(count, user, group) of every run, checked; nothing when owners were not recorded."""
    snapshot.slots()
    pages, before = expand(snapshot.owner_list, snapshot.page, snapshot.where) if snapshot.owner_list else [], None
    for number, ref in enumerate(pages):
        c, count, packs = snapshot.page(ref, OWNERS)
        full = count == OWNERS_IN_PAGE or (number == len(pages) - 1 and 1 <= count < OWNERS_IN_PAGE)
        require(full and not packs, c.where, "an owners page is not full, or has a pack table")
        for _ in range(count):
            entries, owner = c.u32(), (c.u32(), c.u32())
            require(entries and NOBODY not in owner, c.where, "a run of no entries, or an owner that is nobody")
            require(owner != before, c.where, "two neighbouring runs have the same owner")
            before = owner
            yield entries, *owner
        c.done()


def check_sum(snapshot):
    """The counts of the runs add up to the entries of the totals."""
    if snapshot.owner_list:
        said = sum(snapshot.totals[key] for key in ("files", "directories", "links"))
        found = sum(count for count, _, _ in runs(snapshot))
        require(said == found, snapshot.path, f"owners of {found} entries; {said} are recorded")


def owners(snapshot):
    """(entry, user, group) in order of path; of a version without owners nothing."""
    check_sum(snapshot)
    entries = snapshot.entries() if snapshot.owner_list else iter(())
    for count, user, group in runs(snapshot):
        for _ in range(count):
            yield next(entries), user, group
    require(next(entries, None) is None, snapshot.where, "has more entries than owners")
