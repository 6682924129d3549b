#!/usr/bin/env bash
# nightly.sh [--minutes N] [--ledger FILE] [--seed N] [--only NAMES]: the long runs, in chunks, until the time is over.
#
# Each chunk is one small piece of work with a seed of its own: kills at every call (also in the middle of writes, also
# a second time during recovery), what a disk may keep of calls that were not synced, power cuts of an ext4, each kind
# of fault at every call, pauses, full disks, planted bugs, hostile files and names, damage, ten million
# mutations, records, concurrent commits, each kind of fault of a network mount, of an S3 server and its network,
# servers that are refused, fleets on S3 and on Ceph.
# Its counts are appended to the ledger as one line of JSON.
# Started again with the same ledger it goes on with the next. Ends with the sums; exits 1 when any chunk ever failed.
set -euo pipefail
support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly support
exec </dev/null

if [ -z "${SNAPCTL:-}" ] && [[ " $* " != *" --help "* ]]; then SNAPCTL=$(bash "$support/release.sh"); fi
export PYTHONPATH=$support/../../Benchmarks:$support PYTHONDONTWRITEBYTECODE=1
exec python3 -m figures.nightly ${SNAPCTL:+--snapctl "$SNAPCTL"} "$@"
