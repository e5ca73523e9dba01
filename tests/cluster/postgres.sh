#!/usr/bin/env bash
# The cluster's PostgreSQL, for tests of database credentials; to be called inside of a cluster (exec.sh):
#   postgres.sh start          has it run, on 0.0.0.0:5432; the first time it is made, in half a second
#   postgres.sh stop           ends it as a crash would; its data stay
#   postgres.sh psql ARGUMENT… the client, as the database's administrator
#   postgres.sh env            how to reach it, as shell assignments
# and anywhere:
#   postgres.sh which PROGRAM  where a program of it is, and where its libraries are: PATH:DIRECTORY
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[ $# -ge 1 ] || fail "usage: postgres.sh start|stop|psql|env|which"
action=$1
shift

programs=$(echo "$postgresql"/usr/lib/postgresql/*/bin)
version_directory=$(dirname "$programs")
# Debian's own directory for them carries the architecture in its name.
libraries=$(find "$postgresql/usr/lib" "$postgresql/lib" -maxdepth 2 -name '*.so.*' -printf '%h\n' 2>/dev/null | sort -u | paste -sd:)
if [ "$action" = which ]; then
  echo "$programs/$1:$libraries"
  exit
fi

use_cluster "$(basename "${VOUCHSAFE_CLUSTER_DIR:?postgres.sh is to be called through exec.sh}")"
directory=$state/postgres
port=5432
user=nobody # PostgreSQL refuses to run as root

# as_user COMMAND…: what runs COMMAND as an ordinary user, to whom the cache, perhaps in root's home, is not open: the
# programs are at /mnt/programs, and the data at /mnt/data. Nobody else sees these mounts. The server dies with the
# process on record, and the kernel ends its children with it, the first process of a PID namespace.
as_user=(unshare --mount --propagation private --pid --fork bash -euc '
  mount --no-mtab -t tmpfs -o mode=755 tmpfs /mnt
  mkdir /mnt/programs /mnt/data
  mount --no-mtab --bind "$1" /mnt/programs
  mount --no-mtab --bind "$2" /mnt/data
  export LD_LIBRARY_PATH=$3 TZ=GMT LC_ALL=C PGTZ=GMT
  user=$4
  shift 4
  cd /mnt/data
  exec setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs \
    --pdeathsig=KILL "$@"
' as_user "$postgresql" "$directory/data" "${libraries//"$postgresql"//mnt/programs}" "$user")
inside=${programs/"$postgresql"//mnt/programs}

client() {
  LD_LIBRARY_PATH=$libraries PGPASSWORD=$(<"$directory/password") PGHOST=127.0.0.1 PGPORT=$port PGUSER=postgres PGDATABASE=${PGDATABASE:-app} \
    PGCONNECT_TIMEOUT=5 "$version_directory/bin/psql" --no-psqlrc --no-password --set=ON_ERROR_STOP=1 "$@"
}

create() {
  rm -rf "$directory"
  mkdir -p "$directory/data"
  openssl rand -hex 16 >"$directory/password"
  install --mode=600 --owner="$user" "$directory/password" "$directory/data/password"
  chown "$user" "$directory/data"
  chmod 700 "$directory/data"
  in_namespace "${as_user[@]}" "$inside/initdb" --pgdata=/mnt/data/cluster --username=postgres --pwfile=/mnt/data/password \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync --no-instructions >"$state/log/initdb.log" 2>&1 ||
    fail "PostgreSQL's data could not be made; the log is $state/log/initdb.log"
  echo "host all all all scram-sha-256" >>"$directory/data/cluster/pg_hba.conf"
}

run_server() {
  # The data is worth nothing after the run, so nothing waits for the disk.
  start postgres "${as_user[@]}" "$inside/postgres" -D /mnt/data/cluster -p "$port" -c listen_addresses='*' \
    -c unix_socket_directories= -c fsync=off -c full_page_writes=off -c jit=off \
    -c timezone=GMT -c log_timezone=GMT -c shared_buffers=16MB -c autovacuum=off -c max_connections=50 \
    -c log_connections=on
  needed=postgres wait_for 30 "the start of PostgreSQL" answers
}
answers() { PGDATABASE=postgres client --command='select 1'; }
must_exist() { [ -e "$directory/ready" ] || fail "there is no PostgreSQL in cluster $name: postgres.sh start"; }
stop_server() {
  local pid
  if pid=$(on_record "$state/run/postgres.pid"); then end KILL "$pid"; fi
  rm -f "$state/run/postgres.pid"
}

case $action in
start)
  lock "$state/run/postgres.lock"
  if [ ! -e "$directory/ready" ]; then
    stop_server
    create
    run_server
    PGDATABASE=postgres client --quiet --command='create database app'
    touch "$directory/ready"
  elif ! alive postgres; then
    run_server
  fi
  ;;
stop)
  lock "$state/run/postgres.lock"
  must_exist
  stop_server
  ;;
psql)
  must_exist
  client "$@"
  ;;
env)
  must_exist
  cat <<ENV
PGHOST=$node_ip
PGPORT=$port
PGDATABASE=app
PGUSER=postgres
PGPASSWORD=$(<"$directory/password")
ENV
  ;;
*) fail "what is \"$action\"? One of start, stop, psql, env, which." ;;
esac
