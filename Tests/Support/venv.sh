#!/usr/bin/env bash
# venv.sh NAME REQUIREMENT…: a Python that holds what is required; prints its path on stdout, logs on stderr.
#
# Made once, then reused: snapctl-NAME-venv in the user's cache folder. A requirement is PACKAGE or PACKAGE==VERSION.
# Exits 3 with a one-line reason when it cannot be had, so that a caller can skip and say why.
# SNAPCTL_VENV_SECONDS bounds each step (default 420).
set -euo pipefail

readonly name=$1
shift
readonly -a requirements=("$@")
readonly limit=${SNAPCTL_VENV_SECONDS:-420}
readonly dir=${XDG_CACHE_HOME:-$HOME/.cache}/snapctl-$name-venv
readonly python=$dir/bin/python

unavailable() {
  echo "${requirements[*]} cannot be had here: $1" >&2
  exit 3
}

# A venv that was interrupted half-way has a python, and not all of what is required.
is_ready() {
  [ -x "$python" ] && "$python" - "${requirements[@]}" >/dev/null 2>&1 <<'PY'
import importlib.metadata, re, sys
for requirement in sys.argv[1:]:
    package, _, version = requirement.partition("==")
    found = importlib.metadata.version(re.sub(r"\[.*\]", "", package))
    if version and found != version:
        sys.exit(1)
PY
}

# shellcheck source=apt.sh
. "$(dirname "${BASH_SOURCE[0]}")/apt.sh"

can_make_venvs() {
  command -v python3 >/dev/null && python3 -c 'import ensurepip, venv' >/dev/null 2>&1
}

install_requirements() {
  echo "installing ${requirements[*]} into $dir" >&2
  timeout "$limit" python3 -m venv --clear "$dir" >&2 || unavailable "python3 -m venv failed"
  timeout "$limit" "$python" -m pip install --quiet --disable-pip-version-check --prefer-binary \
    "${requirements[@]}" >&2 || unavailable "pip could not install it within $limit s"
}

make_venv() {
  can_make_venvs || install_packages "$limit" python3-venv
  can_make_venvs || unavailable "python3 still has no venv module"
  mkdir -p "$(dirname "$dir")"
  install_requirements
  is_ready || unavailable "what was installed is not what was asked for"
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
