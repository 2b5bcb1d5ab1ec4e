# helper.bash - the words of the tests; each tests/NAME.bats begins with `load helper`
#
# Every test has a folder of its own, $W, where it starts and which everybody
# may write; $ROOTFS, a root filesystem to read; $CG, the name for its cgroup.
# BIN=DIR runs the same tests on another build.
#
#	works CMD...		ends with 0
#	fails STATUS CMD...	ends with STATUS
#	refused CMD...		ends with 125 and "TOOL: ..." on stderr, nothing on stdout
#	misused CMD...		the same, and shows its usage
#
# Each of these leaves $status, $stdout and $stderr to the words after it:
#
#	prints TEXT		all of stdout		shows REGEX	a line of stdout
#	silent			nothing on stderr	says REGEX	a line of stderr
#	because ID		a cause			never_says REGEX
#	try_works [PREFIX...]	the last `try` line works, run below PREFIX
#	root_works		the same of one with sudo(8), for root who stands in for it
#
#	in_ns [UNSHARE-OPTION]... CMD...	in a mount namespace of its own
#	inside [UNSHARE-OPTION]... <<'END'	a whole script there, with these words
#	as_user CMD...				as an ordinary user
#	tty_run CMD...				on a terminal
#	spawn CMD...				in the background, as $pid, until the test ends
#	child_of PID				its first child, as soon as there is one
#	eventually CMD...			within twenty seconds ($PATIENCE ms)
#	build NAME				tests/src/NAME.c, as $W/NAME
#	number_of SYS_NAME			the number of a system call here
#	needs REASON CMD...			skips the test where CMD fails
#
# A test that is for root, or for an ordinary user, has the tag root or user.
# A bats file that extends setup or teardown calls common_setup and
# common_teardown in it.  What a test leaves behind is a failure of the test.

helper=${BASH_SOURCE[0]}	# an absolute path, both from bats and inside
repo=${helper%/*/*}
[[ ${BIN:=bin} = /* ]] || BIN=$repo/$BIN
ROOTFS=${ROOTFS:-${BATS_RUN_TMPDIR-}/rootfs}
PATH=$BIN:$repo/scripts:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH BIN ROOTFS LC_ALL=C
unset COOPERAGE_VERBOSE
umask 022

setup() { common_setup; }
teardown() { common_teardown; }

# bats traces each command of a test; from here on not those of our words, too.
common_setup() {
	set +T
	begin
}

common_teardown() {
	set +T
	finish
}

# They start few processes: a test of ten milliseconds would wait for them, and
# more so where a processor is emulated.
begin() {
	local pids

	[[ ${COOPERAGE_CHECK-} ]] || look_at_tags
	exec </dev/null
	[[ -d $ROOTFS ]] || make_rootfs

	# Without the sticky bit: in a sticky folder fs.protected_regular
	# refuses root the files of the user.
	printf -v test_mark 'cooperage-%08x' "$SRANDOM"
	W=${TMPDIR:-/tmp}/$test_mark
	CG=$test_mark
	mkdir -m 777 "$W"
	export W CG
	cd "$W" || return

	spawned=()
	snapshot before_test
	pids=(/proc/[0-9]*)
	processes_before_test=" ${pids[*]#/proc/} "
	test_ancestors=
	for (( REPLY = $$; REPLY > 1; )); do
		parent_of "$REPLY" || break
		test_ancestors+=" $REPLY "
	done
}

# scripts/check has chosen by tags already; bats 1.8 does not tell a test its own.
look_at_tags() {
	local tag tags

	tags=$(grep -xF -B 1 "@test \"$BATS_TEST_DESCRIPTION\" {" "$BATS_TEST_FILENAME" |
		sed -n 's/^# bats test_tags=//p' | tr , ' ')
	for tag in $tags; do
		[[ $tag != root ]] || (( EUID == 0 )) || skip 'for root'
		[[ $tag != user ]] || (( EUID != 0 )) || skip 'for an ordinary user'
	done
}

# One for all tests of a run, made when the first one asks.
make_rootfs() {
	chmod 755 "$BATS_RUN_TMPDIR"
	"$repo/scripts/mkrootfs" -t "$ROOTFS" || "$repo/scripts/mkrootfs" "$ROOTFS"
	chmod 755 "$ROOTFS"
}

### commands, and what they said

# stderr, stdout and status come back through one pipe, with ^A between them:
# there is no path to open, so that it works even after the root has changed.
capture() {
	local all
	all=$(
		exec 2>&1
		trap - ERR DEBUG
		set +e
		stdout=$(
			close_fds
			[[ ! -x $BIN/$1 ]] || exec "$@"
			"$@"
		)
		printf '\1%s\1%d' "$stdout" $?
	)
	stderr=${all%%$'\1'*}
	stderr=${stderr%$'\n'}
	[[ $stderr != *"ASan is ignoring"* ]] || without_asan
	all=${all#*$'\1'}
	stdout=${all%$'\1'*}
	status=${all##*$'\1'}
}

# On a build with -fsanitize=address each clone(2) with a stack of its own is
# worth three lines to it, of which it says itself that they may be false.
without_asan() {
	local line kept=

	while IFS= read -r line; do
		case $line in
		*'ASan is ignoring'* | 'False positive error reports'* | 'For details see'*) ;;
		*) kept+=$line$'\n' ;;
		esac
	done <<<"$stderr"
	stderr=${kept%$'\n'}
}

# All but 0, 1 and 2: they belong to bats, and to whoever started it.
close_fds() {
	local fd

	for fd in /proc/self/fd/*; do
		fd=${fd##*/}
		[[ $fd = [012*] ]] || eval "exec $fd>&-"
	done
}

flunk() {
	printf '%s\n' "$*" "status: $status" "stdout: $stdout" "stderr: $stderr" >&2
	return 1
}

fails() {
	local wanted=$1
	shift
	capture "$@"
	(( status == wanted )) || flunk "should end with $wanted: $*"
}

works() {
	fails 0 "$@"
}

refused() {
	fails 125 "$@" || return
	[[ -z $stdout ]] || flunk 'refused, and yet something on stdout' || return
	[[ $stderr =~ ^[a-z0-9-]+:\ [^\ ] ]] || flunk 'refused without a line that says why'
}

misused() {
	refused "$@" || return
	says '^usage: '
}

prints() {
	[[ $stdout == "$1" ]] || flunk "should print: $1"
}

silent() {
	[[ -z $stderr ]] || flunk 'should say nothing'
}

has_line() {
	local line
	while IFS= read -r line; do
		[[ ! $line =~ $2 ]] || return 0
	done <<<"$1"
	return 1
}

shows() {
	has_line "$stdout" "$1" || flunk "should show: $1"
}

says() {
	has_line "$stderr" "$1" || flunk "should say: $1"
}

never_says() {
	! has_line "$stderr" "$1" || flunk "should not say: $1"
}

because() {
	says "^[a-z0-9-]+: because: .* \[$1\]\$"
}

try_works() {
	local line remedy=
	while IFS= read -r line; do
		[[ ! $line =~ ^[a-z0-9-]+:\ try:\ (.+) ]] || remedy=${BASH_REMATCH[1]}
	done <<<"$stderr"
	[[ $remedy ]] || flunk 'should say what to try' || return
	works "$@" sh -c "$remedy"
}

root_works() {
	says '^[a-z0-9-]+: try: sudo ' || return
	mkdir -p "$W/stand-in"
	printf '#!/bin/sh\nexec "$@"\n' >"$W/stand-in/sudo"
	chmod 755 "$W/stand-in/sudo"
	try_works env PATH="$W/stand-in:$PATH"
}

### places

in_ns() {
	if (( EUID == 0 )); then
		${prefix-} unshare -m "$@" 3>&- 4>&-
	else
		${prefix-} unshare -Urm "$@" 3>&- 4>&-
	fi
}

inside() {
	# shellcheck disable=SC2016
	in_ns "$@" bash -euEc 'source "$0"; trap failed_inside ERR; script=$1; eval "$1"' \
		"$helper" "$(</dev/stdin)" </dev/null
}

# Which line of the script it was, however deep in these words it failed.
failed_inside() {
	local line=${BASH_LINENO[-1]}
	# shellcheck disable=SC2154
	mapfile -t <<<"$script"
	echo "inside, line $line: ${MAPFILE[line - 1]-}" >&2
}

as_user() {
	if (( EUID == 0 )); then
		${prefix-} env HOME="$W" setpriv --reuid 1000 --regid 1000 --clear-groups "$@"
	else
		${prefix-} "$@"
	fi
}

# The carriage returns are the terminal's.
tty_run() {
	(
		set -o pipefail
		SHELL=/bin/bash script -qec "$(printf '%q ' "$@")" /dev/null | tr -d '\r'
	)
}

# With `exec`, $pid is CMD itself, and no shell that waits for it.
spawn() {
	local prefix=exec

	(
		close_fds
		declare -F "$1" >/dev/null || exec "$@"
		"$@"
	) &
	pid=$!
	spawned+=("$pid")
}

children_of() {
	has_children "$1" || :
	echo "$children"
}

child_of() {
	local children
	eventually has_children "$1" || return
	echo "${children%% *}"
}

has_children() {
	children=
	read -rd '' children <"/proc/$1/task/$1/children" || [[ $children ]]
} 2>/dev/null

eventually() {
	local start=$EPOCHREALTIME
	until "$@"; do
		(( ${EPOCHREALTIME/./} - ${start/./} < ${PATIENCE:-20000} * 1000 )) || return 1
		sleep 0.02
	done
}

build() {
	musl-gcc -static -idirafter /usr/include -idirafter "/usr/include/$(uname -m)-linux-gnu" \
		-o "$W/$1" "$repo/tests/src/$1.c"
}

number_of() {
	echo "$1" | cc -E -include sys/syscall.h - | tail -n 1
}

# since MAJOR MINOR: whether the kernel is Linux MAJOR.MINOR or later
since() {
	local major minor

	IFS=.- read -r major minor _ </proc/sys/kernel/osrelease
	(( major * 1000 + minor >= $1 * 1000 + $2 ))
}

needs() {
	local reason=$1
	shift
	"$@" >/dev/null 2>&1 || skip "needs $reason"
}

### what is left

finish() {
	[[ -n ${W-} ]] || return 0	# skipped before it began
	cd /

	local pid left=()
	for pid in "${spawned[@]}"; do
		end "$pid"
	done

	# The kernel takes namespaces down a moment after their last process.
	eventually nothing_left || {
		printf '%s\n' 'left behind:' "${left[@]}" >&2
		sweep
		[[ ! $BATS_TEST_COMPLETED ]]
		return
	}
	remove_scratch
}

# The PID of one that ended long ago may be that of another test's process.
end() {
	local child

	ours "$1" || return 0
	for child in $(children_of "$1"); do
		end "$child"
	done
	kill -KILL "$1" && wait "$1"
} 2>/dev/null

nothing_left() {
	local now

	mapfile -t left < <(find /sys/fs/cgroup -type d -path "*$test_mark*" -printf 'cgroup %p\n' 2>/dev/null)
	look_for_processes
	snapshot now
	[[ $now == "$before_test" ]] ||
		mapfile -t -O "${#left[@]}" left < <(grep -vxFf <(echo "$before_test") <<<"$now")
	(( ! ${#left[@]} ))
}

# Sets $1 to what there is outside $W, one thing a line.  Cgroups and files in
# /tmp may be anybody's: of the former those count that are named $CG, of the
# latter all where scripts/check has given the tests a /tmp of their own.
snapshot() {
	local name line list=

	while read -r line; do
		list+="mount $line"$'\n'
	done </proc/self/mountinfo
	while IFS=' :' read -r name _; do
		list+="interface $name"$'\n'
	done </proc/net/dev
	for name in /run/netns/* ${COOPERAGE_OWN_TMP:+/tmp/* /tmp/.*}; do
		printf -v name %q "$name"
		[[ $name == "$W" ]] || list+="file $name"$'\n'
	done
	printf -v "$1" %s "${list%$'\n'}"
}

look_for_processes() {
	local path

	for path in /proc/[0-9]*; do
		[[ $processes_before_test != *" ${path#/proc/} "* ]] || continue
		! ours "${path#/proc/}" || left+=("process ${path#/proc/}: $(tr '\0' ' ' <"$path/cmdline")")
	done 2>/dev/null
}

parent_of() {
	local stat=
	read -rd '' stat <"/proc/$1/stat" || [[ $stat ]] || return 1
	stat=${stat##*) ? }
	REPLY=${stat%% *}
}

# A process is this test's if it descends from it.  An orphan has moved to a
# process above the test: it is ours if it has $W in its environment, lives in
# $W, or sees $W mounted in a namespace of its own.
ours() {
	local REPLY=$1

	while [[ $processes_before_test != *" $REPLY "* ]]; do
		parent_of "$REPLY" || return 1
	done
	(( REPLY != $$ )) || return 0
	[[ $test_ancestors == *" $REPLY "* ]] || return 1

	grep -qsaF "$test_mark" "/proc/$1/environ" "/proc/$1/cmdline" ||
		[[ $(readlink "/proc/$1"/{cwd,root,exe}) == *"$test_mark"* ]] ||
		{ [[ ! /proc/$1/ns/mnt -ef /proc/self/ns/mnt ]] && grep -qsF "$test_mark" "/proc/$1/mountinfo"; }
}

# After a test that left something: the next one begins clean.
sweep() {
	local thing

	for thing in "${left[@]}"; do
		[[ $thing != process* ]] || { thing=${thing#process }; kill -KILL "${thing%%:*}"; }
	done
	eventually nothing_left || find "/sys/fs/cgroup" -depth -type d -path "*$test_mark*" -exec rmdir {} \;
	awk -v mark="$test_mark" 'index($5, mark) { print $5 }' /proc/self/mountinfo | tac |
		while read -r thing; do
			umount -l "$(printf %b "$thing")"
		done
	remove_scratch
} 2>/dev/null

# Never through a mount: what is bound in $W may be the machine's own root.
# As an ordinary user, some files belong to subordinate IDs.
remove_scratch() {
	local mounts=
	read -rd '' mounts </proc/self/mountinfo || [[ $mounts != *"$test_mark"* ]] || return 0
	rm -rf "$W" 2>/dev/null || unshare -Ur --map-auto rm -rf "$W" 2>/dev/null || unshare -Ur rm -rf "$W"
}
