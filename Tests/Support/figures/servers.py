"""S3 servers that figures start themselves, and snapctl with a store on them."""

import os
import signal
import subprocess
import threading

from .context import SUPPORT
from .registry import Unavailable

BUCKET = "tests"
START_SECONDS = 600


class Server:
    """A script of Tests/Support/servers: prints where it listens, and goes when its standard input ends."""

    def __init__(self, script, *arguments):
        self.process = subprocess.Popen(
            ["bash", SUPPORT / "servers" / script, *map(str, arguments)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.said = []
        threading.Thread(target=lambda: self.said.extend(self.process.stderr), daemon=True).start()
        timer = threading.Timer(START_SECONDS, self.process.kill)
        timer.start()
        self.url = self.process.stdout.readline().strip()
        timer.cancel()
        if not self.url:
            raise Unavailable(self.reason(script))

    def reason(self, script):
        status = self.process.wait()
        lines = [line.strip() for line in self.said if line.strip()]
        return lines[-1] if lines else f"{script} ended with {status}"

    def stop(self):
        os.killpg(self.process.pid, signal.SIGSTOP)

    def go_on(self):
        os.killpg(self.process.pid, signal.SIGCONT)

    def end(self):
        self.process.stdin.close()
        self.process.wait(60)


def moto(context):
    """The one that keeps AWS's rules, in memory, shared by all figures of a run."""
    return context.once("moto", lambda: Server("moto.sh"))


def access(url):
    """The variables with which any client of S3 reaches it."""
    return {
        "AWS_ENDPOINT_URL_S3": url, "AWS_ACCESS_KEY_ID": "tests-access-key",
        "AWS_SECRET_ACCESS_KEY": "tests-secret-key", "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}


def address(name):
    return f"s3://{BUCKET}/{name}"


def snapctl_on(context, url, name, cache=None, **options):
    """snapctl with the store `name` on the server at `url`."""
    return context.snapctl(address(name), cache, **access(url), **options)
