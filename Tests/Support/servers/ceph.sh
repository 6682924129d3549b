#!/usr/bin/env bash
# ceph.sh [memory|disks]: a Ceph of this host's own with its S3 gateway, on free ports: other rules than AWS's.
#
# `memory`: one OSD in memory. `disks`: three on files, two of which may go on without the third. Prints the address,
# then `osd N PID` for each OSD; has the bucket `tests`. Ends, with all it started, when standard input does. Installs
# Debian's packages when they are missing. Exits 3 with a reason when it cannot be had. SNAPCTL_CEPH_SECONDS bounds
# each step of the installation, and the start (420).
set -euo pipefail

readonly kind=${1:-memory}
readonly limit=${SNAPCTL_CEPH_SECONDS:-420}
readonly packages=(ceph-mon ceph-mgr ceph-osd radosgw)
readonly access=${AWS_ACCESS_KEY_ID:-tests-access-key} secret=${AWS_SECRET_ACCESS_KEY:-tests-secret-key}
case "$kind" in
memory) osds=1 store=memstore least=1 ;;
disks) osds=3 store=bluestore least=2 ;;
*) echo "usage: ceph.sh [memory|disks]" >&2; exit 2 ;;
esac
readonly osds store least

unavailable() {
  echo "Ceph cannot be had here: $1" >&2
  exit 3
}

# shellcheck source=../apt.sh
. "$(dirname "${BASH_SOURCE[0]}")/../apt.sh"

# Ports nobody listens on: the kernel picks them.
free_ports() {
  python3 - "$1" <<'PY'
import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for one in sockets:
    one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in sockets))
PY
}

configuration() {
  cat <<CONF
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon host = [v2:127.0.0.1:$monitor_port,v1:127.0.0.1:$old_port]
public addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
auth allow insecure global id reclaim = false
mon allow pool size one = true
mon max pg per osd = 2000
osd pool default size = $osds
osd pool default min size = $least
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
run dir = $dir/run
admin socket = $dir/run/\$name.asok
pid file = $dir/run/\$name.pid
log file = $dir/log/\$name.log
mon cluster log file = $dir/log/cluster.log
debug ms = 0
[mon]
mon data = $dir/mon
mon osd min down reporters = 1
[mgr]
mgr data = $dir/mgr
mgr initial modules =
[osd]
osd data = $dir/osd-\$id
osd objectstore = $store
memstore device bytes = 4294967296
bluestore block size = 6442450944
osd memory target = 939524096
osd heartbeat interval = 1
osd heartbeat grace = 4
[client.rgw.gateway]
rgw frontends = beast endpoint=127.0.0.1:$gateway_port tcp_nodelay=1
rgw data = $dir/gateway
rgw thread pool size = 64
# The gateway asks for encryption, which needs keys that nobody here has.
ms mon client mode = crc
CONF
}

start_monitor() {
  monmaptool --create --fsid "$(awk '/^fsid/ { print $3 }' "$CEPH_CONF")" \
    --addv a "[v2:127.0.0.1:$monitor_port,v1:127.0.0.1:$old_port]" "$dir/monmap" >&2
  ceph-mon --mkfs -i a --monmap "$dir/monmap" >&2
  ceph-mon -i a >&2
  ceph-mgr -i x >&2
}

start_osd() {
  local uuid
  uuid=$(cat /proc/sys/kernel/random/uuid)
  mkdir "$dir/osd-$1"
  ceph osd new "$uuid" >&2
  ceph-osd -i "$1" --mkfs --osd-uuid "$uuid" >&2
  ceph osd crush add "osd.$1" 1.0 root=default "host=host$1" >&2
  ceph-osd -i "$1" >&2
}

start_gateway() {
  radosgw -n client.rgw.gateway >&2
  timeout "$limit" bash -c "until curl -s -o /dev/null 'http://127.0.0.1:$gateway_port/'; do sleep 0.2; done" \
    || unavailable "its gateway did not answer within $limit s"
  radosgw-admin user create --uid tests --display-name tests --access-key "$access" --secret "$secret" >/dev/null
}

# What this script started, by the numbers that the daemons wrote down themselves.
stop() {
  local file
  for signal in TERM KILL; do
    for file in "$dir"/run/*.pid; do
      if [ -s "$file" ]; then kill "-$signal" "$(cat "$file")" 2>/dev/null || true; fi
    done
    sleep 1
  done
  rm -rf "$dir"
}

for program in ceph-mon ceph-mgr ceph-osd radosgw ceph; do
  command -v "$program" >/dev/null || { install_packages "$limit" "${packages[@]}"; break; }
done
python=$(bash "$(dirname "${BASH_SOURCE[0]}")/python.sh")
dir=$(mktemp -d)
trap stop EXIT
mkdir "$dir"/{run,log,mon,mgr,gateway}
read -r monitor_port old_port gateway_port < <(free_ports 3)
readonly python dir monitor_port old_port gateway_port
export CEPH_CONF=$dir/ceph.conf
configuration >"$CEPH_CONF"
start_monitor
for ((number = 0; number < osds; number++)); do start_osd "$number"; done
start_gateway
"$python" - "http://127.0.0.1:$gateway_port" "$access" "$secret" <<'PY'
import sys, boto3
url, key, secret = sys.argv[1:]
boto3.client("s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id=key,
             aws_secret_access_key=secret).create_bucket(Bucket="tests")
PY
echo "http://127.0.0.1:$gateway_port"
for ((number = 0; number < osds; number++)); do echo "osd $number $(cat "$dir/run/osd.$number.pid")"; done
cat >/dev/null
