"""Serves S3 in memory, with the bucket `tests`, until standard input ends; prints the address as its first line.

S3_IDLE_SECONDS: for so long it keeps a connection on which nothing is asked. S3_TLS: a folder with ca.pem, server.pem and
server.key; it serves https. S3_KEY_USES: it lends keys, as the endpoints of containers and instances do, each of which is
good for so many requests.
"""
import logging
import os
import sys
import threading

import boto3
import lending
from cheroot import wsgi
from cheroot.ssl.builtin import BuiltinSSLAdapter
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.responses import S3Response

THREADS = 64  # each holds a connection for as long as its client keeps it open
IDLE_SECONDS = int(os.environ.get("S3_IDLE_SECONDS", "60"))
TLS = os.environ.get("S3_TLS", "")
KEY_USES = int(os.environ.get("S3_KEY_USES", "0"))

# S3 decides a conditional PUT at once. This server looks, and puts, and another thread may come in between: of eight
# that created one name at a time, two won in 3 rounds of 150, where Python switched between them as often as it can.
# One after the other, as S3 would have them.
turn = threading.Lock()
put_object = S3Response.put_object


def put_in_turn(*arguments, **options):
    with turn:
        return put_object(*arguments, **options)


S3Response.put_object = put_in_turn
logging.getLogger("werkzeug").setLevel(logging.ERROR)
# The server that moto brings ends every connection after one answer; S3 keeps them, and so does this one.
application = DomainDispatcherApplication(create_backend_app)
if KEY_USES:
    application = lending.Lender(application, KEY_USES)
server = wsgi.Server(("127.0.0.1", 0), application, numthreads=THREADS, timeout=IDLE_SECONDS)
if TLS:
    server.ssl_adapter = BuiltinSSLAdapter(f"{TLS}/server.pem", f"{TLS}/server.key")
server.prepare()
threading.Thread(target=server.serve, daemon=True).start()
host, port = server.bind_addr
url = f"{'https' if TLS else 'http'}://{host}:{port}"
boto3.client(
    "s3", endpoint_url=url, verify=f"{TLS}/ca.pem" if TLS else None, region_name="us-east-1",
    aws_access_key_id="tests", aws_secret_access_key="secret").create_bucket(Bucket="tests")
print(url, flush=True)


def watch():
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=watch).start()
