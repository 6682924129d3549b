"""nightly.sh: the same measurements over many seeds, resumable. See there."""

import argparse
import collections
import json
import pathlib
import sys
import time

from . import (
    compacted, concurrency, controls, damage, disk, hostile, hung, leases, mounts, mutations, pauses, races, records,
    s3ceph, s3faults, s3fleet, s3refused, simulation, words)
from .context import Context, in_memory, scratch_folder
from .faults import KINDS, can_meet, fault_sweep
from .kills import recovery_sweep, sweep
from .registry import Unavailable
from .power import crash_sweep, power_cuts, unsynced_cases
from .trials import Trials
from .workloads import KILLED, OPERATIONS, READERS, workloads

CONTEST_SECONDS = 120
PAIRS = 200
LEASE_PAUSES = 1_000
RACE_SECONDS = 60
MUTATION_MILLIONS = 10
SIMULATIONS, SIMULATION_SLICE = 100_000, 5_000
STATES = 300  # of each operation, catalog and kind of tree
CUTS, ROUNDS = 100, 5
MOUNT_ROUNDS = 10
S3_ROUNDS, S3_COMMITS, CEPH_COMMITS, COLD_WORKERS = 10, 500, 60, 50


def kill_chunks():
    """Each operation with each catalog, plain and torn, in slices that end within a few minutes."""
    for name in KILLED:
        for workload in workloads(name):
            wide = ", wide" if workload.is_wide else ""
            yield f"{workload.fault.do} {name}, {workload.catalog}{wide}", kill_chunk(workload)
    for name, operation in OPERATIONS.items():
        for catalog in operation.catalogs:
            yield f"kill during recovery of {name}, {catalog}", recovery_chunk(operation, catalog)


def kill_chunk(workload):
    return lambda context: counted(
        sweep(context, workload.made(context, context.seed), workload.catalog, workload.fault))


def recovery_chunk(operation, catalog):
    return lambda context: counted(recovery_sweep(context, operation(context, context.seed), catalog, PAIRS))


def unsynced_chunks():
    """What a disk may keep of each operation."""
    for name, catalog, is_wide in unsynced_cases():
        yield f"unsynced {name}, {catalog}{', wide' if is_wide else ''}", unsynced_chunk(name, catalog, is_wide)


def unsynced_chunk(name, catalog, is_wide):
    return lambda context: counted(
        crash_sweep(context, KILLED[name](context, context.seed, is_wide), catalog, STATES)[0])


def fault_chunks():
    """Each call of each operation, with each kind of fault."""
    for kind, fault in KINDS.items():
        for name, operation in (OPERATIONS | READERS).items():
            for catalog in operation.catalogs if can_meet(name, fault) else ():
                yield f"{kind}: {name}, {catalog}", fault_chunk(operation, catalog, fault)


def fault_chunk(operation, catalog, fault):
    return lambda context: counted(
        fault_sweep(context, Trials(context, operation(context, context.seed), catalog), fault))


def counted(sweep):
    return sweep.trials, sweep.faults


def figure_chunk(measure):
    """A figure's lines as a chunk: one trial each."""
    def run(context):
        results = list(measure(context))
        return len(results), [result.line() for result in results if result.passed is False]
    return run


def mutation_chunks():
    """Ten million mutations, a million at a time."""
    for number in range(MUTATION_MILLIONS):
        yield f"mutations, million {number + 1}", mutation_chunk(number * 1_000_000, 1_000_000)


def mutation_chunk(first, count):
    def run(context):
        tally = mutations.mutated(context, first, count)
        return tally.trials, tally.faults
    return run


def simulation_chunks():
    """A hundred thousand runs, a few thousand at a time; each round of seeds takes the next."""
    for start in range(0, SIMULATIONS, SIMULATION_SLICE):
        yield f"simulations from {start}", simulation_chunk(start)


def simulation_chunk(start):
    def run(context):
        tally = simulation.simulated(context, (context.seed - 1) * SIMULATIONS + start, SIMULATION_SLICE)
        return tally.trials, tally.faults + tally.missing()
    return run


def mount_chunks():
    """Each kind of fault of a network mount, under each thing that may lie there."""
    for name, case in hung.cases():
        yield f"mount: {name}", figure_chunk(hung.rounds(case, MOUNT_ROUNDS))


def s3_chunks():
    for kind in s3faults.KINDS:
        yield f"S3: {kind}", lambda context, kind=kind: counted(
            s3faults.kind_sweep(context, s3faults.all_states(context), kind, S3_ROUNDS))
    yield "S3 fleet", figure_chunk(lambda context: s3fleet.contest(context, S3_COMMITS))
    yield "JuiceFS, two mounts", figure_chunk(lambda context: mounts.long_contest(context, S3_COMMITS))
    yield "S3, cold workers", figure_chunk(lambda context: [s3fleet.cold(context, COLD_WORKERS)])
    yield "S3, refused", figure_chunk(s3refused.s3_refused)
    yield "S3, Ceph with a killed OSD", figure_chunk(lambda context: s3ceph.killed(context, CEPH_COMMITS))


def chunks():
    yield from kill_chunks()
    yield from unsynced_chunks()
    for number in range(ROUNDS):
        yield f"power, round {number}", lambda context, number=number: counted(power_cuts(context, CUTS, number)[0])
    yield from fault_chunks()
    yield "pauses", figure_chunk(lambda context: pauses.pauses(context, limit=None))
    yield "leases", figure_chunk(lambda context: leases.leases(context, LEASE_PAUSES))
    yield "disk", figure_chunk(lambda context: disk.disk(context, disk.MORE_ROOM))
    yield "races", figure_chunk(lambda context: races.races(context, RACE_SECONDS))
    yield "hostile", figure_chunk(lambda context: hostile.hostile(context, share=1))
    for figure in (controls.controls, races.users, words.words):
        yield figure.__name__, figure_chunk(figure)
    yield "damage", figure_chunk(damage.damage)
    yield "10 GB compacted", figure_chunk(lambda context: compacted.compacted(context, compacted.NIGHTLY_BYTES))
    yield from mutation_chunks()
    yield from simulation_chunks()
    yield "records", figure_chunk(records.records)
    for catalog in ("rocksdb", "directory"):
        yield f"contest, {catalog}", figure_chunk(
            lambda context, catalog=catalog: concurrency.contest(context, catalog, CONTEST_SECONDS))
    yield from mount_chunks()
    yield from s3_chunks()


class Ledger:
    """One line of JSON per finished chunk; a torn last line is ignored."""

    def __init__(self, path):
        self.path = path
        self.rows = [row for row in map(parsed, path.read_text().splitlines()) if row] if path.exists() else []

    def add(self, row):
        self.rows.append(row)
        with open(self.path, "a") as file:
            file.write(json.dumps(row) + "\n")

    def done(self):
        return {(row["chunk"], row["seed"]) for row in self.rows}

    def report(self):
        trials, failed = collections.Counter(), collections.Counter()
        for row in self.rows:
            trials[row["chunk"]] += row["trials"]
            failed[row["chunk"]] += len(row["faults"])
        for name in trials:
            print(f"{name} | {trials[name]} trials | {failed[name]} failures")
        return failed.total()


def parsed(line):
    try:
        return json.loads(line)
    except ValueError:
        return None


def parse_arguments():
    parser = argparse.ArgumentParser(prog="nightly.sh", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--ledger", type=pathlib.Path, default=pathlib.Path("nightly-ledger.jsonl"))
    parser.add_argument("--seed", type=int, default=1, help="the first seed; each round takes the next")
    parser.add_argument("--only", default="", help="only chunks whose name contains this")
    parser.add_argument("--snapctl", type=pathlib.Path, required=True)
    return parser.parse_args()


def run(options, ledger):
    deadline = time.monotonic() + 60 * options.minutes
    wanted = [(name, work) for name, work in chunks() if options.only in name]
    done, seed = ledger.done(), options.seed
    while wanted:
        for name, work in wanted:
            if time.monotonic() >= deadline:
                return
            if (name, seed) not in done:
                ledger.add(chunk(options, name, work, seed))
        seed += 1


def chunk(options, name, work, seed):
    started = time.monotonic()
    with scratch_folder() as scratch, scratch_folder(in_memory()) as fast:
        try:
            trials, faults = work(Context(options.snapctl.resolve(), scratch, seed=seed, seconds=60, fast=fast))
        except Unavailable as reason:
            trials, faults = 0, []
            print(f"{name}: {reason}", file=sys.stderr)
        except Exception as error:  # a chunk that breaks counts as failed, and the next one goes on
            trials, faults = 0, [f"{type(error).__name__}: {error}"]
    row = {"chunk": name, "seed": seed, "trials": trials, "faults": faults[:50],
           "seconds": round(time.monotonic() - started, 1)}
    told = f"{name}, seed {seed}: {trials} trials, {len(faults)} failures, {row['seconds']} s"
    print(told, file=sys.stderr, flush=True)
    return row


def main():
    options = parse_arguments()
    ledger = Ledger(options.ledger)
    run(options, ledger)
    return 1 if ledger.report() else 0


if __name__ == "__main__":
    sys.exit(main())
