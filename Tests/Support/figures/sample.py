"""A small store with every kind of object: two versions of a tree, and vectors both compacted and pending."""

import json

from .trees import byte_count, files, small_tree

NOT_FORMAT = ("catalog", "tmp")  # host-local, rebuilt from the rest
TREE, WORDS = "tree", "words"


class Sample:
    def __init__(self, context, name, catalog="auto"):
        self.folder = context.folder(name)
        self.store = self.folder / "store"
        self.snapctl = context.new_store(self.store, catalog, timeout=60)
        self.sources = [small_tree(self.folder / f"source{n}", 7, changed=40 * n) for n in (0, 1)]
        for number, source in enumerate(self.sources):
            self.snapctl.ok("create", TREE, source, "--expect", number)
        self.snapctl.ok("tag", f"{TREE}@1", "first")
        self.append("a", range(0, 20))
        self.append("b", range(20, 30))
        self.snapctl.ok("compact", WORDS)
        self.append("a", range(25, 40))

    def append(self, producer, numbers):
        lines = "".join(json.dumps(record(number)) + "\n" for number in numbers)
        path = self.folder / f"{producer}.jsonl"
        path.write_text(lines)
        self.snapctl.ok("append", WORDS, "--input", path, "--producer", producer)

    @property
    def objects(self):
        """The keys of all objects of the format."""
        keys = [str(path.relative_to(self.store)) for path in files(self.store)]
        return [key for key in keys if key.split("/")[0] not in NOT_FORMAT]

    def size(self):
        return byte_count(self.store)


def record(number):
    return {
        "id": f"IMAGE#{number:05d}", "vector": [number % 4096 + index / 8 for index in range(8)],
        "document": f"word {number}", "metadata": {"line": number, "tags": ["a", "b"]}}


def scanned(run):
    """The records a `scan --json` printed, by id."""
    return {object_["id"]: (object_["vector"], object_.get("document"), object_.get("metadata"))
            for object_ in run.of_type("record")}
