#!/usr/bin/env bash
# large.sh [DIR]: a real ChromaDB directory of 60,000 records of 384 numbers in five versions; prints its folder.
#
# Made once, in about three minutes, then reused: DIR/chroma-60000x384-context/v1 … v5, 1.1 GB. DIR is
# snapshot-engine-bench in the user's cache folder unless given. Where a model would be given the same words, vectors are
# the same. Exits 3 with a one-line reason when the ChromaDB client cannot be had.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly target=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/snapshot-engine-bench}/chroma-60000x384-context
exec </dev/null

# The folder gets its name when all five are in it: whoever finds it finds all.
if [ ! -d "$target" ]; then
  python=$(bash "$here/venv.sh")
  mkdir -p "$(dirname "$target")"
  making=$(mktemp -d "$target.XXXXXX")
  trap 'rm -rf "$making"' EXIT
  "$python" "$here/chroma_gen.py" directories "$making" \
    --words 60000 --dimension 384 --space cosine --versions 5 --batch 2000 --context >&2
  chmod 755 "$making"
  mv -T "$making" "$target" 2>/dev/null || [ -d "$target/v5" ]
fi
echo "$target"
