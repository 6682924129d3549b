"""What may happen to a request on its way, each as what is done with an Exchange of the proxy."""

import datetime
import email.utils
import threading
import time

from .proxy import Answer, pass_on

PIECES = 10
SKEW_SECONDS_MAX = 900  # as AWS has it


def answering(status, code, **headers):
    """The server refuses, and does nothing."""
    body = f"<Error><Code>{code}</Code><Message>as told to</Message><RequestId>0</RequestId></Error>".encode()
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]

    def refuse(exchange):
        exchange.read()
        now = email.utils.formatdate(usegmt=True)
        exchange.answer(Answer(status, [("Date", now), ("Content-Type", "application/xml"), *named], body))

    return refuse


def reset_before(exchange):
    exchange.reset()


def reset_within(exchange):
    exchange.read(exchange.byte_count // 2)
    exchange.reset()


def reset_after(exchange):
    """The request came whole; the server never got it."""
    exchange.read()
    exchange.reset()


def lose_answer(exchange):
    """The server did it; nobody is told."""
    exchange.forward()
    exchange.reset()


def lose_and_hold(exchange):
    exchange.forward()
    exchange.hold()


def hold(exchange):
    """A black hole: the connection stands, and no byte comes."""
    exchange.hold()


def tear(exchange):
    """Fewer bytes than were announced."""
    answer = exchange.forward()
    exchange.begin(answer)
    exchange.write(answer.body[:len(answer.body) // 2])
    exchange.reset()


def flip(exchange):
    """One bit of the body, in its middle."""
    answer = exchange.forward()
    body = bytearray(answer.body)
    if body and answer.status < 300:
        body[len(body) // 2] ^= 0x10
    exchange.answer(Answer(answer.status, answer.headers, bytes(body)))


def slow(seconds):
    """The answer takes so long, in pieces that are never far apart."""

    def trickle(exchange):
        answer = exchange.forward()
        size = max(1, -(-len(answer.body) // PIECES))
        exchange.begin(answer)
        for at in range(0, len(answer.body), size):
            exchange.write(answer.body[at:at + size])
            time.sleep(seconds / PIECES)

    return trickle


def slow_and_torn(seconds):
    """The same, and the last piece never comes."""

    def trickle(exchange):
        answer = exchange.forward()
        size = max(1, len(answer.body) // PIECES)
        exchange.begin(answer)
        for piece in range(PIECES - 1):
            exchange.write(answer.body[piece * size:(piece + 1) * size])
            time.sleep(seconds / (PIECES - 1))
        exchange.reset()

    return trickle


def slow_upload(bytes_per_second):
    """The request is taken at that rate."""

    def drip(exchange):
        while len(exchange.body) < exchange.byte_count:
            exchange.read(min(bytes_per_second // PIECES, exchange.byte_count - len(exchange.body)))
            time.sleep(1 / PIECES)
        pass_on(exchange)

    return drip


def refuse_skew(exchange):
    """As AWS does, which moto does not: a request from another hour is refused."""
    stamp = datetime.datetime.strptime(exchange.request.headers["x-amz-date"], "%Y%m%dT%H%M%S%z")
    if abs(stamp.timestamp() - time.time()) > SKEW_SECONDS_MAX:
        return answering(403, "RequestTimeTooSkewed")(exchange)
    return pass_on(exchange)


class Spell:
    """Harms so many of the requests that `picks` lets through, from the `first` on; then the weather is fine again."""

    def __init__(self, harm, picks=lambda request: True, first=1, count=1):
        self.harm, self.picks, self.first, self.count = harm, picks, first, count
        self.seen, self.hits, self.lock = 0, 0, threading.Lock()

    def __call__(self, request):
        if not self.picks(request):
            return None
        with self.lock:
            self.seen += 1
            if not self.first <= self.seen < self.first + self.count:
                return None
            self.hits += 1
        return self.harm
