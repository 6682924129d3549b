"""search_peers.py COPY QUERIES COUNT THREADS: what numpy and FAISS Flat find, and how long it takes them; as JSON.

Runs in an environment of its own, which has both. COPY is a synced collection, QUERIES a .npy file.
"""

import json
import pathlib
import sys
import time

import faiss
import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import segments  # noqa: E402: its folder is known only now

NEAR = 500  # so many are compared once more in double precision
# Distances of rows X from a query q, as numpy says it; smaller is nearer.
WAYS = {
    "l2": lambda rows, query: ((rows - query) ** 2).sum(axis=1),
    "ip": lambda rows, query: 1 - rows @ query,
    "cosine": lambda rows, query: 1 - rows @ query / (numpy.linalg.norm(rows, axis=1) * numpy.linalg.norm(query)),
}


def timed(work):
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


def exact(rows, query, metric, count, ids):
    """The nearest of all, in double precision."""
    distances, seconds = timed(lambda: WAYS[metric](rows, query))
    near = numpy.argpartition(distances, NEAR)[:NEAR]
    precise = WAYS[metric](rows[near].astype(numpy.float64), query.astype(numpy.float64))
    order = sorted(zip(precise, (ids[place] for place in near)))[:count]
    return [id_ for _, id_ in order], seconds


def by_faiss(rows, queries, metric, count, ids):
    index = faiss.IndexFlatL2(rows.shape[1]) if metric == "l2" else faiss.IndexFlatIP(rows.shape[1])
    if metric == "cosine":
        rows = rows / numpy.linalg.norm(rows, axis=1, keepdims=True)
        queries = queries / numpy.linalg.norm(queries, axis=1, keepdims=True)
    index.add(rows)
    answers = [timed(lambda: index.search(query[None], count)) for query in queries]
    return [[ids[place] for place in found[1][0]] for found, _ in answers], min(seconds for _, seconds in answers)


def main(copy, queries, count, threads):
    faiss.omp_set_num_threads(threads)
    ids, parts = segments.read(numpy, copy)
    rows = numpy.concatenate(parts)
    found = {}
    for metric in WAYS:
        answers = [exact(rows, query, metric, count, ids) for query in queries]
        faiss_ids, faiss_seconds = by_faiss(rows, queries, metric, count, ids)
        found[metric] = {
            "ids": [answer for answer, _ in answers], "numpy": min(seconds for _, seconds in answers),
            "faissIds": faiss_ids, "faiss": faiss_seconds}
    print(json.dumps(found))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), numpy.load(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
