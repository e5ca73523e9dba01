#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<USAGE
certificates.sh [--days N] [--namespace NAMESPACE] [--force]

Gives the webhook a certificate: makes a certificate authority and a server certificate (ECDSA P-256), keeps the
latter in the Secret vouchsafe-webhook-tls, and tells the API server about the authority through the caBundle of
the MutatingWebhookConfiguration vouchsafe-webhook. The authority's key is thrown away. Run it after
"kubectl apply -f manifests/", and again before the certificate expires; a certificate that is good for another
30 days, or for a third of its time if that is less, is left alone.

  --days N               how long the certificate is valid (default: 365)
  --namespace NAMESPACE  where the webhook runs (default: vouchsafe)
  --force                make a new certificate even if the present one is good

Needs kubectl, with the right to write those two objects, and openssl.
USAGE
}
fail() {
  echo "error: $*" >&2
  exit 1
}

days=365 namespace=vouchsafe force=
while [ $# -gt 0 ]; do
  case $1 in
  --days | --namespace)
    [ $# -ge 2 ] || fail "$1 needs a value"
    declare "${1#--}=$2"
    shift
    ;;
  --days=*) days=${1#*=} ;;
  --namespace=*) namespace=${1#*=} ;;
  --force) force=1 ;;
  -h | --help)
    usage
    exit
    ;;
  *) fail "what is \"$1\"? See certificates.sh --help" ;;
  esac
  shift
done
[[ $days =~ ^[1-9][0-9]{0,4}$ ]] || fail "--days wants a whole number of days, not \"$days\""
for program in kubectl openssl; do command -v "$program" >/dev/null || fail "$program is not there"; done

secret=vouchsafe-webhook-tls
configuration=vouchsafe-webhook
service=vouchsafe-webhook.$namespace.svc
margin=$((days * 86400 / 3 < 30 * 86400 ? days * 86400 / 3 : 30 * 86400))

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
umask 077

webhook_namespace=$(kubectl get mutatingwebhookconfiguration "$configuration" -o jsonpath='{.webhooks[0].clientConfig.service.namespace}') ||
  fail "there is no MutatingWebhookConfiguration $configuration: kubectl apply -f manifests/ first"
[ "$webhook_namespace" = "$namespace" ] ||
  fail "the MutatingWebhookConfiguration $configuration names a service in the namespace $webhook_namespace, not $namespace"
kubectl get mutatingwebhookconfiguration "$configuration" -o jsonpath='{.webhooks[0].clientConfig.caBundle}' | base64 -d >bundle.crt
bundles=$(kubectl get mutatingwebhookconfiguration "$configuration" -o jsonpath='{range .webhooks[*]}{.clientConfig.caBundle}{"\n"}{end}')
present() { kubectl --namespace "$namespace" get secret "$secret" --ignore-not-found -o jsonpath="{.data.tls\\.$1}" | base64 -d; }
present crt >present.crt
present key >present.key

# Good: the authority that the API server was told about, for all webhooks alike, vouches for it under the service's name, it fits its key,
# and there is time left.
good() {
  [ "$(sort --unique <<<"$bundles" | wc -l)" = 1 ] &&
    [ -s bundle.crt ] && [ -s present.crt ] && [ -s present.key ] &&
    openssl verify -CAfile bundle.crt -purpose sslserver -verify_hostname "$service" present.crt &&
    openssl x509 -in present.crt -noout -checkend "$margin" &&
    [ "$(openssl x509 -in present.crt -noout -pubkey)" = "$(openssl pkey -in present.key -pubout)" ]
}
expiry() { openssl x509 -in "$1" -noout -enddate | cut -d= -f2; }
if [ -z "$force" ] && good >/dev/null 2>&1; then
  echo "The certificate of $service is good until $(expiry present.crt)."
  exit
fi

# The same subject for every authority would have a verifier mistake one for another.
serial=$(openssl rand -hex 8)
openssl req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -days "$days" \
  -subj "/CN=Vouchsafe webhook authority $serial" -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.csr -subj "/CN=$service" 2>/dev/null
cat >extensions <<EXTENSIONS
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:$service, DNS:$service.cluster.local
EXTENSIONS
openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -set_serial "0x$serial" -days "$days" -extfile extensions -out tls.crt 2>/dev/null
rm ca.key

# The new authority is announced first and the present one stays announced: replicas get the new certificate only
# some time after the Secret has it, one by one, and until then they show the old one.
cp ca.crt new-bundle.crt
if [ -s bundle.crt ] && [ -s present.crt ]; then
  while IFS= read -r line; do
    [ "$line" != "-----BEGIN CERTIFICATE-----" ] || : >one.crt
    echo "$line" >>one.crt
    if [ "$line" = "-----END CERTIFICATE-----" ] && openssl verify -partial_chain -CAfile one.crt present.crt >/dev/null 2>&1; then
      cat one.crt >>new-bundle.crt
    fi
  done <bundle.crt
fi
bundle=$(base64 <new-bundle.crt | tr -d '\n') patch=
for ((index = 0; index < $(wc -l <<<"$bundles"); index++)); do
  patch+="${patch:+, }{\"op\": \"add\", \"path\": \"/webhooks/$index/clientConfig/caBundle\", \"value\": \"$bundle\"}"
done
kubectl patch mutatingwebhookconfiguration "$configuration" --type=json --patch="[$patch]"
kubectl --namespace "$namespace" create secret tls "$secret" --cert=tls.crt --key=tls.key --dry-run=client -o yaml |
  kubectl --namespace "$namespace" apply --server-side --force-conflicts --field-manager=vouchsafe-certificates -f -
echo "The certificate of $service is good until $(expiry tls.crt)."
