#!/usr/bin/env bash
# certificates.sh DIR: makes an authority (ca.pem), what it vouches for (server.pem and server.key, for 127.0.0.1), and
# another authority (other.pem) that vouches for nothing. Exits 3 with a reason when they cannot be made.
set -euo pipefail
command -v openssl >/dev/null || { echo "there is no openssl to make certificates with" >&2; exit 3; }
mkdir -p "$1"
cd "$1"
for name in ca other; do
  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=Tests $name" -keyout "$name.key" -out "$name.pem"
done 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj "/CN=127.0.0.1" -keyout server.key -out server.csr 2>/dev/null
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out server.pem \
  -extfile <(echo "subjectAltName=IP:127.0.0.1") 2>/dev/null
