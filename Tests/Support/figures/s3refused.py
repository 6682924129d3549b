"""A server that answers a conditional create with success and replaces what is there: no store on it, ever."""

from .clients import Clients
from .registry import figure, verdict
from .servers import BUCKET, Server, address, moto, snapctl_on
from .trees import files, small_tree

HEADER = "If-None-Match"


@figure("s3-refused")
def s3_refused(context):
    folder = context.folder("s3-refused")
    (folder / "buckets" / BUCKET).mkdir(parents=True)
    fill(context, folder / "buckets" / BUCKET / "moved")
    server = Server("rclone.sh", folder / "buckets")
    try:
        empty, moved = (snapctl_on(context, server.url, name) for name in ("empty", "moved"))
        faults = list(refused(empty.run("init")))
        left = [path for path in files(folder / "buckets" / BUCKET) if "moved" not in path.parts]
        faults += [f"init left {path.name}" for path in left]
        yield verdict(
            "S3 (rclone serve s3): init", f"exit 1, names {HEADER}, leaves nothing", faults, "1 init")
        yield verdict(
            "S3 (rclone serve s3): doctor of a store that was moved there", f"exit 1, names {HEADER}",
            list(refused(moved.run("doctor"))), "1 doctor")
    finally:
        server.end()


def fill(context, target):
    """A store that a server of AWS's rules took, copied to where this one keeps its objects."""
    url = moto(context).url
    snapctl = snapctl_on(context, url, "moved")
    snapctl.ok("init")
    snapctl.ok("create", "tree", small_tree(target.parent.parent.parent / "source", context.seed))
    Clients(context, url).aws("sync", address("moved"), target)


def refused(run):
    if run.exit != 1:
        yield f"exit {run.exit}: {run.told()}"
    if HEADER not in run.stderr + run.stdout.decode():
        yield f"does not name {HEADER}: {run.told()}"
