#!/usr/bin/env bash
# figures.sh [--only NAME,…|--gate] [--data DIR] [--data-big DIR] [--seed N] [--seconds N] [--strict] [--list]: the promises.
#
# Builds snapctl in release mode (SNAPCTL names another one to measure), then prints one line per figure:
# name | measured | bound | PASS, FAIL or SKIP (why). Needs about 7 GB in TMPDIR for the figure `memory`. For
# the figure `speed` chroma/large.sh makes its data once, in minutes, unless --data-big names other. --gate takes what
# continuous integration asks for: right or wrong, never how fast; exits 1 after a FAIL.
set -euo pipefail
support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly support
exec </dev/null

if [ -z "${SNAPCTL:-}" ] && [[ " $* " != *" --list "* ]] && [[ " $* " != *" --help "* ]]; then
  SNAPCTL=$(bash "$support/release.sh")
fi
export PYTHONPATH=$support/../../Benchmarks:$support PYTHONDONTWRITEBYTECODE=1
exec python3 -m figures ${SNAPCTL:+--snapctl "$SNAPCTL"} "$@"
