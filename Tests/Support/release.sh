#!/usr/bin/env bash
# release.sh: builds snapctl in release mode, logs to stderr, and prints its path.
# SNAPCTL_SCRATCH_PATH names another build folder than .build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec </dev/null

flags=(--configuration release --product snapctl)
[ -z "${SNAPCTL_SCRATCH_PATH:-}" ] || flags+=(--scratch-path "$SNAPCTL_SCRATCH_PATH")
swift build "${flags[@]}" >&2
echo "$(swift build "${flags[@]}" --show-bin-path)/snapctl"
