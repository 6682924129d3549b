#!/usr/bin/env bash
# allocations.sh [--record]: counts the memory that each job of the Engine benchmarks asks for, and fails where a
# threshold in Thresholds/ is passed. With --record the counts of this run become the thresholds.
#
# A first run builds the engine in Benchmarks/.build, which takes minutes. Exits 1 for a threshold that is passed, or
# one that is missing; what is better than its threshold is told.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec </dev/null
# The order in a dictionary decides how often it grows.
export SWIFT_DETERMINISTIC_HASHING=1
readonly options=(--no-progress --path Thresholds --metric allocations --metric allocatedKiB)
log=$(mktemp)
readonly log
trap 'rm -f "$log"' EXIT

benchmark() { swift package --allow-writing-to-package-directory benchmark "$@" 2>&1; }

# A benchmark without thresholds would pass, and so would one that is gone.
compare_names() {
  local measured recorded
  benchmark list >"$log" || { cat "$log" >&2; exit 1; }
  measured=$(sed -n '/available benchmarks:/,/^$/p' "$log" | sed '1d; /^$/d' | sort)
  recorded=$(find Thresholds -name 'Engine.*.p90.json' | sed 's|.*/Engine\.||; s|\.p90\.json$||' | sort)
  [ -n "$measured" ] && [ "$measured" = "$recorded" ] && return
  echo "allocations: jobs (<) and thresholds (>) are not the same; --record writes them" >&2
  diff <(echo "$measured") <(echo "$recorded") >&2 || true
  exit 1
}

if [ "${1:-}" = --record ]; then
  rm -rf Thresholds
  benchmark thresholds update "${options[@]}" >"$log" || { cat "$log" >&2; exit 1; }
  compare_names
  echo "allocations: $(find Thresholds -name '*.json' | wc -l) thresholds recorded"
  exit
fi

echo "allocations: building the benchmarks; the first time that takes minutes" >&2
compare_names
if benchmark thresholds check "${options[@]}" >"$log"; then
  echo "allocations: $(find Thresholds -name '*.json' | wc -l) jobs keep their thresholds"
elif grep -q "is BETTER than the defined thresholds" "$log"; then
  sed -n '/Running Benchmarks/,$p' "$log"
  echo "allocations: better than recorded; allocations.sh --record keeps it so"
else
  sed -n '/Running Benchmarks/,$p' "$log" >&2
  grep "error:" "$log" >&2 || true
  exit 1
fi
