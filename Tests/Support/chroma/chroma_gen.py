#!/usr/bin/env python3
"""Makes a real ChromaDB directory of receipt-OCR words in six versions.

  chroma_gen.py directories OUT [--words N] [--dimension D] [--seed S] [--space l2|cosine|ip] [--versions N] [--batch N]
      [--context]
      OUT/v1 ... OUT/v6, each copied after the client's process had ended; --versions 5 stops before v6.
  chroma_gen.py fixture OUT [the same options]
      OUT/v1.tar.zst ... OUT/v6.tar.zst, OUT/versions.json and OUT/words.jsonl: what the tests keep.

Run it with the python that venv.sh prints. `fixture` also needs the zstd command.
The records are a function of the options alone. The bytes are not: ChromaDB draws new identifiers each time.
"""

import argparse
import json
import multiprocessing
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

import numpy

sys.dont_write_bytecode = True  # the scripts beside this one leave nothing in the source tree

import check
import receipts

COLLECTION = "words"
BATCH = 250  # what the pipeline sends per request
WORDS = 1300  # few, yet enough that v1 and v6 each pass the 1,000 changes after which ChromaDB writes its HNSW files
JSON_LINES = 300
JSON_FIELDS = (
    "image_id", "receipt_id", "line_id", "word_id", "text", "x", "y", "width", "height", "confidence", "left", "right",
    "merchant_name", "label_status", "source", "valid_labels_array",
)


class Plan:
    """Which words each version adds, relabels or deletes; every range is half-open."""

    def __init__(self, options):
        self.options = options
        count, hundredth = options.words, max(1, options.words // 100)
        ends = [0, count, count + hundredth]
        ends.append(ends[-1] + count // 10)
        ends.append(ends[-1] + count // 2)
        self.end = ends[-1]
        self.steps = {
            "v1": (self.upsert, ends[0], ends[1]),
            "v2": (self.upsert, ends[1], ends[2]),
            "v3": (self.relabel, count // 3, count // 3 + hundredth),
            "v4": (self.delete, count // 2, count // 2 + hundredth),
            "v5": (self.upsert, ends[2], ends[3]),
            "v6": (self.upsert, ends[3], ends[4]),
        }

    def apply(self, version, directory):
        client = check.open_client(directory)
        try:
            collection = client.get_or_create_collection(
                COLLECTION, metadata={"hnsw:space": self.options.space}, embedding_function=None)
            step, first, end = self.steps[version]
            for start in range(first, end, self.options.batch):
                step(collection, receipts.words(self.options.seed, start, min(start + self.options.batch, end)))
        finally:
            client.close()

    def upsert(self, collection, words):
        vectors = [word.vector(self.options.dimension, self.options.seed, self.options.context) for word in words]
        collection.upsert(
            ids=[word.id for word in words], documents=[word.text for word in words],
            metadatas=[word.metadata for word in words], embeddings=numpy.array(vectors))

    def relabel(self, collection, words):
        collection.update(
            ids=[word.id for word in words], metadatas=[receipts.relabelled(word, day=5) for word in words])

    def delete(self, collection, words):
        collection.delete(ids=[word.id for word in words])


def make_directories(options, out):
    """A process per version: a directory is complete only when its client's process has ended."""
    plan = Plan(options)
    with tempfile.TemporaryDirectory() as scratch:
        live = pathlib.Path(scratch, "live")
        for version in list(plan.steps)[:options.versions]:
            run_alone(plan.apply, version, str(live))
            shutil.rmtree(out / version, ignore_errors=True)
            shutil.copytree(live, out / version)
            print(f"{version}: {sum(file.stat().st_size for file in files(out / version))} bytes", flush=True)


def run_alone(function, *arguments):
    process = multiprocessing.get_context("spawn").Process(target=function, args=arguments)
    process.start()
    process.join()
    if process.exitcode != 0:
        raise SystemExit(f"{function.__name__}{arguments} failed with exit code {process.exitcode}")


def make_fixture(options, out):
    with tempfile.TemporaryDirectory() as scratch:
        directories = pathlib.Path(scratch)
        make_directories(options, directories)
        versions = {}
        for directory in sorted(directories.iterdir()):
            pack(directory, out / f"{directory.name}.tar.zst")
            summary = check.summarize_copy(directory)
            versions[directory.name] = {"count": summary["count"], "digest": summary["digest"]}
    (out / "versions.json").write_text(json.dumps(versions, indent=2) + "\n")
    (out / "words.jsonl").write_text("".join(json_lines(options)))


def files(directory):
    return sorted(path for path in directory.rglob("*") if path.is_file())


def pack(directory, archive):
    """The same directory always gives the same archive: sorted names, no owner, no time."""
    with tempfile.TemporaryDirectory() as scratch:
        plain = pathlib.Path(scratch, "plain.tar")
        with tarfile.open(plain, "w", format=tarfile.USTAR_FORMAT) as tar:
            for path in sorted(directory.rglob("*")):
                tar.add(path, arcname=str(path.relative_to(directory)), recursive=False, filter=anonymous)
        subprocess.run(["zstd", "-q", "-f", "-19", "--no-progress", "-o", archive, plain], check=True)


def anonymous(entry):
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = 1_767_225_600  # 2026-01-01T00:00:00Z
    entry.mode = 0o755 if entry.isdir() else 0o644
    return entry


def json_lines(options):
    """One known receipt relabelled, then words that no version holds: a delta with updates and inserts."""
    seed, end = options.seed, Plan(options).end
    known = receipts.words(seed, 0, 100)
    known = [word for word in known if word.metadata["image_id"] == known[0].metadata["image_id"]]
    for word in known:
        yield json_line(word, options, receipts.relabelled(word, day=9))
    for word in receipts.words(seed, end, end + JSON_LINES - len(known)):
        yield json_line(word, options, {})


def json_line(word, options, changes):
    metadata = word.metadata | changes
    fields = {name: metadata[name] for name in JSON_FIELDS if name in metadata}
    # A float32's shortest text, not its double's: it reads back to the same bits and is half as long.
    vector = ",".join(str(value) for value in word.vector(options.dimension, options.seed, options.context))
    return f'{json.dumps(fields)[:-1]}, "vector": [{vector}]}}\n'


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["directories", "fixture"])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--words", type=int, default=WORDS, help=f"words in v1 (default {WORDS})")
    parser.add_argument("--dimension", type=int, default=64)
    parser.add_argument("--seed", type=int, default=20260101)
    parser.add_argument("--space", choices=["l2", "cosine", "ip"], default="l2")
    parser.add_argument("--versions", type=int, default=6, help="how many of the six (default all)")
    parser.add_argument("--batch", type=int, default=BATCH, help=f"words per request (default {BATCH})")
    parser.add_argument("--context", action="store_true", help="the same vector where a model is given the same words")
    return parser.parse_args()


def main():
    options = parse_arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    make = {"directories": make_directories, "fixture": make_fixture}[options.what]
    make(options, options.out)


if __name__ == "__main__":
    main()
