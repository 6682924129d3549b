"""Serves S3 in memory, with the bucket `tests`, until standard input ends; prints the address as its first line."""
import logging
import os
import sys
import threading

import boto3
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
boto3.client(
    "s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1",
    aws_access_key_id="tests", aws_secret_access_key="secret").create_bucket(Bucket="tests")
print(f"http://{host}:{port}", flush=True)


def watch():
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=watch).start()
