#!/usr/bin/env bash
# pki.sh NAME: the cluster's certificate authority, certificates, service account key and kubeconfig files.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
use_cluster "$1"
pki=$state/pki
mkdir -p "$pki"

openssl req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -keyout "$pki/ca.key" -out "$pki/ca.crt" \
  -subj "/CN=vouchsafe test cluster $name" -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null

# RSA, as in nearly every real cluster: service account tokens are signed with RS256.
openssl genrsa -out "$pki/service-account.key" 2048 2>/dev/null
openssl rsa -in "$pki/service-account.key" -pubout -out "$pki/service-account.pub" 2>/dev/null

certificate "$pki" apiserver /CN=kube-apiserver serverAuth \
  "IP:127.0.0.1,IP:$api_ip,IP:$node_ip,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local"
certificate "$pki" kubelet-server "/CN=$node" serverAuth "IP:$node_ip,DNS:$node"
certificate "$pki" apiserver-kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client clientAuth
certificate "$pki" admin /O=system:masters/CN=admin clientAuth
certificate "$pki" controller-manager /CN=system:kube-controller-manager clientAuth
certificate "$pki" scheduler /CN=system:kube-scheduler clientAuth
certificate "$pki" kubelet "/O=system:nodes/CN=system:node:$node" clientAuth

# kubeconfig USER FILE
kubeconfig() {
  cat >"$2" <<YAML
apiVersion: v1
kind: Config
current-context: $name
contexts: [{ name: $name, context: { cluster: $name, user: $1 } }]
clusters: [{ name: $name, cluster: { server: "$api", certificate-authority-data: $(base64 -w0 "$pki/ca.crt") } }]
users: [{ name: $1, user: { client-certificate-data: $(base64 -w0 "$pki/$1.crt"), client-key-data: $(base64 -w0 "$pki/$1.key") } }]
YAML
}
kubeconfig admin "$state/admin.kubeconfig"
kubeconfig controller-manager "$pki/controller-manager.kubeconfig"
kubeconfig scheduler "$pki/scheduler.kubeconfig"
kubeconfig kubelet "$pki/kubelet.kubeconfig"
