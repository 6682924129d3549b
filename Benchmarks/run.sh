#!/usr/bin/env bash
# run.sh [--quick] [--sets NAMES] [--rounds N] [--cache DIR] [--json FILE] [--svg FILE]: snapctl beside its peers.
#
# CPU time, time, bytes and peak memory, all in the same run: on five kinds of data that are made for it (up to 10 GB in
# TMPDIR; a set that does not fit is left out, with the reason), or with --quick, also where CI is set, on the committed
# ChromaDB fixture. Prints Markdown tables on stdout. A real ChromaDB directory of 60,000 records is made once and kept
# in --cache, snapshot-engine-bench in the user's cache folder unless given. A missing peer is installed through apt.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
support=$here/../Tests/Support
readonly here support
exec </dev/null

unavailable() {
  echo "bench: $1" >&2
  exit 3
}

# shellcheck source=../Tests/Support/apt.sh
. "$support/apt.sh"

# A peer that cannot be had is found missing by bench.py, which says so.
install_peers() {
  local peer
  local -a missing=()
  for peer in casync rsync restic borg; do command -v "$peer" >/dev/null || missing+=("$peer"); done
  [ ${#missing[@]} -eq 0 ] || (install_packages 300 "${missing[@]/%borg/borgbackup}") || true
}

install_peers
[ -n "${SNAPCTL:-}" ] || SNAPCTL=$(bash "$support/release.sh")
export PYTHONPATH=$support:$here PYTHONDONTWRITEBYTECODE=1
if [ -n "${CI:-}" ]; then set -- --quick "$@"; fi
exec python3 "$here/bench.py" --snapctl "$SNAPCTL" "$@"
