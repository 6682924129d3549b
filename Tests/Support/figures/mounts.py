"""A network file system mounted twice, as two hosts have it: as the cache of a store in S3, and as a store itself."""

import contextlib
import pathlib

from .proxy import Proxy
from .registry import figure
from .s3 import Flow
from .s3fleet import COMMITS, fleet
from .servers import Server, moto


@contextlib.contextmanager
def mounted_twice():
    """Where two hosts have the same JuiceFS."""
    server = Server("juicefs.sh")
    try:
        yield [pathlib.Path(place) for place in (server.url, server.line())]
    finally:
        server.end()


@figure("mounts")
def mounts(context):
    with mounted_twice() as places:
        with Proxy(moto(context).url) as proxy:
            caches = [place / "cache" for place in places]
            yield from Flow(context, proxy, "mounts", "moto, cache on JuiceFS", caches).results()
        yield contest(context, places, COMMITS)


def long_contest(context, commits):
    """Of a nightly run."""
    with mounted_twice() as places:
        yield contest(context, places, commits)


def contest(context, places, commits):
    """Each worker through one of the mounts."""
    snapctls = [context.snapctl(place / "store", timeout=180) for place in places]
    return fleet(context, snapctls, "a directory of JuiceFS over two mounts", commits)
