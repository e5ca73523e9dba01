#!/usr/bin/env bash
# Says in one sentence what this machine lacks for the test cluster, if anything.
set -euo pipefail

lack() {
  echo "error: the test cluster needs $*" >&2
  exit 1
}

[ "$(uname -sm)" = "Linux x86_64" ] || lack "Linux on x86_64, and this is $(uname -sm)."
[ "$(id -u)" = 0 ] || lack "root, because it makes network namespaces, mounts and cgroups: run it with sudo -E, or as root in a virtual machine."

# program=package that has it
for need in go=golang gcc=gcc python3=python3 openssl=openssl curl=curl ip=iproute2 tc=iproute2 unshare=util-linux nsenter=util-linux \
  flock=util-linux setsid=util-linux setpriv=util-linux apt-get=apt dpkg=dpkg awk=mawk; do
  command -v "${need%=*}" >/dev/null || lack "\"${need%=*}\" (package ${need#*=} on Debian and Ubuntu)."
done

go_version=$(go env GOVERSION) # such as go1.26.1
IFS=. read -r major minor _ <<<"${go_version#go}"
((major > 1 || ${minor//[!0-9]*/} >= 26)) || lack "Go 1.26 or newer, and this is ${go_version#go}."

((BASH_VERSINFO[0] >= 5)) || lack "bash 5 or newer, and this is $BASH_VERSION."

probe() { unshare --net --mount --pid --fork true; }
probe 2>/dev/null || lack "the right to make network, mount and PID namespaces, which this root does not have: run it outside of a container, or in a privileged one."
