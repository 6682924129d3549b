"""S3 servers that figures start themselves, and snapctl with a store on them."""

import http.client
import os
import signal
import subprocess
import threading
import urllib.parse
import xml.etree.ElementTree

from .context import SUPPORT
from .registry import Unavailable

BUCKET = "tests"
START_SECONDS = 600
UNCHECKED = "AWS4-HMAC-SHA256 Credential=tests/20200101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"


class Server:
    """A script of Tests/Support/servers: prints where it listens, and goes when its standard input ends."""

    def __init__(self, script, *arguments):
        self.process = subprocess.Popen(
            ["bash", SUPPORT / "servers" / script, *map(str, arguments)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.said = []
        threading.Thread(target=lambda: self.said.extend(self.process.stderr), daemon=True).start()
        timer = threading.Timer(START_SECONDS, self.process.terminate)
        timer.start()
        self.url = self.line()
        timer.cancel()
        if not self.url:
            raise Unavailable(self.reason(script))

    def line(self):
        """The next line of what it prints."""
        return self.process.stdout.readline().strip()

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


def copy_store(from_url, name, to_url, other):
    """Copies a small store as it is, on servers that look at no signature."""
    for key in listed(from_url, name):
        body = asked(from_url, "GET", f"{name}/{key}")
        asked(to_url, "PUT", f"{other}/{key}", body)


def listed(url, name):
    """The keys of a small store."""
    query = urllib.parse.urlencode({"list-type": 2, "prefix": f"{name}/"})
    listing = xml.etree.ElementTree.fromstring(asked(url, "GET", f"?{query}"))
    keys = [element.text for element in listing.iter() if element.tag.endswith("}Key")]
    return [key.removeprefix(f"{name}/") for key in keys]


def asked(url, method, path, body=None):
    server = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    try:
        server.request(method, f"/{BUCKET}/{path}", body, {"Authorization": UNCHECKED})
        response = server.getresponse()
        if response.status != 200:
            raise RuntimeError(f"{method} {path}: {response.status}")
        return response.read()
    finally:
        server.close()
