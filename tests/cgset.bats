#!/usr/bin/env bats
# Tests that name v1 or v2 need such a hierarchy with their controllers: those
# of version 2 run in a machine of scripts/vm, where those of version 1 mount
# what they need.
# shellcheck disable=SC2034,SC2317 # what needs sets is used; functions are called by name
#
# Not tested here, see CAUSES: a kernel without swap accounting; a process that
# no SIGKILL ends.  In vm-cgset.bats: a controller that was disabled when the
# machine was started; a thousand processes that fork.
load helper

teardown() {
	remove_cgroups
	give_back
	common_teardown
}

# Children first; what is left in them is the test's.
remove_cgroups() {
	local dir pid try

	[[ -n ${CG-} ]] || return 0
	find /sys/fs/cgroup ${borrowed:+/run/v1} -depth -type d -path "*$CG*" | while IFS= read -r dir; do
		for (( try = 0; try < 50; try++ )); do
			! echo THAWED >"$dir/freezer.state" || :
			! echo 0 >"$dir/cgroup.freeze" || :
			rmdir "$dir" && break
			while read -r pid; do
				(( pid )) && kill -KILL "$pid"
			done <"$dir/cgroup.procs"
			sleep 0.02
		done
	done 2>/dev/null
}

# Where a controller of version 1, or version 2 itself, is mounted.
v1() {
	root=$(awk -v c="$1" '/ - cgroup / { n = split($NF, o, ","); for (i = 1; i <= n; i++) if (o[i] == c) { print $5; exit } }' /proc/self/mountinfo)
	[[ $root ]] || borrow "$1" || skip "needs the controller $1 of version 1"
	g=$root/$CG
}

# A machine of scripts/vm is the test's own: version 2, which has them all there,
# may do without one for a while.
borrow() {
	grep -qw vm.root=disk /proc/cmdline || return
	root=/run/v1/$1
	mkdir -p "$root"
	borrowed+=" $1"
	! on_v2 "$1" || echo "-${1/blk/}" >/sys/fs/cgroup/cgroup.subtree_control
	eventually mount_v1 "$1" && mountpoint -q "$root"
}

on_v2() {
	grep -qw "${1/blk/}" /sys/fs/cgroup/cgroup.controllers
}

# Busy it is as long as a cgroup that was removed has pages in the cache; what
# else it may say stays so.
mount_v1() {
	mount -t cgroup -o "$1" cgroup "/run/v1/$1" 2>"$W/said" || {
		echo 3 >/proc/sys/vm/drop_caches
		! grep -q busy "$W/said" || flunk 'it did'
	}
}

give_back() {
	local name

	for name in ${borrowed-}; do
		eventually returned "$name"
	done
}

# A hierarchy of version 1 goes with the last unmount, if it has no cgroup then.
returned() {
	! mountpoint -q "/run/v1/$1" || umount "/run/v1/$1"
	rmdir "/run/v1/$1"
	case $1 in freezer | devices) return ;; esac
	echo "+${1/blk/}" >/sys/fs/cgroup/cgroup.subtree_control || {
		mkdir "/run/v1/$1"
		mount_v1 "$1"
		return 1
	}
} 2>/dev/null

v2() {
	root=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	[[ $root ]] || skip 'needs version 2 of cgroups'
	for c; do
		grep -qw "$c" "$root/cgroup.controllers" || skip "needs the controller $c of version 2"
	done
	g=$root/$CG
}

# The hierarchy of pids, which has the same names in both versions.
either() {
	root=$(awk '/ - cgroup .*pids/ { print $5; exit }' /proc/self/mountinfo)
	[[ $root ]] || v2 pids
	g=$root/$CG
}

where() {
	sed -n "s/^[0-9]*:$1:\(.*\)/\1/p" "/proc/${2-self}/cgroup"
}

### the command line

@test "what cannot be understood is refused with the synopsis" {
	misused cgset
	misused cgset -x demo
	misused cgset -k demo
	misused cgset -d
	misused cgset -d demo pids.max=1
	misused cgset -d demo true
	misused cgset -t
	misused cgset -t 1 demo true
	misused cgset -t x demo
	misused cgset -c '' demo
	misused cgset -c pids,,memory demo
	misused cgset -o nosuchuser demo
	misused cgset -o 4294967295 demo
	misused cgset -o 18446744073709551617 demo
	misused cgset -o 1000: demo
	misused cgset ''
	misused cgset demo/../x
	misused cgset ./.
	misused cgset ./
	misused cgset .//
	misused cgset demo =1
	misused cgset demo a/b=1
	misused cgset demo ..=1
	misused cgset -r demo
	misused cgset demo 'io.max=7:0 rbps=10MB'
	misused cgset demo 'blkio.throttle.read_bps_device=7:0 1.5M'
	misused cgset demo cgroup.procs=1
	misused cgset demo $'pids.\e[1mx\ny=1'
	misused cgset -c $'pids\e[1m\nx' demo
	misused cgset -c a/b demo
	misused cgset "$(printf '%04096d' 0)"
	refused cgset -t 4194304 demo
	says ESRCH
	works cgset --help
	shows '^usage: cgset '
	(( $(wc -l <<<"$stdout") <= 24 ))
	works cgset -V
}

@test "a folder that is no cgroup is refused" {
	refused cgset "$W/demo"
	because UNS-31
	[[ ! -e demo ]]
}

@test "libcgroup's forms are answered with ours [CG1-30]" {
	refused cgset -r pids.max=5 mem_cg
	because CG1-30
	says '^cgset: try: cgset mem_cg pids.max=5$'
	refused cgset -r pids.max=5
	says '^cgset: try: cgset NAME pids.max=5$'
	refused cgset -r pids.max=5 one two
	says '^cgset: try: cgset one pids.max=5$'
	says '^cgset: try: cgset two pids.max=5$'
	refused cgset -g memory,cpu:/mem_cg sh
	says '^cgset: try: cgset -c memory,cpu mem_cg sh$'
	refused cgset -g '*:mem_cg' sh
	says '^cgset: try: cgset mem_cg sh$'
}

@test "a value that the kernel would take for another is refused" {
	for value in cpu.max=5000/10000 cpu.max=5000,10000 'cpu.max=50000 100000x' io.weight=50% 'io.weight=default 5x' \
		'io.latency=7:0 target=5ms' memory.max= memory.limit_in_bytes= hugetlb.2MB.max=; do
		misused cgset "$CG" "$value"
	done
	for value in 'io.cost.qos=7:0 rpct=95.00' $'cpu.max=50000\t100000' $'io.max=7:0\trbps=1M'; do
		refused cgset /nosuch "$value"
		because UNS-31
	done
	ln -s /dev/null 'pci-0000:00:05.0'
	misused cgset "$CG" "io.max=$PWD/pci-0000:00:05.0 rbps=1M"
	says 'pci-0000:00:05.0. is not a block device'
}

# bats test_tags=root
@test "what is said cannot obey others, or be an option" {
	either
	works cgset "$CG" pids.max=max
	cp "$(command -v sleep)" $'\e[31m) \nx'
	spawn ./$'\e[31m) \nx' 60
	eventually grep -qF '[31m' "/proc/$pid/comm"
	works cgset -t "$pid" "$CG"
	refused cgset -d "$CG"
	says 'it holds [0-9]+ \(\$.\\033\['
	mkdir "$g/pids.sub"
	refused cgset "$CG" pids.nosuch=1
	because 'CG(1-32|2-50)'
	never_says pids.sub
	works cgset -dk "$CG"
	refused cgset -r pids.max=5 -- "-$CG"
	because CG1-30
	try_works
	[[ $(<"$root/-$CG/pids.max") = 5 ]]
	works cgset -d -- "-$CG"
}

### making

# bats test_tags=root
@test "it makes the cgroup and its parents, sets it, and prints its folder; twice is fine" {
	either
	for i in 1 2; do
		works cgset "$CG/a/b" pids.max=7
		prints "$g/a/b"
		[[ $(<"$g/a/b/pids.max") = 7 ]]
	done
	works cgset "$g/a/b" pids.max=8
	prints "$g/a/b"
	[[ $(<"$g/a/b/pids.max") = 8 && $(<"$g/a/pids.max") = max ]]
	works cgset -d "$CG"
	silent
	prints ''
	[[ ! -e $g ]]
}

# bats test_tags=root
@test "each FILE goes where its controller lives, and -d finds them all" {
	v1 pids
	p=$g
	v1 memory
	works cgset "$CG" pids.max=7 memory.limit_in_bytes=10M
	prints "$p"
	[[ $(<"$p/pids.max") = 7 && $(<"$g/memory.limit_in_bytes") = 10485760 ]]
	works cgset "$CG" cat /proc/self/cgroup
	shows ":pids:/$CG$"
	shows ":memory:/$CG$"
	works cgset -c memory,pids "$CG"
	prints "$g"
	works cgset -d "$CG"
	[[ ! -e $p && ! -e $g ]]
	works cgset -c pids -c memory "$CG"
	works cgset -d "$p"
	[[ ! -e $p && -e $g ]]
}

# bats test_tags=root
@test "what else a hierarchy is mounted with is no controller" {
	v1 pids
	grep -q ' - cgroup2 ' /proc/self/mountinfo || skip 'needs both versions'
	refused cgset -c rw "$CG"
	because CG2-01
	v1 memory
	refused cgset "$CG" cgroup.subtree_control=+memory
	because CG1-28
	never_says 'not mounted'
}

# bats test_tags=root
@test "without FILE or -c it is a cgroup of version 2, and no controller is enabled" {
	v2
	before=$(<"$root/cgroup.subtree_control")
	works cgset "$CG"
	prints "$g"
	[[ $(<"$root/cgroup.subtree_control") = "$before" ]]
	works cgset -d "$CG"
}

# bats test_tags=root
@test "controllers are enabled on the way down, those that are named" {
	v2 memory pids
	works cgset -c memory "$CG/a/b"
	[[ $(<"$g/a/cgroup.subtree_control") = memory && $(<"$g/cgroup.subtree_control") = memory ]]
	works cgset "$CG/a/b" pids.max=5
	[[ $(<"$g/a/b/cgroup.controllers") = *pids* && $(<"$g/a/b/cgroup.subtree_control") = '' ]]
	works cgset -v -c memory,pids "$CG/a/b"
	never_says write
}

# bats test_tags=root
@test "PROG runs in it, with its arguments and status, and takes our place" {
	either
	works cgset "$CG" pids.max=50 sh -c 'printf "<%s>" "$@"' -k 'a b' '' '*'
	prints '<a b><><*>'
	works cgset "$CG" grep -q "pids:/$CG\|^0::/$CG" /proc/self/cgroup
	fails 7 cgset "$CG" sh -c 'exit 7'
	fails 127 cgset "$CG/x" nosuch
	fails 126 cgset "$CG/x" pids.max=3 /etc
	[[ ! -e $g/x ]]
	sleep 60 &
	works bash -c 'echo $$; exec cgset "$CG" sh -c "echo \$\$"'
	[[ $(uniq <<<"$stdout" | wc -l) = 1 ]]
	kill $!
	works cgset "$CG" sh -c 'ls /proc/self/fd | wc -l'
	prints 4
}

# bats test_tags=root
@test "-t moves a process and hands its PID on" {
	either
	spawn sleep 60
	works cgset -t "$pid" "$CG" pids.max=9
	prints "$pid"
	[[ $(<"$g/cgroup.procs") = "$pid" ]]
	works cgset -t - "$CG/b" <<<"$pid"
	prints "$pid"
	[[ $(<"$g/b/cgroup.procs") = "$pid" ]]
	refused cgset -t - "$CG" </dev/null
	says 'standard input: no handle$'
	kill "$pid"
	eventually cgset -d "$CG" 2>/dev/null
}

# bats test_tags=root
@test "-t says that a process keeps the cgroup namespace that it has" {
	either
	spawn unshare -C sleep 60
	eventually test ! "/proc/$pid/ns/cgroup" -ef /proc/self/ns/cgroup
	works cgset -t "$pid" "$CG"
	says 'keeps the cgroup namespace'
	spawn sleep 60
	works cgset -t "$pid" "$CG"
	silent
}

# bats test_tags=root
@test "-t says nothing of a cgroup namespace that it may not see" {
	v2
	works cgset -o 1000:1000 "$CG"
	works cgset -o 1000:1000 "$CG/a"
	spawn sleep 60
	works cgset -t "$pid" "$CG/a"
	works cgset "$CG/b" setpriv --reuid 1000 --regid 1000 --clear-groups cgset -t "$pid" "$CG/c"
	silent
}

# bats test_tags=root
@test "./NAME is below our own cgroup, and a path may go through links" {
	either
	works cgset -c pids "$CG" sh -c 'cgset ./in pids.max=3'
	prints "$g/in"
	[[ $(<"$g/in/pids.max") = 3 ]]
	ln -s "$root" link
	works cgset "$W/link/$CG/in/x" pids.max=2
	prints "$g/in/x"
	works cgset "/$root//$CG//in///y/" pids.max=2
	prints "$g/in/y"
	works cgset ".//$CG//in/y" pids.max=2
	prints "$g/in/y"
}

# bats test_tags=root
@test "a path names the hierarchy of files that all have" {
	v1 pids
	works cgset "$g" notify_on_release=1 cgroup.clone_children=1
	prints "$g"
	[[ $(<"$g/notify_on_release") = 1 && $(<"$g/cgroup.clone_children") = 1 ]]
}

# bats test_tags=root
@test "below ourselves is where a mount shows us [NSE-41]" {
	grep -q ' - cgroup .*memory' /proc/self/mountinfo || skip 'needs a machine with both versions'
	either
	p=$g
	v1 memory
	works cgset -c memory "$CG" unshare -C cgset "./$CG" pids.max=3
	prints "$p"
	export root g
	inside <<-'END'
		refused cgset -c memory "$CG" unshare -C cgset -c memory ./x
		says ENOENT
		because NSE-41
		try_works cgset -c memory "$CG" unshare -C
		[[ -d $g/x ]]
		spawn cgset -c memory "$CG" unshare -C sleep 60
		eventually test ! "/proc/$pid/ns/cgroup" -ef /proc/self/ns/cgroup
		refused nsenter --cgroup="/proc/$pid/ns/cgroup" unshare-lite -m sh -c \
			'mount -t tmpfs none "$0" && mount -t cgroup -o memory none "$0" && exec cgset -c memory ./y' "$root"
		because NSE-41
		never_says '^cgset: try'
	END
}

# bats test_tags=root
@test "below ourselves, in version 2, PROG leaves the way free for controllers" {
	v2 pids memory
	works cgset "$CG" cgset ./in pids.max=3 memory.max=50M grep ^0: /proc/self/cgroup
	prints "0::/$CG/in"
}

# bats test_tags=root
@test "what it is called may be odd" {
	either
	name="$CG/a b,c:d\\e'\"é"
	works cgset "$name" pids.max=5
	prints "$root/$name"
	works cgset "$root/$name" sh -c 'cat /proc/self/cgroup'
	shows ':/cooperage-.*/a b,c:d.e'
	long=$CG$(printf "/$(printf '%0200d' 1)%.0s" {1..18})
	works cgset "$long" pids.max=5
	prints "$root/$long"
	works cgset -d "$CG"
	works cgset "$CG/" pids.max=5
	prints "$g"
}

# bats test_tags=root
@test "cpu.max is also a percentage of one CPU" {
	v2 cpu
	for value in 50%=50000 12.5%=12500 200%=200000; do
		works cgset "$CG" cpu.max="${value%=*}"
		[[ $(<"$g/cpu.max") = "${value#*=} 100000" ]]
	done
	works cgset "$CG" 'cpu.max=5000 10000'
	[[ $(<"$g/cpu.max") = '5000 10000' ]]
}

# bats test_tags=root
@test "a device may be named by its path, and a rate with K, M or G" {
	disk=$(find /dev -maxdepth 1 -type b ! -name 'loop*' ! -name 'ram*' | head -n 1)
	[[ $disk ]] || skip 'needs a disk'
	number=$((0x$(stat -c %t "$disk"))):$((0x$(stat -c %T "$disk")))
	[[ ! -e /sys/dev/block/$number/partition ]] || skip 'needs a disk'
	if v1 blkio; then
		works cgset "$CG" blkio.throttle.read_bps_device="$disk 1048576"
		[[ $(<"$g/blkio.throttle.read_bps_device") = "$number 1048576" ]]
		works cgset "$CG" blkio.throttle.read_bps_device="$number 10M"
		[[ $(<"$g/blkio.throttle.read_bps_device") = "$number 10485760" ]]
		refused cgset "$CG" io.max="$disk rbps=1M wiops=max"
		says "^cgset: try: cgset $CG 'blkio.throttle.read_bps_device=$number 1048576' 'blkio.throttle.write_iops_device=$number 0'$"
		try_works
	fi
}

# bats test_tags=root
@test "a file that is given nothing is emptied" {
	v2 cpuset
	works cgset "$CG" cpuset.cpus=0
	works cgset "$CG" cpuset.cpus=
	[[ -z $(<"$g/cpuset.cpus") ]]
}

### giving

# bats test_tags=root
@test "-o gives the folder and the files that the kernel names" {
	either
	works cgset -o 1000:1000 "$CG" pids.max=9
	[[ $(stat -c %u:%g "$g" "$g/cgroup.procs" | sort -u) = 1000:1000 ]]
	[[ $(stat -c %u "$g/pids.max") = 0 ]]
	works cgset -o root: "$CG"
	[[ $(stat -c %u:%g "$g") = 0:0 ]]
	works cgset -o user "$CG"
	[[ $(stat -c %u:%g "$g") = 1000:0 ]]
}

# bats test_tags=root
@test "a group of many has a long line, and the last may lack its end" {
	either
	export g
	inside <<-'END'
		{ printf 'big:x:77:'; seq -s , 9999; printf last:x:78:; } >group
		mount --bind group /etc/group
		works cgset -o 1000:big "$CG" pids.max=9
		[[ $(stat -c %u:%g "$g") = 1000:77 ]]
		works cgset -o 1000:last "$CG" pids.max=9
		[[ $(stat -c %u:%g "$g") = 1000:78 ]]
	END
}

# bats test_tags=root
@test "an ordinary user makes and fills cgroups below his own, and cannot leave it" {
	either
	works cgset -o 1000:1000 "$CG" pids.max=9
	works cgset "$CG/first" setpriv --reuid 1000 --regid 1000 --clear-groups \
		cgset "$CG/mine/deep" sh -c 'grep -c mine/deep /proc/self/cgroup'
	prints 1
	refused cgset "$CG/first" setpriv --reuid 1000 --regid 1000 --clear-groups cgset "$CG" pids.max=max
	because 'CG[12]-(17|28)'
	refused cgset "$CG/first" setpriv --reuid 1000 --regid 1000 --clear-groups cgset "$CG-other" pids.max=max
	because 'CG[12]-(17|28)'
	mkdir "$g-other"
	refused cgset "$CG/first" setpriv --reuid 1000 --regid 1000 --clear-groups cgset "$root/$CG-other" true
	because 'CG[12]-(17|28)'
	works as_user cgset -d "$CG/mine"
	refused as_user cgset -d "$CG"
	because 'CG[12]-(17|28)'
	says '^cgset: try: sudo cgset -d '
	refused as_user cgset -o 1000 "$CG-other"
	because CG2-53
}

### removing

# bats test_tags=root
@test "-d removes what is below, or else names who is in the way and removes nothing [CG1-31] [CG2-47]" {
	either
	works cgset "$CG/a/b" pids.max=5
	works cgset "$CG/c" pids.max=5
	spawn sleep 60
	eventually grep -q sleep "/proc/$pid/comm"
	works cgset -t "$pid" "$CG/c"
	refused cgset -d "$CG"
	says "holds $pid \(sleep\)"
	because 'CG[12]-(31|47)'
	[[ -d $g/a/b && -d /proc/$pid ]]
	try_works
	[[ ! -e $g ]]
	! kill -0 "$pid" 2>/dev/null || grep -q '^State:.[ZX]' "/proc/$pid/status"
	refused cgset -d "$CG"
	says ENOENT
	because CG1-26
	misused cgset -d "$root"
}

# bats test_tags=root
@test "neither -d nor -k touches the caller or his ancestors [CG1-35] [CG2-52]" {
	either
	for k in d dk; do
		fails 125 cgset "$CG/x" sh -c "sh -c 'cgset -$k $CG; exit"' $?'"'"
		because 'CG[12]-(35|52)'
		fails 125 cgset "$CG/x" cgset -$k "$CG"
		because 'CG[12]-(35|52)'
		works cgset "$CG/x" sh -c "cgset -$k /$root//$CG || echo alive"
		prints alive
		works cgset "$CG//x" sh -c "cgset -$k $CG//x || echo alive"
		prints alive
		because 'CG[12]-(35|52)'
		works cgset "..$CG" sh -c "cgset -$k ..$CG || echo alive"
		prints alive
		works cgset -d "..$CG"
		works cgset "$CG/x" sh -c "cgset -$k $CG 2>said; sed -n 's/^cgset: try: //p' said >line; . ./line"
		[[ ! -e $g ]]
	done
}

# bats test_tags=root
@test "who may not leave it is not told to" {
	either
	works cgset -o 1000:1000 "$CG"
	[[ -d $g ]] || works cgset -c pids -o 1000:1000 "$CG"
	fails 125 cgset -c pids "$CG/x" setpriv --reuid 1000 --regid 1000 --clear-groups sh -c "cgset -d $g; exit \$?"
	because 'CG[12]-(35|52)'
	never_says '^cgset: try'
}

# bats test_tags=root
@test "what is nested deeper than we may have files is removed, too" {
	either
	mkdir "$g"
	(cd "$g" && for (( i = 0; i < 600; i++ )); do mkdir d && cd ./d || exit; done)
	works cgset -d "$CG"
	[[ ! -e $g ]]
}

# bats test_tags=root
@test "processes of a PID namespace above ours are not killed [CG2-51]" {
	either
	works cgset "$CG/x" pids.max=max
	spawn sleep 60
	works cgset -t "$pid" "$CG/x"
	fails 125 unshare -mpf --mount-proc cgset -dk "$CG"
	because CG2-51
	[[ -d /proc/$pid ]]
}

# bats test_tags=root
@test "because: it is not ours to kill, and can have as many processes as before [CG2-55]" {
	either
	works cgset -o 1000:1000 "$CG" pids.max=50
	works cgset -o 1000:1000 "$CG/x" pids.max=9
	chown 1000 "$g/x/pids.max"
	spawn sleep 60
	works cgset -t "$pid" "$CG/x"
	refused as_user cgset -dk "$CG/x"
	says EPERM
	because CG2-55
	never_says 'after a SIGKILL'
	says "^cgset: try: sudo cgset -dk $CG/x\$"
	[[ $(<"$g/x/pids.max") = 9 && -d /proc/$pid ]]
	root_works
}

# bats test_tags=root
@test "who could not be killed, and has ended since, is not said to be another's" {
	either
	works cgset -o 1000:1000 "$CG" pids.max=50
	spawn sleep 60
	other=$pid
	spawn as_user sleep 60
	ours=$pid
	works cgset -t "$other" "$CG"
	works cgset -t "$ours" "$CG"
	spawn as_user strace -qqo /dev/null -e 'inject=?poll,ppoll:signal=SIGSTOP:when=2' cgset -dk "$CG" 2>said
	gone() { [[ ! -d /proc/$1 ]]; }
	eventually gone "$ours"
	child=$(child_of "$pid")
	kill "$other"
	eventually gone "$other"
	continued() { kill -CONT "$child" 2>/dev/null; gone "$child"; }
	eventually continued
	stderr=$(<said)
	never_says 'uid -'
	works cgset -dk "$CG"
}

# bats test_tags=root
@test "a thread of what is elsewhere is not killed, nor said to be" {
	v1 pids
	build thread
	works cgset "$CG" pids.max=max
	spawn "$W/thread"
	two() { (( $(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l) == 2 )); }
	eventually two
	for thread in "/proc/$pid/task"/*; do
		[[ ${thread##*/} = "$pid" ]] || echo "${thread##*/}" >"$g/tasks"
	done
	refused cgset -dk "$CG"
	because CG1-31
	never_says SIGKILL
	[[ -d /proc/$pid ]]
	kill "$pid"
	eventually cgset -d "$CG" 2>/dev/null
}

# bats test_tags=root
@test "a fork bomb below pids.max is not noticed elsewhere, and is removed" {
	either
	bomb='b() { while :; do b & done; }; b'
	spawn cgset "$CG" pids.max=32 bash -c "$bomb" 2>/dev/null
	eventually test -e "$g/pids.current"
	full() { (( $(<"$g/pids.current") > 20 )); }
	eventually full
	for i in 1 2 3 4 5; do
		works true
	done
	works cgset -dk "$CG"
	silent
	[[ ! -e $g ]]
}

# bats test_tags=root
@test "what is frozen is killed, too" {
	v1 freezer
	spawn sleep 60
	works cgset -t "$pid" "$CG" freezer.state=FROZEN
	works cgset -dk "$CG"
	[[ ! -e $g ]]
}

### what is undone

# bats test_tags=root
@test "where a value is refused, nothing is left, and what was set before is set again" {
	either
	refused cgset "$CG/a/b" pids.max=5 pids.max=junk
	[[ ! -e $g ]]
	works cgset "$CG" pids.max=5
	refused cgset -o 1000 "$CG" pids.max=7 pids.max=junk
	[[ $(<"$g/pids.max") = 5 ]]
	refused cgset "$CG" pids.max=7 pids.nosuch=5
	because 'CG[12]-(32|50)'
	says 'pids.max'
	[[ $(<"$g/pids.max") = 5 ]]
}

# bats test_tags=root
@test "so are the limits of a device" {
	read -r number < <(cat /sys/block/[!lrz]*/dev /sys/block/loop0/dev 2>/dev/null)
	if grep -q ' - cgroup .*blkio' /proc/self/mountinfo; then
		v1 blkio
		file=blkio.throttle.read_bps_device limit='' none='' bad='blkio.nosuch=1'
	else
		v2 io
		file=io.max limit='rbps=' none=' wbps=max riops=max wiops=max' bad='io.max=junk'
	fi
	works cgset -c io "$CG"
	refused cgset "$CG" "$file=$number ${limit}1M" "$bad"
	[[ -z $(<"$g/$file") ]]
	works cgset "$CG" "$file=$number ${limit}2M"
	refused cgset "$CG" "$file=$number ${limit}1M" "$bad"
	[[ $(<"$g/$file") = "$number ${limit}2097152$none" ]]
}

# bats test_tags=root
@test "so are controllers that cgroup.subtree_control enabled or disabled" {
	v2 pids memory
	works cgset -c pids,memory "$CG"
	works cgset "$CG" cgroup.subtree_control=+pids
	refused cgset "$CG" 'cgroup.subtree_control=-pids +memory' cgroup.nosuch=1
	[[ $(<"$g/cgroup.subtree_control") = pids ]]
}

# bats test_tags=root
@test "a handle that nobody takes undoes it" {
	either
	fails 125 sh -c "cgset '$CG' pids.max=5 >/dev/full"
	says ENOSPC
	[[ ! -e $g ]]
	fails 125 sh -c "cgset '$CG' pids.max=5 >&-"
	[[ ! -e $g ]]
	works cgset "$CG" pids.max=5
	spawn sleep 60
	works cgset -t "$pid" "$CG"
	fails 125 sh -c "cgset -t $pid -o 1000 $CG/b pids.max=7 >/dev/full"
	[[ ! -e $g/b && $(<"$g/cgroup.procs") = "$pid" && $(stat -c %u "$g") = 0 ]]
	fails 125 sh -c "cgset -o 1000 $CG pids.max=7 >/dev/full"
	[[ $(<"$g/pids.max") = 5 && $(stat -c %u "$g" "$g/cgroup.procs" | uniq) = 0 ]]
}

# bats test_tags=root
@test "controllers that were enabled are disabled when it is undone" {
	v2 pids memory
	works cgset "$CG"
	fails 125 sh -c "cgset $CG/a/b memory.max=5M >/dev/full"
	[[ ! -e $g/a && -z $(<"$g/cgroup.subtree_control") ]]
}

# bats test_tags=root
@test "SIGTERM undoes it, SIGKILL leaves what running again completes" {
	either
	for signal in TERM HUP KILL; do
		for call in mkdir write; do
			capture strace -qqfo /dev/null -e inject=$call:signal=$signal:when=1 cgset "$CG/a/b" pids.max=5
			(( status == 143 || status == 129 || status == 137 )) || flunk "$signal $call"
			[[ $signal = KILL || ! -e $g ]]
		done
	done
	works cgset "$CG/a/b" pids.max=5
	works cgset -d "$CG"
}

### because, version 1

# bats test_tags=root
@test "names of version 2 are answered with those of version 1, values converted [CG1-01]" {
	v1 memory
	refused cgset "$CG" memory.max=100M memory.swap.max=50M
	because CG1-01
	says "^cgset: try: cgset $CG memory.limit_in_bytes=100M memory.memsw.limit_in_bytes=157286400$"
	[[ ! -e $g ]]
	try_works
	refused cgset "$CG" memory.max=max
	says 'memory.limit_in_bytes=-1$'
	refused cgset "$CG" memory.swap.max=max memory.low=5M
	says 'memory.memsw.limit_in_bytes=-1 memory.soft_limit_in_bytes=5M$'
	refused cgset "$CG" memory.swap.max=0
	says 'memory.memsw.limit_in_bytes=104857600$'
	refused cgset "$CG" memory.high=5M
	says 'has nothing like it'
	never_says '^cgset: try'
	works cgset -d "$CG"
	v1 cpu
	refused cgset "$CG" cpu.weight=100 cpu.max=50%
	says "cpu.shares=1024 cpu.cfs_period_us=100000 cpu.cfs_quota_us=50000$"
	try_works
	[[ $(<"$g/cpu.cfs_quota_us") = 50000 ]]
	refused cgset "$CG" 'cpu.max=max 50000' cpu.weight=1
	says "cpu.cfs_period_us=50000 cpu.cfs_quota_us=-1 cpu.shares=10$"
	try_works
	v1 cpuset
	refused cgset "$CG" cpuset.cpus.partition=root
	says "cpuset.cpu_exclusive=1$"
	refused cgset "$CG" cpuset.cpus.partition=isolated
	says "cpuset.cpu_exclusive=1 cpuset.sched_load_balance=0$"
	refused cgset "$CG" cpuset.cpus.effective=0
	says 'cpuset.effective_cpus'
	v1 blkio
	refused cgset -- "$CG" io.max='8:0 rbps=1000 wbps=max riops=5 wiops=6' io.weight='default 200'
	says "'blkio.throttle.read_bps_device=8:0 1000' 'blkio.throttle.write_bps_device=8:0 0' 'blkio.throttle.read_iops_device=8:0 5' 'blkio.throttle.write_iops_device=8:0 6' blkio.weight=1000$"
}

# bats test_tags=root
@test "names of version 1 are answered with those of version 2, values converted [CG2-46]" {
	v2 hugetlb
	refused cgset "$CG" hugetlb.2MB.limit_in_bytes=4M hugetlb.2MB.rsvd.limit_in_bytes=-1
	because CG2-46
	says 'hugetlb.2MB.max=4M hugetlb.2MB.rsvd.max=max$'
	try_works
	works cgset -d "$CG"
	v2 memory cpu cpuset io
	refused cgset "$CG" memory.limit_in_bytes=100m memory.memsw.limit_in_bytes=150m
	says "^cgset: try: cgset $CG memory.max=100m memory.swap.max=52428800$"
	try_works
	refused cgset "$CG" memory.memsw.limit_in_bytes=100M
	says 'memory.swap.max=0$'
	works cgset -d "$CG"
	refused cgset "$CG" memory.memsw.limit_in_bytes=100M
	says 'memory.max=100M memory.swap.max=0$'
	try_works
	refused cgset "$CG" memory.limit_in_bytes=-1 memory.memsw.limit_in_bytes=-1 memory.soft_limit_in_bytes=1G
	says 'memory.max=max memory.swap.max=max memory.low=1G$'
	try_works
	refused cgset "$CG" cpu.shares=2048 cpu.cfs_quota_us=50000 cpu.cfs_period_us=200000
	says "cpu.weight=200 'cpu.max=50000 200000'$"
	try_works
	[[ $(<"$g/cpu.max") = '50000 200000' && $(<"$g/cpu.weight") = 200 ]]
	refused cgset "$CG" cpu.cfs_quota_us=-1
	says 'cpu.max=max$'
	try_works
	[[ $(<"$g/cpu.max") = 'max 200000' ]]
	refused cgset "$CG" cpu.cfs_period_us=50000
	says "'cpu.max=max 50000'$"
	try_works
	refused cgset "$CG" cpu.shares=2
	says 'cpu.weight=1$'
	refused cgset "$CG" freezer.state=FROZEN
	says 'cgroup.freeze=1$'
	try_works
	refused cgset "$CG" freezer.state=THAWED
	says 'cgroup.freeze=0$'
	try_works
	refused cgset "$CG" 'blkio.throttle.write_bps_device=8:0 1048576' 'blkio.throttle.read_iops_device=8:0 0' blkio.weight=500
	says "'io.max=8:0 wbps=1048576' 'io.max=8:0 riops=max' io.weight=100$"
	refused cgset "$CG" cpuset.cpu_exclusive=1
	says 'cpuset.cpus.partition=root$'
	refused cgset "$CG" cpuset.sched_load_balance=0
	says 'cpuset.cpus.partition=isolated$'
	refused cgset "$CG" cpuacct.usage=0
	says 'cpu.stat'
	refused cgset "$CG" devices.allow=a
	says 'nothing like it'
}

# bats test_tags=root
@test "because: memory in use cannot be forbidden [CG1-04]" {
	v1 memory
	build lock
	spawn cgset "$CG" memory.limit_in_bytes=40M "$W/lock" 20
	eventually test -e "$g/memory.usage_in_bytes"
	used() { (( $(<"$g/memory.usage_in_bytes") > 20000000 )); }
	eventually used
	refused cgset "$CG" memory.limit_in_bytes=4M
	says EBUSY
	because CG1-04
	try_works
}

# bats test_tags=root
@test "because: memory alone is never more than memory and swap [CG1-05]" {
	v1 memory
	needs 'swap to be accounted' test -e "$root/memory.memsw.limit_in_bytes"
	works cgset "$CG" memory.limit_in_bytes=100M
	refused cgset "$CG" memory.memsw.limit_in_bytes=50M
	because CG1-05
	try_works
	refused cgset "$CG" memory.limit_in_bytes=60M
	because CG1-05
	try_works
}

# bats test_tags=root
@test "because: a cpuset of version 1 that is empty takes nobody [CG1-06]" {
	v1 cpuset
	mkdir "$g"
	refused cgset "$g" true
	says ENOSPC
	because CG1-06
	try_works
	works cgset -d "$g"
	works cgset "$CG" cpuset.cpus=0 grep -c "cpuset:/$CG" /proc/self/cgroup
	spawn cgset "$g" sleep 60
	eventually grep -q . "$g/cgroup.procs"
	refused cgset "$g" cpuset.cpus=
	because CG1-06
	mkdir "$g/a" "$g/a/b" "$g/a/b/c"
	refused cgset "$g/a/b/c" true
	because CG1-06
	try_works
}

# bats test_tags=root
@test "because: CPUs that the cgroup above lacks, or the machine [CG1-07] [CG1-08] [CG1-38]" {
	v1 cpuset
	# The machine of scripts/vm has the second processor switched off.
	second=/sys/devices/system/cpu/cpu1/online
	[[ ! -e /command ]] || echo 1 >"$second"
	works cgset "$CG" cpuset.cpus=0
	refused cgset "$CG/a" cpuset.cpus=0-1
	says EACCES
	because CG1-07
	try_works
	[[ ! -e /command ]] || echo 0 >"$second"
	refused cgset "$CG" cpuset.cpus=0-99
	because CG1-08
	try_works
	refused cgset "$CG/m" cpuset.mems=5
	because CG1-08
	try_works
	refused cgset "$CG" cpuset.cpus=one
	because CG1-38
}

# bats test_tags=root
@test "because: no more of a CPU than the cgroup above has [CG1-10]" {
	v1 cpu
	works cgset "$CG" cpu.cfs_quota_us=10000
	refused cgset "$CG/a" cpu.cfs_quota_us=50000
	says EINVAL
	because CG1-10
	try_works
}

# bats test_tags=root
@test "because: a file that is read-only, or is not there [CG1-13] [CG1-32] [CG2-33] [CG2-50]" {
	either
	refused cgset "$CG" pids.current=1
	because 'CG(1-13|2-33)'
	refused cgset "$CG" pids.mx=1
	says ENOENT
	because 'CG(1-32|2-50)'
	refused cgset "$CG" pids.max=lots
	because CG2-31
	refused cgset "$CG" pids.max=-1
	because CG2-31
}

# bats test_tags=root
@test "no device and no swap are blamed for what is neither" {
	v2 rdma memory
	refused cgset "$CG" rdma.max=junk
	says ENODEV
	never_says CG2-25
	refused cgset "$CG" memory.swappy=1
	because CG2-50
}

# bats test_tags=root
@test "because: it is not ours [CG1-17] [CG2-28]" {
	either
	mkdir "$g"
	refused as_user cgset "$CG/c" pids.max=5
	says EACCES
	because 'CG(1-17|2-28)'
	says "^cgset: try: sudo cgset -o 1000:1000 $CG/c pids.max=5$"
	refused as_user cgset "$CG/c" pids.max=5 true
	says "^cgset: try: sudo cgset $CG/c pids.max=5 setpriv --reuid=1000 --regid=1000 --init-groups true$"
	refused as_user cgset "$CG" true
	because 'CG(1-17|2-28)'
	refused as_user cgset -d "$CG"
	because 'CG(1-17|2-28)'
	printf '#!/bin/sh\nexec nsenter -t %d -m "$@"\n' $$ >sudo
	refused as_user unshare -r cgset "$CG/c" pids.max=5
	because 'CG(1-17|2-28)'
	never_says '^cgset: try'
}

# bats test_tags=root
@test "under systemd the line gives a cgroup of one's own [CG1-17] [CG2-28]" {
	either
	inside <<-'END'
		mount -t tmpfs none /run
		mkdir -p /run/systemd/system "$W/bin"
		cat >"$W/bin/systemd-run" <<-'RUN'
			#!/bin/bash
			[[ "$1 $2 $3 $4" = '--user --scope -p Delegate=yes' ]] || exit 9
			shift 4
			exec cgset -c pids -o 1000:1000 "$CG/scope" setpriv --reuid 1000 --regid 1000 --clear-groups "$@"
		RUN
		chmod 755 "$W/bin/systemd-run"
		PATH=$W/bin:$PATH
		refused as_user cgset "$CG/c" pids.max=5 grep -c "pids:.*/scope/c\|^0::.*/scope/c" /proc/self/cgroup
		says "^cgset: try: systemd-run --user --scope -p Delegate=yes cgset ./c pids.max=5 grep "
		try_works
		prints 1
		refused as_user cgset "$CG/c" pids.max=5
		says "^cgset: try: systemd-run --user --scope -p Delegate=yes cgset ./c pids.max=5 sh$"
	END
}

# bats test_tags=root
@test "because: in version 1 only one's own processes are moved [CG1-18] [CG2-09]" {
	v1 pids
	works cgset -o 1000:1000 "$CG" pids.max=max
	spawn sleep 60
	refused as_user cgset -t "$pid" "$CG"
	says EACCES
	because CG1-18
	says "^cgset: try: sudo cgset -t $pid $CG$"
	! grep -qw kthreadd /proc/2/comm || {
		refused cgset -t 2 "$CG"
		says EINVAL
		because CG2-09
	}
}

# bats test_tags=root
@test "because: it is mounted read-only [CG1-20] [CG2-48]" {
	either
	export root
	inside <<-'END'
		mount -o remount,bind,ro "$root"
		refused cgset "$CG" pids.max=5
		says EROFS
		because 'CG(1-20|2-48)'
		fails 125 unshare -Urm cgset "$CG" pids.max=5
		because 'CG(1-20|2-48)'
		never_says '^cgset: try'
		refused cgset "$CG" pids.max=5
		try_works
	END
}

# bats test_tags=root
@test "because: what devices takes, and may allow [CG1-22] [CG1-23]" {
	v1 devices
	refused cgset "$CG" 'devices.allow=c 1:3 rwx'
	because CG1-22
	refused cgset "$CG" devices.deny=everything
	because CG1-22
	works cgset "$CG" 'devices.deny=c 1:3 rwm'
	refused cgset "$CG/a" 'devices.allow=c 1:3 rwm'
	because CG1-23
	works cgset "$CG/a" 'devices.deny=b *:* m' devices.deny=a
}

# bats test_tags=root
@test "because: no hierarchy has the controller [CG1-25] [CG2-01] [CG2-02]" {
	v1 pids
	export root
	inside <<-'END'
		umount -a -t cgroup2
		refused cgset -c perf_event "$CG"
		says ENODEV
		because CG1-25
		refused cgset -c memry "$CG"
		because CG2-01
		misused cgset "$CG"
		works cgset -c pids "$CG"
		works cgset "$CG"
		prints "$root/$CG"
		umount -a -t cgroup,cgroup2
		refused cgset -d "$CG"
		says ENODEV
		because CG1-25
		says '^cgset: try: mkdir -p /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && cgset -d '
	END
	v2
	refused cgset -c memry "$CG-new"
	because CG2-01
	[[ ! -e $g-new ]]
}

# bats test_tags=root
@test "because: values that their files do not take [CG1-27] [CG1-37]" {
	v1 freezer
	refused cgset "$CG" freezer.state=ICE
	because CG1-27
	v1 memory
	refused cgset "$CG" memory.limit_in_bytes=lots
	because CG1-37
	refused cgset "$CG" memory.swappiness=500
	because CG1-37
	v1 cpu
	refused cgset "$CG" cpu.cfs_quota_us=5
	because CG1-37
}

# bats test_tags=root
@test "because: a name that no cgroup can have [CG1-29] [CG1-33] [CG2-40] [CG2-41]" {
	either
	refused cgset "$CG"$'/a\nb' pids.max=5
	says EINVAL
	because 'CG(1-29|2-41)'
	[[ ! -e $g ]]
	refused cgset "$CG/pids.max" pids.max=5
	because 'CG(1-33|2-40)'
	refused cgset "$CG/pids.max/x" pids.max=5
	because 'CG(1-33|2-40)'
}

# bats test_tags=root
@test "because: /proc does not tell of us [UNS-36] [UNS-37]" {
	either
	fails 125 unshare -m sh -c 'umount -l /proc && exec cgset "$0" pids.max=5' "$CG"
	says ENOENT
	because UNS-37
	works cgset "$CG" pids.max=5
	refused unshare -mpf cgset -dk "$CG"
	says ESRCH
	because UNS-36
	try_works unshare -mpf
}

# bats test_tags=root
@test "because: to give it away takes root, and IDs that there are [CG2-53] [CG2-54]" {
	either
	works cgset -o 1000:1000 "$CG" pids.max=5
	refused as_user cgset -o root "$CG"
	says EPERM
	because CG2-53
	fails 125 as_user unshare -r cgset -o 5 "$CG"
	because CG2-54
}

# bats test_tags=root
@test "memory.oom_control, which does not read as it is written, is as before after a failure" {
	v1 memory
	works cgset "$CG" memory.oom_control=1
	refused cgset "$CG" memory.oom_control=0 memory.nosuch=1
	grep -qx 'oom_kill_disable 1' "$g/memory.oom_control"
	works cgset -d "$CG"
}

# bats test_tags=root
@test "decimals are left to the kernel where it takes them" {
	either
	device=$(find /dev -type b | head -n 1)
	needs 'a block device' test "$device"
	fails 125 cgset "$CG" "io.cost.qos=$device enable=1 rpct=95.00 rlat=5000"
	never_says 'not a number'
	misused cgset "$CG" "io.max=$device rbps=95.5M"
	says 'not a number'
}

# bats test_tags=root
@test "where a mount does not show our own cgroup, ./NAME is nothing in it" {
	either
	mkdir -p "$g/shown/x"
	# shellcheck disable=SC2016 # for the inner shell
	refused unshare -m sh -c 'mount --bind "$0/shown" "$1"; exec unshare-lite --into-cgroup=./x true' "$g" "$root"
	says ENOENT
	# shellcheck disable=SC2016
	refused unshare -m sh -c 'mount -t tmpfs none "$0"; mkdir "$0/x"; exec unshare-lite --into-cgroup=x true' "$root"
	because UNS-44
	works cgset -d "$CG"
}

# bats test_tags=root
@test "because: what is frozen never runs PROG [NSE-39]" {
	v1 freezer
	works cgset "$CG" freezer.state=FROZEN
	refused cgset "$CG" true
	because NSE-39
	try_works
	works cgset "$CG" true
	works cgset "$CG" freezer.state=FROZEN
	mkdir "$g/a"
	for name in a a/b; do
		refused timeout 5 cgset "$CG/$name" true
		because NSE-39
		says "^cgset: try: echo THAWED >$g/freezer.state$"
	done
	ln -s "$g/a" link
	for path in "$g/a/" "$g//a" "$PWD/link"; do
		refused timeout 5 unshare-lite --into-cgroup="$path" true
		because NSE-39
		says "^unshare-lite: try: echo THAWED >$g/freezer.state$"
	done
	try_works
	works cgset "$CG/a" true
}

# bats test_tags=root
@test "because: nor does what is below it, in version 2 [NSE-39]" {
	v2
	works cgset "$CG" cgroup.freeze=1
	fails 125 timeout 5 cgset "$CG/a" true
	because NSE-39
	[[ ! -e $g/a ]]
	says "^cgset: try: echo 0 >$g/cgroup.freeze$"
	try_works
	works cgset "$CG/a" true
}

### because, version 2

# bats test_tags=root
@test "because: this machine has no such controller, or only in version 1 [CG2-01] [CG1-28]" {
	v2 memory
	refused cgset -c memry "$CG"
	says EINVAL
	because CG2-01
	refused cgset -c freezer "$CG"
	because 'CG2-01|CG1-28'
	[[ ! -e $g ]]
	works cgset "$CG"
	refused cgset "$CG" cgroup.subtree_control=memory
	because CG2-01
}

# bats test_tags=root
@test "because: a controller is not handed down [CG2-02]" {
	v2 memory pids
	works cgset "$CG/a"
	refused cgset "$CG/a" cgroup.subtree_control=+memory
	says ENOENT
	because CG2-02
	try_works
	[[ $(<"$g/a/cgroup.subtree_control") = memory ]]
	works cgset "$CG/in/sub"
	fails 125 unshare-lite -mC --into-cgroup="$CG/in/sub" bash -c "
		umount '$root'; mount -t cgroup2 none '$root'
		exec cgset x cpuset.cpus=0"
	says ENOENT
	because CG2-02
}

# bats test_tags=root
@test "because: an inner cgroup holds processes, and these are named [CG2-04]" {
	v2 memory
	works cgset "$CG"
	spawn sleep 60
	eventually grep -q sleep "/proc/$pid/comm"
	works cgset -t "$pid" "$CG"
	refused cgset "$CG/a" memory.max=50M
	says EBUSY
	says "holds $pid \(sleep\)"
	because CG2-04
	[[ ! -e $g/a ]]
	try_works
	[[ $(<"$g/leaf/cgroup.procs") = "$pid" && $(<"$g/a/memory.max") = 52428800 ]]
}

# bats test_tags=root
@test "because: what hands down controllers takes no processes [CG2-06]" {
	v2 memory
	works cgset "$CG/a" memory.max=50M
	refused cgset "$CG" grep -c ^0: /proc/self/cgroup
	says EBUSY
	because CG2-06
	try_works
	spawn sleep 60
	refused cgset -t "$pid" "$CG"
	because CG2-06
	try_works
	[[ $(<"$g/leaf/cgroup.procs") = "$pid" ]]
}

# bats test_tags=root
@test "because: threads of the kernel's stay where they are [CG2-09]" {
	v2
	worker=$(pgrep -f migration/0 || pgrep -x migration/0) || skip 'needs a thread of the kernel'
	refused cgset -t "${worker%%$'\n'*}" "$CG"
	says EINVAL
	because CG2-09
	[[ ! -e $g ]]
}

# bats test_tags=root
@test "because: a process, or the cgroup, is gone in the meantime [CG2-07] [CG2-10] [CG1-11] [MAP-44]" {
	either
	spawn sleep 60
	works cgset "$CG" pids.max=max
	capture strace -qqfo /dev/null -e inject=write:error=ESRCH:when=1 cgset -t "$pid" "$CG"
	(( status == 125 ))
	because 'CG1-11|CG2-07'
	capture strace -qqfo /dev/null -e inject=write:error=ENODEV:when=1 cgset -t "$pid" "$CG"
	because CG2-10
	v2
	works cgset "$CG"
	(sleep 0.2 && rmdir "$g") &
	capture strace -qqo /dev/null -P "$g" -e 'inject=?open,openat:delay_exit=1000000:when=1' \
		cgset "$CG" cgroup.max.depth=5
	(( status == 125 ))
	because CG2-10
	try_works
}

# bats test_tags=root
@test "because: an ancestor allows no more cgroups, or none so deep [CG2-14] [CG2-15]" {
	v2
	works cgset "$CG" cgroup.max.descendants=1
	works cgset "$CG/a"
	refused cgset "$CG/b"
	says EAGAIN
	because CG2-14
	try_works
	works cgset "$CG" cgroup.max.depth=1
	refused cgset "$CG/a/b"
	says EAGAIN
	because CG2-15
	try_works
}

# bats test_tags=root
@test "because: threaded is for cgroups that are empty [CG2-16] [CG2-19]" {
	v2
	refused cgset "$CG" cgroup.type=domain
	says EINVAL
	because CG2-16
	works cgset "$CG/a"
	spawn sleep 60
	works cgset -t "$pid" "$CG/a"
	refused cgset "$CG/a" cgroup.type=threaded
	says EOPNOTSUPP
	because CG2-19
	v2 memory
	works cgset "$CG/b/c" memory.max=5M
	refused cgset "$CG/b" cgroup.type=threaded
	because CG2-19
	refused cgset "$CG/b/c" cgroup.type=threaded
	because CG2-19
}

# bats test_tags=root
@test "because: threaded cgroups take part, or nothing does [CG2-17] [CG2-18] [CG2-21]" {
	v2
	works cgset "$CG/a" cgroup.type=threaded
	refused cgset "$CG/b" true
	says EOPNOTSUPP
	because CG2-17
	try_works
	refused cgset "$CG/a" cgroup.kill=1
	because CG2-21
	v2 memory
	refused cgset "$CG/a" memory.max=5M
	says EOPNOTSUPP
	because CG2-18
	refused cgset "$CG" cgroup.subtree_control=+memory
	because CG2-18
}

# bats test_tags=root
@test "because: values that their files do not take [CG2-21b] [CG2-22] [CG2-23] [CG2-24] [CG2-24b] [CG2-25] [CG2-25b] [CG2-31]" {
	v2
	refused cgset "$CG" cgroup.freeze=2
	says ERANGE
	because CG2-22
	refused cgset "$CG" cgroup.max.depth=deep
	because CG2-23
	refused cgset "$CG" cgroup.kill=2
	because CG2-21b
	v2 memory cpu io pids
	refused cgset "$CG" memory.max=lots
	because CG2-23
	refused cgset "$CG" 'cpu.max=500 100000'
	because CG2-24
	refused cgset "$CG" 'cpu.max=5000 100'
	because CG2-24
	refused cgset "$CG" cpu.max=much
	because CG2-24
	refused cgset "$CG" cpu.weight=0
	says ERANGE
	because CG2-24b
	refused cgset "$CG" 'io.max=99:99 rbps=1000'
	says ENODEV
	because CG2-25
	refused cgset "$CG" io.max=rbps=1
	because CG2-25b
	refused cgset "$CG" pids.max=-1
	because CG2-31
}

# bats test_tags=root
@test "because: CPUs and memory nodes that there are not, and a partition that is none [CG2-26] [CG2-26b] [CG2-42] [CG2-56]" {
	v2 cpuset
	refused cgset "$CG" cpuset.cpus=0-999
	because CG2-26
	try_works
	refused cgset "$CG" cpuset.cpus=one
	because CG2-26
	refused cgset "$CG" cpuset.mems=5
	because CG2-42
	try_works
	works cgset -d "$CG"
	works cgset "$CG/a" cpuset.cpus=0
	works cgset "$CG/b" cpuset.cpus=0
	second=/sys/devices/system/cpu/cpu1/online
	[[ ! -e /command ]] || echo 1 >"$second"
	refused cgset "$CG/a/c" cpuset.cpus=0-1
	because CG2-56
	try_works
	works cgset "$CG/a/c" cpuset.cpus=0-1:1/2
	[[ ! -e /command ]] || {
		works cgset -d "$CG"
		for folder in "$CG" "$CG/c" "$CG"; do
			works cgset "$folder" cpuset.cpus=1 cpuset.cpus.partition=root
		done
		works cgset -d "$CG"
		works cgset "$CG/a/c" cpuset.cpus=0
		works cgset "$CG/b" cpuset.cpus=0
		echo 0 >"$second"
		refused cgset "$CG/c" cpuset.cpus=1
		because CG2-26
		try_works
	}
	works cgset -d "$CG/a/c"
	capture cgset "$CG/a" cpuset.cpus.partition=root
	[[ $status = 0 ]] || because CG2-26b
	[[ $status = 0 || $(<"$g/a/cpuset.cpus.partition") = member ]]
}

# bats test_tags=root
@test "because: between cgroups that are ours lies one that is not [CG2-27]" {
	v2
	works cgset -o 1000:1000 "$CG"
	refused as_user cgset "$CG" true
	says EACCES
	because CG2-27
	says "^cgset: try: sudo cgset $CG setpriv "
	spawn as_user sleep 60
	refused as_user cgset -t "$pid" "$CG/a"
	because CG2-27
	[[ ! -e $g/a ]]
}

# bats test_tags=root
@test "because: inside a cgroup namespace, what is outside it [CG2-29] [CG2-29b]" {
	v2 memory
	grep -q ' - cgroup2 .*nsdelegate' /proc/self/mountinfo || skip 'needs a mount with nsdelegate'
	works cgset "$CG" memory.max=100M
	inside <<-'END'
		root=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
		refused unshare-lite -mC --into-cgroup="$CG" bash -c "
			umount '$root'; mount -t cgroup2 none '$root'
			exec cgset '$root' memory.max=1G"
		says EPERM
		because CG2-29b
		sleep 60 & pid=$!
		refused unshare-lite -mC --into-cgroup="$CG" bash -c "
			umount '$root'; mount -t cgroup2 none '$root'
			exec cgset -t $pid x"
		says ENOENT
		because CG2-29
		kill $pid
		fails 125 unshare-lite -mC --into-cgroup="$CG" cgset ./x
		because NSE-41
		try_works unshare-lite -mC --into-cgroup="$CG"
		fails 125 unshare-lite -mC --into-cgroup="$CG" cgset -dk "$CG"
		because CG2-52
	END
}

# bats test_tags=root
@test "a limit below what is used is told, when the kernel kills for it [CG2-30]" {
	v2 memory
	build lock
	spawn cgset "$CG" memory.max=40M memory.swap.max=0 "$W/lock" 20
	eventually test -e "$g/memory.current"
	used() { (( $(<"$g/memory.current") > 20000000 )); }
	eventually used
	works cgset "$CG" memory.max=4M
	says 'OOM killer'
	fails 125 cgset "$CG/x" memory.max=40M sh -c "cgset '$CG/x' memory.max=4K; exit \$?"
	because CG2-30
}

# bats test_tags=root
@test "-dk ends threaded cgroups, too" {
	v2
	works cgset "$CG/a" cgroup.type=threaded
	spawn sleep 60
	works cgset -t "$pid" "$CG"
	echo "$pid" >"$g/a/cgroup.threads"
	works cgset -dk "$CG"
	[[ ! -e $g ]]
}

# bats test_tags=root
@test "without cgroup.kill it is frozen and killed" {
	v2
	works cgset "$CG/a" sh -c 'exec >/dev/null 2>&1; sleep 60 & sleep 60 &'
	inside <<-END
		spawn cgset "$CG/b" bash -c 'while :; do sleep 1 & wait; done'
		eventually grep -q . "$g/b/cgroup.procs"
		works strace -qqfo "$W/trace" -P "$g/cgroup.kill" -e inject=all:error=ENOENT cgset -dk "$CG"
	END
	[[ ! -e $g ]]
}

### what the tutorials show

# bats test_tags=root
@test "a program that leaks is ended at about 100 MB, with swap or without, in version 1" {
	v1 memory
	build leak
	works cgset "$CG" memory.limit_in_bytes=100m memory.memsw.limit_in_bytes=100m
	fails 137 cgset "$CG" "$W/leak"
	n=$(grep -c '^Allocation' <<<"$stdout")
	(( n >= 90 && n <= 100 ))
	works cgset -d "$CG"
}

# bats test_tags=root
@test "a program that leaks is ended at about 100 MB, with swap or without, in version 2" {
	v2 memory
	build leak
	refused cgset "$CG" memory.limit_in_bytes=100m memory.memsw.limit_in_bytes=100m
	try_works
	[[ $(<"$g/memory.swap.max") = 0 ]]
	fails 137 cgset "$CG" "$W/leak"
	n=$(grep -c '^Allocation' <<<"$stdout")
	(( n >= 90 && n <= 100 ))
	grep -q '^oom_kill [1-9]' "$g/memory.events"

	# Where there is swap, a machine of scripts/vm has some, it is used.
	(( $(awk '/^SwapFree:/ { print $2 }' /proc/meminfo) > 40000 )) || ! grep -qw vm.root=disk /proc/cmdline
	needs 'swap' grep -q / /proc/swaps
	fails 137 cgset "$CG" memory.swap.max=30m "$W/leak"
	n=$(grep -c '^Allocation' <<<"$stdout")
	(( n >= 115 && n <= 130 ))
	works cgset -d "$CG"
}

# A machine that stalls misses periods, whose quota is lost then.
# bats test_tags=root
@test "cpu.max=50% is half a CPU, as cpu.stat counts it" {
	v2 cpu
	works cgset "$CG" cpu.max=50% cpu.weight=10000
	spawn cgset "$CG" sh -c 'while :; do :; done'
	eventually grep -qs . "$g/cgroup.procs"
	for (( i = 0, share = 0; i < 5 && share < 45; i++ )); do
		start=${EPOCHREALTIME/./}
		read -r _ before <"$g/cpu.stat"
		sleep 2
		read -r _ used <"$g/cpu.stat"
		share=$(( (used - before) * 100 / (${EPOCHREALTIME/./} - start) ))
		echo "share: $share %"
		(( share <= 55 ))
	done
	(( share >= 45 ))
	works cgset -dk "$CG"
}

# bats test_tags=root
@test "processes that fork as fast as they can are ended, and are gone" {
	either
	build forks
	most=$((100 * $(nproc)))
	for i in 1 2; do
		spawn cgset "$CG" pids.max=$most "$W/forks"
		eventually test -e "$g/pids.current"
		full() { (( $(<"$g/pids.current") > most / 2 )); }
		PATIENCE=60000 eventually full
		works cgset -dk "$CG"
		[[ ! -e $g ]]
	done
}
