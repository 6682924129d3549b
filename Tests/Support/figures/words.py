"""Names that would command a terminal: none of it reaches stdout or stderr, whatever the verb."""

import json
import os
import subprocess

from .registry import figure, verdict
from .sample import TREE, WORDS

# ESC and CSI, C1, the line's end, DEL, and what turns the direction of writing.
COMMANDS = ("\x1b[31mred", "\x9b2J", "\n# done", "\rover", "\x07", "\x7f", "\u202egnp.exe", "\u2066a\u2069", "\u200f")
FORBIDDEN = {*range(0x20), *range(0x7F, 0xA0), 0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)}
HOSTILE = "".join(COMMANDS)


@figure("words")
def words(context):
    folder = context.folder("words")
    snapctl = context.new_store(folder / "store", "directory", timeout=60)
    # In the environment's own encoding, so that names that are no text are among them, too.
    for number, source in enumerate(sources(folder), 1):
        snapctl.ok("create", TREE, source, "--message", f"message {HOSTILE}", "--expect", number - 1)
    (folder / "lines").write_text("".join(json.dumps(line) + "\n" for line in records()))
    append = ("append", WORDS, "--input", folder / "lines")
    snapctl.ok(*append, "--producer", "a", "--run", "run" + HOSTILE, exits=(0, 1, 2))
    snapctl.ok(*append, "--producer", "b")
    snapctl.ok("compact", WORDS)
    copy = folder / ("copy" + HOSTILE)
    snapctl.ok("sync", f"{TREE}@1", copy)
    faults, count = [], 0
    for command in commands(folder, copy):
        for options in ((), ("--json",), ("--progress", "plain", "--log-level", "trace")):
            run = subprocess.run(
                [context.binary, *map(str, command), "--store", str(snapctl.store), *options], capture_output=True,
                stdin=subprocess.DEVNULL, env=snapctl.environment, timeout=60)
            count += 1
            faults += [f"`{command[0]} {' '.join(options)}`: {text}" for text in heard(run, "--json" in options)]
    yield verdict(
        "escapes in names, targets, messages and records", "none reaches a terminal; JSON is escaped", faults,
        f"{count} runs of {len({command[0] for command in commands(folder, copy)})} verbs")


def sources(folder):
    for number in (1, 2):
        source = folder / f"source{number}"
        for place in (source, source / ("folder" + HOSTILE)):
            place.mkdir()
            for command in COMMANDS:
                (place / f"file{command}").write_text(f"{number}{command}")
            (place / ("link" + HOSTILE)).symlink_to("target" + HOSTILE * number)
            with open(os.fsencode(place) + b"/not text \xff\x1b\xc3", "w") as file:
                file.write(str(number))
        yield source


def records():
    for number, command in enumerate(COMMANDS):
        yield {"id": f"id {number}{command}", "vector": [1.0, number], "document": f"document{HOSTILE}",
               "metadata": {f"key{command}": f"value{command}", "tags": [command]}}


def commands(folder, copy):
    """Each verb, and what it fails with."""
    file = "file" + COMMANDS[0]
    yield from (
        ("list",), ("list", TREE), ("show", TREE), ("show", f"{TREE}@1"), ("show", HOSTILE),
        ("diff", f"{TREE}@1", f"{TREE}@2"),
        ("diff", f"{TREE}@2", copy), ("status", f"{TREE}@1", copy), ("status", f"{TREE}@2", copy), ("hash", copy),
        ("hash", folder / HOSTILE), ("sync", f"{TREE}@2", copy, "--explain"), ("sync", f"{TREE}@1", copy, "--dry-run"),
        ("sync", TREE, folder / "source1"), ("sync", copy, TREE), ("create", TREE, folder / "source1", "--explain"),
        ("create", TREE, folder / ("gone" + HOSTILE)), ("create", HOSTILE, copy),
        ("create", TREE, copy, "--append-version", "--explain"),
        ("cat", TREE, HOSTILE), ("cat", f"{TREE}@1", f"{file}/x"), ("verify",), ("verify", TREE),
        ("verify", "--local", copy),
        ("append", WORDS, "--input", folder / HOSTILE), ("deltas", WORDS), ("reconcile", WORDS), ("compact", WORDS),
        ("get", WORDS, f"id 0{COMMANDS[0]}"), ("get", WORDS, HOSTILE), ("scan", WORDS),
        ("scan", WORDS, "--prefix", "id"), ("scan", WORDS, "--where", HOSTILE),
        ("scan", WORDS, "--where", f"id = '{HOSTILE}' and"), ("get", WORDS, "--prefix", HOSTILE),
        ("search", WORDS, "--vector", folder / HOSTILE), ("search", WORDS, "--vector", folder / "lines"),
        ("intents", TREE), ("tag", f"{TREE}@1", HOSTILE), ("untag", TREE, HOSTILE), ("init", "--catalog", HOSTILE),
        *((verb, HOSTILE) for verb in ("compact", "deltas", "reconcile", "intents", "scan", "list", "diff", "verify")),
        ("inspect", folder / HOSTILE), (HOSTILE,), ("list", f"--{HOSTILE}"), ("list", "--store", folder / HOSTILE))
    for path in sorted((folder / "store").rglob("*")):
        if path.is_file() and path.parent.name not in ("db", "catalog"):
            yield "inspect", path


def heard(run, is_json):
    for name, content in (("stdout", run.stdout), ("stderr", run.stderr)):
        text = content.decode("utf-8", errors="replace")
        found = sorted({ord(letter) for letter in text if ord(letter) in FORBIDDEN and letter != "\n"})
        if found:
            yield f"{name} has {[hex(code) for code in found]}: {text[:300]!r}"
        # The parser breaks lines by itself, and quotes a line's end that stands in an argument.
        if "\n# done" in text and run.returncode != 2:
            yield f"{name} has a line's end out of a name: {text[:300]!r}"
    if run.returncode < 0:
        yield f"exit {run.returncode}"
    if is_json:
        for line in run.stdout.splitlines():
            try:
                json.loads(line)
            except ValueError:
                yield f"no JSON: {line[:200]!r}"
