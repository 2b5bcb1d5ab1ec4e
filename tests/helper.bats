# The ground that the other tests stand on: that it can fail.
load helper

# The body of a test on stdin, run by a bats of its own, in namespaces.
run_test() {
	{
		echo "load '$helper'"
		echo "${tag_line-}"
		echo '@test "it" {'
		cat
		echo '}'
	} >it.bats
	capture in_ns -n env -i PATH="$PATH" TMPDIR="$W" BIN="$BIN" ROOTFS="$ROOTFS" PATIENCE="${PATIENCE-}" \
		COOPERAGE_OWN_TMP="${COOPERAGE_OWN_TMP-}" bats --tap it.bats
}

passes() {
	run_test
	(( status == 0 )) || flunk 'should pass'
}

does_not_pass() {
	PATIENCE=300 run_test
	(( status == 1 )) || flunk 'should not pass'
}

# A stand-in for a tool that refuses its work.
refusal() {
	cat >&2 <<-'END'
		tool: pivot_root 'x': Invalid argument (EINVAL)
		tool: because: 'x' lies below a shared mount [PIV-05]
		tool: try: echo "it works"
	END
	return 125
}

@test "a test for somebody else is skipped, also without scripts/check" {
	tag_line='# bats test_tags=user'
	passes <<<'false'
	shows '# skip for an ordinary user'
	tag_line='# bats test_tags=root'
	does_not_pass <<<'false'
}

@test "a command's status, stdout and stderr are told apart" {
	fails 3 sh -c 'echo out; echo err >&2; exit 3'
	prints out
	shows '^o'
	says '^err$'
	never_says out
	works true
	silent
}

@test "a refusal shows its cause and a remedy that works" {
	refused refusal
	says 'pivot_root .*\(EINVAL\)'
	because PIV-05
	try_works in_ns
	prints 'it works'
}

@test "each word fails where it should" {
	works refusal && return 1
	fails 124 refusal && return 1
	misused refusal && return 1
	refused sh -c 'echo handle; exit 125' && return 1
	refused sh -c 'exit 125' && return 1
	refused refusal
	prints x && return 1
	silent && return 1
	shows x && return 1
	says 'ENOENT' && return 1
	never_says 'EINVAL' && return 1
	because PIV-0 && return 1
	works true
	try_works && return 1
	true
}

@test "a script inside has a mount namespace and the words" {
	inside <<-'END'
		mount -t tmpfs tmpfs "$W"
		works sh -c 'stat -f -c %T "$W"'
		prints tmpfs
	END
	[[ $(stat -f -c %T "$W") != tmpfs || $(stat -f -c %T /tmp) == tmpfs ]]
}

@test "the words work where the root has changed" {
	inside <<-'END'
		mount --rbind "$ROOTFS" "$ROOTFS"
		cd "$ROOTFS"
		pivot_root . .
		umount -l .
		works /bin/sh -c 'echo /home'
		prints /home
	END
}

@test "a script inside ends at its first failure, and says where" {
	fails 1 inside <<-'END'
		works true
		works false
		echo unreachable
	END
	prints ''
	says '^inside, line 2: works false'
}

@test "a command has no descriptors but 0, 1 and 2" {
	exec 5</dev/null 99>&1
	works ls /proc/self/fd
	prints $'0\n1\n2\n3' # the last is the folder
}

@test "a command on a terminal sees one, and its status comes back" {
	fails 3 tty_run sh -c 'test -t 0 && echo "a  b"; exit 3'
	prints 'a  b'
}

@test "an ordinary user can write the test's folder and read the root filesystem" {
	works as_user sh -c 'id -u; echo >file; ls "$ROOTFS/bin/sh" >&2'
	[[ $stdout != 0 ]]
}

@test "what is spawned ends with the test, its children too" {
	passes <<-'END'
		spawn unshare -Urpf sleep 60
		child=$(child_of "$pid")
		eventually grep -q sleep "/proc/$child/comm"
	END
}

@test "the PID of one that ended long ago may be another's, who goes on" {
	spawn sleep 64
	echo "$pid" >pid
	passes <<-'END'
		spawned+=("$(<"${W%/*}/pid")")
	END
	kill -0 "$pid"
}

@test "a process that is left is a failure, and ends" {
	does_not_pass <<-'END'
		sleep 61 3>&- &
		echo $! >"${W%/*}/pid"
	END
	shows 'process .*sleep 61'
	[[ ! -e /proc/$(<pid) ]]
}

@test "an orphan that is left is a failure" {
	does_not_pass <<-'END'
		setsid -f sleep 62 >/dev/null 2>&1 3>&-
	END
	shows 'process .*sleep 62'
}

@test "an orphan with neither environment nor folder is found by its mounts" {
	does_not_pass <<-'END'
		setsid -f unshare -Urm sh -c '
			mount -t tmpfs tmpfs "$W"; cd /; exec env -i sleep 63.5' >/dev/null 2>&1 3>&-
		eventually pgrep -f 'sleep 63.5$'
	END
	shows 'process .*sleep 63'
}

@test "a zombie that is left is a failure" {
	does_not_pass <<-'END'
		sh -c 'true & exec sleep 64' >/dev/null 2>&1 3>&- &
		disown
	END
	shows 'process .*sleep 64'
	shows 'process [0-9]+:$'
}

@test "a mount that is left is a failure, and what it shows survives" {
	mkdir precious
	touch precious/file
	does_not_pass <<-'END'
		mkdir m
		mount --bind "${W%/*}/precious" m
	END
	shows 'mount .*/m '
	[[ -e precious/file ]]
}

@test "an interface that is left is a failure" {
	does_not_pass <<-'END'
		ip link add left0 type veth peer left1
	END
	shows 'interface left0'
}

# bats test_tags=root
@test "a cgroup that is left is a failure, and is removed" {
	does_not_pass <<-'END'
		mkdir "$(find /sys/fs/cgroup -name cgroup.procs -printf '%h\n' -quit)/$CG"
	END
	shows 'cgroup /sys/fs/cgroup/(.*/)?cooperage-'
	left=$(grep -oE '/sys/fs/cgroup/(.*/)?cooperage-[[:alnum:]]*' <<<"$stdout" | head -n 1)
	[[ $left && ! -e $left ]]
}

@test "a file left in /tmp is a failure" {
	needs 'a /tmp of its own' test -n "${COOPERAGE_OWN_TMP-}"
	does_not_pass <<-'END'
		touch "/tmp/left"
	END
	rm /tmp/left
	shows 'file /tmp/left'
}

@test "nothing of a test's folder remains, whoever owns it and whatever its mode" {
	passes <<-'END'
		mkdir -p a/b
		chmod 0 a
	END
	works find . -name 'cooperage-*'
	prints ''
}
