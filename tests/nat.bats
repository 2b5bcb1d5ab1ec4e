#!/usr/bin/env bats
# Machine, world and containers are network namespaces of the test's own.
# Not tested here: name servers of systemd-resolved and NetworkManager but by
# files that are made up.
# shellcheck disable=SC2034 # used in what `inside` runs
load helper

# A machine with an interface up0 to a world, and the cables ve0 and ve1, each
# to a box behind it; the world knows no way back to them.
machine() {
	ip link set lo up
	world=$(unshare-lite -n --hold=$$ | vethpair -t - up0=192.0.2.2/24 eth0=192.0.2.1/24)
	box=$(unshare-lite -n --hold=$$ | vethpair -g -t - ve0=10.9.0.1/24 eth0=10.9.0.2/24)
	other=$(unshare-lite -n --hold=$$ | vethpair -g -t - ve1=10.9.1.1/24 eth0=10.9.1.2/24)
	mount -t tmpfs tmpfs /run
	forward=/proc/sys/net/ipv4/ip_forward
}
export -f machine

# reaches PID ADDRESS: the box, by ping
reaches() {
	nsenter-lite -t "$1" -n busybox ping -c 1 -W 1 "$2" >/dev/null
}
export -f reaches

@test "what cannot be understood is refused, and changes nothing" {
	inside -n <<-'END'
		refused nat
		says '^usage: nat '
		refused nat -d
		refused nat -x ve0
		refused nat 'a b'
		refused nat 'x{}'
		refused nat nosuch
		says 'no such interface'
		refused nat -d nosuch
		says 'nosuch is not masqueraded'
		works nat --help
		shows '^usage: nat '
		[[ -z $(nft list ruleset) && $(</proc/sys/net/ipv4/ip_forward) = 0 ]]
	END
}

@test "one container reaches the world, by the machine's address, and -d takes it back" {
	inside -n <<-'END'
		machine
		fails 1 reaches "$box" 192.0.2.1
		works nat ve0
		says 'net.ipv4.ip_forward: 0, now 1'
		says 'masquerades what comes from ve0'
		works reaches "$box" 192.0.2.1
		nsenter-lite -t "$world" -n busybox nc -l -p 2000 -e sh -c 'busybox netstat -tn | grep 2000' >/dev/null &
		listens() { nsenter-lite -t "$world" -n ss -ltn | grep -q :2000; }
		eventually listens
		works nsenter-lite -t "$box" -n busybox nc -w 2 192.0.2.1 2000
		shows ':2000 .*192\.0\.2\.2:'
		wait $! || :
		fails 1 reaches "$other" 192.0.2.1
		works nat -d ve0
		says 'net.ipv4.ip_forward: 1, now 0'
		prints ''
		[[ -z $(nft list ruleset) && $(<$forward) = 0 ]]
		fails 1 reaches "$box" 192.0.2.1
	END
}

@test "where nothing was forwarded, nothing is but for the container" {
	inside -n <<-'END'
		machine
		nsenter-lite -t "$world" -n ip route add 10.9.1.0/24 via 192.0.2.2
		works nat ve0
		fails 1 reaches "$world" 10.9.1.2
		works nat -d ve0
		says 'ip_forward: 1, now 0'
		nsenter-lite -t "$world" -n ip route add 10.9.0.0/24 via 192.0.2.2
		works nat ve0
		fails 1 reaches "$world" 10.9.0.2
		fails 1 reaches "$other" 10.9.0.2
		works reaches "$box" 192.0.2.1
		works nat -d ve0
		echo 1 >$forward
		works reaches "$world" 10.9.1.2
		works nat ve0
		never_says ip_forward
		works reaches "$world" 10.9.1.2
		works reaches "$box" 192.0.2.1
		works nat -d ve0
		[[ -z $(nft list ruleset) && $(<$forward) = 1 ]]
	END
}

@test "of two, the first that is taken back leaves the other its way out" {
	inside -n <<-'END'
		machine
		nat ve0 >out0 2>&1 &
		first=$!
		works nat ve1
		wait "$first"
		works reaches "$box" 192.0.2.1
		works reaches "$other" 192.0.2.1
		works nat -d ve0
		[[ $(<$forward) = 1 ]]
		works reaches "$other" 192.0.2.1
		works nat ve1
		says 'already'
		works nat ve0
		refused nat --delete ve0 nosuch ve0 ve1
		says 'nosuch is not masqueraded'
		[[ -z $(nft list ruleset) && $(<$forward) = 0 ]]
	END
}

@test "a bridge, and an interface that is gone" {
	inside -n <<-'END'
		machine
		ip link add br0 up type bridge
		ip address add 10.9.2.1/24 dev br0
		a=$(unshare-lite -n --hold=$$ | vethpair -g -b br0 -t - va eth0=10.9.2.2/24)
		b=$(unshare-lite -n --hold=$$ | vethpair -g -b br0 -t - vb eth0=10.9.2.3/24)
		works nat br0
		eventually reaches "$a" 192.0.2.1
		works reaches "$b" 10.9.2.2
		ip link delete br0
		works nat -d br0
		[[ -z $(nft list ruleset) && $(<$forward) = 0 ]]
	END
}

@test "the name servers are those that a container can reach" {
	(( EUID == 0 )) || needs 'a file /etc/resolv.conf' test -e /etc/resolv.conf
	inside -n <<-'END'
		machine
		printf 'nameserver 127.0.0.53\noptions edns0\nsearch home\n' >stub
		printf '# real\nnameserver 192.0.2.7\nnameserver ::1\nnameserver 127.0.0.1\nsearch lan\n' >real
		mount --bind stub /etc/resolv.conf
		works nat ve0
		prints ''
		says 'note: all name servers are this host itself'
		mkdir -p /run/systemd/resolve
		cp real /run/systemd/resolve/resolv.conf
		works nat ve0
		prints $'nameserver 192.0.2.7\nsearch lan'
		mount --bind real /etc/resolv.conf
		works nat ve0
		prints $'nameserver 192.0.2.7\nsearch lan'
		works nat -d ve0
	END
}

@test "what another table drops is told, with the rules to add" {
	inside -n <<-'END'
		machine
		for family in ip inet; do
			nft add table $family firewall
			nft add chain $family firewall out '{ type filter hook forward priority 10; policy drop; }'
			works nat ve0
			says "$family firewall out drops"
			grep -o 'nft insert.*' <<<"$stderr" >rules
			fails 1 reaches "$box" 192.0.2.1
			works sh rules
			works reaches "$box" 192.0.2.1
			nft delete table $family firewall
		done
		nft add table ip6 firewall
		nft add chain ip6 firewall out '{ type filter hook forward priority 10; policy drop; }'
		works nat ve0
		never_says firewall
	END
}

@test "another name of an interface, which rules do not know, is refused" {
	inside -n <<-'END'
		machine
		ip link property add dev ve0 altname wan7
		refused nat wan7
		says 'wan7 is another name of ve0$'
		[[ -z $(nft list ruleset) ]]
	END
}

@test "name servers that cannot be written are told" {
	(( EUID == 0 )) || needs 'a file /etc/resolv.conf' test -e /etc/resolv.conf
	inside -n <<-'END'
		machine
		echo 'nameserver 192.0.2.7' >real
		mount --bind real /etc/resolv.conf
		fails 125 sh -c 'nat ve0 >/dev/full'
		never_says 'name servers'
	END
}

@test "it runs under each shell" {
	inside -n <<-'END'
		machine
		script=$(type -p nat)
		for shell in sh bash 'busybox sh'; do
			works $shell "$script" ve0
			works $shell "$script" -d ve0
		done
	END
}

@test "where ip_forward cannot be set, nothing is left" {
	inside -n <<-'END'
		machine
		echo 0 >zero
		mount --bind -o ro zero $forward 2>/dev/null || { mount --bind zero $forward; mount -o remount,bind,ro $forward; }
		refused nat ve0
		says 'cannot be switched on'
		[[ -z $(nft list ruleset) ]]
	END
}

@test "after SIGKILL at any moment, -d brings back what was" {
	inside -n <<-'END'
		machine
		for moment in 005 010 015 020 030 040 060; do
			nat ve0 >out 2>&1 &
			sleep 0.$moment
			kill -KILL $! 2>/dev/null || :
			wait $! 2>/dev/null || :
			works nat ve0
			nat -d ve0 >out 2>&1 &
			sleep 0.$moment
			kill -KILL $! 2>/dev/null || :
			wait $! 2>/dev/null || :
			capture nat -d ve0
			[[ -z $(nft list ruleset) && $(<$forward) = 0 ]]
		done
	END
}

# bats test_tags=user
@test "without rights the refusal says what it takes" {
	refused nat lo
	says 'try: sudo nat lo'
	refused nat -d lo
	never_says 'masqueraded'
	says 'try: sudo nat -d lo'
}
