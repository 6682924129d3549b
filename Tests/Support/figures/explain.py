"""`--explain` names every file whose bytes moved, and every byte of it."""

import re

from .chain import chain
from .registry import figure, verdict
from .trees import listing

PART = re.compile(r"\((\d+) bytes\)")


@figure("explain")
def explain(context):
    steps = chain(context).steps
    for name, runs in (("create", "created"), ("sync", "synced")):
        faults, count = [], 0
        for before, step in zip([None, *steps], steps, strict=False):
            explained = accounted(getattr(step, runs))
            wanted = changed_sizes(before and before.source, step.source)
            count += sum(explained.values())
            faults += [f"v{step.number}: {text}" for text in compared(explained, wanted)]
        yield verdict(f"{name} --explain", "every byte of every file that moved", faults, f"{count} bytes explained")


def accounted(run):
    """path -> bytes that its explanation accounts for."""
    return {
        object_["path"]: object_["bytes"] if "bytes" in object_ else sum(map(int, PART.findall(object_["reason"])))
        for object_ in run.of_type("explanation")}


def changed_sizes(before, after):
    """path -> size of each file that is not as it was, names and modes left out."""
    old = listing(before) if before else {}
    new = listing(after)
    return {
        path: (after / path).stat().st_size for path, entry in new.items()
        if entry[0] == "file" and entry[-1] != old.get(path, (None,))[-1]}


def compared(explained, wanted):
    for path in sorted(explained.keys() | wanted.keys()):
        if path not in explained:
            yield f"{path} ({wanted[path]} bytes) is not explained"
        elif path not in wanted:
            if explained[path]:
                yield f"{path} is explained, but did not change"
        elif explained[path] != wanted[path]:
            yield f"{path}: {explained[path]} of {wanted[path]} bytes are explained"
