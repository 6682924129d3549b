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

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# A peer that cannot be had is found missing by bench.py, which says so.
install_peers() {
  local peer
  local -a missing=()
  for peer in casync rsync restic borg; do command -v "$peer" >/dev/null || missing+=("$peer"); done
  [ ${#missing[@]} -gt 0 ] && command -v apt-get >/dev/null || return 0
  as_root timeout 300 env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]/%borg/borgbackup}" >&2 \
    || echo "bench: cannot install ${missing[*]}" >&2
}

install_peers
[ -n "${SNAPCTL:-}" ] || SNAPCTL=$(bash "$support/release.sh")
export PYTHONPATH=$support:$here PYTHONDONTWRITEBYTECODE=1
if [ -n "${CI:-}" ]; then set -- --quick "$@"; fi
exec python3 "$here/bench.py" --snapctl "$SNAPCTL" "$@"
