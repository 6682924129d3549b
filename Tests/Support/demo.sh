#!/usr/bin/env bash
# demo.sh [--clean]: takes a real ChromaDB directory through its life, and says what moved at each step.
#
# Wants a Debian 12 with a Swift toolchain; installs the rest (bootstrap.sh) and builds snapctl (SNAPCTL names another).
# Leaves its folder and names it; --clean removes it at the end. Stops at the first step that fails, and says which.
set -euo pipefail
support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fixture=$support/../Fixtures/chroma-receipts
readonly support fixture
exec </dev/null
clean=false
step_name='reading the arguments'

usage() { sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

finish() {
  local status=$?
  if [ "$status" -ne 0 ]; then echo "demo: FAILED (exit $status) while $step_name" >&2; fi
  if [ -z "${demo:-}" ]; then return; fi
  if $clean; then rm -rf "$demo"; else echo "everything of this demo lies in $demo"; fi
}
trap finish EXIT

# step <words>: one line on what comes next; also what is named when it fails.
step() { step_name=$1; printf '\n== %s\n' "$1"; }

# field <name> <file>: that field of the last JSON object in the file.
field() {
  python3 -c 'import json, sys
objects = [json.loads(line) for line in open(sys.argv[2]) if line.startswith("{")]
print(objects[-1][sys.argv[1]])' "$1" "$2"
}

# run <verb and arguments>: snapctl, its JSON in $demo/answer.
run() {
  "$snapctl" "$@" --json --quiet >"$demo/answer" || { local status=$?; tail -n 3 "$demo/answer" >&2; return "$status"; }
}

# same <dir> <dir>: byte for byte, without the copy's own notes.
same() { diff -r --no-dereference --exclude .snapctl "$1" "$2" >&2; }

prepare() {
  step_name='installing what is missing'
  bash "$support/bootstrap.sh"
  step_name='building snapctl'
  # Without S3 the first build takes some minutes less; in a folder of its own, so that no other has to be built again.
  snapctl=${SNAPCTL:-$(SNAPCTL_SCRATCH_PATH=.build-demo bash "$support/release.sh" --disable-default-traits)}
  demo=$(mktemp -d "${TMPDIR:-/tmp}/snapctl-demo-XXXXXX")
  export SNAPCTL_STORE=$demo/store
  cache=$demo/cache
}

unpack() {
  step 'six versions of a real ChromaDB directory are unpacked'
  local archive name
  for archive in "$fixture"/v?.tar.zst; do
    name=$(basename "$archive" .tar.zst)
    mkdir "$demo/$name"
    zstd -dcq "$archive" | tar -x -C "$demo/$name"
  done
  echo "$(find "$demo/v1" -type f | wc -l) files in v1, $(du -scb "$demo"/v? | tail -n 1 | cut -f 1) bytes in all six"
}

# What the application would have: one directory, in which each version's files lie where those before lay.
lay_out() { rm -rf "$demo/live.new"; cp -r "$demo/$1" "$demo/live.new"
  if [ -d "$demo/live/.snapctl" ]; then mv "$demo/live/.snapctl" "$demo/live.new/"; fi
  rm -rf "$demo/live"; mv "$demo/live.new" "$demo/live"; }

one_version() {
  local name=$1 number=${1#v} whole stored
  lay_out "$name"
  run create words "$demo/live" --message "demo $name"
  whole=$(field bytesTotal "$demo/answer") stored=$(field bytesStored "$demo/answer")
  run sync "words@$number" "$demo/copy" --cache "$cache"
  same "$demo/$name" "$demo/copy"
  printf '%-8s %12d %12d %8s %13d %-7s %s\n' "$name" "$whole" "$stored" \
    "$(awk "BEGIN { printf \"%.1f %%\", 100 * $stored / $whole }")" "$(field bytesRead "$demo/answer")" \
    "$(field tier "$demo/answer")" identical
}

versions() {
  step 'each version is created in a store, then synced through a cache directory to a local copy'
  printf '%-8s %12s %12s %8s %13s %-7s %s\n' version 'whole bytes' stored share 'bytes synced' tier copy
  local name
  for name in v1 v2 v3 v4 v5 v6; do one_version "$name"; done
}

explain() {
  step 'why bytes move: --explain for the way from v4 to v5 in another directory'
  run sync words@4 "$demo/other"
  "$snapctl" sync words@5 "$demo/other" --explain --quiet | cut -c 1-160
  same "$demo/v5" "$demo/other"
}

real_client() {
  step 'the real ChromaDB client opens the copy in place and compares it with the source'
  local python
  if ! python=$(bash "$support/chroma/venv.sh" 2>"$demo/venv.log"); then
    echo "left out: $(tail -n 1 "$demo/venv.log")"
    echo 'what opening does is done by hand: a byte of chroma.sqlite3 changes'
    printf 'x' | dd of="$demo/copy/chroma.sqlite3" bs=1 seek=96 conv=notrunc status=none
  else
    "$python" "$support/chroma/check.py" "$demo/copy" --against "$demo/v6" >"$demo/answer"
    echo "it counts $(field count "$demo/answer") records, and fetches and finds what it finds in the source"
  fi
  if same "$demo/v6" "$demo/copy" 2>/dev/null; then echo 'that left the copy as it was'; else echo 'that changed it'; fi
  step 'the next sync puts that back'
  run sync words "$demo/copy" --cache "$cache"
  same "$demo/v6" "$demo/copy"
  echo "local changes put back: $(field localChangesReverted "$demo/answer"); bytes read:" \
    "$(field bytesRead "$demo/answer") of $(field bytesTotal "$demo/answer"); the copy is identical again"
}

verify() {
  step 'every object of the store is read, decoded and hashed'
  "$snapctl" verify --quiet
}

# Three producers append a third of the words each, as deltas of their own.
append() {
  step 'a vector collection: three producers append OCR words as deltas, without knowing of each other'
  split -n l/3 -d "$fixture/words.jsonl" "$demo/words-"
  local producer=0 file
  for file in "$demo"/words-0?; do
    producer=$((producer + 1))
    "$snapctl" append vectors --input "$file" --adapter ocr-words --producer "worker-$producer" --quiet
  done
  run append vectors --input "$demo/words-00" --adapter ocr-words --producer worker-1 --sequence 1
  echo 'the first of them delivered once more: already there, nothing is applied twice'
  "$snapctl" deltas vectors --quiet
}

compact() {
  step 'the deltas are compacted into a new version, under two-phase optimistic locking in RocksDB'
  "$snapctl" compact vectors --quiet
  "$snapctl" reconcile vectors --quiet
}

read_vectors() {
  step 'records are read by id and by prefix; the vector comes from the mapped segment'
  run scan vectors
  local count id
  count=$(grep -c '"type":"record"' "$demo/answer")
  id=$(python3 -c 'import json, sys
print(json.loads(open(sys.argv[1]).readline())["id"])' "$demo/answer")
  [ "$count" -eq "$(wc -l <"$fixture/words.jsonl")" ]
  echo "$count records; the first by its id:"
  "$snapctl" get vectors "$id" --quiet | cut -c 1-200
  run scan vectors --prefix "${id%#LINE*}"
  echo "$(grep -c '"type":"record"' "$demo/answer") records belong to that receipt (scan --prefix)"
}

sync_vectors() {
  step 'the vector collection is synced to local disk like any other'
  "$snapctl" sync vectors "$demo/vectors" --cache "$cache" --quiet
  find "$demo/vectors" -type f -not -path '*/.snapctl/*' -printf '%P %s bytes\n' | sort | head -n 5
  "$snapctl" verify --quiet
}

for argument in "$@"; do
  case $argument in
  --clean) clean=true ;;
  --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
  esac
done
prepare
unpack
step 'a store is made'
"$snapctl" init --quiet
versions
explain
real_client
verify
append
compact
read_vectors
sync_vectors
step_name='ending'
printf '\nThe demo is through: everything came back byte for byte.\n'
