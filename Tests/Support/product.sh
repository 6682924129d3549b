#!/usr/bin/env bash
# product.sh NAME: builds snapmutate, snapsimulate, snapmeasure or snapprofiles in release mode, logs to stderr, and
# prints its path; SNAPMUTATE and so on name another one. SNAPCTL_SCRATCH_PATH names another build folder than .build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec </dev/null

readonly product=$1
readonly variable=${product^^}
if [ -n "${!variable:-}" ]; then
  echo "${!variable}"
  exit
fi
export "SNAP_${variable#SNAP}=1"
# The flags of release.sh: with others all would be built again.
flags=(--configuration release --product "$product" --static-swift-stdlib)
[ -z "${SNAPCTL_SCRATCH_PATH:-}" ] || flags+=(--scratch-path "$SNAPCTL_SCRATCH_PATH")
swift build "${flags[@]}" >&2
echo "$(swift build "${flags[@]}" --show-bin-path)/$product"
