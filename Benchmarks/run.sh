#!/usr/bin/env bash
# run.sh [--data DIR] [--rounds N]: CPU time, bytes and peak memory of snapctl beside casync, rsync and tar with zstd.
#
# All in the same run, on the committed ChromaDB fixture or on DIR/v1 … DIR/v5. Prints a Markdown table on stdout and
# leaves nothing behind. A missing peer is installed through apt; one that cannot be had is left out, with the reason.
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
  for peer in casync rsync; do command -v "$peer" >/dev/null || missing+=("$peer"); done
  [ ${#missing[@]} -gt 0 ] && command -v apt-get >/dev/null || return 0
  as_root timeout 300 env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]}" >&2 || echo "bench: cannot install ${missing[*]}" >&2
}

install_peers
[ -n "${SNAPCTL:-}" ] || SNAPCTL=$(bash "$support/release.sh")
export PYTHONPATH=$support:$here PYTHONDONTWRITEBYTECODE=1
exec python3 "$here/bench.py" --snapctl "$SNAPCTL" "$@"
