# shellcheck shell=bash
# apt.sh: for scripts that need packages of Debian; they source it. Each has a function `unavailable REASON`, which ends it.

# as_root <command…>: as it is where the user is root, else through sudo, which must not ask.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# install_packages <seconds> <package…>: either step may take so long.
install_packages() {
  local seconds=$1
  shift
  command -v apt-get >/dev/null || unavailable "it takes $*, and there is no apt-get"
  echo "installing $*" >&2
  as_root timeout "$seconds" apt-get update -q >&2 || unavailable "apt-get update failed"
  as_root timeout "$seconds" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout="$seconds" "$@" >&2 \
    || unavailable "apt-get could not install $* within $seconds s"
}
