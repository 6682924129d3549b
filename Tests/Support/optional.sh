#!/usr/bin/env bash
# optional.sh PRODUCT VARIABLE: builds a program that the package has only where VARIABLE asks for it, in release mode, logs
# to stderr, and prints its path; the product's name in capitals, as SNAPMUTATE, names another one.
# SNAPCTL_SCRATCH_PATH names another build folder than .build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec </dev/null

named=${1^^}
if [ -n "${!named:-}" ]; then
  echo "${!named}"
  exit
fi
export "$2=1"
# The flags of release.sh: with others all would be built again.
flags=(--configuration release --product "$1" --static-swift-stdlib)
[ -z "${SNAPCTL_SCRATCH_PATH:-}" ] || flags+=(--scratch-path "$SNAPCTL_SCRATCH_PATH")
swift build "${flags[@]}" >&2
echo "$(swift build "${flags[@]}" --show-bin-path)/$1"
