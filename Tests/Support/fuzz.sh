#!/usr/bin/env bash
# Fuzzes what decodes bytes from outside: fuzz.sh [--keep] [SECONDS] [ENTRY…]
#
# Each entry runs for SECONDS (60) from its seeds, the saved corpus in Tests/Fuzz/corpus and what earlier runs left in
# .fuzz. With --keep, what was found is minimised into the saved corpus. Ends with 1 when there is a finding, and says
# where its input is. SCRATCH names another build folder than .build-fuzz.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly scratch=${SCRATCH:-.build-fuzz}
readonly saved=Tests/Fuzz/corpus
readonly file_count_max=40
readonly byte_count_max=20000
# A backtrace of Swift would outlive the crash, and hold the output open.
export SWIFT_BACKTRACE=enable=no
# Freed memory is kept unusable for a while, but not for as much as the fuzzer itself may use.
export ASAN_OPTIONS=quarantine_size_mb=64

keep=false
if [ "${1:-}" = --keep ]; then
  keep=true
  shift
fi
seconds=60
if [[ "${1:-}" =~ ^[0-9]+$ ]]; then
  seconds=$1
  shift
fi

SNAP_FUZZ=1 swift build -c release --disable-default-traits --scratch-path "$scratch" --product snapfuzz 2>&1 |
  { grep -E 'error:|warning: unre|Compiling|Build' || true; } | tail -n 20
readonly fuzzer=$scratch/release/snapfuzz
mapfile -t entries < <([ $# -gt 0 ] && printf '%s\n' "$@" || "$fuzzer" --list)

# The value of one of libFuzzer's final statistics.
stat() { sed -n "s/^stat::$1: *//p" "$2"; }

# fuzz ENTRY: one line of figures; 1 when there is a finding.
fuzz() {
  local entry=$1 work=.fuzz/$1 log=.fuzz/$1.log status=0 before after
  mkdir -p "$work" ".fuzz/seeds/$entry" ".fuzz/findings/$entry" "$saved/$entry"
  "$fuzzer" "--entry=$entry" "--seeds=.fuzz/seeds/$entry"
  before=$(find "$work" -type f | wc -l)
  "$fuzzer" "--entry=$entry" -max_total_time="$seconds" -rss_limit_mb=512 -timeout=5 -max_len=4096 -print_final_stats=1 \
    -artifact_prefix=".fuzz/findings/$entry/" "$work" ".fuzz/seeds/$entry" "$saved/$entry" >"$log" 2>&1 || status=$?
  after=$(find "$work" -type f | wc -l)
  printf '%-16s %10s runs %8s/s %6s new files %5s MiB  %s\n' "$entry" "$(stat number_of_executed_units "$log")" \
    "$(stat average_exec_per_sec "$log")" "$((after - before))" "$(stat peak_rss_mb "$log")" \
    "$([ "$status" -eq 0 ] && echo ok || echo "FINDING ($status)")"
  [ "$status" -eq 0 ] || {
    grep -E '^finding:|^SUMMARY:|Fatal error|Test unit written|^==[0-9]+== ERROR' "$log" | sed 's/^/  /'
    echo "  log: $log"
    return 1
  }
}

# minimise ENTRY: of the fewest inputs that reach what all of them reach, so many as the budget allows, small and large
# ones alike. Inputs that once were findings (regression-…) stay.
minimise() {
  local entry=$1 fresh=.fuzz/merged/$1 size file count=0 bytes=0
  rm -rf "$fresh"
  mkdir -p "$fresh"
  "$fuzzer" "--entry=$entry" -set_cover_merge=1 -rss_limit_mb=512 -timeout=5 -max_len=4096 "$fresh" "$saved/$entry" \
    ".fuzz/$entry" >".fuzz/$entry.merge.log" 2>&1
  find "$saved/$entry" -type f ! -name 'regression-*' -delete
  for file in "$saved/$entry"/regression-*; do
    if [ -e "$file" ]; then count=$((count + 1)) bytes=$((bytes + $(wc -c <"$file"))); fi
  done
  while read -r size file; do
    if ((count < file_count_max && bytes + size <= byte_count_max)); then
      cp "$file" "$saved/$entry/"
      count=$((count + 1)) bytes=$((bytes + size))
    fi
  done < <(find "$fresh" -type f -printf '%s %p\n' | sort -n | spread)
  printf '%-16s %3s files, %6s bytes saved\n' "$entry" "$count" "$bytes"
}

# The lines, each 64th first, then each 32nd, and so on: however few are taken, they are spread.
spread() {
  awk '{ line[NR] = $0 }
    END { for (step = 64; step >= 1; step /= 2)
            for (n = step; n <= NR; n += step) if (!done[n]++) print line[n] }'
}

found=0
for entry in "${entries[@]}"; do
  fuzz "$entry" || found=1
  if $keep; then minimise "$entry"; fi
done
exit "$found"
