#!/usr/bin/env bash
# The independent Python reader against what snapctl writes today: lists, verifies, extracts, compares.
# usage: reader.sh SNAPCTL
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
snapctl=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A Python that has the one module the reader needs: the first one, else Debian's own, which bootstrap.sh provides for.
python=python3
"$python" -c 'import zstandard' 2>/dev/null || python=/usr/bin/python3
export PYTHONDONTWRITEBYTECODE=1
read_store() { "$python" "$root/formats/reader/snapread.py" "$@"; }

export SNAPCTL_STORE=$work/store
"$snapctl" init --quiet >/dev/null
for version in 1 2 3 6; do
  mkdir "$work/v$version"
  tar --zstd -xf "$root/Tests/Fixtures/chroma-receipts/v$version.tar.zst" -C "$work/v$version"
  "$snapctl" create chroma "$work/v$version" --append-version --quiet >/dev/null
done
words=$root/Tests/Fixtures/chroma-receipts/words.jsonl
for producer in one two; do
  "$snapctl" append words --input "$words" --adapter ocr-words --producer $producer --quiet >/dev/null
  "$snapctl" compact words --quiet >/dev/null
done
"$snapctl" append words --input "$words" --adapter ocr-words --producer one --quiet >/dev/null

# Lines that all became shorter: nothing stands where it stood, and the base serves as a prefix.
mkdir "$work/dump1" "$work/dump2"
seq 1000000 1400000 >"$work/dump1/numbers"
sed 's/77/7/' "$work/dump1/numbers" >"$work/dump2/numbers"
for version in 1 2; do "$snapctl" create dump "$work/dump$version" --append-version --quiet >/dev/null; done
"$snapctl" stats dump --json --quiet | grep -q prefixPatch || { echo "no prefix patch was written" >&2; exit 1; }

"$snapctl" create owned "$work/dump1" --owners --quiet >/dev/null

read_store "$SNAPCTL_STORE" verify >/dev/null
read_store "$SNAPCTL_STORE" extract dump@2 "$work/dump" >/dev/null
diff -r --exclude .snapctl "$work/dump2" "$work/dump"
number=0
for version in 1 2 3 6; do
  number=$((number + 1))
  read_store "$SNAPCTL_STORE" extract "chroma@$number" "$work/out$number" >/dev/null
  diff -r --exclude .snapctl "$work/v$version" "$work/out$number"
done
for style in plain generations; do
  options=(--include '*.bin' --include '/chroma*' --quiet)
  [ $style = plain ] || options+=(--generations)
  "$snapctl" sync chroma@1 "$work/$style" "${options[@]}" >/dev/null
  read_store "$work/$style" copy | grep -q '"sound": true'
  "$snapctl" sync chroma "$work/$style" --include '**' "${options[@]:4}" >/dev/null
  read_store "$work/$style" copy >/dev/null
done
records=$(read_store "$SNAPCTL_STORE" records words | grep -c '"vector"')
[ "$records" -eq 300 ] || { echo "the reader sees $records records, 300 were appended" >&2; exit 1; }
owners=$(read_store "$SNAPCTL_STORE" owners owned | grep -c "\"uid\": $(id -u), \"gid\": $(id -g)")
[ "$owners" -eq 1 ] || { echo "the reader sees $owners owners of one file" >&2; exit 1; }
echo "the independent reader verified the store, extracted 4 versions and read $records records"

for store in store owners; do read_store "$root/formats/golden/v1/$store" verify >/dev/null; done
cd "$root/formats/reader"
SNAPREAD_STORE=$root/formats/golden/v1/store "$python" -m unittest -q
