#!/usr/bin/env bash
# An S3 server that keeps AWS's rules (moto), on a free port of this host: prints its address once it answers, and ends
# when its standard input does, whatever becomes of its caller. Exits 3 with a reason when it cannot be had. With S3_TLS,
# a folder, it is served by https, with certificates that are made there.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
python=$(bash "$here/python.sh")
[ -z "${S3_TLS:-}" ] || bash "$here/certificates.sh" "$S3_TLS"
exec "$python" "$here/serve_moto.py"
