#!/usr/bin/env bash
# Runs every test, then the independent reader, and where CI is set the gate: crash points, faults, pauses, hostile files,
# failing servers and mounts, each a line of the figures. What failed stands once more at the end.
# usage: test.sh [options of swift build…]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT

status=0
swift test --parallel "$@" 2>&1 | tee "$log" || status=$?
if [ "$status" -ne 0 ]; then
  echo
  echo "==> what failed"
  grep -E '^✘|error:|Fatal error' "$log" | sort -u | head -n 60
  exit "$status"
fi
snapctl=$(swift build --show-bin-path "$@")/snapctl
bash Tests/Support/reader.sh "$snapctl"
# Whether something ends is asked for there; in which second it does, on a machine that has nothing else to do.
if [ -n "${CI:-}" ]; then SNAPCTL=$snapctl FIGURES_GRACE_SECONDS=10 bash Tests/Support/figures.sh --gate; fi
