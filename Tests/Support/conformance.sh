#!/usr/bin/env bash
# conformance.sh [NAME…]: the suites of tiers and catalogs on real parts: ceph (its S3 gateway), juicefs (mounted twice),
# sshfs. Needs the tests to be built. One line for each: PASS, FAIL, or SKIP with the reason; exits 1 after a FAIL.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec </dev/null
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# The parts' own keys are those of the tests' server.
export AWS_ACCESS_KEY_ID=tests AWS_SECRET_ACCESS_KEY=secret

suites() { env "$1" swift test --skip-build --parallel --filter Conformance >"$log" 2>&1; }

# What a server says first, so many lines of it, joined by colons; empty when it cannot be had.
said() {
  local line lines=()
  for _ in $(seq "$1"); do
    IFS= read -r line <&"${server[0]}" || return 0
    lines+=("$line")
  done
  (IFS=:; echo "${lines[*]}")
}

[ $# -gt 0 ] || set -- ceph juicefs sshfs
verdict=0
for part in "$@"; do
  case "$part" in
  ceph) script=(ceph.sh memory) variable=TEST_S3_URL lines=1 ;;
  juicefs) script=(juicefs.sh) variable=TEST_MOUNTS lines=2 ;;
  sshfs) script=(sshfs.sh) variable=TEST_MOUNTS lines=1 ;;
  *) echo "usage: conformance.sh [ceph|juicefs|sshfs]…" >&2; exit 2 ;;
  esac
  coproc server { exec bash "Tests/Support/servers/${script[0]}" "${script[@]:1}" 2>"$log"; }
  pid=$server_PID
  places=$(said "$lines")
  if [ -z "$places" ]; then
    echo "$part: SKIP ($(tail -n 1 "$log"))"
  elif suites "$variable=$places"; then
    echo "$part: PASS ($(grep -oE '[0-9]+ tests in [0-9]+ suites' "$log" | tail -n 1))"
  else
    grep -E '^✘' "$log" | head -n 20
    echo "$part: FAIL"
    verdict=1
  fi
  # It ends with its standard input, unless it has ended.
  if [ -n "${server[1]:-}" ]; then eval "exec ${server[1]}>&-"; fi
  wait "$pid" || true
done
exit "$verdict"
