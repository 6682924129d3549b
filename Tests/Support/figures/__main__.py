"""figures.sh [--only NAME,…|--gate] [--data DIR] [--data-big DIR] [--seed N] [--seconds N] [--strict] [--list]

Prints one line per promised figure: name | measured | bound | PASS, FAIL or SKIP (why). Exits 0, with --strict 1
after a FAIL. --data takes a folder with v1 … v6, as directories or as .tar.zst, in place of the fixture; --data-big
one with v1 … v5 of a large ChromaDB directory, in place of what chroma/large.sh makes. --seconds is how long the
concurrent commits and the bit flips go on (60; also FIGURES_SECONDS). --gate takes those figures that tell right from
wrong, none that tells how fast, and is strict.
"""

import argparse
import os
import pathlib
import random
import sys
import time

from . import catalogue  # registers all figures
from .context import Context, in_memory, scratch_folder
from .registry import FIGURES, Result, Unavailable


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="figures.sh", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--only", metavar="NAMES", help="comma-separated; see --list")
    chosen.add_argument("--gate", action="store_true", help="what continuous integration asks for")
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--data-big", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("FIGURES_SECONDS", 60)))
    parser.add_argument("--strict", action="store_true", help="exit 1 when a figure fails")
    parser.add_argument("--list", action="store_true", help="print the names of all figures")
    parser.add_argument("--snapctl", type=pathlib.Path, help="the program to measure")
    options = parser.parse_args()
    options.names = options.only.split(",") if options.only else list(catalogue.GATE if options.gate else FIGURES)
    unknown = [name for name in options.names if name not in FIGURES]
    if unknown:
        parser.error(f"no figure is called {unknown[0]}; there are {', '.join(FIGURES)}")
    return options


def results_of(name, context):
    """A figure that cannot be taken is a SKIP, one that breaks a FAIL: neither ends the run."""
    try:
        yield from FIGURES[name](context)
    except Unavailable as reason:
        yield Result(name, "-", "-", None, str(reason))
    except Exception as error:  # whatever breaks is reported on its line
        text = " ".join(str(error).split())[:600]
        yield Result(name, "-", "runs to its end", False, f"{type(error).__name__}: {text}")


def run(options, scratch, fast):
    context = Context(
        options.snapctl, scratch, options.data, options.seed, options.seconds, fast,
        options.data_big and options.data_big.resolve(), catalogue.GATE_SHARE if options.gate else 1)
    print(f"# seed {options.seed}, data {options.data or 'the fixture'}; name | measured | bound | verdict", flush=True)
    failed = 0
    for name in options.names:
        started = time.monotonic()
        for result in results_of(name, context):
            print(result.line(), flush=True)
            failed += result.passed is False
        print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return failed


def main():
    options = parse_arguments()
    if options.list:
        print(*FIGURES, sep="\n")
        return 0
    if options.snapctl is None or not os.access(options.snapctl, os.X_OK):
        print("figures: there is no snapctl to measure", file=sys.stderr)
        return 2
    options.snapctl = options.snapctl.resolve()
    options.data = options.data and options.data.resolve()
    with scratch_folder() as scratch, scratch_folder(in_memory()) as fast:
        failed = run(options, scratch, fast)
    return 1 if failed and (options.strict or options.gate) else 0


if __name__ == "__main__":
    sys.exit(main())
