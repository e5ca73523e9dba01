#!/usr/bin/env bash
# Installs Vouchsafe, with the images and manifests of this source tree, into the cluster that this shell is in
# (see exec.sh), and waits until the webhook serves. Safe to repeat: changed images are rolled out.
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$scripts/../.." && pwd)
: "${VOUCHSAFE_CLUSTER_DIR:?run this through tests/cluster/exec.sh}"

echo "==> loading images"
"$scripts/load-image.sh" "$(basename "$VOUCHSAFE_CLUSTER_DIR")" "$repository"/target/images/{agent,webhook}.tar >/dev/null

echo "==> applying manifests/ with the test bed's images, Vault address and CA"
kubectl apply --filename "$repository/manifests/00-namespace.yaml"
eval "$("$scripts/vault.sh" env main)"
kubectl --namespace vouchsafe create configmap vouchsafe-store-ca --from-file=ca.crt="$VAULT_CA_FILE" \
  --dry-run=client --output yaml | kubectl apply --filename -
# The fingerprint of the image makes a changed image under the same name a change of the pod.
image=$(sha256sum "$repository/target/images/webhook.tar" | cut -c1-16)
kubectl kustomize --load-restrictor=LoadRestrictionsNone "$scripts/overlay" | sed "s/IMAGE_FINGERPRINT/$image/" |
  kubectl apply --filename -
"$repository/manifests/certificates.sh"
kubectl --namespace vouchsafe rollout status deployment/vouchsafe-webhook --timeout=120s
