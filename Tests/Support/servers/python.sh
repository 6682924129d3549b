#!/usr/bin/env bash
# Prints the path of a Python that the S3 servers are served and asked with; exits 3 with a reason when it cannot be had.
set -euo pipefail
exec bash "$(dirname "${BASH_SOURCE[0]}")/../venv.sh" moto 'moto[s3,server]==5.2.1' 'cheroot==11.1.2'
