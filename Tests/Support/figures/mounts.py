"""A network file system mounted twice, as two hosts have it: as the cache of a store in S3, and as a store itself."""

import pathlib

from .proxy import Proxy
from .registry import figure
from .s3 import Flow
from .s3fleet import COMMITS, fleet
from .servers import Server, moto


@figure("mounts")
def mounts(context):
    server = Server("juicefs.sh")
    try:
        places = [pathlib.Path(place) for place in (server.url, server.line())]
        with Proxy(moto(context).url) as proxy:
            caches = [place / "cache" for place in places]
            yield from Flow(context, proxy, "mounts", "moto, cache on JuiceFS", caches).results()
        yield contest(context, places, COMMITS)
    finally:
        server.end()


def contest(context, places, commits):
    """Each worker through one of the mounts."""
    snapctls = [context.snapctl(place / "store", timeout=180) for place in places]
    return fleet(context, snapctls, "a directory of JuiceFS over two mounts", commits)
