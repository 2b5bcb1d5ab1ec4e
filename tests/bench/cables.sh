#!/bin/sh
# cables.sh - time cables between network namespaces, each made by a process
#
# usage: cables.sh DIR N
#
# In a network namespace of its own, and an empty DIR, with `each` and the tools
# in PATH.  Each line: how, and the milliseconds that N of them took; three lines
# where that is short, one where it is long.  The cables lead to a hundred
# namespaces: what IPv6 does when an interface comes up grows with those that
# are up beside it.

set -eu

# ms HOW CMD...
ms() {
	how=$1
	shift
	begin=$(date +%s%N)
	"$@" >/dev/null
	printf '%s\t%d\n' "$how" $((($(date +%s%N) - begin) / 1000000))
}

moved() {
	each 1 "$n" ip link add v% type veth peer name p%
	each 1 "$n" ip link set p% netns ./target%
}

cd "$1"
n=$2
for i in $(seq "$n"); do
	if [ "$i" -le 100 ]; then
		to=/proc/$(unshare-lite -n --hold=$$)/ns/net
	else
		to=target$((i % 100 + 1))
	fi
	ln -s "$to" "target$i"
done
names=$(seq -f v%g "$n")

for _ in 1 2 3; do
	ms 'vethpair' each 1 "$n" vethpair -t ./target% v% p%
	# shellcheck disable=SC2086 # words are wanted
	ms 'vethpair -d, all at once' vethpair -d $names
	ms 'ip link add' each 1 "$n" ip link add v% type veth peer name p%
	# shellcheck disable=SC2086
	vethpair -d $names
done
ms 'ip link add, set netns' moved
ms 'vethpair -d, one by one' each 1 "$n" vethpair -d v%
