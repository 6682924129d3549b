"""compaction_lance.py TABLE COUNT DIMENSION DELTA ROUNDS SEED: what Lance's merge_insert takes; as JSON.

Runs in an environment of its own. Half of the rows of a delta take the place of others.
"""

import json
import pathlib
import resource
import statistics
import sys

import lance
import numpy
import pyarrow


def id_of(number):
    return f"IMAGE#{number // 100:06d}#WORD#{number:08d}"


def rows(numbers, dimension, chance):
    vectors = chance.random((len(numbers), dimension), dtype=numpy.float32)
    flat = pyarrow.array(vectors.reshape(-1))
    texts = [f"SUBTOTAL <EDGE> SUBTOTAL {number % 1000}" for number in numbers]
    metadata = [
        json.dumps({
            "image_id": chance.bytes(18).hex(), "receipt_id": int(number) % 4, "line_id": int(number) % 90,
            "word_id": int(number) % 8, "text": "SUBTOTAL", "label": "MERCHANT", "validated": False,
            **{key: round(chance.random(), 6) for key in ("x", "y", "width", "height", "confidence")}})
        for number in numbers]
    return pyarrow.table({
        "id": [id_of(number) for number in numbers],
        "vector": pyarrow.FixedSizeListArray.from_arrays(flat, dimension), "document": texts, "metadata": metadata})


def byte_count(folder):
    return sum(path.stat().st_size for path in pathlib.Path(folder).rglob("*") if path.is_file())


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main(path, count, dimension, delta, rounds, seed):
    chance = numpy.random.default_rng(seed)
    table = lance.write_dataset(rows(range(count), dimension, chance), path)
    cpu, stored = [], []
    for round_ in range(rounds):
        there = count + round_ * delta // 2
        replaced = chance.choice(there, delta // 2, replace=False)
        batch = rows([*range(there, there + delta // 2), *replaced], dimension, chance)
        bytes_before, before = byte_count(path), cpu_seconds()
        table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all().execute(batch)
        cpu.append(cpu_seconds() - before)
        stored.append(byte_count(path) - bytes_before)
        table = lance.dataset(path)
    if table.count_rows() != count + rounds * delta // 2:
        raise RuntimeError(f"{table.count_rows()} rows")
    print(json.dumps({"cpu": statistics.median(cpu), "bytes": statistics.median(stored), "version": lance.__version__}))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
