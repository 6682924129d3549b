#!/usr/bin/env python3
"""Opens a ChromaDB directory with the real client, uses it, and tells what it holds.

  check.py DIR [--copy] [--against DIR2]

DIR is opened in place, which changes its files; --copy opens a private copy of it instead. DIR2 is only ever read: a
private copy of it is opened. Run it with the python that venv.sh prints.

Prints one line of JSON: count; sampleIds (records fetched by id); queryIds (the nearest ids of each query); digest
(SHA-256 over every record of every collection: id, document, metadata and the vector's exact bits).
Exit codes: 0 all is well; 1 DIR differs from DIR2, or answers wrongly (what differs is on stderr); 2 a directory cannot
be opened. A damaged index can also make the client itself crash: then the code is that of its signal (139).
"""

import argparse
import hashlib
import itertools
import json
import os
import pathlib
import shutil
import sys
import tempfile

os.environ["ANONYMIZED_TELEMETRY"] = "False"

import chromadb
import numpy

PAGE = 500
SAMPLES = 8
NEAREST = 5
SEARCHED = 200  # asking for more than is kept makes the client search its approximate index more thoroughly
AGREEING = 4  # of NEAREST; see `same_answers`


class WrongAnswer(Exception):
    """The client opened the directory, but what it answers contradicts itself."""


def open_client(directory):
    return chromadb.PersistentClient(
        path=str(directory), settings=chromadb.config.Settings(anonymized_telemetry=False))


def summarize(directory):
    """What DIR holds. Opening it changes the files in it."""
    if not pathlib.Path(directory, "chroma.sqlite3").is_file():  # the client would make an empty database
        raise FileNotFoundError(f"{directory} is no ChromaDB directory")
    client = open_client(directory)
    try:
        return summarize_collections(client)
    finally:
        client.close()


def summarize_copy(directory):
    with tempfile.TemporaryDirectory() as scratch:
        copy = pathlib.Path(scratch, "copy")
        shutil.copytree(directory, copy)
        return summarize(copy)


def summarize_collections(client):
    digest = hashlib.sha256()
    summary = {"count": 0, "sampleIds": [], "queryIds": []}
    names = sorted(collection.name for collection in client.list_collections())
    for name in names:
        collection = client.get_collection(name, embedding_function=None)
        records = all_records(collection)
        summary["count"] += collection.count()
        add_to_digest(digest, name, records)
        samples = sample(records)
        summary["sampleIds"] += fetched_ids(collection, samples)
        summary["queryIds"] += nearest_ids(collection, samples)
    return summary | {"digest": digest.hexdigest()}


def all_records(collection):
    """Every record as id -> (document, metadata, vector bytes), by pages to bound the client's answer."""
    records = {}
    count = collection.count()
    for offset in range(0, count, PAGE):
        page = collection.get(limit=PAGE, offset=offset, include=["documents", "metadatas", "embeddings"])
        records |= records_of(page)
    if len(records) != count:
        raise WrongAnswer(f"{collection.name}: counts {count} records but gives {len(records)}")
    return records


def records_of(page):
    vectors = [numpy.asarray(vector, dtype="<f4").tobytes() for vector in page["embeddings"]]
    return dict(zip(page["ids"], zip(page["documents"], page["metadatas"], vectors, strict=True), strict=True))


def add_to_digest(digest, name, records):
    """Length-prefixed fields in id order: no two sets of records give the same bytes."""
    add_field(digest, name.encode())
    for id_ in sorted(records):
        document, metadata, vector = records[id_]
        add_field(digest, id_.encode())
        add_field(digest, json.dumps([document, metadata], sort_keys=True).encode())
        add_field(digest, vector)


def add_field(digest, field):
    digest.update(len(field).to_bytes(8, "little"))
    digest.update(field)


def sample(records):
    """A few records spread evenly over the id order."""
    ids = sorted(records)
    step = max(1, len(ids) // SAMPLES)
    return {id_: records[id_] for id_ in ids[::step][:SAMPLES]}


def fetched_ids(collection, samples):
    if not samples:
        return []
    page = collection.get(ids=list(samples), include=["documents", "metadatas", "embeddings"])
    if records_of(page) != samples:
        raise WrongAnswer(f"{collection.name}: a record fetched by its id is not the one listed")
    return sorted(page["ids"])


def nearest_ids(collection, samples):
    """What each sample's own vector finds, with and without a filter.

    The index is approximate and may miss even the sample: only an empty answer is wrong by itself.
    """
    answers = []
    for id_, (_, metadata, vector) in samples.items():
        query = numpy.frombuffer(vector, dtype="<f4")
        for where in filter_choices(metadata):
            answer = collection.query(query_embeddings=[query], n_results=SEARCHED, where=where, include=[])
            if not answer["ids"][0]:
                raise WrongAnswer(f"{collection.name}: nothing is near the vector of {id_} (where {where})")
            answers.append(answer["ids"][0][:NEAREST])
    return answers


def filter_choices(metadata):
    scalars = {key: value for key, value in (metadata or {}).items() if isinstance(value, str)}
    key = min(scalars, default=None)
    return [None] if key is None else [None, {key: scalars[key]}]


def differences(summary, other):
    for field in ("count", "sampleIds", "digest"):
        if summary[field] != other[field]:
            yield f"{field} differs: {json.dumps(summary[field])} against {json.dumps(other[field])}"
    if summary["sampleIds"] != other["sampleIds"]:
        return  # other questions were asked: the answers say nothing
    for answer, expected in itertools.zip_longest(summary["queryIds"], other["queryIds"], fillvalue=[]):
        if not same_answers(answer, expected):
            yield f"queryIds differs: {json.dumps(answer)} against {json.dumps(expected)}"


def same_answers(answer, expected):
    """The client replays its log into the index in no fixed order: the same directory may give another fifth id."""
    return len(answer) == len(expected) and len({*answer} & {*expected}) >= min(AGREEING, len(expected))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", metavar="DIR", type=pathlib.Path)
    parser.add_argument("--copy", action="store_true", help="open a private copy of DIR")
    parser.add_argument("--against", metavar="DIR2", type=pathlib.Path)
    return parser.parse_args()


def run(options):
    summary = (summarize_copy if options.copy else summarize)(options.directory)
    print(json.dumps(summary), flush=True)
    if options.against is None:
        return 0
    found = list(differences(summary, summarize_copy(options.against)))
    print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
    return 1 if found else 0


def main():
    try:
        return run(parse_arguments())
    except WrongAnswer as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except Exception as error:  # the client raises many kinds: each means that it cannot use the directory
        print(f"error: {type(error).__name__}: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
