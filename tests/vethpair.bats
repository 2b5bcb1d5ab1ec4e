#!/usr/bin/env bats
# Not tested here: VET-15 and VET-36 (a kernel without veth, or IPv6), which
# need a kernel of their own: see vm.bats and vm-lsm.bats.
# All networks are the tests' own: `lab` is a script in one, with $pid in another.
# shellcheck disable=SC2154 # pid is set by `lab`
load helper

lab() {
	local script
	script=$(cat)
	inside -n <<-END
		ip link set lo up
		pid=\$(unshare-lite -n --hold=\$\$)
		there() { nsenter -t "\$pid" -n "\$@"; }
		$script
	END
}

# Links, addresses and routes, here and there, but for 127.0.0.1, which lo keeps
# when it goes down.
state() {
	local script='
		ip -o link | sed "s/^[0-9]*: //; s/[@:].*//"
		ip -o address | awk "{ print \$2, \$4 }"
		ip route show table all'

	{
		bash -c "$script"
		nsenter -t "$pid" -n bash -c "$script"
	} | grep -v '127\.0\.0\.'
}
export -f state

@test "what cannot be understood is refused with the synopsis, and changes nothing" {
	lab <<-'END'
		before=$(state)
		for words in '' 've0' 've0 eth0' "-t $pid" "-t $pid ve0" "-t $pid ve0 eth0 eth1" '-t' \
			"-x -t $pid ve0 eth0" "-t 0 ve0 eth0" "-t $pid =10.77.0.1/24 eth0" \
			"-t $pid ve0= eth0" "-t $pid ve0=10.77.0.1 eth0" "-t $pid ve0=10.77.0.1/33 eth0" \
			"-t $pid ve0=10.77.0.1/0 eth0" "-t $pid ve0=10.77.0.1/ eth0" "-t $pid ve0=10.77.0.1/-1 eth0" \
			"-t $pid ve0=10.77.1/24 eth0" "-t $pid ve0=10.77.0.1/24, eth0" "-t $pid ve0=fd77::g/64 eth0" \
			"-t $pid ve0=fd77::1/129 eth0" "-t $pid ve0=10.77.0.0/24 eth0" "-t $pid ve0=10.77.0.255/24 eth0" \
			"-t $pid ve0=127.0.0.1/8 eth0" "-t $pid ve0=224.0.0.1/24 eth0" "-t $pid ve0=255.255.255.255/32 eth0" "-t $pid ve0=::1/64 eth0" \
			"-t $pid ve0=::/64 eth0" "-t $pid ve0=ff02::1/64 eth0" "-t $pid ve0=10.77.0.1/24 eth0=10.77.0.1/24" \
			"-t $pid ve0=10.77.0.1/24,10.77.0.1/24 eth0" "-t $pid -M 0 ve0 eth0" "-t $pid -M x ve0 eth0" \
			"-t $pid ve%d eth0" "-t $pid -g ve0 eth0=10.77.0.2/24" "-t $pid -g ve0=10.77.0.1/24 eth0" \
			'-d' '-d -f ve0' "-d -t $pid ve0"; do
			misused vethpair $words
		done
		[[ $before = "$(state)" ]]
	END
	works vethpair --help
	shows '^usage: vethpair '
	works vethpair -V
	shows '^cooperage [0-9]'
}

@test "both ends have their addresses and are up, so is lo, and packets pass" {
	lab <<-'END'
		works vethpair -t "$pid" ve0=10.77.0.1/24,10.78.0.1/30,fd77::1/64 eth0=10.77.0.2/24,fd77::2/64
		prints "$pid"
		silent
		up() { [[ $("$@" ip -br link show up) =~ (^|$'\n')(ve|eth)0@if[0-9]+\ +UP ]]; }
		eventually up && eventually up there	# which the kernel notes when it comes to it
		[[ $(ip -br address show ve0) =~ ^ve0@if[0-9]+\ +UP\ +10.77.0.1/24\ 10.78.0.1/30\ fd77::1/64 ]]
		[[ $(there ip -br address show eth0) =~ ^eth0@if[0-9]+\ +UP\ +10.77.0.2/24\ fd77::2/64 ]]
		[[ $(there ip -br link show lo) = *LOOPBACK,UP* ]]
		! { ip address; there ip address; } | grep 'fd77.*tentative' || false
		works busybox ping -c 1 -W 1 10.77.0.2
		works busybox ping -c 1 -W 1 fd77::2
		works there busybox ping -c 1 -W 1 10.77.0.1
		works there busybox ping -c 1 -W 1 fd77::1
		works there busybox ping -c 1 -W 1 127.0.0.1
	END
}

@test "packets pass as soon as vethpair has ended" {
	lab <<-'END'
		for i in 1 2 3 4 5 6 7 8; do
			vethpair -t "$pid" ve0=10.77.0.1/24 eth0=10.77.0.2/24 >/dev/null
			begin=$EPOCHREALTIME
			! echo >/dev/tcp/10.77.0.2/9 || false	# nobody listens: refused, and at once
			(( ${EPOCHREALTIME/./} - ${begin/./} < 900000 ))
			vethpair -d ve0
		done 2>/dev/null
	END
}

@test "each end has one queue, and none that the kernel would have to take back" {
	lab <<-'END'
		vethpair -t "$pid" ve0 eth0 >/dev/null
		for end in "$(ip -d -o link show ve0)" "$(there ip -d -o link show eth0)"; do
			[[ $end = *' numtxqueues 1 numrxqueues 1 '* ]]
		done
	END
}

@test "without addresses both ends are up all the same" {
	lab <<-'END'
		works vethpair -t "$pid" ve0 eth0
		[[ $(ip -o link show ve0) = *,UP,LOWER_UP* ]]
		[[ $(there ip -o link show eth0) = *,UP,LOWER_UP* ]]
	END
}

@test "a line from outside arrives inside, and the other way round" {
	lab <<-'END'
		vethpair -t "$pid" ve0=10.77.0.1/24 eth0=10.77.0.2/24 >/dev/null
		mkfifo silence
		exec 7<>silence	# at the end of its stdin nc(1) would hang up
		there busybox nc -l -p 2000 <&7 >inside &
		eventually there grep -q ':07D0 0*:0000 0A' /proc/net/tcp /proc/net/tcp6
		echo hello | busybox nc 10.77.0.2 2000
		wait $!
		[[ $(<inside) = hello ]]
		busybox nc -l -p 2000 <&7 >outside &
		eventually grep -q ':07D0 0*:0000 0A' /proc/net/tcp /proc/net/tcp6
		echo world | there busybox nc 10.77.0.1 2000
		wait $!
		[[ $(<outside) = world ]]
	END
}

@test "the peer is never visible here" {
	lab <<-'END'
		spawn stdbuf -oL ip -o monitor link
		monitor=$pid
		kill "$monitor"
		held=$(unshare-lite -n --hold=$$)
		ip -o monitor link >events &
		eventually sh -c 'ip link set lo down; ip link set lo up; grep -q lo events'
		vethpair -t "$held" ve0 secret >/dev/null
		eventually grep -q ve0 events
		vethpair -d ve0
		eventually grep -q Deleted events
		kill $!
		! grep secret events || false
	END
}

@test "the target is a PID, the handle on stdin, or the path of a file" {
	lab <<-'END'
		mount -t tmpfs tmpfs /run
		echo "$pid" >in
		works vethpair -t - ve0 eth0 <in
		prints "$pid"
		works sh -c 'unshare-lite -n --hold=$$ | vethpair -t - ve1 eth0'
		ip netns add lab
		works vethpair -t /run/netns/lab ve2=10.77.0.1/24 eth0=10.77.0.2/24
		prints /run/netns/lab
		works busybox ping -c 1 -W 1 10.77.0.2
		works vethpair -v -t "/proc/$pid/ns/net" ve3 eth3
		long=$(printf '%0200d' 0)
		for name in 'a b' 'a,b:c' 'a\b' "a'b\"c" ü 12x "$long"; do
			>"$name"
			mount --bind "/proc/$pid/ns/net" "$name"
			works vethpair -t "./$name" ve9 eth9
			prints "./$name"
			vethpair -d ve9
			umount "$name"
		done
		rm "$long"
		mkdir -p "$long/$long/$long/$long/$long/$long/$long/$long/$long/$long"
		path=$long/$long/$long/$long/$long/$long/$long/$long/$long/$long/f
		>"$path"
		mount --bind "/proc/$pid/ns/net" "$path"
		works vethpair -t "$path" ve9 eth9
		umount "$path"
		>$'a\nb'
		mount --bind "/proc/$pid/ns/net" $'a\nb'
		misused vethpair -t $'./a\nb' ve8 eth8
		fails 1 ip link show ve8
		umount $'a\nb'
		fails 125 sh -c ': | vethpair -t - ve8 eth8'
		says 'no handle'
		refused vethpair -t "$(printf '%05000d/' 0)" ve8 eth8
		says ENAMETOOLONG
		mkfifo fifo
		refused vethpair -t ./fifo ve8 eth8
		because VET-23
	END
}

@test "two containers on one bridge reach each other, and the world by it" {
	lab <<-'END'
		second=$(unshare-lite -n --hold=$$)
		ip link add br0 up type bridge
		ip address add 10.77.0.1/24 dev br0
		ip address add fd77::1/64 dev br0 nodad
		works vethpair -t "$pid" -b br0 -g ve0 eth0=10.77.0.2/24,fd77::2/64
		works vethpair -t "$second" --bridge=br0 --gateway ve1 eth0=10.77.0.3/24
		silent
		[[ $(bridge link) = *ve0*master\ br0*state\ forwarding*ve1*master\ br0*state\ forwarding* ]]
		works there busybox ping -c 1 -W 1 10.77.0.3
		works nsenter -t "$second" -n busybox ping -c 1 -W 1 10.77.0.2
		works busybox ping -c 1 -W 1 10.77.0.2
		[[ $(there ip route show default) = 'default via 10.77.0.1 dev eth0 ' ]]
		[[ $(there ip -6 route show default) = 'default via fd77::1 dev eth0 '* ]]
		[[ $(nsenter -t "$second" -n ip -6 route show default) = '' ]]
	END
}

@test "with -g the target's default route is through HOST" {
	lab <<-'END'
		works vethpair -t "$pid" -g ve0=10.77.0.1/24,10.78.0.1/24,fd77::1/64 eth0=10.77.0.2/24,fd77::2/64
		[[ $(there ip route show default) = 'default via 10.77.0.1 dev eth0 ' ]]
		[[ $(there ip -6 route show default) = 'default via fd77::1 dev eth0 '* ]]
		ip link add other type veth peer name rehto
		ip address add 10.99.0.1/32 dev lo
		works there busybox ping -c 1 -W 1 10.99.0.1
		[[ -z $(ip route show default) ]]
	END
}

@test "-M is the MTU of both ends" {
	lab <<-'END'
		works vethpair -t "$pid" -M 9000 ve0 eth0
		[[ $(ip -o link show ve0) = *'mtu 9000 '* ]]
		[[ $(there ip -o link show eth0) = *'mtu 9000 '* ]]
		works vethpair -t "$pid" --mtu=68 ve1 eth1
		[[ $(there ip -o link show eth1) = *'mtu 68 '* ]]
	END
}

@test "-v shows each request" {
	lab <<-'END'
		works vethpair -v -t "$pid" -g ve0=10.77.0.1/24 eth0=10.77.0.2/24
		says '^vethpair: uid='
		says '^vethpair: setns\([0-9]+, CLONE_NEWNET\) = 0$'
		says '^vethpair: RTM_NEWLINK\("ve0", IFF_UP, .* peer "eth0" in network namespace [0-9]+\) = 0$'
		says '^vethpair: RTM_NEWADDR\("ve0", 10.77.0.1/24, NLM_F_CREATE\|NLM_F_EXCL\) = 0$'
		says '^vethpair: RTM_SETLINK\("eth0", IFF_UP\) = 0$'
		says '^vethpair: RTM_NEWROUTE\(default, '
		says '^vethpair: RTM_SETLINK\("lo", IFF_UP\) = 0$'
		works vethpair -v -d ve0
		says '^vethpair: RTM_DELLINK\("ve0"\) = 0$'
	END
}

@test "-d removes one or many, with their peers, and nothing else" {
	lab <<-'END'
		before=$(state)
		for i in 1 2 3 4; do
			vethpair -t "$pid" ve$i eth$i >/dev/null
		done
		ip link set ve4 group 5
		works vethpair -d ve1
		silent
		works vethpair -v --delete ve2 ve3 ve2
		prints ''
		[[ $(ip -o link show ve4) = *'group 5 '* ]]
		there ip link show eth4
		! there ip link show eth3 || false
		ip link add one=two type veth peer name three
		works vethpair -d one=two ve4
		after=$(state)
		[[ ${before//lo *([^$'\n'])/} = "${after//lo *([^$'\n'])/}" ]] || [[ $(ip -o link | wc -l) = 1 ]]
	END
}

@test "-d of more than fit in one request" {
	lab <<-'END'
		for i in {1..1100}; do echo "link add v$i type veth peer name w$i"; done | ip -batch -
		works vethpair -d $(seq -f v%g 1100)
		[[ $(ip -o link | wc -l) = 1 ]]
	END
}

@test "-d tells what is not there, and removes the rest" {
	lab <<-'END'
		vethpair -t "$pid" ve1 eth1 >/dev/null
		for name in ve1: ve1:1 ve1/ ve1@if2 ve '' "$(printf '%0200d' 0)"; do
			refused vethpair -d "$name"
			because VET-07
			says '\(ENODEV\)'
		done
		ip link show ve1
		refused vethpair -d nosuch ve1 averyveryverylongname
		because VET-07
		says "^vethpair: delete 'nosuch': .*\(ENODEV\)"
		says "^vethpair: delete 'averyveryverylongname': .*\(ENODEV\)"
		[[ $(ip -o link | wc -l) = 1 ]]
	END
}

@test "-d tells what goes meanwhile, and removes the rest" {
	lab <<-'END'
		gone_meanwhile() {
			vethpair -t "$pid" ve0 eth0 >/dev/null
			vethpair -t "$pid" ve1 eth1 >/dev/null
			{ sleep 0.2; ip link delete ve0; } &
			refused strace -qqfo /dev/null -e inject=sendto:delay_enter=600000:when=2 vethpair -d "$@"
			wait $!
			because VET-07
			says "^vethpair: delete 've0': .*\(ENODEV\)"
		}
		gone_meanwhile ve0
		vethpair -d ve1
		gone_meanwhile ve0 ve1
		[[ $(ip -o link | wc -l) = 1 ]]
	END
}

@test "an interface is known by its other names, too, however long" {
	lab <<-'END'
		ip link add br0 up type bridge
		long=$(printf '%0127d' 0)
		ip link property add dev br0 altname "$long"
		works vethpair -t "$pid" -b "$long" ve0 eth0
		ip link property add dev ve0 altname a:b
		works vethpair -d a:b
		[[ $(ip -o link | wc -l) = 2 ]]
	END
}

@test "-d leaves alone what is no cable" {
	lab <<-'END'
		ip link add br0 type bridge
		vethpair -t "$pid" ve1 eth1 >/dev/null
		for name in br0 lo; do
			refused vethpair -d ve1 $name
			because VET-44
			ip link show ve1
			ip link show $name
		done
		never_says 'try: '
		[[ $(ip -o link show ve1) = *'group default '* ]]
		refused vethpair -d ve1 br0
		try_works
		fails 1 ip link show br0
	END
}

@test "with the target's network namespace the cable is gone" {
	lab <<-'END'
		vethpair -t "$pid" ve0 eth0 >/dev/null
		kill "$pid"
		eventually sh -c '! ip link show ve0'
	END
}

@test "after a failure nothing is left, whichever request it was" {
	lab <<-'END'
		ip link add br0 type bridge
		ip link set br0 addrgenmode none	# or it gets routes later on
		ip link set br0 up
		ip address add 10.79.0.1/24 dev br0
		before=$(state)
		n=0
		while :; do
			n=$((n + 1))
			capture strace -qqfo /dev/null -e inject=sendto:error=ENOBUFS:when=$n \
				vethpair -t "$pid" -g ve0=10.77.0.1/24,fd77::1/64 eth0=10.77.0.2/24,fd77::2/64
			[[ $status != 0 ]] || break
			[[ $status = 125 && ! $stdout ]]
			says '^vethpair: .*\(ENOBUFS\)'
			[[ $before = "$(state)" ]]
		done
		(( n > 8 ))
		vethpair -d ve0
		there ip link set lo down
		before=$(state)
		for call in socket setns; do
			fails 125 strace -qqfo /dev/null -e inject=$call:error=ENOMEM:when=1 \
				vethpair -t "$pid" -b br0 -g ve0 eth0=10.79.0.2/24
			[[ $before = "$(state)" ]]
		done
	END
}

@test "a handle that cannot be written takes all back, lo too" {
	lab <<-'END'
		before=$(state)
		fails 125 sh -c 'vethpair -t "$0" ve0=10.77.0.1/24 eth0 >&-' "$pid"
		says 'standard output'
		[[ $before = "$(state)" ]]
		fails 125 sh -c 'vethpair -t "$0" ve0=10.77.0.1/24 eth0 >/dev/full' "$pid"
		says ENOSPC
		[[ $before = "$(state)" ]]
		[[ $(there ip -o link show lo) != *UP* ]]
		works sh -c 'exec vethpair -t "$0" ve0 eth0 <&- 2>&-' "$pid"
		there ip link show eth0
	END
}

@test "SIGTERM takes back what was made, at whatever moment" {
	lab <<-'END'
		before=$(state)
		for n in 1 2 3 4 5 6 7; do
			capture strace -qqfo /dev/null -e inject=sendto:signal=TERM:when=$n \
				vethpair -t "$pid" -g ve0=10.77.0.1/24 eth0=10.77.0.2/24
			[[ $status = 143 ]]
			[[ $before = "$(state)" ]]
		done
	END
}

@test "after SIGKILL, -d removes what there is, and all can be done again" {
	lab <<-'END'
		for n in 2 3 4 5; do
			capture strace -qqfo /dev/null -e inject=recvfrom:signal=KILL:when=$((n + 1)) \
				vethpair -t "$pid" -g ve0=10.77.0.1/24 eth0=10.77.0.2/24
			[[ $status = 137 ]]
			works vethpair -d ve0
			works vethpair -t "$pid" -g ve0=10.77.0.1/24 eth0=10.77.0.2/24
			works vethpair -d ve0
		done
	END
}

@test "a target that ends meanwhile is told, and nothing is left" {
	lab <<-'END'
		(
			while ! ip link show ve0; do :; done
			kill "$pid"
		) >/dev/null 2>&1 &
		fails 125 strace -qqfo /dev/null -e inject=sendto:delay_enter=200000:when=3+ vethpair -t "$pid" ve0 eth0
		says '^vethpair: process [0-9]+ has ended.*\(ESRCH\)'
		! ip link show ve0 || false
	END
}

@test "because: there is no process or file of that name" {
	lab <<-'END'
		mount -t tmpfs tmpfs /run
		refused vethpair -t 4194304 ve0 eth0
		because NSE-10
		refused vethpair -t /run/netns/lab ve0 eth0
		because VET-04
		try_works
		refused vethpair -t lab ve1 eth0
		because VET-04
		refused vethpair -t lab ve1 eth1
		try_works
		refused vethpair -t nosuch ve1 eth0
		because VET-04
		mkdir closed
		chmod 0 closed
		as_user=
		refused vethpair -t ./nosuch/x ve1 eth0
		says ENOENT
	END
}

# bats test_tags=root
@test "because: the file, or the process, is not ours" {
	lab <<-'END'
		mkdir -m 700 closed
		>closed/ns
		>ns
		mount --bind "/proc/$pid/ns/net" ns
		mount --bind "/proc/$pid/ns/net" closed/ns
		refused as_user vethpair -t ./closed/ns ve0 eth0
		because NSE-48
		root_works
		vethpair -d ve0
		refused as_user vethpair -t "$pid" ve0 eth0
		because NSE-06
		says "^vethpair: try: sudo vethpair -t $pid ve0 eth0\$"
		root_works
		vethpair -d ve0
		refused as_user vethpair -t ./ns ve0 eth0
		because VET-43
		because VET-38
		says '^vethpair: try: sudo vethpair -t ./ns ve0 eth0$'
		root_works
		: >secret
		chmod 0 secret
		refused as_user vethpair -t ./secret ve0 eth0
		because VET-46
	END
}

@test "because: the file is no namespace, or not one of networks" {
	lab <<-'END'
		mount -t tmpfs tmpfs /run
		mkdir /run/netns
		: >/run/netns/lab
		refused vethpair -t /run/netns/lab ve0 eth0
		because VET-23
		try_works
		works vethpair -t /run/netns/lab ve0 eth0
		: >plain
		refused vethpair -t ./plain ve0 eth0
		because VET-23
		refused strace -qqfo /dev/null -P ./plain -e 'inject=?open,openat:error=EACCES' vethpair -t ./plain ve0 eth0
		never_says 'because: '
		mkdir lab
		refused vethpair -t lab ve2 eth2
		because VET-04
		try_works
		refused vethpair -t . ve0 eth0
		because VET-23
		refused vethpair -t "/proc/$pid/ns/uts" ve1 eth1
		because NSE-02
		try_works
		prints "/proc/$pid/ns/net"
		there ip link show eth1
	END
}

@test "because: the target is in our own network namespace" {
	lab <<-'END'
		refused vethpair -t $$ ve0=10.77.0.1/24 eth0=10.77.0.2/24
		because VET-32
		try_works
		refused vethpair -t /proc/self/ns/net ve1 eth0
		because VET-32
		says '^vethpair: try: unshare-lite -n --hold=\$\$ \| vethpair -t - ve1 eth0$'
		refused sh -c "echo $$ | vethpair -t - ve1 eth0"
		try_works
		>ns
		mount --bind /proc/self/ns/net ns
		fails 125 unshare -m sh -c 'mount -t tmpfs tmpfs /proc && exec vethpair -t ./ns -g ve2=10.79.0.1/24 eth0=10.79.0.2/24'
		because VET-32
		umount ns
	END
}

@test "because: HOST or PEER is there already" {
	lab <<-'END'
		vethpair -t "$pid" ve0=10.77.0.1/24 eth0=10.77.0.2/24 >/dev/null
		refused vethpair -t "$pid" ve0=10.77.0.1/24 eth0=10.77.0.2/24
		says EEXIST
		because VET-02
		because VET-05
		try_works
		refused vethpair -t "$pid" ve0=10.78.0.1/24 eth1
		because VET-02
		try_works
		[[ $(ip -br address show ve1) = *10.78.0.1/24* ]]
		refused vethpair -t "$pid" 'white' eth0
		because VET-05
		never_says VET-02
		try_works
		there ip link show eth2
		refused vethpair -t "$pid" lo lo
		because VET-02
		because VET-05
		try_works
		ip link show lo0
		echo "$pid" >in
		refused sh -c 'vethpair -t - ve0 eth0 <in'
		try_works
		second=$(unshare-lite -n --hold=$$)
		vethpair -t "$second" ve7=10.79.0.1/24 eth0 >/dev/null
		vethpair -t "$pid" ve8=10.80.0.1/24 eth8 >/dev/null
		vethpair -t "$pid" -- -v eth7 >/dev/null
		refused vethpair -t "$pid" -- -v eth7
		try_works
		for peer in eth0 eth9; do	# the cable of another container stays
			refused vethpair -t "$second" ve8=10.80.0.1/24 $peer
			because VET-02
			try_works
			ip link show ve8
		done
		# Nor is it taken for the other one where the indices are the same.
		works unshare-lite -n sh -c '
			a=$(unshare-lite -n --hold=$$)
			b=$(unshare-lite -n --hold=$$)
			third=$(unshare-lite -n --hold=$$)
			{
				vethpair -t "$a" ve0 eth0
				nsenter-lite -t "$third" -n vethpair -t "$b" ve0 eth0
			} >/dev/null
			vethpair -t "$b" ve0 eth0
			kill "$a" "$b" "$third"'
		says VET-02
		never_says 'try: vethpair -d'
	END
}

@test "because: the name is another name of an interface" {
	lab <<-'END'
		vethpair -t "$pid" ve0 eth0 >/dev/null
		there ip link property add dev eth0 altname wlan7
		refused vethpair -t "$pid" ve1 wlan7
		because VET-30
		try_works
		there ip link show wlan0 || there ip link show wlan8
	END
}

@test "because: what is no name for an interface" {
	lab <<-'END'
		refused vethpair -t "$pid" averyveryverylongname eth0
		says 'ERANGE'
		says 'Attribute failed policy validation'
		because VET-03
		try_works
		vethpair -d averyveryverylo
		refused vethpair -t "$pid" ve0 averyveryverylongname
		because VET-03
		try_works
		for name in a/b a:b 'a b' . .. all default $'a\tb' à; do
			refused vethpair -t "$pid" ve1 "$name"
			says EINVAL
			because VET-03
			try_works
			vethpair -d ve1
			refused vethpair -t "$pid" "$name" eth1
			because VET-03
			try_works
			there ip link delete eth1
		done
		works vethpair -t "$pid" ve-container-on eth8
		refused vethpair -t "$pid" ve-container-one eth9
		because VET-03
		try_works
		works vethpair -t "$pid" ü 'a\b'
		works vethpair -d ü
	END
}

@test "because: an address overlaps a route of this host" {
	lab <<-'END'
		ip link add wan type veth peer name naw
		ip link set wan up
		ip address add 10.77.0.9/24 dev wan
		ip route add 10.80.0.0/16 dev wan
		ip route add default dev wan
		ip route add 0.0.0.0/1 dev wan
		ip -6 address add fd77::9/64 dev wan nodad
		ip route add 10.90.0.0/24 dev wan table 99
		eventually eval '[[ $(ip route show table 99) = *linkdown* ]]'
		before=$(state)
		for address in 10.77.0.1/24 10.77.0.1/16 10.77.0.65/28 10.80.5.1/24 10.1.1.1/8 10.90.0.1/24; do
			refused vethpair -t "$pid" ve0=$address eth0
			because VET-33
			[[ $before = "$(state)" ]]
		done
		never_says unnumbered
		refused vethpair -t "$pid" ve0=fd77::1/48 eth0
		because VET-33
		says 'fd77:0:0:0:0:0:0:0/64'
		refused vethpair -t "$pid" ve0=172.31.0.1/24,10.77.0.1/24,fd88::1/64 eth0=10.77.0.2/24,fd88::2/64
		because VET-33
		try_works
		[[ $(ip -br address show ve0) = *'172.31.0.1/24 10.78.0.1/24 fd88:'* ]]
		works busybox ping -c 1 -W 1 10.78.0.2
		refused vethpair -t "$pid" ve1=fd77::1/64 eth1=fd77::2/64
		because VET-33
		try_works
		refused vethpair -t "$pid" ve4=10.77.0.5/24,10.80.0.5/24,fd77::5/64 eth4=10.80.0.6/24
		because VET-33
		try_works
		works vethpair -t "$pid" ve5=240.0.0.1/24 eth5=240.0.0.2/24
		works vethpair -f -t "$pid" ve2=10.77.0.1/24 eth2
		works vethpair -t "$pid" ve3=192.168.7.1/24,fe80::1/64 eth3
	END
}

@test "an overlap is found among thousands of routes" {
	lab <<-'END'
		ip link add wan type veth peer name naw
		ip link set wan up
		for a in {0..19}; do for b in {0..249}; do echo "route add 10.$a.$b.0/24 dev wan"; done; done | ip -batch -
		refused vethpair -t "$pid" ve0=10.19.249.1/24 eth0
		because VET-33
		works vethpair -t "$pid" ve0=10.20.0.1/24 eth0
	END
}

@test "because: there is no such bridge, or it is none, or it is down" {
	lab <<-'END'
		refused vethpair -t "$pid" -b br0 ve0 eth0
		because VET-34
		try_works
		ip -o link show master br0 | grep ve0
		refused vethpair -t "$pid" -b lo ve1 eth1
		because VET-18
		refused vethpair -t "$pid" -b ve0 ve1 eth1
		because VET-18
		says 'of kind veth'
		ip link set br0 down
		works vethpair -t "$pid" -b br0 ve1 eth1
		because VET-45
		try_works
		[[ $(ip -o link show br0) = *,UP* ]]
		for bridge in averyveryverylongname br0: '' 'a b'; do
			refused vethpair -t "$pid" -b "$bridge" ve2 eth2
			because VET-34
			never_says 'try: '
		done
	END
}

@test "because: the bridge is full" {
	lab <<-'END'
		ip link add br0 up type bridge
		{
			for i in {1..1023}; do echo "link add v$i type veth peer name w$i"; echo "link set v$i master br0"; done
		} | ip -batch -
		before=$(ip -o link | wc -l)
		refused vethpair -t "$pid" -b br0 ve0 eth0
		because VET-35
		[[ $before = "$(ip -o link | wc -l)" ]]
		works vethpair -d $(seq -f v%g 1023)
	END
}

@test "because: an address of HOST would be the bridge's" {
	lab <<-'END'
		ip link add br0 up type bridge
		refused vethpair -t "$pid" -b br0 ve0=10.77.0.1/24 eth0
		because VET-41
		try_works
		works vethpair -f -t "$pid" -b br0 ve1=10.77.0.1/24 eth1
	END
}

@test "because: there is no gateway, or none in reach, or a default route already" {
	lab <<-'END'
		before=$(state)
		ip link add br0 up type bridge
		refused vethpair -t "$pid" -b br0 -g ve0 eth0=10.77.0.2/24
		because VET-42
		try_works
		there ip route delete default
		vethpair -d ve0
		refused vethpair -t "$pid" -b br0 -g ve0 eth0=fd77::1/64
		because VET-42
		try_works
		[[ $(there ip -6 route show default) = 'default via fd77::2 dev eth0 '* ]]
		vethpair -d ve0
		refused vethpair -t "$pid" -g ve0=10.78.0.1/24 eth0=fd78::2/64
		because VET-42
		try_works
		[[ $(there ip -6 route show default) = 'default via fd78::1 dev eth0 '* ]]
		vethpair -d ve0
		ip link delete br0
		there ip link set lo down
		before=$(state)
		refused vethpair -t "$pid" -g ve0=10.77.0.1/24 eth0=10.77.0.2/32
		because VET-10
		says 'Nexthop has invalid gateway'
		[[ $before = "$(state)" ]]
		try_works
		>ns
		mount --bind "/proc/$pid/ns/net" ns
		refused vethpair -t ns -g ve1=10.78.0.1/24 eth1=10.78.0.2/24
		says EEXIST
		because VET-12
		! ip link show ve1 || false
		try_works
		there ip route delete default
		there ip route add blackhole default
		vethpair -d ve1
		refused vethpair -t "$pid" -g ve1=10.78.0.1/24 eth1=10.78.0.2/24
		because VET-12
		try_works
		umount ns
		[[ $(there ip route show default) = 'default via 10.78.0.1 dev eth1 ' ]]
		vethpair -d ve1
		refused vethpair -t "$pid" -g ve1=fd78::1/64 eth1=fd79::1/64
		because VET-10
		ip link add br0 up type bridge
		ip address add 10.79.0.1/24 dev br0
		refused vethpair -t "$pid" -b br0 -g ve1 eth1=10.79.0.1/24
		because VET-47
		try_works
		[[ $(there ip route show default) = 'default via 10.79.0.1 dev eth1 ' ]]
	END
}

@test "because: the MTU" {
	lab <<-'END'
		for mtu in 67 65536 2147483647; do
			refused vethpair -t "$pid" -M $mtu ve0 eth0
			says EINVAL
			because VET-14
			try_works
			vethpair -d ve0
		done
		refused vethpair -t "$pid" -M 1279 ve0=fd77::1/64 eth0
		because VET-39
		! ip link show ve0 || false
		try_works
		refused vethpair -t "$pid" -M 1279 ve1 eth1=fd77::1/64
		because VET-39
	END
}

@test "because: IPv6 is switched off" {
	lab <<-'END'
		before=$(state)
		echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
		refused vethpair -t "$pid" ve0=fd77::1/64 eth0
		! since 6 12 || says 'IPv6 is disabled on this device.*EACCES'
		says EACCES
		because VET-17
		[[ $before = "$(state)" ]]
		try_works
		there sh -c 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6'
		refused vethpair -t "$pid" ve1 eth1=fd78::1/64
		because VET-17
		try_works
	END
}

@test "because: the network that we are in belongs to the user namespace above" {
	inside -n <<-'END'
		unshare -Ur bash -euc '
			source "$0"
			pid=$(unshare-lite -n --hold=$$)
			refused vethpair -t "$pid" ve0 eth0
			because VET-29
			try_works' "$helper"
	END
}

@test "because: the target's network belongs to a user namespace that is not ours" {
	inside -n <<-'END'
		pid=$(unshare-lite -Un -r --hold=$$)
		: >ns
		mount --bind "/proc/$pid/ns/net" ns
		refused unshare -Urn vethpair -t ./ns ve0 eth0
		because VET-16
		refused unshare -Un vethpair -t ./ns ve0 eth0
		because VET-16
		because VET-38
		works vethpair -t ./ns ve0 eth0
	END
}

# bats test_tags=root
@test "root plugs in a container of an ordinary user" {
	lab <<-'END'
		spawn as_user unshare -Urn sleep 60
		eventually test ! "/proc/$pid/ns/net" -ef /proc/self/ns/net
		eventually grep -q . "/proc/$pid/uid_map"
		works vethpair -t "$pid" ve0=10.77.0.1/24 eth0=10.77.0.2/24
		works busybox ping -c 1 -W 1 10.77.0.2
		kill "$pid"
		wait "$pid" || :
	END
}

@test "because: a seccomp filter refuses it" {
	build refuse
	build restrict
	lab <<-'END'
		refused "$W/refuse" "$(number_of SYS_setns)" 1 vethpair -t "$pid" ve0 eth0
		because NSE-20
		refused "$W/restrict" 40000000 vethpair -t "$pid" ve0 eth0
		because NSE-20
		refused "$W/restrict" 08000000 strace -qqfo /dev/null -e inject=socket:error=EACCES:when=1 \
			vethpair -t "$pid" ve0 eth0
		says EACCES
		never_says 'because: '
		refused "$W/refuse" "$(number_of SYS_socket)" 1 vethpair -t "$pid" ve0 eth0
		because VET-37
		refused "$W/refuse" "$(number_of SYS_socket)" 1 vethpair -d ve0
		because VET-37
	END
}

# bats test_tags=root
@test "-d without the right to it is told" {
	lab <<-'END'
		vethpair -t "$pid" ve0 eth0 >/dev/null
		vethpair -t "$pid" ve1 eth1 >/dev/null
		refused as_user vethpair -d ve0
		says EPERM
		because VET-38
		refused as_user vethpair -d ve0 ve1
		because VET-38
		ip link show ve0
		root_works
		[[ $(ip -o link | wc -l) = 1 ]]
	END
}

# Of this test's own PID namespace: interfaces, mounts, /run, namespaces, processes.
everything() {
	ls /proc/sys/net/ipv4/conf
	cat /proc/self/mountinfo
	find /run
	nstree | cut -d ' ' -f 2 | sort
	cat /proc/[0-9]*/comm
}
export -f everything

@test "500 containers, cabled to one bridge, 8 at a time, leave nothing" {
	export T=-T	# before Linux 6.6 a tmpfs has no user attributes
	since 6 6 || T=
	cat >container <<-'END'
		mkfifo go$1
		unshare-lite -a -r --print-pid=3 mkoverlay $T -l "$ROOTFS" box$1 \
			mkpseudo -m proc,dev box$1/merged pivot box$1/merged \
			sh -c 'read -r _ && ip route | grep -q "^default via 10.77.0.1 dev eth0"' <go$1 3>pid$1 &
		exec 8>go$1
		until [ -s pid$1 ]; do sleep 0.01; done
		vethpair -t $(cat pid$1) -b br0 -g ve$1 eth0=10.77.$(($1 / 250 + 1)).$(($1 % 250 + 1))/16 >/dev/null &&
			echo >&8 && wait $! && chmod -R u+rwx box$1 && rm -r go$1 pid$1 box$1
	END
	inside -npf --mount-proc <<-'END'
		ip link add br0 up type bridge
		ip address add 10.77.0.1/16 dev br0
		everything >before
		works sh -c 'seq 500 | xargs -P 8 -n 1 sh container'
		silent
		same() { everything >after; cmp -s before after; }
		eventually same || { diff before after; false; }
		[[ ! -e box1 && ! -e box500 ]]
	END
}
