"""A small store with every kind of object: two versions of a tree, and vectors both compacted and pending."""

import json

from .shim import Shim
from .trees import files, small_tree

NOT_FORMAT = ("catalog", "tmp")  # host-local, rebuilt from the rest
TREE, WORDS = "tree", "words"
ROWS_IN_HEAD = 128  # versions that a head names inline


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

    def add_rare_kinds(self, context):
        """A head so long that older rows stand in a `versions` object, and the intent of a writer that was killed."""
        for number in range(ROWS_IN_HEAD + 2):
            source = self.folder / "many"
            source.mkdir(exist_ok=True)
            (source / "number").write_text(str(number))
            self.snapctl.ok("create", "many", source, "--append-version")
        (source / "number").write_text("killed")
        for at in range(3, 60):
            Shim(context).run(self.snapctl, at, "create", "many", source, "--append-version")
            if any(key.startswith("intents/") for key in self.objects):
                return

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


def record(number):
    return {
        "id": f"IMAGE#{number:05d}", "vector": [number % 4096 + index / 8 for index in range(8)],
        "document": f"word {number}", "metadata": {"line": number, "tags": ["a", "b"]}}


def scanned(run):
    """The records a `scan --json` printed, by id."""
    return {object_["id"]: (object_["vector"], object_.get("document"), object_.get("metadata"))
            for object_ in run.of_type("record")}
