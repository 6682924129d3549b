#!/usr/bin/env bash
# Makes a Debian 12 machine with a Swift toolchain ready to build and test: installs what is missing, changes nothing
# else. Run again it only looks, in well under 0.2 s.
set -euo pipefail

readonly swift_needed=6.3

fail() {
  echo "bootstrap: $*" >&2
  exit 1
}

# package, and how to see that what it brings is there (whoever brought it)
missing_packages() {
  local package probe
  while read -r package probe; do
    $probe >/dev/null 2>&1 || echo "$package"
  done <<'PROBES'
librocksdb-dev pkg-config --exists rocksdb
libsqlite3-dev pkg-config --exists sqlite3
libzstd-dev    pkg-config --exists libzstd
pkg-config     command -v pkg-config
python3        command -v python3
python3-zstandard /usr/bin/python3 -c __import__("zstandard")
zstd           command -v zstd
make           command -v make
PROBES
}

# Root as we are, else through sudo; without a terminal sudo must not ask.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

# Quiet when it works; when it does not, one line with the reason and the command to run by hand.
apt() {
  local log
  log=$(as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 "$@" 2>&1 </dev/null) ||
    fail "apt-get $1 failed: $(grep -E '^(E|sudo):' <<<"$log" | head -n 1); then run: apt-get install -y ${missing[*]}"
}

install_missing() {
  local -a missing
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null ||
    fail "there is no apt-get here; install what these Debian packages hold: ${missing[*]}"
  [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null ||
    fail "neither root nor sudo; as root, run: apt-get install -y ${missing[*]}"
  echo "bootstrap: installing ${missing[*]}" >&2
  apt update
  apt install -y --no-install-recommends "${missing[@]}"
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -eq 0 ] || fail "installed, but still not found: ${missing[*]}; check PATH and PKG_CONFIG_PATH"
}

check_swift() {
  command -v swift >/dev/null || fail "no swift in PATH; install the Swift $swift_needed toolchain from https://swift.org/install"
  local banner
  banner=$(swift --version 2>/dev/null) || fail "swift --version fails; the toolchain in $(command -v swift) is broken"
  [[ $banner =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] || fail "cannot read the version of $(command -v swift)"
  ((BASH_REMATCH[1] > ${swift_needed%.*} ||
    (BASH_REMATCH[1] == ${swift_needed%.*} && BASH_REMATCH[2] >= ${swift_needed#*.}))) ||
    fail "Swift ${BASH_REMATCH[1]}.${BASH_REMATCH[2]} is too old; install $swift_needed or newer from https://swift.org/install"
}

install_missing
check_swift
