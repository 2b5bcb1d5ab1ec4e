#!/usr/bin/env bats
# What execve(2) refuses is in exec.bats.  Not tested here: the window between
# the fork and the exec of PROG, in which signals are blocked.
load helper

# A PID namespace around COMMAND, with a /proc.
pidns() {
	unshare-lite -Urmp --mount-proc "$@"
}

setup() {
	common_setup
	export TMUX_TMPDIR=$W
	cat >looper <<-'END'
		#!/bin/sh
		for s in TERM HUP USR1 USR2 INT QUIT TSTP; do
			trap "echo $s; exit 9" $s
		done
		echo ready
		while :; do sleep 0.05; done
	END
	chmod 755 looper
}

teardown() {
	[[ -z ${TMUX_TMPDIR-} ]] || tmux -L t kill-server 2>/dev/null || :
	common_teardown
}

@test "what cannot be understood is refused with the synopsis" {
	misused pid1 -x
	misused pid1 --no-such
	works pid1 --help
	shows '^usage: pid1 '
	works pid1 -V
	fails 125 sh -c 'pid1 --help >&-'
	fails 125 sh -c 'pid1 --help >/dev/full'
}

@test "the status is that of PROG, or 128+N" {
	fails 7 pid1 sh -c 'exit 7'
	fails 137 pid1 sh -c 'kill -KILL $$'
	fails 143 pid1 sh -c 'kill -TERM $$'
	fails 7 pidns pid1 sh -c 'exit 7'
	fails 137 pidns pid1 sh -c 'kill -KILL $$'
	fails 127 pidns pid1 none
	fails 126 pidns pid1 /
	works pid1 true >&-
}

@test "arguments, environment, mask and ignored signals arrive untouched" {
	works pid1 printf '<%s>' 'a b' '' -v --
	prints '<a b><><-v><-->'
	plain=$(grep -E '^(Sig|Shd)(Blk|Ign|Cgt)' /proc/self/status)
	works pid1 grep -E '^(Sig|Shd)(Blk|Ign|Cgt)' /proc/self/status
	prints "$plain"
	works env --ignore-signal=CHLD,TERM,USR1 pid1 grep SigIgn /proc/self/status
	shows '1[0-9a-f]{4}$'
	works pid1 sh -c 'ls /proc/self/fd | wc -l'
	prints 4
}

@test "with SIGCHLD ignored the status still comes" {
	fails 7 env --ignore-signal=CHLD pid1 sh -c 'exit 7'
	fails 7 env --ignore-signal=CHLD unshare-lite -Urp sh -c 'exit 7'
}

@test "a thousand orphans leave no zombie" {
	orphans='i=0; while [ $i -lt 1000 ]; do (:&); i=$((i + 1)); done; sleep 0.3
		grep -l "^State:.Z" /proc/[0-9]*/status 2>/dev/null | wc -l'
	works pidns pid1 sh -c "$orphans"
	prints 0
	works pid1 sh -c '(sleep 0.2 & echo $! >orphan); sleep 0.05; sed -n s/^PPid:.//p /proc/$(cat orphan)/status; echo $PPID; sleep 0.3; test ! -d /proc/$(cat orphan)'
	[[ ${stdout%$'\n'*} = "${stdout#*$'\n'}" ]] || flunk 'the orphan has not come to pid1'
}

@test "signals are passed on to PROG, inside a PID namespace and outside" {
	for how in pid1 'unshare-lite -Urp' 'unshare-lite -Urp pid1'; do
		read -ra words <<<"$how"
		for s in TERM HUP USR1 USR2 INT QUIT TSTP; do
			: >out
			spawn env --default-signal=INT,QUIT sh -c 'exec "$@" ./looper >out 2>err' - "${words[@]}"
			eventually grep -q ready out || flunk "$how: not ready"
			kill -$s "$pid"
			code=0
			wait "$pid" || code=$?
			[[ $(tail -n 1 out) = "$s" ]] || flunk "$how: $s did not arrive: $(cat out err)"
			(( code == 9 )) || flunk "$how: $s: $code"
		done
	done
}

# PID-10
@test "a signal that PID 1 would not see" {
	for s in TERM HUP INT QUIT; do
		: >err
		spawn env --default-signal=INT,QUIT unshare-lite -Urp sleep 9 2>err
		eventually grep -qx sleep "/proc/$(child_of "$pid")/comm"
		kill -$s "$pid"
		code=0
		wait "$pid" || code=$?
		(( code == 137 )) || flunk "$s: $code"
		grep -q "^unshare-lite: SIG$s: PID 1 has no handler" err
	done
	spawn env --default-signal=INT,QUIT unshare-lite -Urp pid1 sleep 9
	eventually pgrep -P "$(child_of "$pid")" sleep
	kill "$pid"
	code=0
	wait "$pid" || code=$?
	(( code == 143 ))
}

@test "a SIGTERM is not lost on a PID 1 that has it blocked for a moment" {
	build blocks
	for how in '' vfork; do
		for _ in 1 2 3 4 5; do
			# shellcheck disable=SC2086 # a word, or none
			spawn unshare-lite -Urp ./blocks $how 2>err
			eventually grep -qsx blocks "/proc/$(child_of "$pid")/comm"
			sleep 0.0$((RANDOM % 10))
			kill "$pid"
			eventually test ! -e "/proc/$pid"
			code=0
			wait "$pid" || code=$?
			(( code == 137 )) || flunk "$code"
		done
	done
}

@test "SIGTERM at any moment ends it, and leaves nothing" {
	for _ in {1..40}; do
		code=0
		sh -c 'unshare-lite -Urp pid1 sleep 9 2>/dev/null & sleep "$1"; kill $!; wait $!' \
			- "0.0$((RANDOM % 3))$((RANDOM % 10))" 3>&- 4>&- || code=$?
		(( code == 143 || code == 137 )) || flunk "$code"
	done
}

@test "nohup holds for pid1 and PROG" {
	spawn nohup pid1 sh -c 'echo ready >out; sleep 0.3; exit 5'
	eventually grep -q ready out
	kill -HUP "$pid"
	code=0
	wait "$pid" || code=$?
	(( code == 5 ))
}

@test "without PROG it holds until a signal, and reaps" {
	for s in TERM INT HUP; do
		spawn env --default-signal=INT pid1
		eventually grep -qx pid1 "/proc/$pid/comm"
		eventually grep -q '^SigBlk:.*[1-9a-f]' "/proc/$pid/status"
		kill -$s "$pid"
		wait "$pid"
	done
	spawn env --default-signal=INT unshare-lite -Urp pid1
	child=$(child_of "$pid")
	eventually grep -qx pid1 "/proc/$child/comm"
	eventually grep -q '^SigBlk:.*[1-9a-f]' "/proc/$child/status"
	kill "$pid"
	wait "$pid"
}

@test "off a terminal, who stops PROG continues it alone" {
	for how in pid1 'unshare-lite -rf'; do
		# shellcheck disable=SC2086 # words
		spawn $how sh -c 'echo $$ >out2; sleep 0.3; exit 5'
		eventually grep -q . out2
		kill -STOP "$(cat out2)"
		sleep 0.1
		grep '^State:.T' "/proc/$pid/status" && flunk "$how is stopped, too"
		kill -CONT "$(cat out2)"
		code=0
		wait "$pid" || code=$?
		(( code == 5 ))
		rm out2
	done
}

### on a terminal

# term: a shell with job control in a terminal of its own
term() {
	tmux -L t -f /dev/null new-session -d -x 100 -y 30 \
		"cd $W; PATH=$PATH PS1='> ' exec bash --norc --noprofile -i 3>&- 4>&-"
}

keys() {
	tmux -L t send-keys "$@"
}

session_ended() {
	! pgrep -s "$session"
}

on_screen() {
	tmux -L t capture-pane -p | grep -qE "$1"
}

screen() {
	eventually on_screen "$1" || flunk "no $1 on screen: $(tmux -L t capture-pane -p)"
}

# The shell tells of a job's end before a prompt.
tells() {
	keys Enter
	sleep 0.1
	on_screen "$1"
}

@test "^Z stops the whole job, fg continues it, ^C ends it" {
	term
	for how in 'pid1 sleep 60' 'unshare-lite -Urp pid1 sleep 60' 'unshare-lite -Urp sleep 60' "unshare-lite -Urp sh -c 'sleep 60; :'"; do
		keys "clear; $how" Enter
		eventually pgrep -x sleep -s "$(tmux -L t display -p '#{pane_pid}')" >/dev/null
		keys C-z
		screen 'Stopped +'
		keys 'clear; fg' Enter
		sleep 0.2
		case $how in
		*'-Urp sleep'*) keys C-z; screen 'Stopped +'; keys 'kill %%' Enter; screen instead; eventually tells 'Exit 137' ;;
		*) keys C-c; keys 'echo rc=$?' Enter; screen rc=130 ;;
		esac
	done
}

# The delays have the parent look at PID 1 just before that asks to be stopped.
@test "a job that goes on is not stopped by what asked for it before" {
	term
	keys 'strace -DDD -f -o /dev/null -e trace=read,rt_sigprocmask -e inject=read:delay_exit=30000'
	keys ' -e inject=rt_sigprocmask:delay_exit=300000 unshare-lite -Urp pid1 sleep 60' Enter
	eventually pgrep -x sleep -s "$(tmux -L t display -p '#{pane_pid}')" >/dev/null
	keys C-z
	screen 'Stopped +'
	keys 'clear; fg' Enter
	sleep 2
	keys C-c
	keys 'echo rc=$?' Enter
	screen rc=130
}

@test "on a terminal, with PROG stopped the tool stops, and both go on" {
	term
	for how in pid1 'unshare-lite -rf'; do
		keys "clear; $how sh -c 'kill -STOP \$\$; echo went on'" Enter
		screen 'Stopped +'
		keys 'clear; fg' Enter
		screen '^went on'
	done
}

@test "when PROG stops by itself, PID 1 has the whole job stopped" {
	term
	keys 'unshare-lite -Urp pid1 sh -c "echo up; kill -TSTP \$\$; echo went on"' Enter
	screen 'Stopped +'
	keys fg Enter
	screen '^went on'
}

@test "where nobody outside can stop PID 1, ^Z does not hang the terminal" {
	term
	keys 'trap "" TSTP; exec unshare -Urpf --mount-proc pid1 env --default-signal=TSTP sh -c "echo up; sleep 2; echo went on; sleep 9"' Enter
	screen '^up'
	keys C-z
	screen '\^Zwent on'
}

@test "where no shell could go on with it, ^Z stops nothing" {
	term
	# tmux(1) would continue a child of its own.
	echo 'unshare-lite -Urp sh -c "echo up; sleep 2; echo went on; sleep 9"; :' >job
	keys "exec sh $W/job" Enter
	screen '^up'
	keys C-z
	screen '\^Zwent on'
}

@test "a PID 1 that reads in the background is stopped, and does not try without end" {
	term
	session=$(tmux -L t display -p '#{pane_pid}')
	keys 'unshare-lite -Urp cat &' Enter
	stopped() { pgrep -r T -x cat -s "$session"; }
	eventually stopped
	keys 'clear; jobs' Enter
	screen 'Stopped +'
	keys 'clear; fg' Enter
	keys 'typed' Enter
	screen '^typed'
	keys C-d
	keys 'echo rc=$?' Enter
	screen rc=0
}

@test "one that ignores what stops it in the background goes on" {
	term
	keys "unshare-lite -Urp sh -c 'trap \"\" TTIN; cat; echo ended' &" Enter
	screen '^ended'
}

@test "a job that began in the background is stopped with the shell in it" {
	term
	keys 'PS1=inner% pid1 bash --norc --noprofile -i &' Enter
	sleep 0.5
	keys 'clear; jobs' Enter
	screen 'Stopped +'
	keys 'clear; fg' Enter
	screen '^inner%'
	keys 'clear; suspend' Enter
	screen 'Stopped +'
	keys 'kill -9 %1; clear' Enter
}

@test "a PID 1 without a handler for it ends with its terminal" {
	term
	session=$(tmux -L t display -p '#{pane_pid}')
	keys 'exec unshare-lite -Urp sleep 77' Enter
	eventually pgrep -x sleep -s "$session"
	tmux -L t kill-server
	eventually session_ended
}

@test "a parent that the terminal itself stops is not continued behind its back" {
	term
	keys 'unshare -Urpf --mount-proc pid1 sh -c "echo up; sleep 3; echo went on"' Enter
	screen '^up'
	keys C-z
	screen 'Stopped +'
	sleep 3.5
	! on_screen '^went on' || flunk 'went on behind the shell'
	keys 'fg' Enter
	screen '^went on'
}

@test "a shell inside has job control, and the terminal comes back" {
	term
	keys 'unshare-lite -Urmp --mount-proc pid1 bash --norc; echo rc=$?' Enter
	sleep 1
	keys 'sleep 8' Enter
	tty=$(tmux -L t display -p '#{pane_tty}')
	sleeps() { pgrep -x sleep -t "${tty#/dev/}" >/dev/null; }
	ended() { ! sleeps; }
	eventually sleeps
	keys C-z
	screen 'Stopped +sleep'
	keys 'exit 5' Enter
	screen 'stopped jobs'
	keys 'exit 5' Enter
	screen rc=5
	eventually ended
	keys 'stty size; echo back' Enter
	screen '^back'
}

@test "a job that ends in the background leaves the terminal alone" {
	term
	keys 'pid1 sleep 1' Enter
	sleep 0.3
	keys C-z
	screen Stopped
	keys 'bg' Enter
	sleep 1.2
	keys 'echo still $((40 + 2))' Enter
	screen 'still 42'
}

@test "PROG sees a resize" {
	term
	keys "unshare-lite -Urp pid1 bash -c 'trap \"stty size\" WINCH; echo up; for i in 1 2 3 4 5 6 7 8; do sleep 0.2; done'" Enter
	screen '^up'
	tmux -L t resize-window -x 90 -y 20
	screen '^20 90'
}

@test "every system call of its own may fail" {
	for call in vfork prctl; do
		refused strace -f -qq -o /dev/null -e inject=$call:error=EPERM:when=1 pid1 true
		says EPERM
	done
	spawn as_user sleep 60
	refused as_user prlimit --nproc=1 pid1 true
	says EAGAIN
	because UNS-41
}
