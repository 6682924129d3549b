#!/usr/bin/env bash
# library.sh PACKAGE HEADER: makes sure that the library which HEADER belongs to can be linked with.
#
# Installs PACKAGE through apt where the header is missing. Exits 3 with a one-line reason when it cannot be had.
set -euo pipefail
exec </dev/null

readonly package=$1 header=$2

unavailable() {
  echo "$package cannot be had here: $1" >&2
  exit 3
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

if [ ! -e "/usr/include/$header" ]; then
  command -v apt-get >/dev/null || unavailable "there is no apt-get"
  as_root timeout 300 apt-get update -q >&2 || unavailable "apt-get update failed"
  as_root timeout 300 env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "$package" >&2 || unavailable "apt-get could not install it"
fi
