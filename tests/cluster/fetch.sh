#!/usr/bin/env bash
# Puts everything a cluster is made of into the cache: Kubernetes and Vault, built from their Go modules, the
# container runtime, etcd and PostgreSQL, unpacked from Debian packages (nothing is installed), and the base images.
# Takes about 20 minutes on two cores the first time and no time when all is there. Needs the network, as nothing
# else here does.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

total=$((${#kubernetes_programs[@]} + 4))

packages_present() { [ -e "$packages/.complete" ]; }
postgresql_present() { [ -e "$postgresql/.complete" ]; }
base_images_present() { [ -e "$base_images/pause.tar" ] && [ -e "$base_images/busybox.tar" ] && [ -e "$base_images/psql.tar" ]; }
everything_present() {
  local program
  for program in "${kubernetes_programs[@]}"; do [ -x "$kubernetes_bin/$program" ] || return 1; done
  [ -x "$vault_bin/vault" ] && packages_present && postgresql_present && base_images_present
}

everything_present && exit 0
"$scripts/preflight.sh"
lock "$cache/.fetch.lock"

step=0
# next PRESENT? MESSAGE: counts on, and says what takes the time; fails when there is nothing to do
next() {
  step=$((step + 1))
  "${@:2}" && return 1
  say "[$step/$total] $1"
}

# unpack DIRECTORY PACKAGE…: the packages' files below DIRECTORY, all of them or none
unpack() {
  local work=$1.partial package
  rm -rf "$work" "$1"
  mkdir -p "$work/downloads" "$work/files"
  download() { (cd "$work/downloads" && apt-get --quiet=2 -o APT::Sandbox::User=root download "$@"); }
  download "${@:2}" 2>/dev/null || { apt-get --quiet=2 update && download "${@:2}"; }
  for package in "$work"/downloads/*.deb; do dpkg -x "$package" "$work/files"; done
  touch "$work/files/.complete"
  mv "$work/files" "$1"
  rm -rf "$work"
}

unpack_packages() {
  unpack "$packages" "${debian_packages[@]}"
  if ldd "$(PATH=$package_path command -v runc)" | grep 'not found'; then
    rm "$packages/.complete"
    fail "runc needs the shared library named above (package libseccomp2 on Debian and Ubuntu)"
  fi
}

# depends PACKAGE…: the packages that they cannot do without
depends() { apt-cache depends --important "$@" | sed -n 's/^[ |]*Depends: \([a-z0-9][^:]*\)$/\1/p'; }

# The server in the distribution's version with all of its libraries, except the C library, which fits the dynamic
# loader of this machine only, and LLVM, which would compile queries.
unpack_postgresql() {
  local server found=() all
  server=$(depends postgresql | grep -m 1 -x 'postgresql-[0-9]*') || { apt-get --quiet=2 update && server=$(depends postgresql | grep -m 1 -x 'postgresql-[0-9]*'); }
  mapfile -t all < <(printf '%s\n' "$server" "${server/-/-client-}" | sort)
  while [ "${all[*]}" != "${found[*]}" ]; do
    found=("${all[@]}")
    mapfile -t all < <({ printf '%s\n' "${found[@]}" && depends "${found[@]}" | grep '^lib' | grep -v -e '^libc6' -e '^libcrypt1' -e '^libllvm'; } | sort -u)
  done
  unpack "$postgresql" "${found[@]}"
}

# The pause container is Kubernetes' own, from the source in its module.
build_base_images() {
  local work=$cache/.base-images.partial source
  rm -rf "$work"
  mkdir -p "$work"
  source=$(cd "$scripts/kubernetes" && go mod download -json k8s.io/kubernetes | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')/build/pause/linux/pause.c
  gcc -Os -static -DVERSION="$kubernetes_version" -o "$work/pause" "$source"
  "$scripts/base-image.py" pause "$work/pause" "$work/pause.tar"
  "$scripts/base-image.py" busybox "$(PATH=$package_path command -v busybox)" "$work/busybox.tar"
  "$scripts/base-image.py" psql "$(PATH=$package_path command -v busybox)" "$work/psql.tar" "$("$scripts/postgres.sh" which psql)"
  rm -rf "$cache"/base-images-* "$work/pause"
  mv "$work" "$base_images"
}

next "downloading Debian packages: ${debian_packages[*]} (45 MB)" packages_present && unpack_packages
next "downloading PostgreSQL and its libraries from Debian packages (40 MB)" postgresql_present && unpack_postgresql
for program in "${kubernetes_programs[@]}"; do
  next "building $program $kubernetes_version (1 to 4 min the first time)" test -x "$kubernetes_bin/$program" &&
    "$scripts/build-kubernetes.sh" "$program" "$kubernetes_bin/$program"
done
next "building Vault $vault_version (about 10 min the first time)" test -x "$vault_bin/vault" &&
  "$scripts/build-vault.sh" vault "$vault_bin/vault"
next "making the base images: pause, busybox and psql" base_images_present && build_base_images
everything_present || fail "something is still missing in $cache, though every step went well"
say "everything the test cluster is made of is in $cache"
