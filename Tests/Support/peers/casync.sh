#!/usr/bin/env bash
# casync.sh DIR1 DIR2 ...: how many bytes each successive version adds to one casync chunk store.
#
# Prints `v1 <bytes added>` for DIR1, `v2 <bytes added>` for DIR2, and so on: chunk files plus the index file, all of
# casync's settings at their defaults. The directories are only read. Installs casync through apt when it is missing;
# exits 3 with a one-line reason when it cannot be had.
set -euo pipefail

unavailable() {
  echo "casync cannot be had here: $1" >&2
  exit 3
}

# shellcheck source=../apt.sh
. "$(dirname "${BASH_SOURCE[0]}")/../apt.sh"

bytes_in() {
  find "$1" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%d\n", sum }'
}

[ $# -ge 1 ] || { echo "usage: casync.sh DIR1 [DIR2 ...]" >&2; exit 2; }
for directory in "$@"; do
  [ -d "$directory" ] || { echo "casync.sh: $directory is no directory" >&2; exit 2; }
done
command -v casync >/dev/null || install_packages 300 casync

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/indexes"
before=0
number=0
for directory in "$@"; do
  number=$((number + 1))
  casync make --store="$scratch/indexes/store.castr" "$scratch/indexes/v$number.caidx" "$directory" >/dev/null
  after=$(bytes_in "$scratch/indexes")
  echo "v$number $((after - before))"
  before=$after
done
