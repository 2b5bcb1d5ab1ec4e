#!/usr/bin/env bats
# A process may be in 65,536 groups, which stand before most of what
# /proc/PID/status says of it.
load helper

# in_groups CMD...: in so many that their line is longer than a page
many=$(seq -s , 1000000000 1000000499)
in_groups() {
	${prefix-} setpriv --groups "$many" "$@"
}

# bats test_tags=root
@test "in many groups, a process 1 gets the signal that it has a handler for" {
	local code=0
	spawn in_groups unshare-lite -m -p --mount-proc \
		sh -c 'trap "echo bye >bye; exit 3" TERM; echo >ready; while :; do sleep 0.1; done'
	eventually test -e ready
	kill "$pid"
	wait "$pid" || code=$?
	[[ $code == 3 ]]
	[[ $(cat bye) == bye ]]
}

# bats test_tags=root
@test "in many groups, a process has each of its PIDs, and no capabilities that it lacks" {
	chmod 755 .
	spawn in_groups unshare -pf --kill-child sleep 100
	child=$(child_of "$pid")
	eventually grep -qx sleep "/proc/$child/comm"
	works nstree -p -t "$child"
	shows " $child:1 sleep 100\$"
	needs Landlock build confine
	needs Landlock ./confine true
	spawn in_groups setpriv --reuid 1000 --regid 1000 --keep-groups sleep 100
	eventually grep -qx sleep "/proc/$pid/comm"
	refused as_user ./confine nstree -t "$pid"
	because NSE-28
}

# bats test_tags=root
@test "in many groups, a seccomp filter is found" {
	build refuse
	refused in_groups ./refuse "$(number_of SYS_unshare)" 1 unshare-lite -U true
	because UNS-10
}
