"""What comes into `append` and cannot be used: refused whole, or line by line when asked; nothing is half-applied."""

import json
import struct

from .registry import figure, verdict
from .sample import WORDS, record, scanned

GOOD = 50
RSS_MAX = 256 << 20


def line(**fields):
    return json.dumps(fields).encode()


def bad_lines():
    """Name -> bytes of one line that no record can be made of, next to records of 8 dimensions."""
    vector = [1.0] * 8
    yield "a dimension less", line(id="x", vector=[1.0] * 7)
    yield "no vector", line(id="x", document="text")
    yield "NaN", b'{"id":"x","vector":[NaN,1,1,1,1,1,1,1]}'
    yield "Infinity", b'{"id":"x","vector":[Infinity,1,1,1,1,1,1,1]}'
    yield "1e300 as f32", line(id="x", vector=[1e300] + vector[1:])
    yield "1e999", b'{"id":"x","vector":[1e999,1,1,1,1,1,1,1]}'
    yield "an integer of 5,000 digits", b'{"id":"x","vector":[' + b"9" * 5000 + b",1,1,1,1,1,1,1]}"
    yield "a text among the numbers", line(id="x", vector=vector[1:] + ["1"])
    yield "an id of 1 MB", line(id="x" * 1_000_000, vector=vector)
    yield "an id of 1,025 bytes", line(id="x" * 1025, vector=vector)
    yield "no id", line(vector=vector)
    yield "an empty id", line(id="", vector=vector)
    yield "a number as id", line(id=7, vector=vector)
    yield "NUL in the id", line(id="a\0b", vector=vector)
    yield "a NUL byte", b'{"id":"a\0b"}'
    yield "half a surrogate pair", b'{"id":"\\ud83d","vector":[1,1,1,1,1,1,1,1]}'
    yield "surrogates the wrong way round", b'{"id":"\\ude00\\ud83d","vector":[1,1,1,1,1,1,1,1]}'
    yield "no UTF-8", b'{"id":"\xff\xfe","vector":[1,1,1,1,1,1,1,1]}'
    yield "an overlong NUL", b'{"id":"\xc0\x80","vector":[1,1,1,1,1,1,1,1]}'
    yield "a torn line", line(id="x", vector=vector)[:-5]
    yield "two values", line(id="x", vector=vector) * 2
    yield "a key that comes twice", b'{"id":"x","id":"y","vector":[1,1,1,1,1,1,1,1]}'
    yield "a key that means nothing", line(id="x", vector=vector, more=1)
    yield "no object", b"[]"
    yield "100,000 brackets", b"[" * 100_000
    yield "100,000 braces", b'{"a":' * 100_000
    yield "metadata in metadata", line(id="x", vector=vector, metadata={"a": {"b": 1}})
    yield "metadata of different kinds", line(id="x", vector=vector, metadata={"a": [1, "b"]})
    yield "a metadata key of 257 bytes", line(id="x", vector=vector, metadata={"k" * 257: 1})
    yield "1,025 metadata keys", line(id="x", vector=vector, metadata={f"k{n}": n for n in range(1025)})
    yield "a document above 1 MiB", line(id="x", vector=vector, document="x" * ((1 << 20) + 1))
    yield "a line above 8 MiB", line(id="x", vector=vector, document="x" * (9 << 20))
    yield "an update of nothing", line(id="x", update={})
    yield "delete and more", line(id="x", delete=True, vector=vector)
    yield "id and prefix", line(id="x", prefix="y", delete=True)


@figure("input")
def inputs(context):
    snapctl = context.new_store(context.folder("input") / "store", timeout=60)
    path = context.scratch / "input" / "lines"
    path.write_bytes(lines(range(GOOD)))
    snapctl.ok("append", WORDS, "--input", path, "--producer", "a")
    yield from refused_whole(snapctl, path)
    yield from by_line(snapctl, path)
    yield from harmless(snapctl, path)
    yield from arrays(context, snapctl, path)


def lines(numbers):
    return b"".join(json.dumps(record(number)).encode() + b"\n" for number in numbers)


def deltas(snapctl):
    return snapctl.ok("deltas", WORDS).of_type("delta")


def refused_whole(snapctl, path):
    faults, before, bad = [], deltas(snapctl), list(bad_lines())
    for name, text in bad:
        path.write_bytes(lines([1000]) + text + b"\n" + lines([1001]))
        run = snapctl.run("append", WORDS, "--input", path, "--producer", "b")
        told = [(one["line"], bool(one["reason"])) for one in run.of_type("rejected")]
        if run.exit != 1 or told != [(2, True)]:
            faults.append(f"{name}: {told}, {run.told()}")
        if run.rss_bytes > RSS_MAX:
            faults.append(f"{name}: {run.rss_bytes >> 20} MiB of memory")
    faults += [] if deltas(snapctl) == before else ["something was appended"]
    yield verdict(
        "a line that cannot be used", "exit 1 with line and reason, nothing appended", faults, f"{len(bad)} inputs")


def by_line(snapctl, path):
    bad = [text for _, text in bad_lines()]
    path.write_bytes(b"".join(text + b"\n" + lines([2000 + n]) for n, text in enumerate(bad)))
    run = snapctl.run(
        "append", WORDS, "--input", path, "--producer", "c", "--skip-bad", "--run", "c", "--expected", 2 * len(bad))
    told = [one["line"] for one in run.of_type("rejected")]
    faults = [] if run.exit == 0 and told == list(range(1, 2 * len(bad), 2)) else [f"{told}, {run.told()}"]
    summary = run.one("appended")
    if (summary["operations"], summary["rejected"]) != (len(bad), len(bad)):
        faults.append(f"counted {summary}")
    account = snapctl.run("reconcile", WORDS)
    missing = [one["missing"] for one in account.of_type("run") if one["run"] == "c"]
    if account.exit != 11 or missing != [len(bad)]:
        faults.append(f"{missing} are missing, {account.told()}")
    found = scanned(snapctl.ok("scan", WORDS))
    wanted = {record(number)["id"] for number in [*range(GOOD), *range(2000, 2000 + len(bad))]}
    faults += [] if found.keys() == wanted else [f"{len(found)} records where {len(wanted)} are good"]
    yield verdict(
        "the same with --skip-bad", "each line named, the rest there, reconcile counts what is missing", faults,
        f"{len(bad)} of {2 * len(bad)} lines")


def harmless(snapctl, path):
    """What looks odd and is none the worse for it."""
    odd = {
        "no final line break": lines([3000])[:-1], "empty lines": b"\n\n" + lines([3001]) + b" \t\n",
        "carriage returns": lines([3002]).replace(b"\n", b"\r\n"), "nothing": b"", "only line breaks": b"\n" * 1000,
        "an id of 1,024 bytes": line(id="y" * 1024, vector=[1] * 8), "32 bits of anything": line(
            id="\U0010ffff\ud7ff", vector=[-0.0, 1e-45, 3.4028234e38, -3.4028234e38, 0, 1, 2, 3]),
        "an id that comes twice": line(id="twice", vector=[1] * 8) + b"\n" + line(id="twice", vector=[2] * 8),
    }
    faults = []
    for name, text in odd.items():
        path.write_bytes(text)
        run = snapctl.run("append", WORDS, "--input", path, "--producer", "d")
        faults += [] if run.exit == 0 else [f"{name}: {run.told()}"]
    found = scanned(snapctl.ok("scan", WORDS))
    faults += [] if found["twice"][0] == [2] * 8 else [f"of an id that comes twice {found['twice']} is there"]
    yield verdict("odd and harmless input", "exit 0, the last of an id counts", faults, f"{len(odd)} inputs")


def npy(rows, type_="<f4", order="False", code="f"):
    shape = f"({len(rows)}, {len(rows[0])})"
    header = f"{{'descr': '{type_}', 'fortran_order': {order}, 'shape': {shape}, }}"
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    elements = b"".join(struct.pack(f"<{len(row)}{code}", *row) for row in rows)
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode() + elements


def arrays(context, snapctl, path):
    rows = [[number + index / 8 for index in range(8)] for number in range(20)]
    whole = npy(rows)
    without = [{key: value for key, value in record(4000 + n).items() if key != "vector"} for n in range(20)]
    text = b"".join(json.dumps(one).encode() + b"\n" for one in without)
    bad = {
        "a row too few": (npy(rows[:-1]), text), "a line too few": (whole, text[:text.rstrip().rindex(b"\n") + 1]),
        "torn in the last row": (whole[:-1], text), "torn in the header": (whole[:40], text),
        "a byte too many": (whole + b"x", text), "float64": (npy(rows, "<f8", code="d"), text),
        "big-endian": (npy(rows, ">f4"), text), "Fortran order": (npy(rows, order="True"), text),
        "7 columns": (npy([row[1:] for row in rows]), text), "no array": (b"PK\3\4" + whole, text),
        "NaN in row 3": (npy([*rows[:2], [float("nan")] * 8, *rows[3:]]), text), "lines with vectors": (
            whole, b"".join(json.dumps(record(n)).encode() + b"\n" for n in range(20))),
    }
    faults, before = [], deltas(snapctl)
    array = path.with_suffix(".npy")
    for name, (data, lines_) in bad.items():
        array.write_bytes(data)
        path.write_bytes(lines_)
        run = snapctl.run("append", WORDS, "--input", path, "--vectors", array, "--producer", "n")
        faults += [] if run.exit in (1, 2) and run.stderr.strip() else [f"{name}: {run.told()}"]
    faults += [] if deltas(snapctl) == before else ["something was appended"]
    array.write_bytes(whole)
    path.write_bytes(text)
    snapctl.ok("append", WORDS, "--input", path, "--vectors", array, "--producer", "n")
    found = scanned(snapctl.ok("scan", WORDS))
    faults += [
        f"{one['id']} has another vector" for one, row in zip(without, rows) if found[one["id"]][0] != row]
    yield verdict(
        "vectors from a .npy", "refused whole where it does not fit; else bit for bit", faults, f"{len(bad)} misfits")
