#!/usr/bin/env bash
# Builds the Kubernetes binaries from pinned Go modules: build-kubernetes.sh OUT_DIR
set -euo pipefail
out=$1
cd "$(dirname "$0")/kubernetes"
export CGO_ENABLED=0 GOFLAGS="-buildvcs=false -mod=mod -trimpath"
version=$(awk '$1 == "k8s.io/kubernetes" {print $2; exit} $2 == "k8s.io/kubernetes" {print $3; exit}' go.mod)
minor=$(cut -d. -f2 <<<"$version")
component=k8s.io/component-base/version
mkdir -p "$out"
for command in kubectl kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy; do
  [ -x "$out/$command" ] && continue
  echo "  building $command $version"
  go build -ldflags "-s -w -X $component.gitVersion=$version -X $component.gitMajor=1 -X $component.gitMinor=$minor -X $component.gitTreeState=clean -X k8s.io/client-go/pkg/version.gitVersion=$version" \
    -o "$out/.$command.partial" "k8s.io/kubernetes/cmd/$command"
  mv "$out/.$command.partial" "$out/$command"
done
