#!/usr/bin/env bash
# Runs every test, then the independent reader; what failed stands once more at the end.
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
bash Tests/Support/reader.sh "$(swift build --show-bin-path "$@")/snapctl"
