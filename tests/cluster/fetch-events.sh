#!/usr/bin/env bash
# Puts the Vault that tells of changes into the cache, built from its Go module: for `make events`, and nothing else.
# Takes about 10 minutes on two cores the first time and no time when it is there. Needs the network.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ ! -x "$events_vault_bin/vault" ] || exit 0
"$scripts/preflight.sh"
lock "$cache/.fetch.lock"
[ -x "$events_vault_bin/vault" ] || {
  say "building Vault $events_vault_version, which tells of changes (about 10 min the first time)"
  "$scripts/build-vault.sh" vault-events "$events_vault_bin/vault"
}
