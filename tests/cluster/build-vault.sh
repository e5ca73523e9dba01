#!/usr/bin/env bash
# build-vault.sh MODULE OUT: builds the Vault that is pinned in the directory MODULE here.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
module=$1 out=$2

cd "$scripts/$module"
# A name of its own until it is whole: an interrupted build never looks finished.
partial=$(dirname "$out")/.vault.partial
mkdir -p "$(dirname "$out")"
CGO_ENABLED=0 GOFLAGS="-mod=readonly -buildvcs=false" go build -trimpath -ldflags "-s -w" -o "$partial" .
mv "$partial" "$out"
