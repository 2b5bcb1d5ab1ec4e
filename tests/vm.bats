#!/usr/bin/env bats
# What a working machine cannot be asked for: sysctls and modules of the whole
# machine, and a cgroup v2 with every controller.  scripts/vm runs these, alone
# on their machine; scripts/check leaves them out.

load helper

setup() {
	common_setup
	[[ -e /command ]] || skip 'for the machine of scripts/vm'
}

# Each FILE=VALUE of /proc/sys, until the test ends.
set_sysctl() {
	local file

	for setting; do
		file=/proc/sys/${setting%%=*}
		kept+=("$(cat "$file")" "$file")
		echo "${setting#*=}" >"$file"
	done
}

teardown() {
	local i

	for (( i = ${#kept[@]} - 2; i >= 0; i -= 2 )); do	# the first was the machine's
		echo "${kept[i]}" >"${kept[i + 1]}"
	done
	modprobe -a overlay veth
	common_teardown
}

# bats test_tags=root
@test "user.max_user_namespaces=0 is told to everybody, and its try raises it" {
	set_sysctl user/max_user_namespaces=0
	refused as_user unshare-lite -r true
	because UNS-03
	refused unshare-lite -r true
	because UNS-03
	try_works
	works as_user unshare-lite -r true
}

# bats test_tags=root
@test "kernel.unprivileged_userns_clone=0 is told to those without root" {
	set_sysctl kernel/unprivileged_userns_clone=0
	refused as_user unshare-lite -r true
	because UNS-08
	works unshare-lite -r true
	set_sysctl kernel/unprivileged_userns_clone=1
	works as_user unshare-lite -r true
}

# bats test_tags=root
@test "doctor names the sysctls that stand in the way of an ordinary user" {
	set_sysctl kernel/unprivileged_userns_clone=0
	capture as_user doctor
	shows 'because: kernel.unprivileged_userns_clone is 0'
	set_sysctl user/max_user_namespaces=0
	capture doctor
	shows 'because: user.max_user_namespaces is 0'
}

# bats test_tags=root
@test "a mount namespace that is full is told from a refused mount" {
	mkdir new
	set_sysctl "fs/mount-max=$(wc -l </proc/self/mountinfo)"
	refused in_ns pivot "$ROOTFS" true
	because PIV-35
	refused in_ns mkpseudo -m tmp new
	because PSE-44
}

# bats test_tags=root
@test "a kernel without overlay is told, and modprobe(8) is what helps" {
	mkdir l
	set_sysctl kernel/modprobe=/nonexistent
	modprobe -r overlay
	refused in_ns mkoverlay -l l box
	because OVL-01
	echo /sbin/modprobe >/proc/sys/kernel/modprobe
	try_works
	works in_ns mkoverlay -l l box
}

# bats test_tags=root
@test "a cgroup that may have no more processes is named" {
	g=/sys/fs/cgroup/$CG
	mkdir "$g"
	spawn unshare-lite -C --into-cgroup="$g" sleep 60
	eventually grep -q "$CG" "/proc/$pid/cgroup" || child=$(child_of "$pid")
	echo 1 >"$g/pids.max"
	refused nsenter-lite -t "${child:-$pid}" -cp true
	because NSE-40
	end "$pid" || true
	eventually rmdir "$g"
}

# bats test_tags=root
@test "a cgroup that shares out a controller holds no processes itself" {
	g=/sys/fs/cgroup/$CG
	mkdir "$g"
	echo +memory >"$g/cgroup.subtree_control"
	refused unshare-lite --into-cgroup="$g" true
	because UNS-28
	rmdir "$g"
}

# bats test_tags=root
@test "the controllers of a cgroup are those of a whole machine" {
	for controller in cpu cpuset io memory pids; do
		grep -qw $controller /sys/fs/cgroup/cgroup.subtree_control
	done
	g=/sys/fs/cgroup/$CG
	mkdir "$g"
	echo 1 >"$g/memory.swap.max"
	works unshare-lite -ar --into-cgroup="$CG" cat /proc/self/cgroup
	prints '0::/'
	rmdir "$g"
}

# The controller stays with version 1, so this comes after those that use it.
# bats test_tags=root
@test "a hierarchy of version 1, mounted by hand, is joined by its path" {
	echo -pids >/sys/fs/cgroup/cgroup.subtree_control
	inside <<-'END'
		mkdir v1
		mount -t cgroup -o pids v1 v1
		mkdir v1/box
		works unshare-lite --into-cgroup="$PWD/v1/box" grep :pids: /proc/self/cgroup
		[[ $stdout == *:pids:/box ]]
		eventually rmdir v1/box
	END
}

### AppArmor's profiles, which take no more than a file here

# profile NAME RULE...: what `confined NAME CMD...` then is confined to
profile() {
	local name=$1
	shift
	cat >confined <<-'END'
		#!/bin/sh
		printf 'exec %s' "$1" >/proc/self/attr/exec && shift && exec "$@"
	END
	chmod 755 confined
	PATH=$W:$PATH
	{
		echo "profile $name flags=(attach_disconnected) {"
		printf '  %s,\n' file network signal ptrace unix "$@"
		echo '}'
	} >"$name.profile"
	apparmor_parser -r "$name.profile"
}

# bats test_tags=root
@test "AppArmor refuses pivot_root(2), and its profile is named [PIV-38]" {
	profile nopivot capability mount umount
	refused confined nopivot unshare-lite -m pivot "$ROOTFS" true
	says 'EACCES'
	because PIV-38
	says 'profile .nopivot'
}

# bats test_tags=root
@test "AppArmor refuses mounts, and each tool that mounts says so" {
	mkdir new
	profile nomount capability
	refused confined nomount unshare-lite -m true
	because UNS-51
	refused confined nomount unshare-lite -p --mount-proc --propagation=unchanged true
	because UNS-51
	refused in_ns confined nomount mkoverlay -l "$ROOTFS" box
	because OVL-40
	refused in_ns -p -f confined nomount mkpseudo -m proc new
	because PSE-49
	refused in_ns confined nomount pivot "$ROOTFS" true
	because PIV-38
	capture confined nomount doctor
	shows 'because: one of: AppArmor confines this process to its profile nomount$'
}

in_its_own() {
	[[ ! /proc/$1/ns/user -ef /proc/self/ns/user ]]
}

# As Ubuntu's kernels do it, by a profile of this name without capabilities
# that every user namespace of an ordinary user gets there.
# bats test_tags=root
@test "AppArmor leaves user namespaces without capabilities, and is blamed [UNS-09]" {
	profile unprivileged_userns
	for how in -r -rm -ar -Um; do
		refused as_user confined unprivileged_userns unshare-lite "$how" true
		because UNS-09
		says 'profile .unprivileged_userns'
		never_says 'MAP-|UNS-0[78]'
	done
	spawn as_user confined unprivileged_userns unshare-lite -U sleep 60
	eventually in_its_own "$pid"
	refused as_user confined unprivileged_userns mapids -t "$pid" root
	because UNS-09
}

# The sysctl is made up, since Debian's kernels lack it.
# bats test_tags=root
@test "where Ubuntu's sysctl is what leaves them without, it is the one to set [UNS-09]" {
	profile unprivileged_userns
	mkdir kernel
	cp /proc/sys/kernel/{pid_max,threads-max,unprivileged_userns_clone} kernel
	echo 1 >kernel/apparmor_restrict_unprivileged_userns
	inside <<-'END'
		mount --bind kernel /proc/sys/kernel
		PATH=$W:$PATH
		refused as_user confined unprivileged_userns unshare-lite -r true
		because UNS-09
		says 'try: sysctl kernel.apparmor_restrict_unprivileged_userns=0 .*# as root: every program'
	END
}

### file systems that overlay does not take

# bats test_tags=root
@test "an upper on a file system in user space is told, and -T helps [OVL-57]" {
	mkdir l user
	truncate -s 16M image
	mke2fs -q image
	fuse2fs image user
	refused in_ns mkoverlay -l l user/box
	because OVL-57
	says "lies on fuse"
	try_works in_ns
	umount user
}

# Before Linux 6.13 nobody passes the kernel's own words on.
# bats test_tags=root
@test "a layer that does not know upper and lower case is told [OVL-58]" {
	mkdir l fat
	truncate -s 16M image other
	busybox mkdosfs image
	mount -o loop image fat
	mkdir fat/l
	refused in_ns mkoverlay -l fat/l box
	because OVL-58
	refused in_ns mkoverlay -l l fat/box
	because OVL-56
	try_works in_ns
	umount fat
	mke2fs -q -t ext4 -O casefold other
	mount -o loop other fat
	mkdir fat/l fat/box
	chattr +F fat/l
	refused in_ns mkoverlay -l fat/l box
	because OVL-58
	umount fat
}

### what older kernels lack

# bats test_tags=root
@test "before Linux 6.13 the layers are given to mount(2), whatever their names [OVL-48] [OVL-49]" {
	long=$(printf 'n%.0s' {1..250})
	mkdir 'a,b:c\d' l "$long"
	touch 'a,b:c\d/one' l/two "$long/three"
	works in_ns mkoverlay -v -l 'a,b:c\d' -l l -l "$long" box ls box/merged
	prints $'one\nthree\ntwo'
	says '^mkoverlay: mount\("overlay", .* = 0$'
	never_says 'fsmount'
	mkdir "$long"/{1..300}
	mapfile -t layers < <(printf -- "-l$long/%d\\n" {1..300})
	works in_ns mkoverlay -v "${layers[@]}" many ls many/merged
	says '^mkoverlay: mount\("overlay", .*lowerdir=[0-9]+:[0-9]+:.* = 0$'
}

### cgroup namespaces

# bats test_tags=root
@test "out of a cgroup namespace nobody is moved, and the try leaves it [UNS-46]" {
	g=/sys/fs/cgroup/$CG
	mkdir "$g" "$g/in" "$g/out"
	refused sh -c 'echo $$ >"$0/in/cgroup.procs" && exec unshare-lite -C \
		unshare-lite --into-cgroup="$0/out" true' "$g"
	says ENOENT
	because UNS-46
	try_works
	eventually rmdir "$g/in" "$g/out" "$g"
}

# bats test_tags=root
@test "a kernel without veth is told, and modprobe(8) is what helps [VET-15]" {
	held=$(unshare-lite -n --hold=$$)
	set_sysctl kernel/modprobe=/nonexistent
	modprobe -r veth
	refused vethpair -t "$held" ve0=10.77.0.1/24 eth0=10.77.0.2/24
	because VET-15
	try_works
	busybox ping -c 1 -W 5 10.77.0.2
	works vethpair -d ve0
	kill "$held"
}

# bats test_tags=root
@test "too few files for nstree are told, and prlimit(1) is what helps [NST-02]" {
	chmod 755 .
	for who in '' as_user; do
		refused $who bash -c 'ulimit -n 4; exec nstree'
		because NST-02
		if [[ $who ]]; then
			root_works
		else
			try_works bash -c 'ulimit -n 4; "$@"' sh
		fi
		shows '^net '
	done
}
