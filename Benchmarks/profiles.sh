#!/usr/bin/env bash
# profiles.sh [--rounds N] [--seed N] [--sets NAMES] [--cache DIR]: what each profile and parameter costs on several
# kinds of data (docs/decisions/0008). Prints Markdown tables on stdout. Takes about 1 GB of TMPDIR and some minutes.
# The sets of a large ChromaDB directory are left out unless run.sh has made it, in the same --cache.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
support=$here/../Tests/Support
readonly here support
exec </dev/null

program=$(bash "$support/product.sh" snapprofiles)
export PYTHONPATH=$support:$here PYTHONDONTWRITEBYTECODE=1
exec python3 "$here/profiles.py" --program "$program" "$@"
