#!/usr/bin/env bats
# The steps of the tutorials that people come from, with our tools: what the
# document shows must show.  The titles name them: "jails" is the introduction
# by chroot, "DIY" the DIY Linux Containers, "kernel space" the talk on it,
# "slides" the containers in 100 lines of shell, "nginx" what even are they.
#
# Not tested here: what an example in examples/ shows; the causes of refusals,
# which each tool's tests have.
load helper

setup() {
	common_setup
	cp -r "$ROOTFS" rootfs
	touch rootfs/I_AM_THE_CONTAINER
	as_root=()
	(( EUID == 0 )) || as_root=(-Ur)
}

# terminal CMD...: a shell in a second terminal; typed LINE: a line there,
# which leaves $stdout and $status.
terminal() {
	mkfifo "$W/in" "$W/out"
	spawn on_terminal "$@"
	exec {to}>"$W/in" {from}<"$W/out"
}

on_terminal() {
	exec "$@" <"$W/in" >"$W/out" 2>&1
}

typed() {
	local answer

	printf '%s\necho "ended $?"\n' "$1" >&"$to"
	stdout=''
	while IFS= read -r -t 30 answer <&"$from" || flunk "no answer: $1"; do
		[[ $answer != 'ended '* ]] || break
		stdout+=${stdout:+$'\n'}$answer
	done
	status=${answer#ended }
	(( status == ${2:-0} )) || flunk "status $status: $1"
}

### jails

@test "jails: a shell in a jail with processes and a network of its own, and no mount comes out" {
	net=$(unshare-lite "${as_root[@]}" -n --hold=$$)
	before=$(cat /proc/self/mountinfo)
	if (( EUID == 0 )); then
		works unshare-lite -pum nsenter-lite -n"/proc/$net/ns/net" chroot rootfs \
			sh -c 'mount -t proc proc /proc; ps; cat /proc/net/dev'
	else
		works nsenter-lite -t "$net" -Un unshare-lite -pum chroot rootfs \
			sh -c 'mount -t proc proc /proc; ps; cat /proc/net/dev'
	fi
	shows '^ +1 (root|0) '
	(( $(grep -cE '^ +[0-9]+ (root|0) ' <<<"$stdout") == 2 ))
	shows '^ *lo:'
	[[ $stdout != *eth* ]]
	[[ $before = "$(cat /proc/self/mountinfo)" ]]
	kill "$net"
}

@test "jails: step by step, and the folder of the old root is empty" {
	works unshare-lite "${as_root[@]}" -pum sh -c '
		mkdir -p rootfs/old-root
		pivot -o rootfs/old-root rootfs
		cd /
		ls -d /old-root/etc
		mount -t proc proc /proc
		umount -l /old-root
		ls -A /old-root | wc -l
		echo $$'
	prints "$(printf '/old-root/etc\n0\n1')"
}

# bats test_tags=static
@test "jails: one waiting process has the name of the chain, and the shell is its child" {
	terminal unshare-lite "${as_root[@]}" -pum chroot rootfs sh
	typed 'echo $$'
	prints 1
	[[ $(cat "/proc/$pid/comm") = unshare-lite ]]
	[[ $(cat "/proc/$(child_of "$pid")/comm") = sh ]]
}

### DIY

@test "DIY: a new mount namespace begins as a copy, and what is mounted in it stays in it" {
	mounts=$(wc -l </proc/mounts)
	terminal unshare-lite "${as_root[@]}" -m sh
	typed 'wc -l </proc/mounts'
	prints "$mounts"
	typed 'mountpoint /proc'
	typed 'mount --bind rootfs/ rootfs/'
	typed 'wc -l </proc/mounts'
	prints $(( mounts + 1 ))
	(( $(wc -l </proc/mounts) == mounts ))
	typed 'ls -d /etc'
}

@test "DIY: the root is pivoted under the shell, the old one is seen and then gone" {
	ls / >host
	terminal unshare-lite "${as_root[@]}" -m sh
	typed 'mount --bind rootfs/ rootfs/'
	typed 'mkdir rootfs/old; pivot -o rootfs/old rootfs; cd /'
	typed 'ls /'
	shows '^I_AM_THE_CONTAINER$'
	[[ $(ls /) = "$(<host)" ]]
	typed 'ls /old'
	[[ $stdout = "$(<host)" ]]
	typed 'umount /old' 1
	typed 'umount -l /old'
	typed 'ls -A /old'
	prints ''
	typed 'mount' 1
}

# bats test_tags=static
@test "DIY: PID 1 still sees the machine's processes, until it mounts a proc" {
	terminal unshare-lite "${as_root[@]}" -m -p -f sh
	typed 'echo $$'
	prints 1
	typed 'cat /proc/1/comm'
	prints "$(cat /proc/1/comm)"
	typed 'rmdir rootfs/proc; mkdir rootfs/old; pivot -o rootfs/old rootfs; cd /'
	typed 'ps aux' 1
	shows "^ps: can't open '/proc'"
	typed 'mkdir /proc; mount -t proc none /proc; umount -l /old'
	typed 'ps aux'
	(( $(wc -l <<<"$stdout") == 3 ))
	shows '^ +1 root .*sh$'
}

@test "DIY: inside, mkpseudo is the mkdir and the mount" {
	terminal unshare-lite "${as_root[@]}" -m -p -f sh
	typed 'rmdir rootfs/proc; pivot -o rootfs/old rootfs; cd /'
	typed 'mkpseudo -m proc /'
	prints /
	typed 'umount -l /old; ps'
	(( $(wc -l <<<"$stdout") == 3 ))
}

@test "DIY: what runs in the container is a process of ours" {
	terminal unshare-lite "${as_root[@]}" -m -p -f sh
	typed '/bin/sleep 999 & echo'
	sleep=$(child_of "$(child_of "$pid")")
	eventually grep -q sleep "/proc/$sleep/comm"
	[[ $(awk '/^Uid:/ { print $2 }' "/proc/$sleep/status") = "$EUID" ]]
	kill "$sleep"
	typed 'wait $!' 143
}

# bats test_tags=static
@test "DIY: nobody, until a map is written from the second terminal, and then root" {
	terminal unshare-lite -U -m -p -f sh
	shell=$(child_of "$pid")
	typed 'id -u'
	prints 65534
	[[ -z $(cat "/proc/$shell/uid_map") ]]
	works mapids -t "$shell"
	(( $(wc -l <<<"$stdout") == 1 ))
	works mapids -t "$shell" -u "0:$EUID:1"
	prints "$shell"
	typed 'id -u'
	prints 0
	typed 'whoami'
	prints root
	[[ $(awk '/^Uid:/ { print $2 }' "/proc/$shell/status") = "$EUID" ]]
}

@test "DIY: the shell that became root that way has no capability, and what it runs has all" {
	terminal unshare-lite -U -m -p -f sh
	shell=$(child_of "$pid")
	typed ':'
	[[ $(awk '/^CapEff:/ { print $2 }' "/proc/$shell/status") = 0000000000000000 ]]
	works mapids -t "$shell" -u "0:$EUID:1"
	typed 'grep CapEff /proc/self/status'
	shows '^CapEff:.*1ffffffffff$'
}

# The last listing of the document, word by word, but for our names.
listing() {
	terminal unshare-lite -U -m -p -f sh
	works mapids -t "$(child_of "$pid")" -u "0:$EUID:1"
	typed 'mkdir rootfs/old; pivot -o rootfs/old rootfs; PATH=/bin'
}

# bats test_tags=static
@test "DIY: the last listing fails at its last line, and the error has the order that works" {
	listing
	typed 'umount -l /old'
	typed 'cd /'
	typed 'mount -t proc none /proc' 1
	shows 'ermission denied|perm'
	typed 'mkpseudo -m proc /' 125
	shows '^mkpseudo: because: .* mkpseudo comes before pivot, or before the unmount .* \[PSE-03\]$'
	typed 'cd /; ls proc'
	prints ''
}

@test "DIY: with proc mounted before the old root goes, the last listing works" {
	listing
	typed 'cd /'
	typed 'mount -t proc none /proc'
	typed 'umount -l /old'
	typed 'ps'
	(( $(wc -l <<<"$stdout") == 3 ))
	typed 'whoami'
	prints root
}

@test "DIY: all in one line" {
	works unshare-lite -Urmp mkpseudo -m proc rootfs pivot rootfs sh -c 'whoami; ls /I*; ps; grep -c . /proc/self/mountinfo'
	shows '^root$'
	shows '^/I_AM_THE_CONTAINER$'
	shows '^ +1 root '
	shows '^2$'
}

### kernel space

@test "kernel space: the links in /proc/PID/ns differ, all of them" {
	works unshare-lite -ar readlink /proc/self/ns/{mnt,pid,net,ipc,uts,user,cgroup,time}
	for kind in mnt pid net ipc uts user cgroup time; do
		[[ ! -e /proc/self/ns/$kind ]] || shows "^$kind:"
		[[ $stdout != *"$(readlink "/proc/self/ns/$kind")"* ]]
	done
}

@test "kernel space: clone(2), unshare(2) and setns(2) are shown as they are called" {
	works unshare-lite -v -ar true
	says '^unshare-lite: clone'
	works unshare-lite -v "${as_root[@]}" -m --no-fork true
	says '^unshare-lite: unshare\(CLONE_NEW'
	held=$(unshare-lite -ar --hold=$$)
	works nsenter-lite -v -t "$held" -a true
	says '^nsenter-lite: setns\('
	kill "$held"
}

@test "kernel space: memory is lost with the mount namespace, unless a handle is kept" {
	held=$(unshare-lite -Urm --hold=$$)
	works nsenter-lite -t "$held" -Um sh -c "mount -t tmpfs tmpfs '$W/tmp' 2>/dev/null ||
		{ mkdir '$W/tmp'; mount -t tmpfs tmpfs '$W/tmp'; }; echo kept >'$W/tmp/file'"
	[[ ! -e tmp/file ]]
	exec {user}<"/proc/$held/ns/user" {mnt}<"/proc/$held/ns/mnt"
	kill "$held"
	gone() { ! readlink "/proc/$held/exe"; }
	eventually gone
	stdout=$(nsenter-lite "-U/proc/self/fd/$user" "-m/proc/self/fd/$mnt" cat "$W/tmp/file")
	prints kept
	exec {user}<&- {mnt}<&-
}

@test "kernel space: with slave propagation mounts come in and do not go out" {
	inside <<-'END'
		mkdir d d/in d/out
		mount -t tmpfs tmpfs d
		mount --make-shared d
		mkdir d/in d/out
		works unshare-lite -m --propagation=slave sh -c '
			mount -t tmpfs tmpfs d/out
			nsenter -t "$1" -m --preserve-credentials mount -t tmpfs tmpfs "$2/d/in" &&
			mountpoint -q d/in && mountpoint d/out' - "$$" "$W"
		mountpoint -q d/in
		! mountpoint -q d/out || flunk 'it did'
	END
}

@test "kernel space: a host name and a domain name of its own" {
	needs domainname command -v domainname
	works unshare-lite -Uru sh -c 'hostname inner; domainname example; hostname; domainname'
	prints "$(printf 'inner\nexample')"
	[[ $(hostname) != inner && $(domainname) != example ]]
}

@test "kernel space: message queues of System V and of POSIX" {
	needs 'ipcmk' command -v ipcmk
	works unshare-lite -Uri sh -c 'ipcmk -Q >/dev/null; wc -l </proc/sysvipc/msg'
	prints 2
	(( $(wc -l </proc/sysvipc/msg) == 1 )) || skip 'queues of others here'
	works unshare-lite -Urmip mkpseudo -m dev,mqueue rootfs sh -c 'touch rootfs/dev/mqueue/q; ls rootfs/dev/mqueue'
	prints q
}

@test "kernel space: a new network has lo and nothing else, and interfaces can be moved" {
	works unshare-lite -Urn cat /proc/net/dev
	(( $(wc -l <<<"$stdout") == 3 ))
	shows '^ *lo:'
	held=$(unshare-lite -Urn --hold=$$)
	other=$(nsenter-lite -t "$held" -U unshare-lite -n --hold=$$)
	works nsenter-lite -t "$held" -Un sh -c "ip link add v0 type veth peer name v1 && ip link set v1 netns $other"
	works nsenter-lite -t "$other" -Un cat /proc/net/dev
	shows '^ *v1:'
	works nsenter-lite -t "$held" -Un cat /proc/net/dev
	shows '^ *v0:'
	[[ $stdout != *v1:* ]]
	kill "$held" "$other"
}

@test "kernel space: a map is written once" {
	held=$(unshare-lite -U --hold=$$)
	works mapids -t "$held" root
	refused mapids -t "$held" root
	says '\(EPERM\)'
	says '^mapids: because: '
	kill "$held"
}

@test "kernel space: a cgroup namespace begins at /" {
	works unshare-lite -ar cat /proc/self/cgroup
	shows '^0::/$'
}

### slides

@test "slides: two lower layers, and a file deleted in the upper one only" {
	mkdir lower1 lower2
	echo 1 >lower1/both
	echo 2 >lower2/both
	echo hidden >lower2/hidden
	works unshare-lite -Urm mkoverlay -l lower1 -l lower2 . sh -c 'cat merged/both; rm merged/hidden; ls merged'
	prints "$(printf '1\nboth')"
	[[ -e lower2/hidden ]]
	works ovldiff .
	prints 'D /hidden'
}

@test "slides: a new PID namespace begins with 1, and long names may be shortened" {
	works unshare-lite --user --pid --fork sh -c 'echo "My PID is $$!"'
	prints 'My PID is 1!'
	works unshare-lite --user --map-root-user --pid --fork --mount --uts --ipc --net --cgroup id -u
	prints 0
	works unshare-lite --user --map-root --pid --fork id -u
	prints 0
}

@test "slides: the shell's ENV is a second script, which runs inside" {
	echo 'unset ENV PS1; echo "set up by $$"' >post.sh
	terminal env -i "ENV=$W/post.sh" PATH="$PATH" unshare-lite -Urp busybox sh -i
	typed 'echo "ENV=$ENV"'
	shows 'set up by 1$'
	shows 'ENV=$'
}

@test "slides: the whole set-up by hand, in the order of the slides" {
	cat >post.sh <<-'END'
		set -e
		mount --make-rprivate /
		mount --bind rootfs rootfs
		pivot -o rootfs/oldrootfs rootfs
		cd /
		mount -t proc proc /proc
		mount -t sysfs sysfs /sys
		mkdir -p /dev/mqueue
		mount -t mqueue mqueue /dev/mqueue
		for name in full null random tty urandom zero; do
			touch /dev/$name
			mount --bind oldrootfs/dev/$name /dev/$name
		done
		umount -l oldrootfs
		rmdir oldrootfs
		hostname tekapo
		hostname
		echo $$
		head -c 1 /dev/zero | wc -c
		grep -c old /proc/self/mountinfo
	END
	fails 1 unshare-lite -Urpmuin sh post.sh
	prints "$(printf 'tekapo\n1\n1\n0')"
}

@test "slides: mkpseudo comes before pivot, and does all that" {
	works unshare-lite -ar --hostname=tekapo mkpseudo -m proc,sys,mqueue,dev rootfs pivot rootfs \
		sh -c 'hostname; head -c 1 /dev/zero | wc -c; awk "{ print \$5 }" /proc/self/mountinfo'
	shows '^tekapo$'
	shows '^1$'
	for path in / /proc /sys /dev /dev/mqueue /dev/{full,null,random,tty,urandom,zero}; do
		shows "^$path\$"
	done
}

# bats test_tags=static
@test "slides: consh starts, and is seen from inside and from outside" {
	mkdir demo
	cd demo
	mkrootfs lower
	terminal consh -h tekapo lower .
	typed 'echo $$'
	prints 1
	typed 'ps ax'
	(( $(wc -l <<<"$stdout") == 3 ))
	shows '^ +1 root .*sh$'
	shell=$(cat pid)

	mapfile -t numbers < <(awk '/^NStgid:/ { for (i = 2; i <= NF; i++) print $i }' "/proc/$shell/status")
	[[ ${numbers[-1]} = 1 ]]
	(( ${#numbers[@]} == $(awk '/^NStgid:/ { print NF }' /proc/self/status) ))
	works awk '{ print $5, $(NF - 2) }' "/proc/$shell/mountinfo"
	for mount in '/ overlay' '/dev tmpfs' '/dev/mqueue mqueue' '/sys sysfs' '/proc proc'; do
		shows "^$mount\$"
	done
	(( $(wc -l <<<"$stdout") < 25 ))

	typed 'id'
	shows '^uid=0\(root\) gid=0\(root\)'
	[[ $(awk '/^Uid:/ { print $2 $3 $4 $5 }' "/proc/$shell/status") = "$EUID$EUID$EUID$EUID" ]]
	[[ $(xargs <"/proc/$shell/uid_map") = "0 $EUID 1" ]]

	typed 'hostname'
	prints tekapo
	typed 'hostname langwied; hostname'
	prints langwied
	[[ $(hostname) != langwied ]]

	typed 'grep -E "Cap(Prm|Eff)" /proc/$$/status'
	(( $(grep -c 1ffffffffff <<<"$stdout") == 2 ))
	for kind in user mnt uts ipc net pid cgroup time; do
		[[ ! /proc/self/ns/$kind -ef /proc/$shell/ns/$kind ]]
	done
	typed 'cat MANIFEST'
	shows "^Creator UID: $EUID\$"
	echo exit >&"$to"
	wait "$pid"
	[[ ! -e pid ]]
}

### nginx

@test "nginx: without a fork it is not PID 1, with one it is" {
	works unshare-lite "${as_root[@]}" -p --no-fork sh -c 'echo $$'
	[[ $stdout != 1 ]]
	works unshare-lite "${as_root[@]}" -p --mount-proc pid1 sh -c 'cat /proc/1/comm; echo $$'
	prints "$(printf 'pid1\n2')"
}

@test "nginx: docker exec is a second container that shares with the first" {
	held=$(unshare-lite -ar --hostname=first --hold=$$)
	works nsenter-lite -t "$held" -ac sh -c 'hostname; readlink /proc/self/ns/uts'
	prints "$(printf 'first\n%s' "$(readlink "/proc/$held/ns/uts")")"
	kill "$held"
}

### cgroups

# The hierarchy of memory, in either version, as $root; $CG is removed at the end.
memory_root() {
	root=$(awk '/ - cgroup .*memory/ { print $5; exit }' /proc/self/mountinfo)
	version=1
	[[ ! $root ]] || return 0
	root=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	version=2
	needs 'a memory controller' grep -w memory "$root/cgroup.controllers"
}

# bats test_tags=root
@test "jails: a cgroup with a limit of memory holds a shell, and is removed when it is empty" {
	memory_root
	case $version in
	1) works cgset "$CG" memory.limit_in_bytes=100m memory.memsw.limit_in_bytes=100m ;;
	2) works cgset "$CG" memory.max=100m memory.swap.max=0 ;;
	esac
	prints "$root/$CG"
	spawn sleep 60
	works cgset -t "$pid" "$CG"
	[[ $(<"$root/$CG/cgroup.procs") = "$pid" ]]
	refused cgset -d "$CG"
	says 'EBUSY'
	kill "$pid"
	eventually cgset -d "$CG" 2>/dev/null
	[[ ! -e $root/$CG ]]
}

# bats test_tags=root
@test "jails: libcgroup's lines, with ours" {
	memory_root
	works cgset -c memory "$CG"
	refused cgset -r memory.limit_in_bytes=100m
	says 'try: cgset NAME memory'
	works cgset "$CG" grep "$CG" /proc/self/cgroup
	works cgset -d "$CG"
}

# bats test_tags=root
@test "jails: the program that leaks is ended in a jail in the cgroup, after about 100 allocations" {
	memory_root
	build leak
	cp leak rootfs
	case $version in
	1) limits=(memory.limit_in_bytes=100m memory.memsw.limit_in_bytes=100m) ;;
	2) limits=(memory.max=100m memory.swap.max=0) ;;
	esac
	fails 137 cgset "$CG" "${limits[@]}" chroot rootfs /leak
	(( $(wc -l <<<"$stdout") > 90 && $(wc -l <<<"$stdout") <= 100 ))
	works cgset -d "$CG"
}

# bats test_tags=root
@test "slides: the container's shell alone is in the cgroup, which is / inside and delegated outside" {
	needs 'version 2 of cgroups' grep ' - cgroup2 ' /proc/self/mountinfo
	root=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	mkfifo fifo
	exec 7<>fifo
	spawn sh -c "exec consh -c $CG -h tekapo rootfs box sh -c 'cat /proc/1/cgroup; read -r x' <fifo >said"
	eventually grep -q '^0::/$' said
	[[ $(<"$root/$CG/cgroup.procs") = "$(<box/pid)" ]]
	grep -q "^0::/$CG\$" "/proc/$(<box/pid)/cgroup"
	[[ $(stat -c %u "$root/$CG" "$root/$CG/cgroup.procs" "$root/$CG/cgroup.subtree_control" | uniq) = 0 ]]
	echo >&7
	wait "$pid"
	[[ ! -e $root/$CG ]]
}

### cables: the machine is a network of the test's own

# A machine, and the functions of this file for its script.
machine() {
	mount -t tmpfs tmpfs /run
	ip link set lo up
	mkfifo silence
	: "${stderr=}"
	exec 7<>silence	# at the end of its stdin nc(1) would hang up
}

listens() {
	grep -q "$(printf ':%04X 0*:0000 0A' "$1")" /proc/net/tcp /proc/net/tcp6
}

# line_arrives TEXT ADDRESS PORT FROM -- TO: by busybox's nc, run below words.
line_arrives() {
	local text=$1 address=$2 port=$3 from=()
	shift 3
	while [[ $1 != -- ]]; do
		from+=("$1")
		shift
	done
	shift
	"$@" busybox nc -l -p "$port" <&7 >arrived &
	eventually "$@" bash -c "$(declare -f listens); listens $port"
	echo "$text" | "${from[@]}" busybox nc "$address" "$port"
	wait $!
	[[ $(<arrived) = "$text" ]]
}

export -f machine listens line_arrives terminal on_terminal typed

@test "jails: a network with a name, a cable to it, and lines in both directions" {
	inside -n <<-'END'
		machine
		pid=$(unshare-lite -n --hold=$$)
		works nspin -t "$pid" -n test
		kill "$pid"
		works vethpair -t /run/netns/test veth0=10.0.0.1/24 veth1=10.0.0.2/24
		works nsenter-lite -ntest ip link list
		shows '^[0-9]+: lo: <.*,UP'
		shows '^[0-9]+: veth1@.*,UP,LOWER_UP'
		line_arrives 'from outside' 10.0.0.2 2000 -- nsenter-lite -ntest
		line_arrives 'from inside' 10.0.0.1 2000 nsenter-lite -ntest --
		works nspin -d test
		eventually sh -c '! ip link show veth0'
	END
}

@test "jails: a jail in that network has its own processes and name, and lines reach it and leave it" {
	inside -n <<-'END'
		machine
		mkdir -p rootfs/proc
		works sh -c 'unshare-lite -n --hold=$$ | nspin -t - -n test'
		works vethpair -t /run/netns/test veth0=10.0.0.1/24 veth1=10.0.0.2/24
		jail='mount -t proc proc /proc
			hostname jail; hostname
			echo $$; ps >ps; wc -l <ps
			ip link show veth1 | grep -c ,UP
			echo "out of the jail" | nc 10.0.0.1 2001
			nc -l -p 2000'
		busybox nc -l -p 2001 <&7 >outside &
		eventually listens 2001
		for way in 'nsenter-lite -ntest' 'ip netns exec test'; do
			: >inside
			unshare-lite -pum $way chroot rootfs /bin/sh -c "$jail" <&7 >inside &
			jailed=$!
			eventually nsenter-lite -ntest bash -c "$(declare -f listens); listens 2000"
			[[ $(hostname) != jail ]]
			echo 'into the jail' | busybox nc 10.0.0.2 2000
			wait $jailed
			[[ $(<inside) = $'jail\n1\n3\n1\ninto the jail' ]] || { cat inside; false; }
			[[ $(<outside) = 'out of the jail' ]]
			busybox nc -l -p 2001 <&7 >outside &
			eventually listens 2001
		done
		kill $!
		wait $! || :
	END
}

@test "slides: the container's network gets a name and a cable, and lines go both ways" {
	inside -n <<-'END'
		machine
		mkdir demo
		cp -r rootfs demo/lower
		cd demo
		terminal consh -h tekapo lower .
		typed 'ip link show veth1' 2
		shell=$(<pid)
		consh=$pid
		works nspin -t "$shell" -n consh
		works ip netns exec consh readlink /proc/self/ns/net
		prints "$(readlink "/proc/$shell/ns/net")"
		works vethpair -t "$shell" veth0=10.0.0.1/24 veth1=10.0.0.2/24
		typed 'ip link show veth1'
		shows 'veth1@[a-z0-9]+: <.*UP,LOWER_UP'
		typed 'hostname; nc -l -p 50000 -e sh -c "s=; while true; do s=x\$s; echo \$s; sleep 0.1; done" >/dev/null 2>&1 &'
		prints tekapo
		eventually ip netns exec consh bash -c "$(declare -f listens); listens 50000"
		works timeout 5 sh -c 'busybox nc 10.0.0.2 50000 <../silence | head -n 3'
		prints $'x\nxx\nxxx'
		busybox nc -l -p 2000 <&7 >outside &
		eventually listens 2000
		typed 'echo "greetings from $(hostname)" | nc 10.0.0.1 2000'
		wait $!
		[[ $(<outside) = 'greetings from tekapo' ]]
		echo exit >&"$to"
		wait "$consh"
		works nspin -d consh
		eventually sh -c '! ip link show veth0'
	END
}

@test "slides: two containers on one bridge ping each other, and one reaches the world by nat" {
	inside -n <<-'END'
		machine
		world=$(unshare-lite -n --hold=$$ | vethpair -t - up0=192.0.2.2/24 eth0=192.0.2.1/24)
		ip link add br0 up type bridge
		ip address add 10.9.0.1/24 dev br0
		declare -A shell consh
		for name in pukaki tekapo; do
			consh -h $name rootfs $name sh -c 'trap exit TERM; while :; do sleep 1; done' 2>said &
			consh[$name]=$!
			eventually grep -qs . $name/pid
			shell[$name]=$(<$name/pid)
			works nspin -t "${shell[$name]}" -n $name
		done
		works vethpair -t "${shell[pukaki]}" -b br0 -g ve-pukaki eth0=10.9.0.2/24
		works vethpair -t /run/netns/tekapo -b br0 -g ve-tekapo eth0=10.9.0.3/24
		works nsenter-lite -t "${shell[pukaki]}" -a ping -c 1 -W 1 10.9.0.3
		works nsenter-lite -t "${shell[tekapo]}" -a ping -c 1 -W 1 10.9.0.2
		fails 1 nsenter-lite -t "${shell[tekapo]}" -a ping -c 1 -W 1 192.0.2.1
		works nat br0
		works nsenter-lite -t "${shell[tekapo]}" -a ping -c 1 -W 1 192.0.2.1
		line_arrives 'to the world' 192.0.2.1 2000 nsenter-lite -ntekapo -- nsenter-lite -t "$world" -n
		works nat -d br0
		fails 1 nsenter-lite -ntekapo busybox ping -c 1 -W 1 192.0.2.1
		works nspin -d pukaki tekapo
		kill "${consh[@]}"
		wait "${consh[@]}" || :
		eventually sh -c '! ip link show ve-tekapo'
	END
}

@test "slides: consh with a cable reaches the world as soon as nat lets it" {
	inside -n <<-'END'
		machine
		world=$(unshare-lite -n --hold=$$ | vethpair -t - up0=192.0.2.2/24 eth0=192.0.2.1/24)
		terminal consh -h tekapo -n 10.9.0.1/24,10.9.0.2/24 rootfs box
		typed 'ping -c 1 -W 1 192.0.2.1' 1
		works nat ve-tekapo
		typed 'ping -c 1 -W 1 192.0.2.1'
		works nat -d ve-tekapo
		typed 'ping -c 1 -W 1 192.0.2.1' 1
		echo exit >&"$to"
		wait "$pid"
		[[ -z $(ip -o link show type veth | grep tekapo) ]]
	END
}

# Half a CPU in the words of either version, as $half, and all of it, as $all;
# $first lets a cgroup come before what else runs on this machine.
half_a_cpu() {
	root=$(awk '/ - cgroup .*[, ]cpu(,|$)/ { print $5; exit }' /proc/self/mountinfo)
	counted=$(awk '/ - cgroup .*[, ]cpuacct(,|$)/ { print $5; exit }' /proc/self/mountinfo)
	if [[ $root && $counted ]]; then
		half=(cpu.cfs_period_us=10000 cpu.cfs_quota_us=5000)
		all=(cpu.cfs_quota_us=-1 cpuacct.usage=0)
		first=cpu.shares=262144
		return
	fi
	counted=
	root=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	needs 'a CPU controller' grep -w cpu "$root/cgroup.controllers"
	half=('cpu.max=5000 10000') all=(cpu.max=max) first=cpu.weight=10000
	# What is emulated may be late for a period of 10 ms.
	! grep -qw vm.root=disk /proc/cmdline || half=(cpu.max=50%)
}

# Sets $used to the microseconds of CPU time that a cgroup has used.
count() {
	if [[ $counted ]]; then
		read -r used <"$counted/$1/cpuacct.usage"
		used=$(( used / 1000 ))
	else
		read -r _ used <"$root/$1/cpu.stat"
	fi
}

# Sets $share to the % of a CPU that a cgroup uses, for two seconds.
measure() {
	local start before

	start=${EPOCHREALTIME/./}
	count "$1"
	before=$used
	sleep 2
	count "$1"
	share=$(( (used - before) * 100 / (${EPOCHREALTIME/./} - start) ))
}

# uses_half CGROUP: 45 to 55 %.  A machine that stalls misses periods, whose
# quota is lost then: it may try again.
uses_half() {
	for _ in 1 2 3 4 5; do
		measure "$1"
		(( share <= 55 )) || break
		(( share < 45 )) || return 0
	done
	flunk "$1 uses $share %"
}

# bats test_tags=root
@test "jails: two that burn a CPU share it, half of one for each" {
	needs 'a CPU for others' test "$(nproc)" -gt 1
	half_a_cpu
	works cgset "$CG" "$first"
	for name in a b; do
		spawn cgset "$CG/$name" "${half[@]}" "${all[@]:1}" chroot rootfs sh -c 'while :; do :; done'
	done
	eventually grep -qs . "$root/$CG/a/cgroup.procs"
	eventually grep -qs . "$root/$CG/b/cgroup.procs"
	uses_half "$CG/a"
	uses_half "$CG/b"
	works cgset -dk "$CG"
}

# bats test_tags=root
@test "slides: a CPU limit, set from outside, holds what burns inside" {
	half_a_cpu
	spawn consh -c "$CG" -r "$first" -r "${all[0]}" ${all[1]:+-r "${all[1]}"} rootfs box \
		sh -c 'while :; do :; done'
	eventually test -s box/pid
	measure "$CG"
	(( share > 60 )) || flunk "$share %, without a limit"
	works cgset "$CG" "${half[@]}"
	uses_half "$CG"
	kill "$pid"
	wait "$pid" || :
	[[ ! -e $root/$CG ]]
}

sleeps_alone() {
	read -rd '' sleep <"$1"
	grep -q sleep "/proc/$sleep/comm"
} 2>/dev/null

# bats test_tags=root,static
@test "slides: the inner container's cgroup is below the outer one's" {
	root=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	needs 'version 2 of cgroups' test "$root"
	mkdir room
	terminal consh -c "$CG" -h tekapo -b "$W/room:/room" rootfs box
	typed 'cat /proc/1/cgroup'
	shows '^0::/$'
	# The slides mount a tmpfs, which before Linux 6.6 has no user attributes.
	! since 6 6 || typed 'mount -t tmpfs inner /room'
	typed 'cd /room; mkrootfs lower'
	typed 'consh -c cgrp_2 -h pukaki lower . cat /proc/1/cgroup'
	shows '^0::/$'
	typed 'consh -c cgrp_2 -h pukaki lower . /bin/sleep 1000 & echo'
	eventually sleeps_alone "$root/$CG/cgrp_2/cgroup.procs"
	grep -q "^0::/$CG/cgrp_2\$" "/proc/$sleep/cgroup"
	kill -KILL "$sleep"
	typed wait
	typed 'ls -d /sys/fs/cgroup/cgrp_2' 1
	echo exit >&"$to"
	wait "$pid"
	[[ ! -e $root/$CG ]]
}
