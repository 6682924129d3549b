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

# shellcheck source=../apt.sh
. "$(dirname "${BASH_SOURCE[0]}")/../apt.sh"

[ -e "/usr/include/$header" ] || install_packages 300 "$package"
