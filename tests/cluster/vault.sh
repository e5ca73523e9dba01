#!/usr/bin/env bash
# Vault servers for tests, to be called inside of a cluster (exec.sh):
#   vault.sh up INSTANCE PORT   a new server: TLS on 0.0.0.0:PORT, plain HTTP on 127.0.0.1:PORT+1
#   vault.sh stop INSTANCE      ends it; its data stays
#   vault.sh start INSTANCE     has it run and unsealed again, whatever was done to it
#   vault.sh down INSTANCE      ends it and forgets its data
#   vault.sh env INSTANCE       how to reach it, as shell assignments
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[ $# -ge 2 ] || fail "usage: vault.sh up INSTANCE PORT, or vault.sh stop|start|down|env INSTANCE"
action=$1 instance=$2
use_cluster "$(basename "${VOUCHSAFE_CLUSTER_DIR:?vault.sh is to be called through exec.sh}")"
[[ $instance =~ ^[a-z0-9][a-z0-9-]{0,29}$ ]] || fail "\"$instance\" is no instance name: lower-case letters, digits and dashes"
directory=$state/vault/$instance
daemon=vault-$instance

# vault METHOD PATH [JSON]: a call of Vault's API. Not its command line, which takes 0.5 s to start.
vault() {
  curl --silent --show-error --fail-with-body --noproxy '*' --max-time 30 -X "$1" -H "X-Vault-Token: ${token:-}" \
    "http://127.0.0.1:$(($(<"$directory/port") + 1))/v1/$2" ${3:+--data "$3"}
}
# kubernetes PATH JSON: creates an object in the cluster, unless there is one
kubernetes() {
  curl --silent --show-error --noproxy '*' --max-time 30 --cacert "$state/pki/ca.crt" --cert "$state/pki/admin.crt" --key "$state/pki/admin.key" \
    -H 'Content-Type: application/json' "$api/$1" --data "$2"
}
# member NAME: the first string called NAME in the JSON that is read
member() { tr -d '\n' | sed -n "s/.*\"$1\": *\(\[ *\)\{0,1\}\"\([^\"]*\)\".*/\2/p"; }
answers() { [ "$(curl --silent --output /dev/null --write-out '%{http_code}' --noproxy '*' "http://127.0.0.1:$(($(<"$directory/port") + 1))/v1/sys/health")" != 000 ]; }
active() { vault GET sys/health; }

run_server() {
  start "$daemon" "${VOUCHSAFE_TEST_VAULT:-$vault_bin/vault}" server -config="$directory/server.hcl"
  needed=$daemon wait_for 20 "the start of Vault $instance" answers
}
unseal() {
  vault PUT sys/unseal "{\"key\": \"$(<"$directory/unseal-key")\"}" >/dev/null
  wait_for 20 "the unsealing of Vault $instance" active
}

create() {
  local port=$1 initialised token reviewer authority
  rm -rf "$directory"
  mkdir -p "$directory/data"
  echo "$port" >"$directory/port"
  certificate "$directory" server "/CN=vault $instance" serverAuth "IP:$node_ip,IP:127.0.0.1,DNS:localhost,DNS:vault.vault.svc"
  cat >"$directory/server.hcl" <<HCL
disable_mlock = true
ui            = false
api_addr      = "https://$node_ip:$port"

storage "file" {
  path = "$directory/data"
}
# Without cluster_address, which nobody uses, each would also listen on the next port, which is not free.
listener "tcp" {
  address         = "0.0.0.0:$port"
  cluster_address = "127.0.0.2:$((port + 1))"
  tls_cert_file   = "$directory/server.crt"
  tls_key_file    = "$directory/server.key"
}
listener "tcp" {
  address         = "127.0.0.1:$((port + 1))"
  cluster_address = "127.0.0.3:$((port + 1))"
  tls_disable     = true
}

# OpenBao wants to be told that audit devices may be made through its API; Vault does not know the setting.
unsafe_allow_api_audit_creation = true
HCL
  run_server
  initialised=$(vault PUT sys/init '{"secret_shares": 1, "secret_threshold": 1}')
  member keys <<<"$initialised" >"$directory/unseal-key"
  member root_token <<<"$initialised" >"$directory/root-token"
  unseal

  token=$(<"$directory/root-token")
  vault PUT sys/audit/file "{\"type\": \"file\", \"options\": {\"file_path\": \"$directory/audit.log\"}}"
  vault POST sys/mounts/secret '{"type": "kv", "options": {"version": "2"}}'
  vault POST sys/mounts/kv1 '{"type": "kv", "options": {"version": "1"}}'
  vault POST sys/mounts/transit '{"type": "transit"}'
  vault POST sys/mounts/database '{"type": "database"}'
  vault POST sys/mounts/pki '{"type": "pki", "config": {"max_lease_ttl": "87600h"}}'
  vault POST pki/root/generate/internal '{"common_name": "tests", "ttl": "87600h", "key_type": "ec", "key_bits": 256}' >/dev/null
  vault POST pki/roles/web '{"allow_any_name": true, "key_type": "ec", "key_bits": 256, "ttl": "1h", "max_ttl": "24h"}' >/dev/null
  vault POST sys/auth/kubernetes '{"type": "kubernetes"}'

  # The kubernetes auth method asks the API server about tokens as this service account.
  kubernetes api/v1/namespaces/kube-system/serviceaccounts '{"metadata": {"name": "vault"}}' >/dev/null
  kubernetes apis/rbac.authorization.k8s.io/v1/clusterrolebindings '{"metadata": {"name": "vault"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:auth-delegator"},
    "subjects": [{"kind": "ServiceAccount", "namespace": "kube-system", "name": "vault"}]}' >/dev/null
  reviewer=$(kubernetes api/v1/namespaces/kube-system/serviceaccounts/vault/token '{"spec": {"expirationSeconds": 31536000}}' | member token)
  [ -n "$reviewer" ] || fail "the API server gave no token for the service account kube-system/vault"
  authority=$(<"$state/pki/ca.crt")
  vault POST auth/kubernetes/config "{\"kubernetes_host\": \"$api\", \"kubernetes_ca_cert\": \"${authority//$'\n'/\\n}\",
    \"token_reviewer_jwt\": \"$reviewer\", \"disable_local_ca_jwt\": true}"

  # A new version 2 mount answers only after it has set itself up.
  wait_for 10 "the set-up of secret/" vault GET secret/config
  touch "$directory/ready"
}

must_exist() { [ -e "$directory/ready" ] || fail "there is no Vault $instance: vault.sh up $instance PORT"; }
resume() {
  alive "$daemon" || run_server
  active >/dev/null 2>&1 || unseal
}
stop_server() {
  local pid
  if pid=$(on_record "$state/run/$daemon.pid"); then end TERM "$pid"; fi
  rm -f "$state/run/$daemon.pid"
}

# Tests run side by side, but one instance does one thing at a time.
[ "$action" = env ] || lock "$state/run/$daemon.lock"

case $action in
up)
  port=${3:?the port is missing}
  if [ ! -e "$directory/ready" ]; then
    stop_server
    create "$port"
  elif [ "$port" != "$(<"$directory/port")" ]; then
    fail "Vault $instance is on port $(<"$directory/port"), not $port"
  else
    resume
  fi
  ;;
start)
  must_exist
  resume
  ;;
stop)
  must_exist
  stop_server
  ;;
down)
  stop_server
  rm -rf "$directory"
  ;;
env)
  must_exist
  cat <<ENV
VAULT_ADDR=http://127.0.0.1:$(($(<"$directory/port") + 1))
VAULT_TOKEN=$(<"$directory/root-token")
VAULT_TLS_ADDRESS=https://$node_ip:$(<"$directory/port")
VAULT_CA_FILE=$state/pki/ca.crt
VAULT_AUDIT_LOG=$directory/audit.log
VAULT_PID=$(on_record "$state/run/$daemon.pid" || true)
ENV
  ;;
*) fail "what is \"$action\"? One of up, stop, start, down, env." ;;
esac
