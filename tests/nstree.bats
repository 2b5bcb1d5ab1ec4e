#!/usr/bin/env bats
# Not tested here: kernels before 5.10; that more than 64 descriptors below the
# limit are let go of, but by their number.
load helper

# contain OPTION...: a process with namespaces of its own, as $pid.
contain() {
	spawn unshare "$@" sleep 100
	eventually sleeps "$pid"
}

sleeps() {
	[[ $(cat "/proc/$1/comm") = sleep ]]
}

# inode PID KIND: the number of a namespace
inode() {
	local link
	link=$(readlink "/proc/$1/ns/$2")
	link=${link##*[}
	echo "${link%]}"
}

# field N INODE: the Nth word of the line of this namespace
field() {
	awk -v n="$1" -v id="$2" '$2 == id { print $n }' <<<"$stdout"
}

# nested: $outer has all namespaces but time; $inner again, in those.
nested() {
	spawn unshare -fUrmpinuC --mount-proc sh -c \
		'unshare -fUrmpinuC --mount-proc sleep 100 & exec sleep 101'
	outer=$(child_of "$pid")
	eventually sleeps "$outer"
	inner=$(child_of "$(child_of "$outer")")
	eventually sleeps "$inner"
}

# well_formed PID FILE: ten words a line, and of a namespace with processes who
# they are; no number twice; PID is in eight namespaces.
well_formed() {
	awk -v pid="$1" '
		NF < 10 || $1 !~ /^(user|mount|uts|ipc|net|pid|cgroup|time)$/ { bad = 1 }
		$2 !~ /^[0-9]+$/ || $8 !~ /^[0-9]+$/ { bad = 1 }
		$8 != ($9 == "-" ? 0 : split($9, pids, ",")) { bad = 1 }
		$8 == 0 && !/ kept by / { bad = 1 }
		seen[$2]++ { bad = 1 }
		("," $9 ",") ~ ("," pid ",") { there++ }
		bad { print; exit }
		END { exit bad || there != 8 }' "$2"
}

# look NAME: which processes there are, and who is in which namespace, by /proc,
# and by lsns(8), which names the first process of each; in files of that name.
look() {
	{
		printf '%s\n' /proc/[0-9]*
		find /proc/[0-9]*/ns -type l ! -name '*_for_children' -printf '%h %f %l\n' 2>/dev/null || :
	} | sed 's,^/proc/,,; s,/ns,,; s,[a-z]*:.\(.*\)],\1,' >"proc.$1"
	until lsns -rno PID,TYPE,NS >"lsns.$1"; do	# it fails where processes go
		:
	done
}

# as_looked FILE: FILE, written between `look before` and `look after`, has all
# who were in a namespace at both times.  Of namespaces that were there at neither
# time it has only such processes as entered them in between, and are gone: none
# that began before the first look and was gone by then.  (Of the latest few, one
# may be seen before another that is older.)
as_looked() {
	awk -v lines="$1" '
		FNR == 1 { file++ }
		FILENAME == "proc.before" && NF == 1 { first[$1]; if ($1 > newest) newest = $1 }
		FILENAME ~ /before$/ && NF == 3 { before[$1, $3]; was[$3] }
		FILENAME ~ /after$/ && NF == 3 { last[$1, $2]; was[$3]; if (($1, $3) in before) stayed[$1, $3] }
		FILENAME != lines { next }
		{ listed[$2] = "," $9 "," }
		$8 > 0 && !($2 in was) {
			n = split($9, pids, ",")
			kind = $1 == "mount" ? "mnt" : $1
			for (i = 1; i <= n; i++)
				if ((pids[i], kind) in last || (!(pids[i] in first) && pids[i] < newest - 4)) {
					print "stale, process " pids[i] ": " $0
					bad = 1
				}
		}
		END {
			for (pair in stayed) {
				split(pair, one, SUBSEP)
				if (!index(listed[one[2]], "," one[1] ",")) {
					print "missing: process " one[1] " in " one[2]
					bad = 1
				}
			}
			exit bad || file != 5
		}' proc.before lsns.before proc.after lsns.after "$1"
}

export -f sleeps inode field well_formed look as_looked

@test "what cannot be understood is refused with the synopsis" {
	misused nstree PID
	misused nstree -x
	misused nstree -t
	misused nstree -t ''
	misused nstree -t 0
	misused nstree -t 12x
	misused nstree --json=yes
	misused nstree --t 1
	works nstree --help
	shows '^usage: nstree '
	silent
	works nstree -V
	shows '^cooperage [0-9]'
}

@test "each namespace has one line, with parent, owner, uid, maps, processes and command" {
	nested
	works nstree -t "$inner"
	for kind in user mnt uts ipc net pid cgroup; do
		[[ $(field 9 "$(inode "$inner" "$kind")") = "$inner" ]]
		[[ $(field 8 "$(inode "$inner" "$kind")") = 1 ]]
		[[ $kind = user || $(field 4 "$(inode "$inner" "$kind")") = "$(inode "$inner" user)" ]]
	done
	shows ' sleep 100$'
	[[ $(field 3 "$(inode "$inner" user)") = "$(inode "$outer" user)" ]]
	[[ $(field 3 "$(inode "$inner" pid)") = "$(inode "$outer" pid)" ]]
	[[ $(field 5 "$(inode "$inner" user)") = "$EUID" ]]
	[[ $(field 6 "$(inode "$inner" user)") = 0:$EUID:1 ]]
	[[ $(field 7 "$(inode "$inner" user)") = 0:$(id -g):1 ]]
	# What is above is there, without those that were not asked for.
	[[ $(field 8 "$(inode "$outer" user)") = 0 ]]
	[[ $(field 9 "$(inode "$outer" user)") = - ]]
	has_line "$(grep "^user $(inode "$outer" user) " <<<"$stdout")" ' 0 - -$'
	[[ $(cut -d ' ' -f 2 <<<"$stdout" | sort | uniq -d) = '' ]]
}

@test "a namespace that has no map yet says so" {
	contain -U
	works nstree -U -t "$pid"
	[[ $(field 6 "$(inode "$pid" user)") = none ]]
	[[ $(field 7 "$(inode "$pid" user)") = none ]]
}

@test "only the kinds asked for are shown, by letters and by names" {
	contain -Urmn
	works nstree -nU -t "$pid"
	[[ $(cut -d ' ' -f 1 <<<"$stdout" | sort -u) = $'net\nuser' ]]
	works nstree --uts --ipc --time --mount --cgroup --target="$pid"
	[[ $(cut -d ' ' -f 1 <<<"$stdout" | sort) = $'cgroup\nipc\nmount\ntime\nuts' ]]
	works nstree -p --user -t "$pid"
	[[ $(cut -d ' ' -f 1 <<<"$stdout" | sort -u) = $'pid\nuser' ]]
}

@test "what two processes share, and in what they differ" {
	contain -Urn
	works nstree -t $$ -t "$pid"
	shows '^shared mount uts ipc pid cgroup time$'
	shows '^different user net$'
	[[ $(field 9 "$(inode $$ uts)") = "$$,$pid" ]]
	[[ $(field 9 "$(inode "$pid" net)") = "$pid" ]]
	works nstree -nu -t $$ -t "$pid"
	shows '^shared uts$'
	shows '^different net$'
	works nstree -t $$ -t "$pid" --json
	[[ $(jq -c '[.shared, .different]' <<<"$stdout") = \
		'[["mount","uts","ipc","pid","cgroup","time"],["user","net"]]' ]]
	works nstree -t $$
	[[ $stdout != *shared* && $stdout != *different* ]]
	# The same one twice counts once.
	works nstree -n -t "$pid" -t "$pid"
	[[ $(field 8 "$(inode "$pid" net)") = 1 && $(field 9 "$(inode "$pid" net)") = "$pid" ]]
	shows '^shared net$'
}

@test "a target is read from stdin, once" {
	contain -Urn
	works sh -c "echo $pid | nstree -n -t -"
	[[ $(field 9 "$(inode "$pid" net)") = "$pid" ]]
	refused sh -c 'nstree -t - </dev/null'
	says 'no handle'
}

@test "-p alone shows each PID of each process, and the tree of PID namespaces" {
	nested
	read -ra pids < <(sed -n 's/^NSpid://p' "/proc/$inner/status")
	(( ${#pids[@]} >= 3 ))
	works nstree -p -t "$inner"
	[[ $(field 9 "$(inode "$inner" pid)") = "$inner:${pids[-2]}:1" ]]
	[[ $(field 3 "$(inode "$inner" pid)") = "$(inode "$outer" pid)" ]]
	works nstree -p --json
	[[ $(jq -c ".namespaces[] | select(.id == $(inode "$inner" pid)) | .pids" <<<"$stdout") = \
		"[[$inner,${pids[-2]},1]]" ]]
	works tty_run nstree -p -t "$inner"
	shows "^ *\`-pid $(inode "$inner" pid)\$"
	shows "^ *$inner ${pids[-2]} 1 sleep 100\$"
}

@test "on a terminal it is a tree, in UTF-8 where the terminal takes it" {
	nested
	works tty_run nstree -Un -t "$inner" -t $$
	shows "^ *\`-user $(inode "$inner" user) of uid $EUID, users 0:$EUID:1, groups 0:$(id -g):1\$"
	shows "^ *[|\`]-net $(inode "$inner" net)\$"
	shows "^[| ]*$inner sleep 100\$"
	shows '^shared: nothing$'
	shows '^different: user net$'
	# Each is deeper than what owns it.
	mapfile -t depth < <(sed -n "s/user $(inode "$outer" user) .*//p;
		s/user $(inode "$inner" user) .*//p; s/net $(inode "$inner" net)\$//p" <<<"$stdout")
	(( ${#depth[0]} < ${#depth[1]} && ${#depth[1]} < ${#depth[2]} ))
	works tty_run env LC_ALL=C.UTF-8 nstree -Un -t "$inner"
	shows "^ *└─net $(inode "$inner" net)\$"
	works tty_run env LC_ALL= LANG=en_US.utf8 nstree -Un -t "$inner"
	shows "^ *└─net "
	works env LC_ALL=C.UTF-8 nstree
	[[ $stdout != *─* ]]
}

@test "of more than eight processes a terminal gets seven, and the number of the others" {
	spawn unshare -Ur sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 100 & done; exec sleep 100'
	eventually eval '(( $(children_of $pid | wc -w) == 8 ))'
	members='/^ *[|`]-user '$(inode "$pid" user)' /,/more$/'
	works tty_run nstree -U
	(( $(sed -n "$members"p <<<"$stdout" | grep -c 'sleep 100$') == 7 ))
	has_line "$(sed -n "$members"p <<<"$stdout")" '^[| ]*and 2 more$'
	works nstree -U
	[[ $(field 8 "$(inode "$pid" user)") = 9 ]]
	[[ $(field 9 "$(inode "$pid" user)") = *,*,*,*,*,*,*,*,* ]]
}

@test "a namespace without a process shows what keeps it" {
	nested
	inside -pf --mount-proc <<-'END'
		unshare -nu sleep 100 &
		eventually eval '[[ $(inode $! net) != "$(inode $$ net)" ]]'
		net=$(inode $! net) uts=$(inode $! uts)
		touch "$W/a b"
		mount --bind /proc/$!/ns/net "$W/a b"
		mount --bind /proc/$!/ns/net "$W/a b"
		exec 8</proc/$!/ns/uts
		kill $!
		wait $! || :
		works nstree
		[[ $(field 8 "$net") = 0 && $(field 9 "$net") = - ]]
		shows "^net $net - .* 0 - kept by the mount $W/a b\$"
		shows "^uts $uts - .* 0 - kept by descriptor 8 of process $$(,|\$)"
		[[ $(field 4 "$uts") = "$(inode $$ user)" ]]
		works nstree --json
		[[ $(jq -c ".namespaces[] | select(.id == $uts) | [.pids, .kept[0]]" <<<"$stdout") = \
			"[[],{\"pid\":$$,\"fd\":8}]" ]]
		[[ $(jq -c ".namespaces[] | select(.id == $net) | .kept" <<<"$stdout") = \
			"[{\"mount\":\"$W/a b\"}]" ]]
		works tty_run nstree -n
		shows "net $net, kept by the mount $W/a b\$"
		exec 8>&-
		umount "$W/a b"
		umount "$W/a b"
		works nstree
		! has_line "$stdout" "^(net $net|uts $uts) " || flunk 'it is shown'
	END
}

@test "of a pin that is covered another one tells more" {
	inside -pf --mount-proc <<-'END'
		touch a b over
		unshare --net=a true
		net=$(stat -c %i a)
		mount --bind a b
		mount --bind over a
		works nstree -n
		[[ $(field 4 "$net") = "$(inode $$ user)" ]]
		umount b
		works nstree -n
		[[ $(field 4 "$net") = - ]]
		umount a
		umount a
	END
}

@test "a pin in another mount namespace is shown below the root of a process" {
	inside -pf --mount-proc <<-'END'
		mkfifo go
		unshare -m sh -c "touch pin; unshare --net=pin true; echo >go; exec sleep 100" &
		eventually sleeps $! || :
		read -r _ <go
		works nstree -n
		shows "kept by the mount /proc/$!/root$W/pin\$"
		path=$(awk '$8 == 0 { sub(/.* kept by the mount /, ""); print }' <<<"$stdout")
		[[ $(stat -L -c %i "$path") = "$(awk '$8 == 0 { print $2 }' <<<"$stdout")" ]]
		# The process may end while we look; a filter may know no openat2(2).
		works strace -qq -o trace -P "/proc/$!/root" -e inject=open,openat:error=ENOENT nstree -n
		grep INJECTED trace
		works strace -qq -o trace -e inject=openat2:error=ENOSYS nstree -n
		shows "kept by the mount /proc/$!/root$W/pin\$"
		kill $!
	END
}

@test "the same namespaces as lsns(8) and as /proc has them" {
	nested
	inside -pf --mount-proc <<-'END'
		unshare -Urmn sleep 100 &
		unshare -Cui sleep 100 &
		unshare -Urpf --mount-proc sleep 100 &
		eventually eval '(( $(pgrep -cx sleep) == 3 ))'
		silent_nstree=$(nstree 2>/dev/null)
		until lsns -rno NS >lsns; do	# it fails where processes go
			:
		done
		diff <(sort -u lsns) <(awk '$8 { print $2 }' <<<"$silent_nstree" | sort -u) |
			grep -v "^[0-9]" | sort >differences
		# lsns(8) has as well what it ran in, and does not see what has no process.
		[[ ! -s differences ]] || { cat differences; false; }
		diff <(readlink /proc/[0-9]*/ns/{user,mnt,uts,ipc,net,pid,cgroup,time} 2>/dev/null |
			tr -dc '0-9\n' | sort -u) <(awk '$8 { print $2 }' <<<"$silent_nstree" | sort -u)
		kill $(jobs -p)
	END
}

@test "in run after run, while processes come and go, it has what lsns(8) and /proc have, and no line is stale" {
	inside -pf --mount-proc <<-'END'
		unshare -Urmnu sleep 1000 &
		stays=$!
		eventually sleeps "$stays"
		(
			trap 'exit 0' TERM
			while :; do
				for kinds in -U -Urm -u -i -Urnm; do
					unshare $kinds true &
				done
				unshare -Uru sleep 0.03 &
				wait
			done
		) 2>/dev/null &
		churn=$!
		look before
		runs=200
		[[ ! -e /command ]] || runs=21	# where a processor is emulated
		for (( i = 0; i < runs; i++ )); do
			nstree >lines
			look after
			well_formed "$stays" lines
			as_looked lines
			mv proc.after proc.before
			mv lsns.after lsns.before
			(( i % 20 )) || nstree --json | jq -e '.namespaces | all(.kept != [] or .pids != [] or .kind == "user")' >json
		done
		kill $churn
		wait $churn || :
		# Of what came and went nothing is left.
		eventually eval '[[ $(nstree | awk "\$8 { print \$2 }" | sort) = "$(lsns -rno NS | sort)" ]]'
		kill $stays
	END
}

@test "terminal escapes, newlines and what is no UTF-8 in a command do no harm" {
	spawn bash -c 'exec -a "$(printf "x\033[31m\n\"\\\\\377é")" sleep 100'
	eventually sleeps "$pid"
	works nstree -U -t "$pid"
	[[ $(grep -v '^user ' <<<"$stdout") = '' ]]
	has_line "$stdout" ' \$'"'"'x\\033\[31m\\012"\\\\\\377é 100'"'"'$'
	[[ $stdout != *$'\e'* ]]
	works nstree --json -U -t "$pid"
	[[ $(jq -r '.namespaces[-1].command' <<<"$stdout") = $'x\e[31m\n"\\\xef\xbf\xbdé 100' ]]
	works tty_run nstree -U -t "$pid"
	shows '\\033\[31m\\012'
	[[ $stdout != *$'\e'* ]]
}

@test "a zombie is in its user and PID namespaces, and said to be one" {
	spawn unshare -Ur sh -c 'sleep 0 & exec sleep 100'
	zombie=$(child_of "$pid")
	eventually grep -q '^State:.Z' "/proc/$zombie/status"
	works tty_run nstree -U
	shows "^[| ]*$zombie \[sleep\] \(zombie\)\$"
	works nstree -U
	[[ $(field 9 "$(inode "$pid" user)") = *"$zombie"* ]]
}

@test "JSON has what the lines have" {
	nested
	works nstree --json -t "$inner" -t $$
	jq -r '.namespaces[] | [.kind, .id, .parent // "-", .owner // "-", .uid // "-",
		(.pids | length)] | join(" ")' <<<"$stdout" >json
	works nstree -t "$inner" -t $$
	grep -v '^[sd][hi]' <<<"$stdout" | cut -d ' ' -f 1-5,8 | diff - json
	works nstree --json
	jq -e ".namespaces[] | select(.id == $(inode "$inner" user)) |
		.uid_map == [[0,$EUID,1]] and .gid_map == [[0,$(id -g),1]]" <<<"$stdout"
	jq -e '.unseen >= 0' <<<"$stdout"
}

# bats test_tags=user
@test "an ordinary user sees his own, and how many processes he may not look into" {
	contain -Urn
	works nstree
	says '^nstree: processes that could not be looked into: [1-9]'
	because NSE-06
	says '^nstree: try: sudo nstree$'
	[[ $(field 9 "$(inode "$pid" net)") = "$pid" ]]
	works nstree --json
	(( $(jq .unseen <<<"$stdout") > 0 ))
}

# bats test_tags=root
@test "because: the process is somebody else's, and the try asks root" {
	contain -n
	chmod 755 .
	refused as_user nstree -n -t "$pid"
	because NSE-06
	root_works
	[[ $(field 9 "$(inode "$pid" net)") = "$pid" ]]
	refused setpriv --bounding-set -sys_ptrace,-net_raw --inh-caps -sys_ptrace,-net_raw nstree -t "$pid"
	because NSE-26
	never_says sudo
}

# bats test_tags=root
@test "because: the process has capabilities that we lack, and the try asks root" {
	chmod 755 .
	spawn setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps +net_raw --ambient-caps +net_raw sleep 100
	eventually sleeps "$pid"
	refused as_user nstree -n -t "$pid"
	because NSE-26
	root_works
	[[ $(field 9 "$(inode "$pid" net)") = "$pid" ]]
}

# bats test_tags=root
@test "because: the process is not dumpable, and the try asks root" {
	chmod 755 .
	cat >closed.c <<-'END'
		#include <sys/prctl.h>
		#include <unistd.h>
		int main(void)
		{
			prctl(PR_SET_DUMPABLE, 0);
			return pause();
		}
	END
	musl-gcc -static -idirafter /usr/include -o closed closed.c
	spawn as_user ./closed
	eventually eval '[[ $(cat "/proc/$pid/comm") = closed && $(stat -c %u "/proc/$pid/ns/net") = 0 ]]'
	refused as_user nstree -n -t "$pid"
	because NSE-27
	root_works
	[[ $(field 9 "$(inode "$pid" net)") = "$pid" ]]
}

@test "because: no such process, a zombie, a thread" {
	refused nstree -t 4194303
	because NSE-10
	spawn sh -c 'sleep 0 & exec sleep 100'
	zombie=$(child_of "$pid")
	eventually grep -q '^State:.Z' "/proc/$zombie/status"
	refused nstree -t "$zombie"
	because NSE-11
}

@test "because: Landlock keeps us from others" {
	needs Landlock build confine
	needs Landlock ./confine true
	contain -Ur
	refused ./confine nstree -t "$pid"
	because NSE-28
	never_says sudo
	works ./confine nstree
	says 'could not be looked into: [1-9]'
}

@test "because: a filter refuses what asks for the tree" {
	build refuse
	refused ./refuse "$(number_of SYS_ioctl)" 1 nstree
	because NST-01
	refused ./refuse "$(number_of SYS_pidfd_open)" 1 nstree -t $$
	because TGT-01
}

@test "because: too few files may be open" {
	refused sh -c 'ulimit -n 4; exec nstree'
	because NST-02
	if (( EUID == 0 )); then
		chmod 755 .
		refused as_user sh -c 'ulimit -n 4; exec nstree -n'
		because NST-02
		root_works
		shows '^net '
	fi
	works sh -c 'ulimit -n 12; exec nstree -U'
	shows '^user '
}

# bats test_tags=static
@test "because: /proc is missing, or shows other processes" {
	inside <<-'END'
		mount -t tmpfs tmpfs /proc
		refused nstree
		because NSE-19
		umount /proc
		refused unshare -pf nstree -t 1
		because NSE-17
		works unshare -pf nstree
		because NSE-17
	END
	inside -pf <<-'END'
		mount -t tmpfs tmpfs /proc
		refused nstree
		because NSE-19
		try_works
		works nstree
		silent
	END
}

# bats test_tags=root
@test "because: /proc hides the processes of others" {
	inside -pf <<-'END'
		sleep 100 &
		for how in 1 2 4; do
			mount -t proc -o hidepid=$how proc /proc
			refused as_user nstree -t $!
			because NSE-18
			works as_user nstree
			because NSE-18
			works nstree
			silent
			umount /proc
		done
		mount -t proc -o hidepid=2,gid=1000 proc /proc
		works as_user nstree
		because NSE-06
		never_says 'hidepid|not seen at all'
	END
}

# bats test_tags=static
@test "a failure of a call is told, and nothing is printed then" {
	contain -Urn
	for call in openat:ENOMEM:9 readlinkat:ENOMEM:9 getdents64:EIO:1 fstat:EIO:1 ioctl:ENOMEM:3; do
		IFS=: read -r call error when <<<"$call"
		refused strace -qq -o trace -e "inject=$call:error=$error:when=$when" nstree
		grep INJECTED trace
		says "\\($error\\)\$"
	done
	refused strace -qq -o trace -e inject=ioctl:error=EIO:when=2 nstree -t $$
	says '^nstree: ioctl NS_GET_OWNER_UID: .*\(EIO\)$'
}

@test "a stdout that is closed or full is a failure" {
	refused sh -c 'exec nstree >&-'
	refused sh -c 'exec nstree --json >/dev/full'
	says 'write to standard output: .*\(ENOSPC\)$'
}

@test "-v shows no system call that changes something" {
	works nstree -v -t $$
	says '^nstree: uid='
	(( $(wc -l <<<"$stderr") == 1 ))
}
