#!/usr/bin/env bash
# release.sh [options of swift build…]: builds snapctl in release mode, logs to stderr, and prints its path.
# SNAPCTL_SCRATCH_PATH names another build folder than .build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec </dev/null

# With the Swift runtime in it the program starts in two thirds of the time, and runs where no toolchain is.
flags=(--configuration release --product snapctl --static-swift-stdlib "$@")
[ -z "${SNAPCTL_SCRATCH_PATH:-}" ] || flags+=(--scratch-path "$SNAPCTL_SCRATCH_PATH")
swift build "${flags[@]}" >&2
echo "$(swift build "${flags[@]}" --show-bin-path)/snapctl"
