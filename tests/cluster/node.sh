#!/usr/bin/env bash
# node.sh NAME: PID 1 of the node's own mount and PID namespaces, started by up.sh. containerd, the kubelet and
# every pod live and die with it, and so do all their mounts.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
use_cluster "$1"

# The kubelet propagates mounts between pods, so they must be shared here; the machine sees none of them, since
# this namespace was made with private propagation.
mount --no-mtab --make-rshared /

# --no-mtab throughout: mount must not note anything in the /run of the machine.

# Directories that these programs write to whatever their configuration says. The cache may lie below one of
# them, so it is held open and put back.
exec {cache_descriptor}<"$cache"
for directory in /run /var/lib /var/log; do mount --no-mtab -t tmpfs -o mode=755 tmpfs "$directory"; done
if [ ! -e "$state" ]; then
  mkdir -p "$cache"
  mount --no-mtab --no-canonicalize --rbind "/proc/self/fd/$cache_descriptor" "$cache"
fi
exec {cache_descriptor}>&-
mkdir -p /run/netns /run/lock "$state/pod-logs" "$state/kubelet" "$state/containerd"
mount --no-mtab --bind "$state/pod-logs" /var/log # kept outside, so that a failed run's logs can be read afterwards

containerd --config "$state/conf/containerd.toml" >>"$state/log/containerd.log" 2>&1 &
containerd_pid=$!
ctr() { command ctr --address /run/containerd/containerd.sock --namespace k8s.io "$@"; }
wait_for 30 "the start of containerd" ctr version
for image in "$base_images"/*.tar; do ctr images import "$image"; done

# Registering the node is all that needs the API server; until then the steps above run beside its start.
wait_for 60 "the start of the API server" test -e "$state/run/api-ready"
kubelet --config="$state/conf/kubelet.yaml" --kubeconfig="$state/pki/kubelet.kubeconfig" \
  --root-dir="$state/kubelet" --cert-dir="$state/kubelet/pki" \
  --hostname-override="$node" --node-ip="$node_ip" --v=2 >>"$state/log/kubelet.log" 2>&1 &
kubelet_pid=$!

# As PID 1 it reaps what pods leave behind; and a node without one of its two daemons is no node.
while kill -0 "$containerd_pid" 2>/dev/null && kill -0 "$kubelet_pid" 2>/dev/null; do
  sleep 1 &
  wait $!
done
echo "containerd ($containerd_pid) or the kubelet ($kubelet_pid) has ended"
