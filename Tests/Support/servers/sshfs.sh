#!/usr/bin/env bash
# sshfs.sh: a directory of this host mounted over sshfs, through an sshd of its own on a free port of 127.0.0.1.
#
# Prints a line each: where it is mounted, the number of the sshfs process, that of its ssh, and the exported folder, in
# which `disk` is a small ext4 of its own. Ends when its standard input does: whatever state the mount is in then, it is
# set free, and all that was started is ended. Installs Debian's packages when they are missing. Exits 3 with a reason
# when it cannot be had.
set -euo pipefail
readonly limit=${SNAPCTL_SSHFS_SECONDS:-420}
readonly packages=(sshfs openssh-server openssh-client fuse3)

unavailable() {
  echo "sshfs cannot be had here: $1" >&2
  exit 3
}

# shellcheck source=../apt.sh
. "$(dirname "${BASH_SOURCE[0]}")/../apt.sh"

start_server() {
  mkdir -p /run/sshd
  ssh-keygen -q -t ed25519 -N "" -f "$dir/host"
  ssh-keygen -q -t ed25519 -N "" -f "$dir/client"
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  cat >"$dir/sshd.conf" <<CONF
Port $port
ListenAddress 127.0.0.1
HostKey $dir/host
PidFile $dir/sshd.pid
AuthorizedKeysFile $dir/client.pub
StrictModes no
PasswordAuthentication no
UsePAM no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
CONF
  /usr/sbin/sshd -f "$dir/sshd.conf" -E "$dir/sshd.log" || unavailable "sshd does not start"
}

make_disk() {
  mkdir -p "$dir/export/disk"
  truncate -s 64M "$dir/image"
  mkfs.ext4 -q -m 0 "$dir/image" >&2 || unavailable "there is no mkfs.ext4"
  mount -o loop "$dir/image" "$dir/export/disk" || unavailable "no image can be mounted"
}

# In the foreground, so that its number is known.
mount_it() {
  mkdir "$dir/mount"
  sshfs -f -p "$port" \
    -o "IdentityFile=$dir/client,StrictHostKeyChecking=no,UserKnownHostsFile=/dev/null,BatchMode=yes" \
    "root@127.0.0.1:$dir/export" "$dir/mount" </dev/null >"$dir/sshfs.log" 2>&1 &
  sshfs=$!
  for _ in {1..100}; do
    mountpoint -q "$dir/mount" && return
    kill -0 "$sshfs" 2>/dev/null || break
    sleep 0.1
  done
  unavailable "it is not mounted: $(tail -n 1 "$dir/sshfs.log")"
}

# sshfs starts it as a child of init.
ssh_of_it() {
  local process
  for process in $(pgrep -x ssh); do
    if grep -qaF "$dir/client" "/proc/$process/cmdline"; then echo "$process"; fi
  done
}

# A stopped sshfs holds up whoever touches the mount: it goes on first, then it goes.
stop() {
  set +e
  exec 2>/dev/null
  if [ -n "${ssh:-}" ]; then kill -CONT "$ssh"; fi
  if [ -n "${sshfs:-}" ]; then
    kill -CONT "$sshfs"
    fusermount3 -uz "$dir/mount"
    kill "$sshfs"
    for _ in {1..50}; do
      kill -0 "$sshfs" || break
      sleep 0.1
    done
    kill -KILL "$sshfs"
  fi
  if [ -n "${ssh:-}" ]; then kill "$ssh"; fi
  if [ -s "$dir/sshd.pid" ]; then kill "$(cat "$dir/sshd.pid")"; fi
  umount -l "$dir/export/disk"
  if ! grep -qF " $dir/" /proc/self/mountinfo; then rm -rf --one-file-system "$dir"; fi
}

[ "$(id -u)" -eq 0 ] || unavailable "only root can start an sshd and mount a disk"
for program in sshfs fusermount3 ssh /usr/sbin/sshd; do
  command -v "$program" >/dev/null || { install_packages "$limit" "${packages[@]}"; break; }
done
[ -c /dev/fuse ] || unavailable "there is no /dev/fuse"
dir=$(mktemp -d)
trap stop EXIT
start_server
make_disk
mount_it
ssh=$(ssh_of_it)
echo "$dir/mount"
echo "$sshfs"
echo "$ssh"
echo "$dir/export"
cat >/dev/null
