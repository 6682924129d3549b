#!/usr/bin/env bash
# valgrind.sh: prints the path of valgrind, which it installs through apt where it is missing.
#
# Exits 3 with a one-line reason when it cannot be had.
set -euo pipefail

unavailable() {
  echo "valgrind cannot be had here: $1" >&2
  exit 3
}

# shellcheck source=../apt.sh
. "$(dirname "${BASH_SOURCE[0]}")/../apt.sh"

command -v valgrind >/dev/null || install_packages 300 valgrind
command -v valgrind
