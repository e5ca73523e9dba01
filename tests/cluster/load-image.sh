#!/usr/bin/env bash
# load-image.sh NAME FILE.tar…: imports docker-archives into the running node of cluster NAME.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[ $# -ge 2 ] || fail "usage: load-image.sh NAME FILE.tar…"
use_cluster "$1"
shift
for archive; do
  # Read here, as the node does not see all of this machine's directories.
  on_node ctr --address /run/containerd/containerd.sock --namespace k8s.io images import - <"$archive"
done
