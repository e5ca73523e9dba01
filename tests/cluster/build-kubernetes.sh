#!/usr/bin/env bash
# build-kubernetes.sh PROGRAM OUT: builds one of the Kubernetes programs from the pinned Go modules.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
program=$1 out=$2

cd "$scripts/kubernetes"
version=k8s.io/component-base/version
IFS=. read -r major minor _ <<<"${kubernetes_version#v}"
flags=(
  -s -w
  -X "$version.gitVersion=$kubernetes_version"
  -X "$version.gitMajor=$major"
  -X "$version.gitMinor=$minor"
  -X "$version.gitTreeState=clean"
  -X "k8s.io/client-go/pkg/version.gitVersion=$kubernetes_version"
)
# A name of its own until it is whole: an interrupted build never looks finished.
partial=$(dirname "$out")/.$program.partial
mkdir -p "$(dirname "$out")"
CGO_ENABLED=0 GOFLAGS="-mod=readonly -buildvcs=false -trimpath" go build -ldflags "${flags[*]}" -o "$partial" "k8s.io/kubernetes/cmd/$program"
mv "$partial" "$out"
