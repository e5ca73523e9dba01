#!/usr/bin/env bash
# exec.sh NAME [COMMAND…]: runs COMMAND, or a shell, inside of the cluster's network namespace, with kubectl and
# vault ready to use. See README.md for the environment.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[ $# -gt 0 ] || fail "usage: exec.sh NAME [COMMAND…]"
use_cluster "$1"
shift
namespace_exists || fail "cluster $name is not up: tests/cluster/up.sh $name"

# There is no way out of the namespace, so no proxy either; and settings for the user's own Vault must not leak in.
unset HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy "${!VAULT_@}" "${!BAO_@}"

export PATH=$kubernetes_bin:$vault_bin:$PATH
export KUBECONFIG=$state/admin.kubeconfig
export KUBECACHEDIR=$state/kubectl # not in the user's home
export VOUCHSAFE_CACHE=$cache
export VOUCHSAFE_CLUSTER_DIR=$state
export VOUCHSAFE_CLUSTER_SCRIPTS=$scripts
export VOUCHSAFE_TEST_VAULT=${VOUCHSAFE_TEST_VAULT:-$vault_bin/vault}
if [ -e "$state/vault/main/ready" ]; then
  VAULT_ADDR=http://127.0.0.1:8201
  VAULT_TOKEN=$(<"$state/vault/main/root-token")
  export VAULT_ADDR VAULT_TOKEN
fi

if [ $# = 0 ]; then
  echo "Inside of cluster $name. Try: kubectl get pods -A, vault status. \"exit\" leaves."
  set -- "${SHELL:-/bin/bash}"
fi
exec nsenter --net="$namespace_file" -- "$@"
