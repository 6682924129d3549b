"""Servers that break their word: what the figures of S3 look for must be found there, or they prove nothing."""

from .harm import Spell, answering, pass_on
from .proxy import Proxy
from .registry import figure, verdict
from .s3faults import EVER, KINDS, judged, state_of
from .s3fleet import fleet
from .servers import moto, snapctl_on

COMMITS = 3


@figure("s3-controls")
def s3_controls(context):
    url = moto(context).url
    with Proxy(url) as proxy:
        ways = [snapctl_on(context, one, "control", timeout=180) for one in (url, proxy.url)]
        proxy.harm = Spell(forget_condition, heads_put, count=EVER)
        found = fleet(context, ways, "S3, its condition taken off", COMMITS)
        yield noticed("of two creates of a name both succeed", not found.passed, found.measured)
    state = state_of(context, "create")
    for name, lie in LIES.items():
        findings = lied_to(context, state, lie)
        yield noticed(name, findings, f"{len(findings)} findings")


def noticed(name, is_noticed, measured):
    return verdict(f"S3, control: {name}", "noticed", [] if is_noticed else ["it went unnoticed"], measured)


def heads_put(request):
    return request.method == "PUT" and request.kind == "heads"


def packs_put(request):
    return request.method == "PUT" and request.kind == "packs"


def forget_condition(exchange):
    del exchange.request.headers["If-None-Match"]
    pass_on(exchange)


def say_done(exchange):
    answering(200, "")(exchange)


def keep_other_bytes(exchange):
    exchange.read()
    exchange.body = exchange.body[:-1] + bytes([exchange.body[-1] ^ 1])
    pass_on(exchange)


LIES = {
    "a head is told as stored, and is not": Spell(say_done, heads_put),
    "a pack is told as stored, and is not": Spell(say_done, packs_put),
    "a pack is stored with a bit flipped": Spell(keep_other_bytes, packs_put),
}


def lied_to(context, state, lie):
    folder, store, snapctl = state.fresh(state.url)
    with Proxy(state.url) as proxy:
        proxy.harm = lie
        run = snapctl_on(context, proxy.url, store).run(*state.verb.arguments(folder))
    return list(judged(KINDS["the answer lost"], state.verb, snapctl, folder, run))
