#!/usr/bin/env bash
# Shows, on the cluster that this shell is in, how a pod gets a secret and follows its rotation. Run by `make demo`.
set -euo pipefail
scripts=$VOUCHSAFE_CLUSTER_SCRIPTS
eval "$("$scripts/vault.sh" env main)"
export VAULT_ADDR VAULT_TOKEN

bold() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() {
  printf '\033[2m$ %s\033[0m\n' "$*"
  "$@"
}

bold "1. A secret in Vault, and a role that may read it"
run vault kv put secret/demo user=app password=first
vault policy write demo - >/dev/null <<<'path "secret/data/demo" { capabilities = ["read"] }'
run vault write auth/kubernetes/role/demo bound_service_account_names=web bound_service_account_namespaces=demo \
  audience=vouchsafe token_policies=demo token_ttl=1h

bold "2. A Deployment annotated for it, in a namespace that enforces Pod Security \"restricted\""
kubectl create namespace demo --dry-run=client --output yaml | kubectl apply --filename - >/dev/null
kubectl label namespace demo --overwrite pod-security.kubernetes.io/enforce=restricted >/dev/null
kubectl --namespace demo delete deployment web --ignore-not-found >/dev/null
run cat "$(dirname "$0")/demo.yaml"
run kubectl --namespace demo apply --filename "$(dirname "$0")/demo.yaml"
run kubectl --namespace demo rollout status deployment/web --timeout=90s

bold "3. What the webhook made of the pod"
pod=$(kubectl --namespace demo get pods --selector app=web --output jsonpath='{.items[0].metadata.name}')
run kubectl --namespace demo get pod "$pod" --output custom-columns='INIT CONTAINERS:.spec.initContainers[*].name,RESTART POLICY:.spec.initContainers[*].restartPolicy,VOLUMES:.spec.volumes[*].name'

bold "4. What the application finds"
run kubectl --namespace demo exec "$pod" --container web -- ls -lL /vault/secrets
run kubectl --namespace demo exec "$pod" --container web -- cat /vault/secrets/db.env

bold "5. The secret rotates; the file follows and the application gets SIGHUP"
run vault kv put secret/demo user=app password=second
for _ in $(seq 100); do
  kubectl --namespace demo logs "$pod" --container web | grep -q second && break
  sleep 0.1
done
run kubectl --namespace demo logs "$pod" --container web
run kubectl --namespace demo logs "$pod" --container vouchsafe-agent

bold "6. A mistake is told at once, with the fix"
printf '\033[2m$ kubectl annotate … vouchsafe.dev/mode-db.env=0888 (dry run)\033[0m\n'
kubectl --namespace demo run mistaken --image=vouchsafe.test/busybox:1 --dry-run=server \
  --annotations=vouchsafe.dev/inject=true --annotations=vouchsafe.dev/rolle=demo \
  --annotations=vouchsafe.dev/secret-db.env=secret/data/demo --annotations=vouchsafe.dev/mode-db.env=0888 || true

bold "Done. To play with it yourself: make cluster, then make cluster-shell"
