#!/usr/bin/env bash
# venv.sh [DIR]: the Python that holds the real ChromaDB client; prints its path on stdout, logs on stderr.
#
# Made once, then reused: DIR, or snapctl-chroma-venv in the user's cache folder.
# Exits 3 with a one-line reason when it cannot be had, so that a caller can skip and say why.
# SNAPCTL_CHROMA_VENV_SECONDS bounds each step (default 420).
set -euo pipefail

readonly chromadb_version=1.5.9
readonly limit=${SNAPCTL_CHROMA_VENV_SECONDS:-420}
dir=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/snapctl-chroma-venv}
case $dir in /*) ;; *) dir=$PWD/$dir ;; esac
readonly dir
readonly python=$dir/bin/python

unavailable() {
  echo "chromadb $chromadb_version cannot be had here: $1" >&2
  exit 3
}

# A venv that was interrupted half-way has a python but no working client: ask the client itself.
is_ready() {
  [ -x "$python" ] && "$python" - "$chromadb_version" >/dev/null 2>&1 <<'PY'
import sys
import chromadb, numpy
sys.exit(chromadb.__version__ != sys.argv[1])
PY
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_make_venvs() {
  command -v python3 >/dev/null && python3 -c 'import ensurepip, venv' >/dev/null 2>&1
}

install_venv_module() {
  command -v apt-get >/dev/null || unavailable "python3 has no venv module and there is no apt-get"
  echo "installing python3-venv" >&2
  as_root timeout "$limit" apt-get update -q >&2 || unavailable "apt-get update failed"
  as_root timeout "$limit" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends python3-venv >&2 \
    || unavailable "apt-get could not install python3-venv"
}

install_client() {
  echo "installing chromadb $chromadb_version into $dir" >&2
  timeout "$limit" python3 -m venv --clear "$dir" >&2 || unavailable "python3 -m venv failed"
  timeout "$limit" "$python" -m pip install --quiet --disable-pip-version-check --prefer-binary \
    "chromadb==$chromadb_version" numpy >&2 || unavailable "pip could not install it within $limit s"
}

make_venv() {
  can_make_venvs || install_venv_module
  can_make_venvs || unavailable "python3 still has no venv module"
  mkdir -p "$(dirname "$dir")"
  install_client
  is_ready || unavailable "the installed client does not import"
}

# Two callers at once must not build the same venv: the second waits, then finds it ready.
if ! is_ready; then
  mkdir -p "$(dirname "$dir")"
  exec 9>"$dir.lock"
  if command -v flock >/dev/null; then
    flock -w $((limit * 2)) 9 || unavailable "another venv.sh held $dir.lock too long"
  fi
  is_ready || make_venv
fi
echo "$python"
