#!/usr/bin/env bats
# The whole container: consh, and the raw chain that it stands for.
load helper

# $T throws away.  It is empty before Linux 6.6, whose tmpfs has no user attributes.
setup() {
	common_setup
	export T=-T
	since 6 6 || T=
	mkdir lower
	cp -r "$ROOTFS/." lower
}

teardown() {
	TMUX_TMPDIR=$W tmux kill-server 2>/dev/null || :
	common_teardown
}

# Nothing is left of a container but what it changed, and over which layers.
only_upper() {
	[[ $(ls -A "$1") = $'layers\nupper' ]] || { ls -lA "$1" >&2; return 1; }
}

@test "what cannot be understood is refused with the synopsis, and makes nothing" {
	misused consh
	misused consh lower
	misused consh -x lower box
	misused consh -h
	misused consh -u 5 lower box
	misused consh -u '0:0:1 --kill-child' lower box
	misused consh -e 1=2 lower box
	misused consh -b "$W" lower box
	refused consh -b "$W/nosuch:/mnt" lower box
	refused consh nosuch box
	[[ ! -e box ]]
	misused consh lower '' true
	[[ $(ls) = lower ]]
	works consh --help
	(( $(wc -l <<<"$stdout") <= 24 ))
}

@test "PROG is PID 1, with a name and eight namespaces of its own" {
	works consh lower box sh -c 'echo $$; hostname; id -u; readlink /proc/self/ns/* | sort -u'
	[[ ${stdout%%$'\n'*} = 1 ]]
	shows '^box$'
	shows '^0$'
	for kind in user mnt uts ipc net pid cgroup time; do
		[[ $stdout != *"$(readlink "/proc/self/ns/$kind")"* ]]
	done
	only_upper box
}

@test "arguments and status pass through, and so does the end by a signal" {
	works consh lower box sh -c 'printf "<%s>" "$@"' -k 'a b' '' '*'
	prints '<a b><><*>'
	fails 7 consh lower box sh -c 'exit 7'
	fails 127 consh lower box nosuch
	fails 126 consh lower box /etc
	fails 143 consh lower box sh -c 'sh -c "kill -TERM \$\$"; exit $?'
	only_upper box
}

@test "PROG's environment is PATH, HOME, TERM, USER and -e" {
	SECRET=1 works consh -e A='b  c' -e D= lower box env
	[[ $(grep -vc '^SHLVL=\|^PWD=' <<<"$stdout") = 6 ]]
	shows '^A=b  c$'
	shows '^D=$'
	shows '^HOME=/root$'
	never=$(grep -c SECRET <<<"$stdout" || :)
	[[ $never = 0 ]]
}

@test "of two -e with one name the last one counts" {
	works consh -e A=1 -e B=2 -e A=3 lower box sh -c 'echo $A$B'
	prints 32
}

@test "a signal that is passed on is not taken for the end, not even before a 127" {
	catches_usr1() { (( 0x$(awk '/^SigCgt/ { print $2 }' "/proc/$pid/status") & 0x200 )); }
	while read -r shell; do
		# shellcheck disable=SC2086 # busybox ash is two words
		spawn $shell "$repo/scripts/consh" lower box sh -c \
			'trap "exit 127" USR1; echo >/ready; while :; do sleep 0.05; done'
		eventually test -e box/upper/ready
		eventually catches_usr1
		kill -USR1 "$pid"
		status=0
		wait "$pid" || status=$?
		[[ $status = 127 ]] || flunk "$shell"
		rm -r box
	done < <(printf '%s\n' dash bash 'busybox ash')
}

@test "COOPERAGE_VERBOSE=1 shows the calls of the whole chain, and is not PROG's" {
	COOPERAGE_VERBOSE=1 works consh lower box env
	for tool in unshare-lite mkoverlay mkpseudo pivot; do
		says "^$tool: [a-z0-9_]+\("
	done
	[[ $stdout != *COOPERAGE* ]]
	only_upper box
}

@test "what it changes is kept, seen again, and thrown away with -T" {
	works consh lower box sh -c 'echo one >/root/file; rm /etc/hosts'
	works consh lower box sh -c 'cat /root/file; ls /etc'
	shows '^one$'
	[[ $stdout != *hosts* ]]
	[[ -e lower/etc/hosts && ! -e lower/root/file ]]
	if [[ ! $T ]]; then
		refused consh -T lower gone true
		because OVL-56
		[[ ! -e gone ]]
		return
	fi
	works consh -T lower gone sh -c 'echo two >/root/file; cat /root/file'
	prints two
	[[ ! -e gone ]]
	works consh -T lower box true
	only_upper box
}

@test "further layers lie above LOWER, the first topmost" {
	mkdir -p a/etc b/etc
	echo a >a/etc/which
	echo b >b/etc/which
	echo b >b/etc/other
	works consh -l a -l b lower box cat /etc/which /etc/other
	prints "$(printf 'a\nb')"
	shows '^a$'
}

@test "-h names it, and MANIFEST tells whence it came" {
	works consh -h tekapo lower box sh -c 'hostname; cat /MANIFEST'
	shows '^tekapo$'
	shows "^Creator UID: $EUID\$"
	shows '^Created at: '
}

@test "-b binds files and folders, read-only with ro" {
	mkdir 'src dir'
	echo hello >'src dir/file'
	works consh -b "$W/src dir:/mnt/s p" -b "$W/src dir:/ro:ro" -b "src dir/file:/etc/one:ro" lower box \
		sh -c 'cat "/mnt/s p/file" /ro/file /etc/one; echo new >"/mnt/s p/new"; ! echo x >/ro/x'
	[[ $stdout = "$(printf 'hello\nhello\nhello')" ]]
	[[ -e 'src dir/new' && ! -e 'src dir/x' ]]
	only_upper box
}

@test "ro holds however DST is written, and where DIR lies behind a link" {
	mkdir src real
	ln -s real link
	for dst in /m/ //m /./m/. "/m n/*" "/m 1"; do
		works consh -b "src:$dst:ro" lower box sh -c '! echo x >"$0/x"' "$dst"
		[[ -z $(ls -A src) ]]
	done
	works consh -b src:/m:ro lower link/box sh -c '! echo x >/m/x; hostname'
	prints box
	[[ -z $(ls -A src) ]]
	only_upper real/box
}

@test "what cannot be bound ends it with 125, and names with a newline are refused" {
	mkdir src $'new\nline' $'new\nline/src'
	fails 125 consh -b src:/etc/passwd lower box true
	fails 125 consh -b "$W/lower/etc/passwd:/etc" lower box true
	misused consh -b :/mnt lower box true
	fails 125 sh -c 'cd "$0" && exec consh -b src:/mnt ../lower ../box true' $'new\nline'
	says 'newline'
	[[ $(ls -A) != *boxline* && $(ls box) = $'layers\nupper' ]]
	works consh -b "$W/src:/mnt" lower $'b\nox' ls /mnt
}

@test "a link of the image leads no bind out of it" {
	mkdir victim
	ln -s "$W/victim" lower/out
	fails 125 consh -b "$W:/out/sub" lower box true
	says 'is a link'
	fails 125 consh -b "$W:/x/../../sub" lower box true
	[[ -z $(ls -A victim) ]]
	only_upper box
}

@test "DIR/pid holds its PID while it runs, and a second container is refused" {
	mkfifo fifo
	exec 7<>fifo
	spawn sh -c 'exec consh lower box sh -c "read -r x; exit 3" <fifo'
	eventually test -s box/pid
	runs() { grep -qs '^NSpid:.*	1$' "/proc/$(<box/pid)/status"; }
	eventually runs
	refused consh lower box true
	says 'runs'
	echo x >&7
	status=0
	wait "$pid" || status=$?
	[[ $status = 3 ]]
	only_upper box
}

@test "SIGTERM and SIGHUP end the container, and leave nothing" {
	for signal in TERM HUP; do
		spawn consh lower box sleep 60
		sleeps() { grep -qsx sleep "/proc/$(<box/pid)/comm"; }
		eventually test -s box/pid
		eventually sleeps
		init=$(<box/pid)
		kill -"$signal" "$pid"
		status=0
		wait "$pid" || status=$?
		[[ $status = 137 ]]
		[[ ! -e /proc/$init ]]
		only_upper box
	done
	spawn consh lower box sh -c 'trap "exit 9" TERM; while :; do sleep 0.05; done'
	eventually test -s box/pid
	traps() { grep -qs '^NSpid:.*	1$' "/proc/$(<box/pid)/status" && grep -Eqs '^SigCgt:.*[4-7c-f]...$' "/proc/$(<box/pid)/status"; }
	eventually traps
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	[[ $status = 9 ]]
}

@test "SIGKILL takes the container along, and DIR is resumed" {
	spawn consh lower box sh -c 'echo kept >/root/file; sleep 60'
	eventually test -s box/upper/root/file
	init=$(<box/pid)
	kill -KILL "$pid"
	eventually test ! -e "/proc/$init"
	eventually only_upper box
	works consh lower box cat /root/file
	prints kept
}

@test "SIGKILL to the watch, or to what waits for the container, leaves nothing, either" {
	for victim in watch waiter; do
		spawn consh lower box sh -c 'echo >/ready; exec sleep 60'
		eventually test -e box/upper/ready
		waiter=$(awk '/^PPid/ { print $2 }' "/proc/$(<box/pid)/status")
		if [[ $victim = watch ]]; then
			kill -KILL "$(tr ' ' '\n' <"/proc/$pid/task/$pid/children" | grep -vx "$waiter")"
			kill -TERM "$pid"
		else
			kill -KILL "$waiter"
		fi
		status=0
		wait "$pid" || status=$?
		[[ $status = 137 ]]
		only_upper box
		rm -r box
	done
}

@test "on a terminal PROG has it, and ^C reaches what runs in it" {
	works tty_run consh lower box sh -c 'test -t 0 && stty size'
	export TMUX_TMPDIR=$W
	tmux -f /dev/null new-session -d -x 80 -y 24 "PATH='$PATH' consh lower box sh; echo status \$?; exec sleep 60"
	pane() { tmux capture-pane -p; }
	# shellcheck disable=SC2317 # eventually calls it
	sees() { pane | grep -q -- "$1"; }
	eventually sees '#' || { pane; false; }
	tmux send-keys "sleep 50.$$" Enter
	eventually pgrep -fx "sleep 50.$$"
	tmux send-keys C-c
	tmux send-keys "sleep 51.$$" Enter
	eventually pgrep -fx "sleep 51.$$"
	tmux send-keys C-z
	eventually sees Stopped || { pane; false; }
	tmux send-keys 'kill %1' Enter 'exit 5' Enter 'exit 5' Enter
	eventually sees 'status 5' || { pane; false; }
	tmux kill-server
	only_upper box
}

@test "^Z stops a PROG that is no shell, and consh with it; fg goes on" {
	own_tmux() { tmux -f /dev/null -S "$W/tmux" "$@"; }
	own_tmux new-session -d -x 80 -y 24 "PATH='$PATH' PS1='at% ' bash --norc --noprofile"
	pane() { own_tmux capture-pane -p; }
	# shellcheck disable=SC2317 # eventually calls it
	sees() { pane | grep -q -- "$1"; }
	eventually sees 'at%' || { pane; false; }
	own_tmux send-keys 'consh lower box sleep 3; echo status $?' Enter
	eventually test -s box/pid
	eventually grep -q sleep "/proc/$(<box/pid)/comm"
	sleep 0.2
	own_tmux send-keys C-z
	eventually sees Stopped || { pane; false; }
	own_tmux send-keys 'clear; fg' Enter
	eventually sees '^at%$' || { pane; false; }
	own_tmux kill-server
	only_upper box
}

@test "who comes after one that was killed waits for the end of its container, and then has DIR" {
	for _ in 1 2 3 4; do
		consh lower box sleep 60 &
		first=$!
		eventually test -s box/pid
		pid=$(<box/pid)
		kill -9 $first
		consh lower box sh -c 'echo >/in; exec sleep 1' &
		second=$!
		eventually test -e box/upper/in
		[[ -s box/pid && $(<box/pid) != "$pid" ]]
		grep -qs '^State:.[^ZX]' "/proc/$pid/status" && flunk "process $pid is there"
		wait $second
		rm box/upper/in
	done
	only_upper box
}

@test "a lock with a PID that is another process today, or our own, is none" {
	mkdir box
	for lock in 1 1.1 1.1-1.1; do
		ln -s $lock box/lock
		works consh lower box true
	done
	# Process 2 of a namespace, each time.
	for _ in 1 2; do
		works unshare-lite -Urmp --mount-proc --kill-child sh -c "consh lower box sleep 60 & sleep 1; kill -9 \$!; exit 0"
	done
	works consh lower box true
	only_upper box
}

@test "who comes as another takes DIR away that it had made makes it again" {
	for i in 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9; do
		consh -u 0:4294967295:1 lower box true 2>said.first &
		sleep 0.0$i
		consh lower box true 2>said || grep -q 'holds a container' said || {
			cat said
			false
		}
		wait $! && flunk "that map was taken"
		rm -rf box
	done
}

@test "who comes as another replaces a lock that is none waits until that is done" {
	mkdir box
	ln -s 1.1-1.1 box/lock
	# It stops itself where it would look again.
	cat >readlink <<-'END'
		#!/bin/sh
		[ ! -L box/lock.new ] || [ -e stopped ] || { echo $PPID >stopped; kill -STOP $PPID; }
		exec /bin/readlink "$@"
	END
	chmod +x readlink
	PATH=$PWD:$PATH consh lower box true &
	eventually test -s stopped
	consh lower box true 2>said &
	sleep 0.5
	[[ ! -s said ]]
	# Whoever is told to end waits no longer.
	while read -r shell; do
		for signal in HUP:129 INT:130 TERM:143; do
			# shellcheck disable=SC2086 # busybox ash is two words
			spawn env --default-signal=INT $shell "$repo/scripts/consh" lower box true
			eventually pgrep -P "$pid" -x sleep
			kill -"${signal%:*}" "$pid"
			status=0
			wait "$pid" || status=$?
			[[ $status = "${signal#*:}" ]] || flunk "$shell: $signal: $status"
		done
	done < <(printf '%s\n' dash bash 'busybox ash')
	kill -CONT "$(<stopped)"
	wait %1
	wait %2 || grep -q 'holds a container' said
	only_upper box
}

@test "a DIR/pid that was left, or leads elsewhere, is no container's, and not written through" {
	mkdir box
	echo precious >victim
	ln -s ../victim box/pid
	works consh lower box true
	[[ $(<victim) = precious ]]
	only_upper box
	mkdir box/pid
	fails 125 consh lower box true
	eventually test ! -L box/lock
	rmdir box/pid

	spawn sleep 60
	victim=$pid
	for moment in 020 030 035 040 045 050 060; do
		echo "$victim" >box/pid
		spawn consh lower box sleep 60
		sleep 0.$moment
		kill -KILL "$pid"
		wait "$pid" || :
		eventually test ! -L box/lock
		kill -0 "$victim"
	done
}

@test "a signal to its whole group leaves nothing, either" {
	for signal in USR1 USR2 ALRM PIPE; do
		spawn setsid "$repo/scripts/consh" lower box sh -c 'echo >/ready; exec sleep 60'
		eventually test -e box/upper/ready
		sleep 0.1
		kill -$signal -- "-$pid"
		kill -TERM "$pid" || :	# it may have passed the first on
		wait "$pid" || :
		eventually only_upper box 2>/dev/null || {
			kill -KILL -- "-$pid" || :
			flunk "$signal: $(ls box)"
		}
		rm -r box
	done
}

@test "of many that find no DIR, or a lock that is none, one runs, and has DIR/pid" {
	for lock in '' 1.1-1.1; do
		[[ ! $lock ]] || ln -s "$lock" box/lock
		for i in 1 2 3 4 5 6; do
			sh -c 'until [ -e go ]; do :; done; exec consh lower box sh -c "echo >>/ran; sleep 60"' 2>said.$i &
		done
		: >go
		refused_five() { [[ $(cat said.* | grep -c '^consh: ') = 5 ]]; }
		PATIENCE=30000 eventually refused_five
		eventually test -s box/upper/ran
		[[ -s box/pid && -L box/lock && ! -L box/lock.new ]]
		kill -9 "$(<box/pid)"
		wait
		[[ $(wc -l <box/upper/ran) = 1 && $(grep -l '^consh: ' said.* | xargs cat | wc -l) = 5 ]]
		rm go box/upper/ran said.*
	done
	only_upper box
}

@test "a full or read-only file system is named, and nothing is left on it" {
	inside <<-'END'
		mkdir full
		mount -t tmpfs -o nr_inodes=2 none full
		refused consh lower full/box true
		says 'No space left'
		mount -o remount,bind,ro full
		refused consh lower full true
		says 'Read-only'
		[[ -z $(ls -A full) ]]
		umount full
		mount -t tmpfs -o nr_inodes=3 none full
		fails 125 consh lower full/box true
		says 'pid: No space left'
		[[ -z $(ls -A full) ]]
	END
}

@test "a file named lock that is not its own stays, and so does where a link of that name leads" {
	mkdir box other
	echo precious >box/lock
	refused consh lower box true
	[[ $(<box/lock) = precious ]]
	rm box/lock
	mkdir box/lock
	refused consh lower box true
	[[ -z $(ls -A box/lock) ]]
	rmdir box/lock
	ln -s ../other box/lock
	works consh lower box true
	ln -s 1.1-1.1 box/lock
	ln -s ../other box/lock.new
	refused consh lower box true
	says 'lock.new was left by a consh that is gone: remove it'
	[[ -z $(ls -A other) ]]
}

# bats test_tags=static
@test "-e is PROG's, and the folder that consh was called in is not" {
	TERM=dumb works consh -e PATH=/nowhere -e LD_PRELOAD=/nowhere.so -e 'A=b c' lower box /bin/busybox env
	silent
	[[ $(sort <<<"$stdout") = "A=b c
HOME=/root
LD_PRELOAD=/nowhere.so
PATH=/nowhere
TERM=dumb
USER=root" ]]
}

@test "the raw chain runs with all namespaces, on spaces, commas and colons in paths" {
	dir='b ox,a:b\c'
	mkdir 'low er,a:b'
	cp -r "$ROOTFS/." 'low er,a:b'
	works unshare-lite -a -r mkoverlay -l 'low er,a:b' "$dir" mkpseudo "$dir/merged" pivot "$dir/merged" \
		sh -c 'echo $$; ls /proc/self/status /dev/null /sys/kernel; mount | grep -c .'
	shows '^1$'
	works mkoverlay -d "$dir"
}

@test "a PROG that is not there is 127 from the last link, and nothing stays mounted" {
	fails 127 unshare-lite -a -r mkoverlay -l lower box mkpseudo box/merged pivot box/merged nosuch
	says '^pivot: '
	works mkoverlay -d box
}

@test "a container in a container" {
	mkdir in
	works consh -b "$W/in:/mnt" lower box sh -c \
		'cd /mnt; mkrootfs lower && consh "$@" -h inner lower box sh -c "hostname; grep NSpid /proc/self/status; cat /proc/self/uid_map"' sh ${T:+"$T"}
	shows '^inner$'
}

@test "a signal at any moment of its start leaves nothing, under each shell" {
	while read -r shell; do
		for signal in KILL TERM HUP; do
			for moment in 005 012 020 035 060 100; do
				# shellcheck disable=SC2086 # busybox ash is two words
				spawn $shell "$repo/scripts/consh" lower box sleep 60 2>/dev/null
				sleep 0.$moment
				kill -$signal "$pid" || :	# box was just removed for the one before
				wait "$pid" || :
				clean() { [[ ! -e box || -z $(find box -mindepth 1 -maxdepth 1 ! -name upper ! -name layers) ]]; }
				eventually clean || flunk "$shell, $signal after $moment: $(ls -A box)"
			done
		done
	done < <(printf '%s\n' dash bash 'busybox ash')
}

@test "the MANIFEST is written in the container, wherever the image's leads" {
	echo precious >victim
	chmod 666 victim
	ln -s "$W/victim" lower/MANIFEST
	works consh lower box cat /MANIFEST
	shows '^Creator PID: '
	[[ $(<victim) = precious ]]
}

@test "PROG ignores no signal that consh does not, and values keep their blanks" {
	works consh lower box grep SigIgn /proc/self/status
	prints "$(grep SigIgn /proc/self/status)"
	# shellcheck disable=SC2016
	works consh -e 'A= b  ' lower box sh -c 'echo "[$A]"'
	prints '[ b  ]'
}

@test "without a standard input PROG has an empty one" {
	works sh -c 'consh lower box cat <&-'
	prints ''
	only_upper box
}

@test "DIR is what was typed, whatever CDPATH says" {
	mkdir -p elsewhere/box box
	CDPATH=$W/elsewhere works consh lower box true
	only_upper box
	[[ -z $(ls -A elsewhere/box) ]]
	works consh ${T:+"$T"} lower - true
}

@test "with ro, what is mounted below SRC is read-only, too" {
	inside <<-'END'
		mkdir src
		mount -t tmpfs -o nosuid,nodev,noexec none src
		mkdir src/sub
		mount -t tmpfs none src/sub
		works consh ${T:+"$T"} -b "$W/src:/m n:ro" lower box sh -c \
			'! echo x >"/m n/x"; ! echo x >"/m n/sub/x"; grep -c "/m.040n[^ ]* ro" /proc/self/mountinfo'
		prints 2
	END
}

# bats test_tags=root
@test "-n: PROG finds its network there, and nothing is left of it" {
	ip link set lo up
	while read -r shell; do
		# shellcheck disable=SC2086 # busybox ash is two words
		works $shell "$repo/scripts/consh" -n 10.9.0.1/24,10.9.0.2/24 lower box sh -c \
			'ls /proc/self/fd; echo; ip -o addr show eth0; ip route; ping -c 1 -W 1 10.9.0.1'
		shows ' 10\.9\.0\.2/24 '
		shows '^default via 10\.9\.0\.1 '
		shows ' 0% packet loss'
		[[ $stdout = $'0\n1\n2\n3\n\n'* ]]
		silent
		[[ -z $(ip -o link show type veth) ]]
		only_upper box
	done < <(printf '%s\n' dash bash 'busybox ash')
	works consh ${T:+"$T"} -h 'long name of a host' -n 10.9.0.1/24,10.9.0.2/24 lower "a b" ip -o link show eth0
	fails 7 consh -n 10.9.0.1/24,10.9.0.2/24 lower box sh -c 'exit 7'
	works consh ${T:+"$T"} -n 10.9.0.1/24,10.9.0.2/24 -u auto lower auto ping -c 1 -W 1 10.9.0.1
}

# bats test_tags=root
@test "-n: a cable that cannot be had ends it before PROG starts" {
	ip link set lo up
	misused consh -n 10.9.0.1/24 lower box true
	[[ ! -e box ]]
	fails 125 consh -n 10.9.0.1/24,10.9.0.300/24 lower box sh -c 'echo started'
	prints ''
	says '^vethpair: '
	[[ -z $(ls -A box) || ! -e box ]]
	ip link add ve-box type veth peer name taken
	fails 125 consh -n 10.9.0.1/24,10.9.0.2/24 lower box sh -c 'echo started'
	says 'EEXIST'
	ip link show ve-box >/dev/null
	ip link delete ve-box
	fails 127 consh -n 10.9.0.1/24,10.9.0.2/24 lower box nosuch
	only_upper box
}

# bats test_tags=root
@test "-n: a signal at any moment leaves nothing" {
	ip link set lo up
	for signal in KILL TERM; do
		for moment in 005 015 025 035 050 080; do
			spawn consh -n 10.9.0.1/24,10.9.0.2/24 lower box sleep 3 2>/dev/null
			sleep 0.$moment
			kill -$signal "$pid"
			wait "$pid" || :
			clean() { [[ -z $(ip -o link show type veth) && ( ! -e box || -z $(find box -mindepth 1 -maxdepth 1 ! -name upper ! -name layers) ) ]]; }
			eventually clean || flunk "$signal after $moment: $(ls -A box; ip -o link)"
		done
	done
}

@test "-n: without root it says what to do" {
	refused as_user consh -n 10.9.0.1/24,10.9.0.2/24 lower 'b x' true
	says "try: sudo consh -n 10.9.0.1/24,10.9.0.2/24 lower 'b x' true$"
	says "pasta --config-net \"\\$\\(cat './b x/pid'\\)\""
	says "slirp4netns --configure \"\\$\\(cat './b x/pid'\\)\" tap0"
	[[ ! -e 'b x' ]]
	set -- -n 10.9.0.1/24,10.9.0.2/24 -e A= lower $'b\n' '$(id)' "it's" ''
	refused as_user consh "$@"
	try=${stderr#*try: sudo consh }
	eval "words=(${try%%$'\n'consh:*})"
	[[ $(printf '<%s>' "${words[@]}") = "$(printf '<%s>' "$@")" ]]
}

# A machine with a network, where the user has /dev/net/tun, as most have it.
# bats test_tags=root
@test "a container of an ordinary user is connected by pasta, or by slirp4netns" {
	inside -n <<-'END'
		ip link set lo up
		ip link add up0 type veth peer name up1
		ip address add 192.0.2.2/24 dev up0
		ip link set up0 up
		ip link set up1 up
		ip route add default via 192.0.2.1
		mkdir tun
		mount -t tmpfs tmpfs tun
		mknod -m 666 tun/tun c 10 200
		mount --bind tun/tun /dev/net/tun
		mkfifo fifo
		chmod 666 fifo
		exec 7<>fifo
		for way in 'pasta --config-net -q -f PID' 'slirp4netns --configure PID tap0'; do
			spawn as_user timeout 20 sh -c 'exec consh $T lower box sh -c "read -r x; ip route; nc -w 2 \$x 2000" <fifo >out 2>&1'
			box=$pid
			eventually test -s box/pid
			runs() { grep -qs '^NSpid:.*	1$' "/proc/$(<box/pid)/status"; }
			eventually runs
			spawn timeout 20 busybox nc -l -p 2000 -e echo hello
			spawn as_user sh -c "exec timeout 20 ${way/PID/\"\$(cat box/pid)\"} 2>err"
			way=$pid
			connected() { grep -q 00000000 "/proc/$(<box/pid)/net/route"; }
			eventually connected
			hex=$(awk '$2 == "00000000" { print $3 }' "/proc/$(<box/pid)/net/route")
			echo $((16#${hex:6:2})).$((16#${hex:4:2})).$((16#${hex:2:2})).$((16#${hex:0:2})) >&7
			wait "$box"
			grep -qx hello out
			gone() { [[ ! -e /proc/$way ]] || kill "$way"; }
			eventually gone
		done
	END
}

# bats test_tags=root
@test "-c runs it in a cgroup with limits, that is / inside, and is gone afterwards" {
	limit=pids.max=50
	works consh -c "$CG" -r "$limit" lower box sh -c 'cat /proc/1/cgroup; cat /MANIFEST; ls /sys/fs/cgroup/cgroup.procs'
	[[ $stdout = *0::/$'\n'* ]]
	shows "^Using cgroup: $CG\$"
	[[ ! $(find /sys/fs/cgroup -name "$CG") ]]
	works cgset "$CG" "$limit"
	works consh -c "$CG" lower box true
	[[ $(find /sys/fs/cgroup -name "$CG") ]]
	works cgset -d "$CG"
	refused consh -c "$CG" -r pids.max=junk lower box true 2>/dev/null || (( status == 125 ))
	[[ ! $(find /sys/fs/cgroup -name "$CG") ]]
	misused consh -r pids.max=5 lower box
	misused consh -c "$CG" -r pids lower box
	misused consh -c '' lower box
	misused consh -c -d lower box
}

# bats test_tags=root
@test "-c: the end of who made the cgroup is not the end of another in it" {
	mkfifo fifo
	exec 7<>fifo
	spawn sh -c 'exec consh -c "$CG" lower box sh -c "read -r x" <fifo'
	made() { find /sys/fs/cgroup -path "*/$CG/cgroup.procs" -exec grep -qx "$(<box/pid)" {} +; }
	eventually test -s box/pid
	eventually made
	first=$pid
	spawn consh -c "$CG" lower other sh -c 'echo >/ready; sleep 60'
	eventually test -e other/upper/ready
	echo x >&7
	wait "$first"
	kill -0 "$pid"
	[[ -s other/pid ]]
	kill -TERM "$pid"
	wait "$pid" || :
	cgset -d "$CG"
}

# bats test_tags=root
@test "-c: SIGKILL leaves no cgroup" {
	for moment in 015 030 050 080 200; do
		spawn consh -c "$CG" -r pids.max=50 lower box sleep 60
		sleep 0.$moment
		kill -KILL "$pid"
		wait "$pid" || :
		gone() { [[ ! $(find /sys/fs/cgroup -name "$CG") ]]; }
		eventually gone || flunk "after $moment"
	done
}

# bats test_tags=root
@test "-c by who may not prints the lines that root has to run" {
	fails 125 as_user consh -c "$CG" -r pids.max=50 lower boxu true
	says "^  sudo cgset -o 1000:1000 $CG pids.max=50\$"
	says "^  sudo cgset -t .. $CG/caller\$"
	says "^  consh -c $CG/box \.\.\.\$"
	wrong=memory.max=50M
	[[ ! -e /sys/fs/cgroup/cgroup.controllers ]] || wrong=memory.limit_in_bytes=50M
	fails 125 as_user consh -c "$CG" -r $wrong lower boxu true
	because 'CG1-01|CG2-46'
	never_says '^  sudo'
	[[ ! -e boxu && ! $(find /sys/fs/cgroup -name "$CG") ]]
	works cgset -o 1000:1000 "$CG"
	works cgset -o 1000:1000 "$CG" pids.max=50
	works cgset "$CG/caller" setpriv --reuid 1000 --regid 1000 --clear-groups env HOME="$W" \
		consh -c "$CG/box" lower boxu grep -E '^0:|:pids:' /proc/1/cgroup
	[[ $(cut -d: -f3 <<<"$stdout" | sort -u) = / ]]
	mkfifo -m 666 fifo
	exec 7<>fifo
	spawn cgset "$CG/caller" setpriv --reuid 1000 --regid 1000 --clear-groups env HOME="$W" sh -c \
		'exec consh -c "$CG/box" -r pids.max=20 lower boxu sh -c "mkdir /sys/fs/cgroup/below; ls /sys/fs/cgroup; read -r x" <fifo >said'
	eventually grep -qx below said
	[[ $(<said) != *box* && $(<said) != *caller* ]]
	mapfile -t folders < <(find /sys/fs/cgroup -path "*/$CG/box")
	for folder in "${folders[@]}"; do
		[[ $(<"$folder/cgroup.procs") = "$(<boxu/pid)" ]]
		[[ $(stat -c %u:%g "$folder" "$folder/cgroup.procs" | uniq) = 1000:1000 ]]
		[[ ! -e $folder/pids.max || $(<"$folder/pids.max") = 20 ]]
		[[ ! -e $folder/cgroup.type || -d $folder/below ]]
	done
	echo >&7
	wait "$pid"
	[[ ! $(find /sys/fs/cgroup -path "*/$CG/box") ]]
	works cgset -d "$CG"
}
