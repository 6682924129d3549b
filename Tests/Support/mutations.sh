#!/usr/bin/env bash
# mutations.sh: builds snapmutate in release mode, logs to stderr, and prints its path; SNAPMUTATE names another one.
# SNAPCTL_SCRATCH_PATH names another build folder than .build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec </dev/null

if [ -n "${SNAPMUTATE:-}" ]; then
  echo "$SNAPMUTATE"
  exit
fi
export SNAP_MUTATE=1
# The flags of release.sh: with others all would be built again.
flags=(--configuration release --product snapmutate --static-swift-stdlib)
[ -z "${SNAPCTL_SCRATCH_PATH:-}" ] || flags+=(--scratch-path "$SNAPCTL_SCRATCH_PATH")
swift build "${flags[@]}" >&2
echo "$(swift build "${flags[@]}" --show-bin-path)/snapmutate"
