#!/usr/bin/env bats
# What a working machine cannot be asked for: sysctls and modules of the whole
# machine, and a cgroup v2 with every controller.  scripts/vm runs these, alone
# on their machine; scripts/check leaves them out.
#
# Not tested: UNS-09.  Debian's kernels have no restriction of user namespaces
# by AppArmor; the last test of this file finds out when they do.

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

	for (( i = 0; i < ${#kept[@]}; i += 2 )); do
		echo "${kept[i]}" >"${kept[i + 1]}"
	done
	modprobe overlay
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

@test "AppArmor restricts no user namespaces here" {
	[[ ! -e /proc/sys/kernel/apparmor_restrict_unprivileged_userns ]]
}
