"""delay.py LISTEN_ADDRESS TARGET_PORT MILLISECONDS: takes connections on a free port of an address, and hands their bytes to
a port of this host and back, each so much later. Prints its port; ends when its standard input does.

What is on its way is bounded, so that a slow side slows the other one.
"""

import collections
import os
import socket
import sys
import threading
import time

PIECE = 256 << 10
UNDER_WAY_MAX = 8 << 20  # of one direction


def relay(source, target, seconds):
    """One direction, until it ends."""
    pieces, condition, held = collections.deque(), threading.Condition(), 0

    def take():
        nonlocal held
        while True:
            try:
                data = source.recv(PIECE)
            except OSError:
                data = b""
            with condition:
                condition.wait_for(lambda: held < UNDER_WAY_MAX)
                held += len(data)
                pieces.append((time.monotonic() + seconds, data))
                condition.notify_all()
            if not data:
                return

    threading.Thread(target=take, daemon=True).start()
    while True:
        with condition:
            condition.wait_for(lambda: pieces)
            due, data = pieces.popleft()
        time.sleep(max(0, due - time.monotonic()))
        try:
            target.sendall(data) if data else target.shutdown(socket.SHUT_WR)
        except OSError:
            data = b""
        with condition:
            held -= len(data)
            condition.notify_all()
        if not data:
            return


def main():
    address, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) / 1_000
    listener = socket.create_server((address, 0), backlog=256)
    print(listener.getsockname()[1], flush=True)

    def accept():
        while True:
            client, _ = listener.accept()
            server = socket.create_connection(("127.0.0.1", port))
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for pair in ((client, server), (server, client)):
                threading.Thread(target=relay, args=(*pair, seconds), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()
    os._exit(0)


main()
