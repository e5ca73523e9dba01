#!/usr/bin/env bash
# up.sh [NAME]: brings up the cluster NAME (default: play), or leaves it alone when it is up. What an interrupted
# run, a crash or a reboot left of it is removed first. See README.md.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
use_cluster "${1:-play}"
began=$EPOCHREALTIME
pki=$state/pki
daemons=(etcd apiserver controller-manager scheduler node)

complete() {
  local daemon
  [ -e "$state/run/complete" ] && namespace_exists || return 1
  for daemon in "${daemons[@]}"; do alive "$daemon" || return 1; done
}
anything_left() { [ -e "$state" ] || [ -e "$namespace_file" ]; }

lock "$clusters/.$name.lock"
if complete; then
  "$scripts/exec.sh" "$name" "$scripts/vault.sh" start main
  say "cluster $name is up"
  exit 0
fi
"$scripts/preflight.sh"
"$scripts/fetch.sh"
if anything_left; then
  say "removing what is left of an earlier cluster $name"
  remove_cluster
fi

total=5
say "[1/$total] preparing cluster $name: network, cgroups, certificates"
mkdir -p "$state"/{run,log,conf/cni}
chmod 700 "$state" # keys and tokens
[ -z "${VOUCHSAFE_CLUSTER_OWNER:-}" ] || identity "$VOUCHSAFE_CLUSTER_OWNER" >"$state/owner"
host_prepare
ip netns add "$namespace"
in_namespace sh -e <<SETUP
ip link set lo up
# With an address of its own: a bridge takes the lowest one of its ports otherwise, and whenever a pod with a lower one
# comes or goes, all others send to an address that is gone until they ask again.
ip link add $bridge address 0a:58:0a:58:00:01 type bridge
ip address add $node_ip/24 dev $bridge
ip address add $api_ip/32 dev $bridge
ip link set $bridge up
# A connection to a service's cluster IP fails at once, instead of after its time-out.
ip route add unreachable $service_cidr
# "Port unreachable" for every DNS lookup and not only for the first few of a second.
echo 0 >/proc/sys/net/ipv4/icmp_ratelimit
SETUP

# configuration FILE DIRECTORY: fills in conf/FILE.in
configuration() {
  sed -e "s#@STATE@#$state#g; s#@PACKAGES@#$packages#g; s#@RUNC@#$(PATH=$package_path command -v runc)#g; s#@CGROUP@#$cgroup#g" \
    -e "s#@BRIDGE@#$bridge#g; s#@NODE_IP@#$node_ip#g; s#@API_IP@#$api_ip#g; s#@POD_CIDR@#$pod_cidr#g" "$scripts/conf/$1.in" >"$2/$1"
}
configuration containerd.toml "$state/conf"
configuration kubelet.yaml "$state/conf"
configuration 10-bridge.conflist "$state/conf/cni"
: >"$state/conf/resolv.conf"

# The data is worth nothing after the run, so nothing waits for the disk.
start etcd etcd --name=test --data-dir="$state/etcd" --unsafe-no-fsync=true \
  --listen-client-urls="http://127.0.0.1:$etcd_port" --advertise-client-urls="http://127.0.0.1:$etcd_port" \
  --listen-peer-urls="http://127.0.0.1:$((etcd_port + 1))" --initial-advertise-peer-urls="http://127.0.0.1:$((etcd_port + 1))" \
  --initial-cluster="test=http://127.0.0.1:$((etcd_port + 1))"
start node unshare --mount --propagation private --pid --fork --kill-child --mount-proc bash "$scripts/node.sh" "$name"
"$scripts/pki.sh" "$name" # beside the start of those two, which takes longer

say "[2/$total] starting the API server"
needed=etcd wait_for 30 "the start of etcd" in_namespace curl --fail --noproxy '*' --max-time 2 "http://127.0.0.1:$etcd_port/health"
# Aggregator routing: webhooks' Services are resolved to the pods behind them, which makes kube-proxy unnecessary.
start apiserver kube-apiserver --bind-address="$api_ip" --secure-port=443 --advertise-address="$api_ip" \
  --etcd-servers="http://127.0.0.1:$etcd_port" --service-cluster-ip-range="$service_cidr" --enable-aggregator-routing=true \
  --allow-privileged=true --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
  --client-ca-file="$pki/ca.crt" --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" \
  --kubelet-client-certificate="$pki/apiserver-kubelet-client.crt" --kubelet-client-key="$pki/apiserver-kubelet-client.key" \
  --kubelet-certificate-authority="$pki/ca.crt" --kubelet-preferred-address-types=InternalIP \
  --service-account-issuer=https://kubernetes.default.svc.cluster.local --service-account-jwks-uri="$api/openid/v1/jwks" \
  --service-account-key-file="$pki/service-account.pub" --service-account-signing-key-file="$pki/service-account.key" \
  --profiling=false
needed=apiserver wait_for 60 "the start of the API server" in_namespace curl --fail --noproxy '*' --max-time 2 --cacert "$pki/ca.crt" "$api/readyz"
touch "$state/run/api-ready"

say "[3/$total] starting the controller manager, the scheduler and the kubelet"
# The node monitor lifts the taints of a new node, by default every 5 s; and with its default limit of 20 requests
# per second the controller manager needs 5 s to start. Nothing else would take as long.
start controller-manager kube-controller-manager --kubeconfig="$pki/controller-manager.kubeconfig" --bind-address=127.0.0.1 \
  --leader-elect=false --use-service-account-credentials=true --service-account-private-key-file="$pki/service-account.key" \
  --root-ca-file="$pki/ca.crt" --cluster-signing-cert-file="$pki/ca.crt" --cluster-signing-key-file="$pki/ca.key" \
  --flex-volume-plugin-dir="$state/kubelet/volume-plugins" --node-monitor-period=500ms \
  --kube-api-qps=1000 --kube-api-burst=1000 --profiling=false
start scheduler kube-scheduler --kubeconfig="$pki/scheduler.kubeconfig" --bind-address=127.0.0.1 --leader-elect=false --profiling=false

say "[4/$total] starting Vault"
"$scripts/exec.sh" "$name" "$scripts/vault.sh" up main 8200

say "[5/$total] waiting until pods can be scheduled"
schedulable() {
  local node_state
  node_state=$(in_namespace "$kubernetes_bin/kubectl" --kubeconfig="$state/admin.kubeconfig" --cache-dir="$state/kubectl" get node "$node" \
    -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}{.spec.taints}') && [ "$node_state" = True ] &&
    in_namespace "$kubernetes_bin/kubectl" --kubeconfig="$state/admin.kubeconfig" --cache-dir="$state/kubectl" --namespace=default get serviceaccount default
}
needed=node wait_for 60 "the start of the node" schedulable
touch "$state/run/complete"
say "cluster $name is up after $(seconds "$began"); a command in it: tests/cluster/exec.sh $name kubectl get pods -A"
