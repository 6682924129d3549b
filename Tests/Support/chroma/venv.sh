#!/usr/bin/env bash
# The Python that holds the real ChromaDB client; prints its path on stdout. Exits 3 when it cannot be had.
set -euo pipefail
exec bash "$(dirname "${BASH_SOURCE[0]}")/../venv.sh" chroma chromadb==1.5.9 numpy
