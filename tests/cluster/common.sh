# shellcheck shell=bash disable=SC2034 # most of these names are used by the scripts that source this file
# What every script here shares: pinned versions, paths, addresses, and the few operations that must be done
# the same way everywhere (locks, processes on record, certificates). Sourced, never run.

# === Versions. The pins of the Go programs are their go.mod files; a new pin means a new directory in the cache.

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pinned_version() { awk -v module="$2" '$1 == "require" && $2 == module {print $3; exit} $1 == module {print $2; exit}' "$scripts/$1/go.mod"; }
kubernetes_version=$(pinned_version kubernetes k8s.io/kubernetes)
vault_version=$(pinned_version vault github.com/hashicorp/vault)
events_vault_version=$(pinned_version vault-events github.com/hashicorp/vault)
kubernetes_programs=(kubectl kube-apiserver kube-controller-manager kube-scheduler kubelet)
debian_packages=(etcd-server runc containerd containernetworking-plugins busybox-static)

# === Paths outside the repository. Everything that is ever written lies under this one directory.

cache=${VOUCHSAFE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vouchsafe}
# shellcheck source=/dev/null
distribution=$(. /etc/os-release && echo "${ID:-linux}-${VERSION_ID:-rolling}")
kubernetes_bin=$cache/kubernetes-$kubernetes_version
vault_bin=$cache/vault-$vault_version
events_vault_bin=$cache/vault-$events_vault_version # only for `make events`
packages=$cache/packages-$distribution # the Debian packages' files, unpacked
postgresql=$cache/postgresql-$distribution # PostgreSQL's, and those of the libraries it needs
base_images=$cache/base-images-$(cat "$scripts/docker_archive.py" "$scripts/base-image.py" | cksum | cut -d' ' -f1)
package_path=$packages/usr/bin:$packages/usr/sbin:$packages/bin:$packages/sbin
daemon_path=$kubernetes_bin:$package_path:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# === Addresses. The same in every cluster: each has a network namespace of its own, without any way out.

bridge=vouchsafe0
node=node1
node_ip=10.88.0.1 # the bridge; pods reach everything that listens in the namespace (Vault, tests) here
pod_cidr=10.88.0.0/24
service_cidr=10.96.0.0/24
api_ip=10.96.0.1 # the cluster IP of kubernetes.default; the API server itself listens here
api=https://$api_ip:443
etcd_port=2379

say() { echo "==> $*"; }
fail() {
  echo "error: $*" >&2
  exit 1
}
# seconds START: time since START (a value of $EPOCHREALTIME), as "9.8 s"
seconds() { awk -v start="${1/,/.}" -v now="${EPOCHREALTIME/,/.}" 'BEGIN {printf "%.1f s", now - start}'; }

# use_cluster NAME: the paths of one cluster
use_cluster() {
  [[ $1 =~ ^[a-z0-9][a-z0-9-]{0,29}$ ]] || fail "\"$1\" is no cluster name: lower-case letters, digits and dashes, 30 at most"
  name=$1
  clusters=$cache/clusters
  state=$clusters/$name
  namespace=vouchsafe-$name
  namespace_file=/run/netns/$namespace
  cgroup=vouchsafe-$name
  # A unix socket's path may have 107 characters, and the kubelet needs 37 of them below its own directory.
  ((${#state} <= 62)) || fail "$state is too long a path for unix sockets: set VOUCHSAFE_CACHE to a shorter one"
}

# === Locks

# lock FILE: waits for the exclusive lock, held until the script ends or calls unlock. A lock file may be
# removed by its holder, so the lock counts only while the file is still the one that the path names.
lock() {
  mkdir -p "$(dirname "$1")"
  while :; do
    exec {lock_descriptor}>"$1"
    flock --timeout 1 "$lock_descriptor" || { say "waiting for another run that holds $1" && flock "$lock_descriptor"; }
    [ "$1" -ef "/proc/self/fd/$lock_descriptor" ] && return
    exec {lock_descriptor}>&-
  done
}

# === Processes on record: run/NAME.pid holds "pid, start time, boot", which no later process can have.

# identity PID: what goes on record; fails when there is no such process
identity() {
  local stat fields
  read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
  read -ra fields <<<"${stat##*) }" # the command's name, field 2, may hold spaces and parentheses
  [ "${fields[0]}" != Z ] && echo "$1 ${fields[19]} $(</proc/sys/kernel/random/boot_id)"
}

# on_record FILE: prints the pid when that very process still runs, fails otherwise
on_record() {
  local record
  [ -s "$1" ] || return 1
  record=$(<"$1")
  [ "$record" = "$(identity "${record%% *}")" ] && echo "${record%% *}"
}
alive() { on_record "$state/run/$1.pid" >/dev/null; }

# start NAME COMMAND…: a daemon in the cluster's network namespace. It puts itself on record before it becomes
# COMMAND, so an interrupted script never leaves a process behind that nobody knows of. It inherits neither
# environment nor open files: a caller that waits for the end of its output must not wait for the daemon.
start() {
  local daemon=$1
  shift
  mkdir -p "$state/run" "$state/log"
  rm -f "$state/run/$daemon.pid"
  # shellcheck disable=SC2016 # expanded by the inner shell
  setsid nsenter --net="$namespace_file" env -i PATH="$daemon_path" HOME="$state" VOUCHSAFE_CACHE="$cache" LANG=C.UTF-8 bash -c '
    . "$1"
    for open in /proc/self/fd/*; do open=${open##*/}; ((open < 3)) || eval "exec $open>&-"; done
    identity $$ >"$2" || exit
    shift 2
    exec "$@"' start "$scripts/common.sh" "$state/run/$daemon.pid" "$@" \
    </dev/null >>"$state/log/$daemon.log" 2>&1 &
  disown
  wait_for 10 "the launch of $daemon" test -s "$state/run/$daemon.pid"
}

# wait_for SECONDS WHAT COMMAND…: polls until COMMAND succeeds; not any longer when the daemon $needed, if set, has ended
wait_for() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ -z "${needed:-}" ] || alive "$needed" || fail "$needed has ended; its log is $state/log/$needed.log"
    ((SECONDS < deadline)) || fail "$what did not happen in time; the logs are in $state/log"
    sleep 0.05
  done
}

# end SIGNAL PID…: signals the processes and waits until they are gone, with SIGKILL for what is left after 10 s
end() {
  local signal=$1 deadline=$((SECONDS + 10)) pid
  shift
  for pid; do kill -s "$signal" "$pid" 2>/dev/null || true; done
  for pid; do
    while identity "$pid" >/dev/null; do
      ((SECONDS < deadline)) || kill -s KILL "$pid" 2>/dev/null || true
      ((SECONDS < deadline + 5)) || fail "process $pid does not end"
      sleep 0.02
    done
  done
}

# === The network namespace

namespace_exists() { [ "$(stat --file-system --format=%T "$namespace_file" 2>/dev/null)" = nsfs ]; }
inside_namespace() { [ "$namespace_file" -ef /proc/self/ns/net ]; }
# in_namespace COMMAND…: not `ip netns exec`, which mounts a new /sys and so hides the cgroups
in_namespace() { nsenter --net="$namespace_file" "$@"; }
# namespace_pids: every process in it
namespace_pids() {
  local process
  namespace_exists || return 0
  for process in /proc/[0-9]*; do
    [ "$process/ns/net" -ef "$namespace_file" ] && echo "${process#/proc/}"
  done
  return 0
}
# node_pid: PID 1 of the node's PID namespace, as seen from here
node_pid() {
  local outer children
  outer=$(on_record "$state/run/node.pid") && children=$(<"/proc/$outer/task/$outer/children") && [ -n "$children" ] && echo "${children%% *}"
}
# on_node COMMAND…: in the node's mount namespace, where containerd's socket is
on_node() {
  local pid
  pid=$(node_pid) || fail "the node of cluster $name is not running: tests/cluster/up.sh $name"
  nsenter --mount --target "$pid" env PATH="$daemon_path" "$@"
}

# === Certificates

# certificate DIRECTORY NAME SUBJECT USAGE [SANS]: NAME.key and NAME.crt in DIRECTORY, signed by the cluster's CA
certificate() {
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1/$2.key" -subj "$3" 2>/dev/null |
    openssl x509 -req -CA "$state/pki/ca.crt" -CAkey "$state/pki/ca.key" -set_serial "0x$(openssl rand -hex 16)" -days 365 \
      -extfile <(printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=%s\n%s\n' "$4" "${5:+subjectAltName=$5}") \
      -out "$1/$2.crt" 2>/dev/null
}

# === What a cluster changes on the machine, and undoes

# The kubelet sets these (and containerd's CNI plugins none); all others it touches belong to the namespace.
kernel_settings=(vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes)
unified=/sys/fs/cgroup/cgroup.subtree_control # exists where cgroups are version 2

# host_prepare: called with the state directory in place, which counts as one use of the machine. The first
# cluster's call notes how the machine was, for the last one's host_restore.
host_prepare() (
  lock "$clusters/.host.lock"
  before=$clusters/.host boot=$(</proc/sys/kernel/random/boot_id)
  if [ "$boot" != "$(cat "$before/boot" 2>/dev/null)" ]; then
    rm -rf "$before"
    mkdir -p "$before"
    for setting in "${kernel_settings[@]}"; do echo "$setting $(<"/proc/sys/$setting")" >>"$before/settings"; done
    mountpoint --quiet /run/netns || touch "$before/no-netns-mount"
    [ ! -e "$unified" ] || cp "$unified" "$before/controllers"
    echo "$boot" >"$before/boot"
  fi

  # The pods' cgroups have a root of their own: one, or in version 1 one in each hierarchy.
  if [ -e "$unified" ]; then
    for controller in cpu cpuset memory hugetlb pids; do
      ! grep -qw "$controller" /sys/fs/cgroup/cgroup.controllers || echo "+$controller" >"$unified"
    done
    mkdir -p "/sys/fs/cgroup/$cgroup"
  else
    for hierarchy in /sys/fs/cgroup/*/; do
      [ "$hierarchy" != /sys/fs/cgroup/unified/ ] || continue
      mkdir -p "$hierarchy$cgroup"
      [ ! -e "$hierarchy/cpuset.cpus" ] || for file in cpuset.cpus cpuset.mems; do cat "$hierarchy/$file" >"$hierarchy$cgroup/$file"; done
    done
  fi
)

host_restore() (
  lock "$clusters/.host.lock"
  before=$clusters/.host
  ! compgen -G "$clusters/*/" >/dev/null || exit 0 # another cluster is up
  [ -e "$before/boot" ] || exit 0
  if [ "$(<"$before/boot")" = "$(</proc/sys/kernel/random/boot_id)" ]; then
    while read -r setting value; do
      [ "$value" = "$(<"/proc/sys/$setting")" ] || echo "$value" >"/proc/sys/$setting"
    done <"$before/settings"
    if [ -e "$before/no-netns-mount" ] && [ -z "$(ls /run/netns)" ]; then
      umount --no-mtab /run/netns && rmdir /run/netns
    fi
    if [ -e "$before/controllers" ]; then
      for controller in $(<"$unified"); do
        grep -qw "$controller" "$before/controllers" || echo "-$controller" >"$unified" 2>/dev/null || true
      done
    fi
  fi
  rm -rf "$before" "$clusters/.host.lock"
)

cgroup_roots() { compgen -G "/sys/fs/cgroup/*/$cgroup" || compgen -G "/sys/fs/cgroup/$cgroup" || true; }
cgroups_removed() {
  local root
  for root in $(cgroup_roots); do find "$root" -depth -type d -exec rmdir {} + 2>/dev/null || true; done
  [ -z "$(cgroup_roots)" ]
}

# remove_cluster: everything of it, whatever its condition
remove_cluster() {
  local pid record pids=()
  ! inside_namespace || fail "this shell is inside of cluster $name; leave it first"

  # The kernel ends containerd, the kubelet and all pods with the first process of their namespace.
  if pid=$(node_pid); then end KILL "$pid"; fi
  for record in "$state"/run/*.pid; do
    if pid=$(on_record "$record"); then pids+=("$pid"); fi
  done
  end KILL "${pids[@]}"

  # What was started through exec.sh and never ended.
  for pid in $(namespace_pids); do say "ending process $pid, which still runs in the cluster: $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | cut -c1-100)"; done
  # shellcheck disable=SC2046 # a list of numbers
  end TERM $(namespace_pids)

  if namespace_exists; then ip netns delete "$namespace"; else rm -f "$namespace_file"; fi
  wait_for 10 "the removal of the cgroups" cgroups_removed
  rm -rf --one-file-system "$state"
  host_restore
}
