#!/usr/bin/env bats
# What no machine in use should be put to, disks with partitions, and a controller
# that was disabled when the machine was started: these are for
# scripts/vm -a cgroup_disable=rdma.
load helper

setup() {
	common_setup
	grep -qw vm.root=disk /proc/cmdline || skip 'for scripts/vm'
	g=/sys/fs/cgroup/$CG
}

# tries CMD...: 50 times, CMD ends in seconds what forks in $CG.  We, and so CMD,
# come before the thousand; where these share the CPUs with us, it would be a
# minute before CMD begins.  Emulated, a second is ten.
tries() {
	local i start most=0 all=0 took

	build forks
	chrt -f -p 1 $BASHPID
	for (( i = 1; i <= 50; i++ )); do
		spawn chrt -o 0 cgset "$CG" "${limits[@]}" "$W/forks"
		eventually test -e "$full/pids.current"
		is_full() { (( $(<"$full/pids.current") >= 1000 )); }
		PATIENCE=60000 eventually is_full
		start=$EPOCHREALTIME
		works "$@"
		took=$(( (${EPOCHREALTIME/./} - ${start/./}) / 1000 ))
		silent
		[[ ! -e $full ]]
		echo "try $i: $took ms"
		(( took < 60000 )) || flunk "try $i: $took ms"
		(( took <= most )) || most=$took
		(( all += took ))
		wait "$pid" || :
	done
	echo "# $BATS_TEST_DESCRIPTION: 50 of 50, $(( all / 50 )) ms on average, $most at most" >&3
}

# bats test_tags=root
@test "-dk ends a thousand processes that fork as fast as they can, 50 times of 50" {
	limits=(pids.max=1000) full=$g
	tries cgset -dk "$CG"
}

# bats test_tags=root
@test "and where there is no cgroup.kill" {
	mkdir ro
	limits=(pids.max=1000) full=$g
	tries unshare -m sh -c '
		mount -t tmpfs ro ro && : >ro/file && mount -o remount,ro ro &&
		mount --bind ro/file "$0/cgroup.kill" && exec cgset -dk "$1"' "$g" "$CG"
}

# bats test_tags=root
@test "and in version 1, with a freezer or without" {
	echo -pids >/sys/fs/cgroup/cgroup.subtree_control
	mkdir pids freezer
	eventually mount -t cgroup -o pids v1 pids
	limits=(pids.max=1000) full=$W/pids/$CG
	tries cgset -dk "$CG"
	eventually mount -t cgroup -o freezer v1 freezer
	limits+=(freezer.state=THAWED)
	tries cgset -dk "$CG"
	umount pids freezer
}

# bats test_tags=root
@test "-dk ends as many as a machine has, however long their list" {
	build many
	echo 100000 >/proc/sys/kernel/pid_max
	spawn cgset "$CG" "$W/many" 14000 >all
	PATIENCE=60000 eventually grep -q all all
	(( $(wc -c <"$g/cgroup.procs") > 65536 ))
	works cgset -dk "$CG"
	[[ ! -e $g ]]
}

# In /proc/PID/cgroup foo is above foobar, and cpu above cpuacct.
# bats test_tags=root
@test "-dk knows the caller's hierarchy from one whose name is a part of it" {
	mkdir foobar foo cpuacct cpu
	echo -cpu >/sys/fs/cgroup/cgroup.subtree_control
	for name in cpuacct cpu; do
		eventually mount -t cgroup -o "$name" v1 "$name"
	done
	for name in foobar foo; do
		mount -t cgroup -o "none,name=$name" v1 "$name"
	done
	for name in cpuacct foobar; do
		works cgset "$W/$name/$CG" sh -c "cgset -dk '$W/$name/$CG' || echo alive"
		prints alive
		because CG1-35
		works cgset -d "$W/$name/$CG"
	done
	umount foobar foo cpuacct cpu
	echo +cpu >/sys/fs/cgroup/cgroup.subtree_control
}

# bats test_tags=root
@test "because: a controller was disabled when the machine was started [CG2-39]" {
	grep -qw cgroup_disable=rdma /proc/cmdline || skip 'for scripts/vm -a cgroup_disable=rdma'
	refused cgset -c rdma "$CG"
	says EINVAL
	because CG2-39
	[[ ! -e $g ]]
}

# bats test_tags=root
@test "because: a partition has no queue of its own, and the try names its disk [CG2-25]" {
	truncate -s 8M disk
	printf '\0\0\0\0\203\0\0\0\1\0\0\0\0\010\0\0' | dd of=disk bs=1 seek=446 conv=notrunc
	printf '\125\252' | dd of=disk bs=1 seek=510 conv=notrunc
	loop=$(losetup -fP --show disk)
	eventually test -e "${loop}p1"
	refused cgset "$CG" io.max="${loop}p1 rbps=1M"
	says ENODEV
	because CG2-25
	says "^cgset: try: cgset $CG 'io.max=$((0x$(stat -c %t "$loop"))):$((0x$(stat -c %T "$loop"))) rbps=1048576'\$"
	try_works
	works cgset -d "$CG"
	losetup -d "$loop"
}
