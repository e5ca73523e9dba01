#!/usr/bin/env bash
# with-cluster.sh COMMAND…: runs COMMAND in a fresh cluster, which is removed afterwards whatever happens, and ends
# with its status. VOUCHSAFE_KEEP_CLUSTER=1 leaves the cluster running.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[ $# -gt 0 ] || fail "usage: with-cluster.sh COMMAND…"
use_cluster "test-$$"
[ ! -e "$state" ] || use_cluster "test-$$-$RANDOM" # one that was kept, of a process with the same number
command_line="$*"

# A run that was killed could not remove its cluster.
remove_abandoned() {
  local other
  for other in "$clusters"/test-*/owner; do
    if [ -e "$other" ] && ! on_record "$other" >/dev/null; then
      "$scripts/down.sh" "$(basename "$(dirname "$other")")"
    fi
  done
}

child=
# run COMMAND…: in the background, so that a signal is acted upon at once
run() {
  local status=0
  "$@" <&0 &
  child=$!
  wait "$child" || status=$?
  child=
  return "$status"
}

# Everything that may tell why COMMAND failed.
keep_logs() {
  local logs=$cache/log/last-failure partial=$cache/log/.last-failure.$$
  mkdir -p "$partial/vault"
  timeout 20 "$scripts/exec.sh" "$name" kubectl get events -A --sort-by=.lastTimestamp >"$partial/events.txt" 2>&1 || true
  timeout 20 "$scripts/exec.sh" "$name" kubectl get pods -A -o yaml >"$partial/pods.yaml" 2>&1 || true
  cp -r "$state/log/." "$partial/" 2>/dev/null || true
  cp -r "$state/pod-logs/pods" "$partial/" 2>/dev/null || true
  local audit
  for audit in "$state"/vault/*/audit.log; do
    [ ! -e "$audit" ] || cp "$audit" "$partial/vault/$(basename "$(dirname "$audit")")-audit.log"
  done
  rm -rf "$logs"
  mv "$partial" "$logs"
  say "failed with status $1: $command_line"
  say "the cluster's logs are in $logs"
}

finish() {
  local status=$?
  trap '' INT TERM HUP # removing takes seconds and must not be interrupted as well
  trap - EXIT
  [ -z "$child" ] || end TERM "$child"
  if [ -e "$state" ]; then
    [ "$status" = 0 ] || keep_logs "$status"
    if [ "${VOUCHSAFE_KEEP_CLUSTER:-}" = 1 ]; then
      rm -f "$state/owner"
      say "cluster $name is kept: tests/cluster/exec.sh $name enters it, tests/cluster/down.sh $name removes it"
    else
      "$scripts/down.sh" "$name"
    fi
  fi
  exit "$status"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

remove_abandoned
VOUCHSAFE_CLUSTER_OWNER=$$ run "$scripts/up.sh" "$name"
run "$scripts/exec.sh" "$name" "$@"
