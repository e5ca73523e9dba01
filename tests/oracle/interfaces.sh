#!/bin/sh
# Records what the original makes of template/tests/sockaddr/cases on a machine with interfaces of our choice: a network
# namespace, which takes root. `--check` compares with what is recorded.
#
# usage: interfaces.sh ORACLE DIRECTORY [--check]
set -eu
if [ "$(id -u)" != 0 ]; then
	echo "not root: what sockaddr gives is left out" >&2
	exit 0
fi
if [ "${INSIDE:-}" = "" ]; then
	INSIDE=1 exec unshare --net -- "$0" "$@"
fi
oracle=$1 directory=$2 check=${3:-}

ip link set lo up
number=1
add() { # NAME ADDRESS…
	name=$1
	shift
	ip link add "$name" address "02:00:5e:00:53:0$number" type bridge
	number=$((number + 1))
	for address; do
		case $address in
		*:*) ip address add "$address" dev "$name" nodad ;;
		*) ip address add "$address" dev "$name" ;;
		esac
	done
	[ "$name" = down0 ] || ip link set "$name" up
}
add eth0 10.244.1.17/24 10.244.1.200/32 fd00:10:244::11/64 2001:4860:4860::8844/56
# No more than 12 addresses: with more, Go sorts those that are equal in an order of its own.
add eth1 203.0.113.9/31 172.16.4.5/12
add net0 8.8.4.4/16 100.64.3.2/10 169.254.9.9/16
add down0 192.168.7.7/23
ip route add default via 10.244.1.1 dev eth0

if [ "$check" = "" ]; then
	"$oracle" interfaces >"$directory/interfaces.json"
else
	"$oracle" interfaces | diff - "$directory/interfaces.json"
fi
"$oracle" golden $check "$directory/cases" "$directory/golden"
