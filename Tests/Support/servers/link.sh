#!/usr/bin/env bash
# link.sh: two hosts on a line of 1 Gbit/s and a round trip of 2 ms, as two network namespaces; an S3 server and an SSH
# server on one of them, and a file system of its mounted from the other by sshfs.
#
# Prints the namespace of the client, the address of the S3 server, the folder that is exported, and where it is mounted,
# one a line; ends, with all it started, when its standard input does. Exits 3 with a reason when it cannot be had.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
readonly here
readonly rate=1gbit milliseconds=1
readonly packages=(iproute2 sshfs openssh-server openssh-client fuse3)
readonly server=snap-s-$$ client=snap-c-$$
readonly there=10.99.0.1 home=10.99.0.2

unavailable() {
  echo "a line between two hosts cannot be had here: $1" >&2
  exit 3
}

# shellcheck source=../apt.sh
. "$here/../apt.sh"

on() {
  local name=$1
  shift
  nsenter --net="/run/netns/$name" "$@"
}

stop() {
  if mountpoint -q "$dir/mount"; then fusermount3 -u "$dir/mount" || umount -l "$dir/mount" || true; fi
  if [ -s "$dir/sshd.pid" ]; then kill "$(cat "$dir/sshd.pid")" 2>/dev/null || true; fi
  exec 9>&-
  wait
  ip netns del "$client" 2>/dev/null || true
  ip netns del "$server" 2>/dev/null || true
  if ! mountpoint -q "$dir/mount"; then rm -rf --one-file-system "$dir"; fi
}

lay_line() {
  ip netns add "$server"
  ip netns add "$client"
  ip link add "snap-vs" netns "$server" type veth peer name "snap-vc" netns "$client"
  ip -n "$server" addr add "$there/24" dev snap-vs
  ip -n "$client" addr add "$home/24" dev snap-vc
  local name device
  for name in "$server:snap-vs" "$client:snap-vc"; do
    device=${name#*:} name=${name%:*}
    ip -n "$name" link set lo up
    ip -n "$name" link set "$device" up
    tc -n "$name" qdisc add dev "$device" root tbf rate "$rate" burst 512kb latency 50ms
  done
}

# Gives the first line that a program prints, which then goes on until the fifo ends.
begin() {
  local out
  out=$dir/out-$RANDOM
  on "$server" "$@" <"$dir/life" >"$out" 2>>"$dir/log" 9>&- &
  for _ in {1..600}; do
    [ -s "$out" ] && break
    sleep 0.05
  done
  head -n 1 "$out"
}

serve_ssh() {
  mkdir -p "$dir/export" "$dir/mount" /run/sshd
  ssh-keygen -q -t ed25519 -N "" -f "$dir/host"
  ssh-keygen -q -t ed25519 -N "" -f "$dir/key"
  printf '%s\n' "Port 2222" "ListenAddress 127.0.0.1" "HostKey $dir/host" "PidFile $dir/sshd.pid" \
    "AuthorizedKeysFile $dir/key.pub" "StrictModes no" "PasswordAuthentication no" "UsePAM no" \
    "PermitRootLogin prohibit-password" "Subsystem sftp /usr/lib/openssh/sftp-server" >"$dir/sshd_config"
  on "$server" /usr/sbin/sshd -f "$dir/sshd_config" -E "$dir/sshd.log" 9>&-
  local port
  port=$(begin python3 "$here/delay.py" "$there" 2222 "$milliseconds")
  on "$client" timeout 30 sshfs -p "$port" "root@$there:$dir/export" "$dir/mount" 9>&- \
    -o "IdentityFile=$dir/key,StrictHostKeyChecking=no,UserKnownHostsFile=/dev/null,Compression=no" \
    -o "Ciphers=aes128-gcm@openssh.com,ServerAliveInterval=5,ServerAliveCountMax=3" >&2 \
    || unavailable "the mount failed: $(tail -n 1 "$dir/sshd.log")"
  mountpoint -q "$dir/mount" || unavailable "nothing is mounted"
}

[ "$(id -u)" -eq 0 ] || unavailable "it takes root"
for command in ip tc nsenter sshfs ssh-keygen fusermount3 /usr/sbin/sshd; do
  command -v "$command" >/dev/null || { install_packages 420 "${packages[@]}"; break; }
done
python=$(bash "$here/python.sh")
dir=$(mktemp -d)
readonly python dir
mkfifo "$dir/life"
exec 9<>"$dir/life"
trap stop EXIT
lay_line || unavailable "no namespace, or no rate for one"
url=$(begin "$python" "$here/serve_moto.py")
[ -n "$url" ] || unavailable "the S3 server said: $(tail -n 1 "$dir/log")"
port=$(begin python3 "$here/delay.py" "$there" "${url##*:}" "$milliseconds")
serve_ssh
printf '%s\n' "$client" "http://$there:$port" "$dir/export" "$dir/mount"
cat >/dev/null
