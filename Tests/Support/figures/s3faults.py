"""Servers and networks that fail, each kind once for every verb: right bytes or a clear error, in time.

Afterwards what was acknowledged is there, versions are dense, and a second run that meets no harm finishes.
"""

import concurrent.futures
import dataclasses
import itertools
import os
import re

from . import harm
from .context import GRACE_SECONDS
from .harm import Spell, answering
from .kills import Sweep
from .proxy import Proxy
from .registry import figure, verdict
from .runner import Unexpected
from .s3verbs import VERBS, Upload
from .servers import Server, copy_store, moto, snapctl_on
from .shim import built

DEADLINE, STALL = 2, 1
EVER = 1 << 30
DONE, DAMAGED, UNKNOWN, NO_SPACE, NO_ANSWER = 0, 4, 7, 8, 9
ALL_VERBS = VERBS | {Upload.name: Upload}
WRITERS = ("create", "append", "compact")
AT_ONCE = 4  # they mostly wait
DUMP = re.compile(r"\bnil\b|\bkind: ")  # of a value of the program, where a sentence should stand


@dataclasses.dataclass(frozen=True)
class Kind:
    """A harm, which requests meet it, and how the call may end."""

    harm: object
    method: str = ""  # empty: any
    kinds: tuple = ()  # of objects; empty: any, "decides": the one whose creation is the commit
    count: int = 1
    exits: tuple = (DONE,)
    exits_of: dict = dataclasses.field(default_factory=dict)  # by verb, where they are others
    options: tuple = ()
    within: float = 60
    verbs: tuple = tuple(VERBS)
    shift: int = 0  # of the client's clock, in seconds
    stops: bool = False
    is_whole: bool = False  # from the first request on, not from any

    def picks(self, verb):
        kinds = tuple(verb.decides if kind == "decides" else kind for kind in self.kinds)
        return lambda request: self.method in ("", request.method) and (not kinds or request.kind in kinds)


OBJECTS = ("packs", "manifests", "versions", "heads", "deltas", "store")
# Who reads them and tells. A delta that is damaged `compact` sets aside.
READERS = {
    "packs": ("create", "sync", "verify"), "manifests": ("create", "sync", "verify"), "heads": tuple(VERBS),
    "deltas": ("verify",), "store": tuple(VERBS)}
EACH_FLIPPED = {"exits": (DAMAGED,), "is_whole": True}
LATE = {"exits": (DONE, NO_ANSWER, UNKNOWN), "count": EVER}  # done: where only a leftover was to be removed
BY_DEADLINE = {"options": ("--deadline", DEADLINE), "within": DEADLINE + GRACE_SECONDS}
# A request that stalls is the last of its kind. A commit looks for so long whether it took effect; then what was
# announced is taken back: an intent by one request, a lease by two.
BY_STALL = {"options": ("--stall-timeout", STALL), "within": 5 * STALL + GRACE_SECONDS}
# Each of them asks several times; waiting to ask again may begin just before the limit.
BY_REFUSALS = {"options": ("--stall-timeout", STALL), "within": 12}

KINDS = {
    "500 three times": Kind(answering(500, "InternalError"), count=3),
    "503 twice, Retry-After": Kind(answering(503, "SlowDown", Retry_After="1"), count=2),
    "429 three times": Kind(answering(429, "TooManyRequests"), count=3),
    "reset before the request, twice": Kind(harm.reset_before, count=2),
    "reset in the middle of the request, twice": Kind(harm.reset_within, count=2),
    "reset after the request, twice": Kind(harm.reset_after, count=2),
    "the answer lost": Kind(harm.lose_answer),
    "a body torn, twice": Kind(harm.tear, "GET", count=2),
    "a bit of an object flipped": Kind(harm.flip, "GET", OBJECTS, exits_of={"verify": (DONE, DAMAGED)}),
    **{f"a bit of each of the {kind} flipped": Kind(harm.flip, "GET", (kind,), EVER, verbs=verbs, **EACH_FLIPPED)
       for kind, verbs in READERS.items()},
    "each object takes 3 s, stall limit 1 s": Kind(
        harm.slow(3 * STALL), "GET", ("packs",), EVER, options=("--stall-timeout", STALL), is_whole=True,
        verbs=("create", "sync")),
    "a pack takes 3 s and is torn, stall limit 1 s": Kind(
        harm.slow_and_torn(3 * STALL), "GET", ("packs",), options=("--stall-timeout", STALL), is_whole=True,
        verbs=("create", "sync")),
    "a pack of 16 MB goes up at 4 MB/s, stall limit 2 s": Kind(
        harm.slow_upload(4_000_000), "PUT", ("packs",), EVER, options=("--stall-timeout", 2), verbs=("upload",),
        is_whole=True),
    "503 for ever, deadline 2 s": Kind(answering(503, "SlowDown"), **LATE, **BY_DEADLINE),
    "503 for ever, stall limit 1 s": Kind(answering(503, "SlowDown"), **LATE, **BY_REFUSALS),
    "429 for ever to the commit, stall limit 1 s": Kind(
        answering(429, "TooManyRequests"), "PUT", ("decides",), EVER, (NO_ANSWER,), verbs=WRITERS, is_whole=True,
        **BY_REFUSALS),
    "silence, deadline 2 s": Kind(harm.hold, **LATE, **BY_DEADLINE),
    "silence, stall limit 1 s": Kind(harm.hold, **LATE, **BY_STALL),
    "no pack is taken, stall limit 1 s": Kind(
        harm.hold, "PUT", ("packs",), EVER, (NO_ANSWER,), verbs=("create", "compact"), is_whole=True, **BY_STALL),
    "no room for a pack": Kind(
        answering(507, "InsufficientStorage"), "PUT", ("packs",), EVER, (NO_SPACE,), verbs=("create", "compact"),
        is_whole=True),
    "the server stopped, deadline 2 s": Kind(None, stops=True, **LATE, **BY_DEADLINE),
    "the server stopped, stall limit 1 s": Kind(None, stops=True, **LATE, **BY_STALL),
    "the commit done, its answer lost": Kind(harm.lose_answer, "PUT", ("decides",), verbs=WRITERS),
    "the commit not done, its answer lost": Kind(harm.reset_after, "PUT", ("decides",), verbs=WRITERS),
    "the commit done, then silence, deadline 2 s": Kind(
        harm.lose_and_hold, "PUT", ("decides",), verbs=WRITERS, exits=(UNKNOWN,), **BY_DEADLINE),
    "the clock an hour ahead": Kind(harm.refuse_skew, count=EVER, shift=3600, is_whole=True),
    "the clock an hour behind": Kind(harm.refuse_skew, count=EVER, shift=-3600, is_whole=True),
}


@figure("s3-faults")
def s3_faults(context):
    states = all_states(context)
    for name, kind in KINDS.items():
        found = kind_sweep(context, states, name, 1)
        ends = " or ".join(map(str, kind.exits))
        seconds = f" within {kind.within:g} s" if kind.within < 60 else ""
        yield verdict(
            f"S3: {name}", f"exit {ends}{seconds}, right, next run succeeds", found.faults,
            f"{found.trials} trials ({found.told()}), seed {context.seed}")


def all_states(context):
    return {name: state_of(context, name) for name in ALL_VERBS}


def state_of(context, name):
    return context.once(f"s3 state of {name}", lambda: State(context, name, ALL_VERBS[name]()))


def kind_sweep(context, states, name, rounds):
    kind, found = KINDS[name], Sweep()
    preload(context, kind)  # built once, before there are threads
    cases = [(states[verb], number) for number in range(rounds) for verb in kind.verbs]
    with concurrent.futures.ThreadPoolExecutor(1 if kind.stops else AT_ONCE) as workers:
        for verb, hits, faults in workers.map(lambda case: trial(context, name, kind, *case), cases):
            if hits:
                found.add(found.trials, verb, faults)
    found.faults += [f"no trial of {verb} met the harm" for verb in kind.verbs if not found.calls[verb]]
    return found


class State:
    """A verb, its store, and how many requests of each kind it makes."""

    numbers = itertools.count()

    def __init__(self, context, name, verb):
        self.context, self.name, self.verb = context, name, verb
        self.url = moto(context).url
        self.store = f"fault-{name}"
        snapctl = snapctl_on(context, self.url, self.store)
        snapctl.ok("init")
        verb.fill(snapctl, context.folder(f"s3-faults/{name}"))
        self.requests = self.seen()

    def seen(self):
        """The requests of a run that meets no harm."""
        seen = []
        folder, store, snapctl = self.fresh(self.url)
        with Proxy(self.url) as proxy:
            proxy.harm = lambda request: seen.append(request)
            snapctl_on(self.context, proxy.url, store).ok(*self.verb.arguments(folder))
        return seen

    def fresh(self, url):
        """A folder and a store of its own on the server at `url`, and a snapctl that nothing harms."""
        number = next(self.numbers)
        folder, store = self.context.folder(f"s3-faults/trial-{number}"), f"trial-{number}"
        copy_store(self.url, self.store, url, store)
        snapctl = snapctl_on(self.context, url, store)
        self.verb.prepare(snapctl, folder)
        return folder, store, snapctl


def trial(context, name, kind, state, number):
    """One run of the verb that meets the harm, and what was wrong; a second one that does not."""
    server = stoppable(context) if kind.stops else moto(context)
    folder, store, snapctl = state.fresh(server.url)
    spell = cast(context, name, kind, state, number, server)
    try:
        with Proxy(server.url) as proxy:
            proxy.harm = spell
            harmed = snapctl_on(context, proxy.url, store, **preload(context, kind))
            run = harmed.run(*state.verb.arguments(folder), *kind.options)
    finally:
        server.go_on()
    where = f"{state.name}, from request {spell.first} on: "
    return state.name, spell.hits, [where + text for text in judged(kind, state.verb, snapctl, folder, run)]


def cast(context, name, kind, state, number, server):
    picks = kind.picks(state.verb)
    count = max(1, sum(map(picks, state.requests)))
    first = 1 if kind.is_whole else context.random(f"{name} {state.name} {number}").randint(1, count)
    return Spell(stopping(server) if kind.stops else kind.harm, picks, first, kind.count)


def judged(kind, verb, snapctl, folder, run):
    if run.exit not in kind.exits_of.get(verb.name, kind.exits) or run.timed_out:
        yield run.told()
    if run.exit == UNKNOWN and not verb.decides:
        yield f"in doubt though it publishes nothing: {run.told()}"
    if run.exit != DONE and (DUMP.search(run.stderr) or not run.stderr.strip() + run.stdout.decode().strip()):
        yield f"says it to nobody: {run.told()}"
    if run.seconds > kind.within:
        yield f"took {run.seconds:.1f} s: {run.told()}"
    try:
        yield from verb.told_right(snapctl, folder, run)
        snapctl.ok(*verb.arguments(folder))
        yield from verb.after(snapctl, folder)
        snapctl.ok("verify")
    except Unexpected as error:
        yield f"afterwards {error}; the harmed run was {run.told()}"


def stoppable(context):
    """A server that others do not need."""
    return context.once("moto to stop", lambda: Server("moto.sh"))


def stopping(server):
    """SIGSTOP at that request: whoever asks is connected, and hears nothing."""

    def stop(exchange):
        server.stop()
        harm.pass_on(exchange)

    return stop


def preload(context, kind):
    """The variables by which the client's clock is off."""
    if not kind.shift:
        return {}
    library = context.once("clock", lambda: built(context.folder("clock"), "clock.c"))
    return {"LD_PRELOAD": os.fspath(library), "CLOCK_SHIFT": str(kind.shift)}
