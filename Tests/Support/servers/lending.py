"""Keys that are lent by the endpoints of containers and instances, and refused by S3 when they were used too often."""
import json
import threading

EXPIRED = b"<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>"


class Lender:
    """Before an application of S3: what is signed with keys of its own it lets through so many times for each of them.

    What it says of their end lies far away: only the refusal tells.
    """

    def __init__(self, application, uses):
        self.application, self.uses, self.left, self.lock = application, uses, {}, threading.Lock()

    def __call__(self, environment, start):
        path = environment["PATH_INFO"]
        if path.endswith("/lent-keys") or path.endswith("/security-credentials/role"):
            return answered(start, "200 OK", self.lent())
        if path.endswith("/api/token") or path.endswith("/security-credentials/"):
            return answered(start, "200 OK", b"role")
        if self.admits(environment.get("HTTP_AUTHORIZATION", "")):
            return self.application(environment, start)
        return answered(start, "400 Bad Request", b"" if environment["REQUEST_METHOD"] == "HEAD" else EXPIRED)

    def lent(self):
        with self.lock:
            key = f"LENT{len(self.left):06}"
            self.left[key] = self.uses
        return json.dumps({
            "AccessKeyId": key, "SecretAccessKey": "secret", "Token": "token",
            "Expiration": "2099-01-01T00:00:00Z"}).encode()

    def admits(self, authorization):
        key = authorization.partition("Credential=")[2].partition("/")[0]
        with self.lock:
            if not key.startswith("LENT"):
                return True
            self.left[key] = self.left.get(key, 0) - 1
            return self.left[key] >= 0


def answered(start, status, body):
    start(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
