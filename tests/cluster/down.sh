#!/usr/bin/env bash
# down.sh [NAME]: stops the cluster NAME (default: play) and removes every trace of it from the machine: processes,
# mounts, cgroups, its network namespace, kernel settings, state. Only the cache of programs stays.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
use_cluster "${1:-play}"
began=$EPOCHREALTIME

lock "$clusters/.$name.lock"
if [ ! -e "$state" ] && [ ! -e "$namespace_file" ]; then
  say "there is no cluster $name"
else
  remove_cluster
  say "cluster $name is removed ($(seconds "$began"))"
fi
rm -f "$clusters/.$name.lock"
