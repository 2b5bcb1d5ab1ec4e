# shellcheck disable=SC2086,SC2178,SC2128,SC2026 # options in one word, to be split
#
# Not tested here: the Debian and Ubuntu sysctls on a kernel that has them, Linux before 6.1 but for its version, an
# LSM that refuses user namespaces, cgroups of version 2 with controllers.
load helper

kinds='cgroup ipc mnt net pid time user uts'

# The namespaces that it runs in, one a line.
list='for k in cgroup ipc mnt net pid time user uts; do readlink /proc/self/ns/$k; done'

# changes KINDS CMD...: what CMD runs is in namespaces of its own of these
# kinds, and in ours of all others
changes() {
	local wanted=$1 ours theirs changed='' kind
	shift
	ours=$(sh -c "$list")
	works "$@" sh -c "$list" || return
	theirs=$stdout
	for kind in $kinds; do
		[[ $(grep "^$kind:" <<<"$ours") == "$(grep "^$kind:" <<<"$theirs")" ]] || changed+=" $kind"
	done
	[[ $changed == " $wanted" ]] || flunk "should change $wanted, and not$changed"
}

# For a script that is inside, and for strace, which gives each -f child a line.
alive() {
	[[ $(ps -o stat= -p "$1") == [^Z]* ]]
}

gone() {
	! alive "$1"
}

compile() {
	[[ -x $1 ]] || cc -o "$1" "$repo/tests/src/$1.c"
}

number_of() {
	printf '#include <sys/syscall.h>\nSYS_%s\n' "$1" | cc -E - | tail -n 1
}

hold() {
	works unshare-lite "$@"
	held=$stdout
	spawned+=("$held")
	[[ $held =~ ^[0-9]+$ ]]
}

drop_held() {
	kill "$held"
	eventually gone "$held"
}

### shape

@test "nothing to do, and what excludes each other, is a misuse" {
	misused unshare-lite
	misused unshare-lite true
	misused unshare-lite --no-such-option true
	misused unshare-lite -x true
	misused unshare-lite --hostname
	misused unshare-lite -r --map-users=0:0:1 true
	misused unshare-lite -c --map-auto true
	misused unshare-lite -ar --hold true
	misused unshare-lite -ar --hold --kill-child
	misused unshare-lite -ar --hold --print-pid=1
	misused unshare-lite -r --no-fork --hold
	misused unshare-lite -r --no-fork --kill-child true
	misused unshare-lite -r --no-fork --into-cgroup=x true
	misused unshare-lite --into-cgroup= true
	misused unshare-lite -r --propagation=slave true
	misused unshare-lite -rm --propagation=bogus true
	misused unshare-lite -r --setgroups=perhaps true
	misused unshare-lite -r --hold=0
	misused unshare-lite -r --hold=-1
	misused unshare-lite -r --hold=1x
	misused unshare-lite -r --print-pid=-1 true
	misused unshare-lite -r --kill-child=0 true
	misused unshare-lite -r --kill-child=BOGUS true
	misused unshare-lite -r --boottime=1.5 true
	misused unshare-lite -r --monotonic=--1 true
	misused unshare-lite -r --monotonic= true
	misused unshare-lite --map-users=0:0 true
}

@test "help is short and on stdout, where it must arrive" {
	works unshare-lite --help
	silent
	(( $(wc -l <<<"$stdout") <= 24 ))
	shows '^usage: unshare-lite '
	works unshare-lite -h
	works unshare-lite -V
	shows '^cooperage [0-9]'
	refused sh -c 'unshare-lite --help >/dev/full'
	says ENOSPC
	refused sh -c 'unshare-lite --help >&-'
}

@test "the calls that change something are shown, credentials first" {
	works unshare-lite -v -rm true
	[[ ${stderr%%$'\n'*} == "unshare-lite: uid=$EUID euid=$EUID "* ]]
	says '^unshare-lite: clone\(CLONE_NEWUSER\|CLONE_NEWNS\) = [0-9]+$' ||
		says '^unshare-lite: unshare\(CLONE_NEWUSER\|CLONE_NEWNS\) = 0$'
	says "uid_map\", \"0 $EUID 1.012\"\) = 0\$"
	says 'mount\(NULL, "/", NULL, MS_REC\|MS_PRIVATE, NULL\) = 0$'
	works env COOPERAGE_VERBOSE=1 unshare-lite -v -r true
	says '^unshare-lite: uid='
	works unshare-lite -r true
	silent
}

### namespaces

@test "each letter and each name makes its kind, and no other" {
	changes user unshare-lite -r
	changes user unshare-lite --map-root-user
	changes user unshare-lite -c
	changes user unshare-lite --map-current-user
	changes user unshare-lite -U
	changes user unshare-lite --user
	changes 'mnt user' unshare-lite -rm
	changes 'mnt user' unshare-lite -r --mount
	changes 'user uts' unshare-lite -ru
	changes 'user uts' unshare-lite -r --uts
	changes 'ipc user' unshare-lite -ri
	changes 'ipc user' unshare-lite -r --ipc
	changes 'net user' unshare-lite -rn
	changes 'net user' unshare-lite -r --net
	changes 'pid user' unshare-lite -rp
	changes 'pid user' unshare-lite -r --pid
	changes 'cgroup user' unshare-lite -rC
	changes 'cgroup user' unshare-lite -r --cgroup
	changes 'time user' unshare-lite -rT
	changes 'time user' unshare-lite -r --time
	changes 'time user' setarch --uname-2.6 unshare-lite -rT
	changes 'time user' setarch --uname-2.6 unshare-lite -rfT
	works setarch --uname-2.6 unshare-lite -v -rfT true
	says 'setns\([0-9]+, CLONE_NEWTIME\) = 0'
	changes "$kinds" unshare-lite -a
	changes "$kinds" unshare-lite --all
	changes "$kinds" unshare-lite --map-root -a
}

# bats test_tags=root
@test "as root each kind can be had without a user namespace" {
	changes mnt unshare-lite -m
	changes uts unshare-lite -u
	changes ipc unshare-lite -i
	changes net unshare-lite -n
	changes pid unshare-lite -p
	changes cgroup unshare-lite -C
	changes time unshare-lite -T
	changes 'cgroup ipc mnt net pid time uts' unshare-lite -muinpCT
}

@test "with -f or without a fork the same namespaces come about" {
	changes 'ipc mnt net user uts' unshare-lite -rfmuin
	changes 'cgroup ipc mnt net time user uts' unshare-lite -r --no-fork -muinCT
	changes 'time user' setarch --uname-2.6 unshare-lite -r --no-fork -T
}

@test "PROG is PID 1 with -p, and we ourselves with --no-fork" {
	works unshare-lite -rp sh -c 'echo $$'
	prints 1
	works unshare-lite -r --no-fork sh -c 'echo $PPID'
	works sh -c 'echo $$; exec unshare-lite -rp --no-fork sh -c "echo \$\$; sh -c \"echo \\\$\\\$\""'
	[[ $stdout =~ ^([0-9]+)$'\n'([0-9]+)$'\n'1$ && ${BASH_REMATCH[1]} == "${BASH_REMATCH[2]}" ]]
	works unshare-lite -rf sh -c 'echo $$'
	[[ $stdout != 1 ]]
}

### PROG

@test "arguments, environment, folder, umask and status reach PROG and come back" {
	local how
	for how in -r -ra '-r --no-fork' '-rp' '-rT' '-r --print-pid=2'; do
		works unshare-lite $how printf '[%s]' -k 'a b' '' -- $'x\ny'
		prints $'[-k][a b][][--][x\ny]'
		fails 7 unshare-lite $how sh -c 'exit 7'
		works unshare-lite $how sh -c 'umask; pwd; echo "$MARK"'
		fails 0 env MARK='a  b' sh -c "umask 027; unshare-lite $how sh -c 'umask; pwd; echo \"\$MARK\"'"
		prints "0027"$'\n'"$W"$'\n'"a  b"
	done
	fails 143 unshare-lite -rf sh -c 'kill -TERM $$'
	fails 137 unshare-lite -rf sh -c 'kill -KILL $$'
}

@test "PROG gets the descriptors of the caller and none of ours" {
	local how
	needs 'subordinate IDs' unshare -Ur --map-auto true
	for how in -r -ra '-r --no-fork' '-rT' '--map-auto' \
		'-r --kill-child' '-r --print-pid=9 9>/dev/null'; do
		works sh -c "exec 5</dev/null; unshare-lite $how ls -1 /proc/self/fd"
		prints $'0\n1\n2\n3\n5'
	done
	works sh -c 'unshare-lite -r readlink /proc/self/fd/0 <&-'
	prints /dev/null
}

@test "a PROG that is missing or cannot run is found out before the first effect" {
	touch plain
	fails 127 unshare-lite -v -r nosuchprogram
	says 'exec .nosuchprogram.'
	never_says 'clone'
	fails 127 unshare-lite -v -r ./nosuch
	fails 126 unshare-lite -v -r ./plain
	says EACCES
	never_says 'clone'
	fails 126 unshare-lite -r /
	fails 127 unshare-lite -r ''
}

@test "an interpreter that is missing is told after the namespaces are made, and nothing stays" {
	local how
	printf '#!/nosuch/interpreter\n' >script
	chmod +x script
	for how in -r -ra '-r --no-fork' '-r --map-auto' '-r --print-pid=2'; do
		capture unshare-lite $how ./script
		(( status == 126 || status == 127 )) || flunk 'should not run'
		says '/nosuch/interpreter'
	done
}

@test "without PROG the shell of the caller runs, or else sh" {
	printf '#!/bin/sh\necho mine\n' >shell
	chmod +x shell
	works env SHELL="$W/shell" unshare-lite -r
	prints mine
	works env SHELL=/nosuch/shell unshare-lite -r <<<'echo $0'
	prints /bin/sh
	works env -u SHELL sh -c 'echo "echo \$0" | unshare-lite -r'
	prints /bin/sh
	works env SHELL= sh -c 'echo "echo \$0" | unshare-lite -r'
	prints /bin/sh
}

# bats test_tags=root
@test "a PROG that only the caller can reach is told so [UNS-32]" {
	mkdir -m 700 p
	cp "$(type -P true)" p/prog
	fails 126 unshare-lite --map-users=0:100000:1000 --map-groups=0:100000:1000 ./p/prog
	says EACCES
	says 'because: .*p'
}

### maps

@test "-r maps us to root, before PROG runs" {
	works unshare-lite -r sh -c 'id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map | tr -s " "'
	prints $'0\n0\n'" 0 $EUID 1"$'\n'" 0 $(id -g) 1"
	works unshare-lite -r grep CapEff /proc/self/status
	[[ $stdout != *0000000000000000 ]]
}

@test "-c maps us to ourselves, and the capabilities end at the exec" {
	works unshare-lite -c sh -c 'id -u; id -g'
	prints "$EUID"$'\n'"$(id -g)"
	works as_user unshare-lite -c grep CapEff /proc/self/status
	prints $'CapEff:\t0000000000000000'
}

@test "-U alone maps nothing" {
	works unshare-lite -U sh -c 'id -u; cat /proc/self/uid_map /proc/self/gid_map; cat /proc/self/setgroups'
	prints $'65534\nallow'
	works unshare-lite -U --setgroups=deny cat /proc/self/setgroups
	prints deny
	works unshare-lite --setgroups=deny cat /proc/self/setgroups
	prints deny
}

# bats test_tags=root
@test "as root, -r allows setgroups(2) and drops our groups" {
	works setpriv --groups 7,8 unshare-lite -r sh -c 'grep Groups: /proc/self/status; cat /proc/self/setgroups'
	prints $'Groups:\t \nallow'
	works setpriv --groups 7,8 unshare-lite -r --no-fork grep Groups: /proc/self/status
	prints $'Groups:\t '
	works setpriv --groups 7,8 unshare-lite -v -r --setgroups=deny sh -c 'grep Groups: /proc/self/status; cat /proc/self/setgroups'
	prints $'Groups:\t65534 65534 \ndeny'
	says 'supplementary groups stay'
	works unshare-lite -v -r true
	says 'no boundary'
	works setpriv --groups 7,8 unshare-lite -u grep Groups: /proc/self/status
	prints $'Groups:\t7 8 '
}

# bats test_tags=user
@test "as an ordinary user, -r denies setgroups(2), and -v says that groups stay" {
	works unshare-lite -v -r cat /proc/self/setgroups
	prints deny
	says 'supplementary groups stay, since setgroups\(2\) is denied'
	refused unshare-lite -r --setgroups=allow true
	because MAP-11
}

@test "--map-users and --map-groups take several extents" {
	local users groups
	needs 'subordinate IDs' unshare -Ur --map-auto true
	if (( EUID == 0 )); then
		users=0:100000:1000,1000:5000:1,2000:0:1
	else
		users=0:165600:1000,1000:1000:1,2000:165536:2
	fi
	groups=$users
	works unshare-lite --map-users="$users" --map-groups="$groups" sh -c \
		'id -u; tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map; cat /proc/self/setgroups'
	local lines=${users//:/ }
	lines=" ${lines//,/$'\n' }"
	if (( EUID == 0 )); then
		prints "2000"$'\n'"$lines"$'\n'"$lines"$'\nallow'
	else
		prints "1000"$'\n'"$lines"$'\n'"$lines"$'\nallow'
	fi
	works unshare-lite --map-users="${users%%,*}" --map-users="${users#*,}" sh -c 'tr -s " " </proc/self/uid_map'
	prints "$lines"
	works unshare-lite --no-fork --map-users="$users" sh -c 'tr -s " " </proc/self/uid_map; cat /proc/self/gid_map'
	prints "$lines"
}

@test "--map-auto maps our ranges, and with -r us as well" {
	local first
	needs 'subordinate IDs' unshare -Ur --map-auto true
	first=$(( EUID ? 165536 : 100000 ))
	needs 'the ranges of scripts/check' grep -q ":$first:" /etc/subuid
	works unshare-lite --map-auto sh -c 'id -u; id -g; tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map'
	prints $'0\n0\n'" 0 $first 65536"$'\n'" 0 $first 65536"
	works unshare-lite --map-auto --no-fork sh -c 'id -u; id -g; grep Groups: /proc/self/status'
	prints $'0\n0\nGroups:\t '
	works unshare-lite -r --map-auto sh -c 'id -u; tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map; id -G'
	prints $'0\n'" 0 $EUID 1"$'\n'" 1 $first 65536"$'\n'" 0 $(id -g) 1"$'\n'" 1 $first 65536"$'\n0'
	works unshare-lite -a -r --map-auto sh -c 'touch f; chown 5:5 f; stat -c %u:%g f; rm f'
	prints 5:5
	works unshare-lite -r --map-auto setpriv --reuid 7 --regid 7 --clear-groups id -u
	prints 7
}

@test "a map that cannot be is refused before anything is made" {
	refused unshare-lite -v --map-users=0:100:10,5:300:10 true
	because MAP-04
	never_says clone
	refused unshare-lite -v --map-users=0:100:0 true
	because MAP-03
}

# bats test_tags=user
@test "a map that is not delegated is refused before anything is made" {
	refused unshare-lite -v --map-users=0:5000:10 true
	never_says clone
	says 'because: '
}

# bats test_tags=root
@test "host root is not mapped without CAP_SETFCAP [UNS-35]" {
	refused setpriv --bounding-set=-setfcap unshare-lite -r true
	because MAP-13
	refused setpriv --bounding-set=-setfcap unshare-lite -r --setgroups=deny true
	because MAP-13
	refused setpriv --bounding-set=-setfcap unshare-lite -r --no-fork true
	because MAP-13
}

### the rest of the options

@test "--hostname is set, and implies -u" {
	local here
	here=$(cat /proc/sys/kernel/hostname)
	works unshare-lite -r --hostname=box cat /proc/sys/kernel/hostname
	prints box
	works unshare-lite -r --hostname='a b;c' cat /proc/sys/kernel/hostname
	prints 'a b;c'
	works unshare-lite -r --hostname= cat /proc/sys/kernel/hostname
	prints ''
	works unshare-lite -r --no-fork --hostname=box cat /proc/sys/kernel/hostname
	prints box
	[[ $(cat /proc/sys/kernel/hostname) == "$here" ]]
	local name
	name=$(printf 'a%.0s' {1..64})
	works unshare-lite -r --hostname="$name" cat /proc/sys/kernel/hostname
	prints "$name"
	misused unshare-lite -r --hostname="a$name" true
	says '64 bytes'
}

@test "--mount-proc shows the new PID namespace, and implies -m" {
	works unshare-lite -rp --mount-proc sh -c 'echo /proc/[0-9]*; exec cat /proc/1/comm'
	prints $'/proc/1\ncat'
	mkdir 'a, b\c'
	works unshare-lite -rp --mount-proc='a, b\c' sh -c 'printf %s a*/[0-9]*'
	prints 'a, b\c/1'
	works unshare-lite -rp --mount-proc findmnt -no OPTIONS --mountpoint /proc
	shows 'nosuid,nodev,noexec'
	[[ ! -e 'a, b\c/1' ]]
}

@test "--mount-proc says why not" {
	refused unshare-lite -r --mount-proc true
	because PSE-01
	try_works
	refused unshare-lite -rp --mount-proc=nosuch true
	says 'does not exist \[PSE-15\]$'
	touch plain
	refused unshare-lite -rp --mount-proc=plain true
	says 'is not a folder \[PSE-15\]$'
	(( EUID )) || {
		mkdir -m 700 closed
		mkdir closed/x
		refused as_user unshare-lite -rp --mount-proc=closed/x true
		says EACCES
		because UNS-53
	}
	OUTSIDE=$EUID inside -p -f --mount-proc <<-'END'
		mount -t tmpfs none /proc/sys
		refused unshare-lite -rp --mount-proc true
		because PSE-02
		umount /proc/sys
		(( OUTSIDE )) || {
			mount -o remount,bind,noatime /proc
			refused unshare-lite -rp --mount-proc true
			because PSE-57
		}
		mount -o remount,bind,ro /proc
		refused unshare-lite -Ucp --mount-proc true
	END
	inside -p -f --mount-proc <<-'END'
		mount -o remount,bind,ro /proc
		refused unshare-lite --map-users=0:0:1 -mp --mount-proc true
		says 'because: '
	END
}

@test "mounts become private, or what is asked for" {
	inside <<-'END'
		mount --make-rshared /
		works unshare-lite -m findmnt -no PROPAGATION /
		prints private
		works unshare-lite -m --propagation=private findmnt -no PROPAGATION /
		prints private
		works unshare-lite -m --propagation=slave findmnt -no PROPAGATION /
		prints private,slave
		works unshare-lite -m --propagation=shared findmnt -no PROPAGATION /
		prints shared
		works unshare-lite -m --propagation=unchanged findmnt -no PROPAGATION /
		prints shared
		mkdir -p m
		mount -t tmpfs none m
		works unshare-lite -m --propagation=unchanged mount -t tmpfs none m
		mount --make-rprivate /
		works unshare-lite -m --propagation=shared findmnt -no PROPAGATION /
		prints shared
	END
}

@test "the new proc shows in no namespace that shares its mount point" {
	inside -p -f --mount-proc <<-'END'
		mount --make-rshared /
		before=$(grep -c . /proc/self/mountinfo)
		works unshare-lite -mp --propagation=unchanged --mount-proc sh -c 'echo $$ /proc/[0-9]*'
		prints '1 /proc/1'
		works unshare-lite -mp --propagation=shared --mount-proc sh -c 'echo $$ /proc/[0-9]*'
		prints '1 /proc/1'
		mkdir d
		refused unshare-lite -mp --propagation=unchanged --mount-proc=d true
		because UNS-52
		[[ $(grep -c . /proc/self/mountinfo) == "$before" ]]
	END
}

@test "clocks get their offsets, and imply -T" {
	changes 'time user' unshare-lite -r --boottime=1000000
	works unshare-lite -r --boottime=1000000 --monotonic=-1 cat /proc/self/timens_offsets
	[[ $(tr -s ' ' <<<"$stdout") == $'monotonic -1 0\nboottime 1000000 0' ]]
	works unshare-lite -r --boottime=1000000 cut -d. -f1 /proc/uptime
	(( stdout > 1000000 ))
	works setarch --uname-2.6 unshare-lite -r --boottime=1000000 cut -d. -f1 /proc/uptime
	(( stdout > 1000000 ))
	works unshare-lite -r --no-fork --boottime=1000000 cut -d. -f1 /proc/uptime
	(( stdout > 1000000 ))
	works unshare-lite -ar --boottime=1000000 sh -c 'cat /proc/uptime'
	(( ${stdout%%.*} > 1000000 ))
}

# Which the kernel refuses to who is not yet in the namespace of his children.
@test "PROG is in its time namespace, and may vfork(2)" {
	works unshare-lite -UrT sh -c '/bin/true && readlink /proc/self/ns/time && readlink /proc/self/ns/time_for_children'
	[[ $(uniq <<<"$stdout" | wc -l) = 1 && $stdout != *"$(readlink /proc/self/ns/time)"* ]]
}

@test "an offset that cannot be is refused" {
	refused unshare-lite -r --boottime=-999999999 true
	says ERANGE
	because UNS-17
	refused unshare-lite -r --boottime=9999999999999 true
	because UNS-17
	misused unshare-lite -r --boottime=99999999999999999999 true
	works unshare-lite -r --boottime=00000000000000000005 true
	for sign in '' -; do
		misused unshare-lite -r --boottime="$sign$(printf %0300d 5)" true
		misused unshare-lite -r --monotonic="$sign$(printf %04000d 5)" true
	done
	inside <<-'END'
		refused setpriv --bounding-set=-sys_time unshare-lite -u --boottime=5 true
		because UNS-16
	END
}

### --hold

@test "--hold leaves a minimal init in the namespaces, prints its PID and returns" {
	local kind
	hold -ar --hold
	silent
	for kind in $kinds; do
		[[ $(readlink "/proc/$held/ns/$kind") != "$(readlink "/proc/self/ns/$kind")" ]]
	done
	(( $(awk '/^NSpid:/ { print $NF }' "/proc/$held/status") == 1 ))
	[[ $(ps -o sid= -p "$held") -eq $held ]]
	[[ $(readlink "/proc/$held/ns/time") == "$(readlink "/proc/$held/ns/time_for_children")" ]]
	if (( EUID == 0 )); then
		nsenter -t "$held" -a true
	else
		nsenter -t "$held" --preserve-credentials -a true
	fi
	[[ $(readlink "/proc/$held/cwd") == / ]]
	works sh -c "readlink /proc/$held/fd/*"
	[[ $(grep -vc '^/dev/null$\|signalfd' <<<"$stdout") == 0 ]]
	drop_held
}

@test "a substitution does not wait for what is held, whatever it had inherited" {
	works timeout 5 sh -c 'exec 7</; p=$(unshare-lite -ar --hold 2>&1); echo "$p"; ls -l /proc/$p/fd/7 2>&1; kill "$p"'
	shows '^[0-9]+$'
	shows 'No such file'
	held=${stdout%%$'\n'*}
	eventually gone "$held"
}

@test "what is held reaps, and ends with the process it is bound to" {
	spawn sleep 60
	hold -ar --hold="$pid"
	nsenter -t "$held" --preserve-credentials -U -p setsid -f true
	nsenter -t "$held" --preserve-credentials -U -p setsid -f true
	sleep 0.1
	[[ ! $(ps --ppid "$held" -o stat=) ]]
	alive "$held"
	kill -KILL "$pid"
	eventually gone "$held"
}

@test "what is held ends on SIGTERM even where the caller ignores it, and nothing inside survives it" {
	works sh -c 'trap "" TERM HUP INT; unshare-lite -ar --hold'
	held=$stdout
	nsenter -t "$held" --preserve-credentials -U -p sleep 60 &
	spawned+=($!)
	sleep 0.1
	drop_held
	works unshare-lite -r --hold
	held=$stdout
	drop_held
}

@test "--hold maps as PROG would be mapped, from outside as well" {
	needs 'subordinate IDs' unshare -Ur --map-auto true
	hold -ar --map-auto --hold=$$
	(( $(wc -l <"/proc/$held/uid_map") == 2 ))
	if (( EUID )); then
		# Still dumpable: he could neither map nor enter it.
		nsenter -t "$held" --preserve-credentials -U -p -m true
		[[ -O /proc/$held/environ ]]
	fi
	drop_held
	hold -a --map-auto --hold
	if (( EUID )); then
		unshare-lite -r --map-auto true
		nsenter -t "$held" --preserve-credentials -U id
	fi
	drop_held
}

# bats test_tags=root
@test "the root of a container cannot trace what root holds" {
	hold -ap --hold
	echo 0 100000 65536 >"/proc/$held/uid_map"
	echo 0 100000 65536 >"/proc/$held/gid_map"
	fails 1 nsenter -t "$held" -U -p -S 0 -G 0 readlink "/proc/$held/cwd"
	works readlink "/proc/$held/cwd"
	drop_held
}

@test "a PID that cannot be written is a failure, and nothing stays" {
	local map
	for map in -r --map-auto "-U"; do
		[[ $map != --map-auto ]] || unshare -Ur --map-auto true || continue
		refused sh -c "unshare-lite -a $map --hold >&-"
		says EBADF
		refused sh -c "unshare-lite -a $map --hold >/dev/full"
		says ENOSPC
		refused sh -c "ulimit -f 0; unshare-lite -a $map --hold >file"
		says EFBIG
		capture sh -c "{ sleep 0.1; unshare-lite -a $map --hold; } | true"
		says EPIPE
	done
	# finish() finds what is left
}

@test "--hold is told that its process has ended already, or was never there" {
	refused unshare-lite -r --hold=4194304
	because NSE-10
	sh -c 'sleep 0.2 & echo $! >pid; exec sleep 60' 3>&- &
	spawned+=($!)
	eventually test -s pid
	eventually grep -q Z "/proc/$(<pid)/stat"
	refused unshare-lite -r --hold="$(<pid)"
	because NSE-11
}

### --print-pid, --kill-child

@test "--print-pid writes the PID when all is ready, before PROG runs" {
	local how child parent
	for how in -rf -ra '-rf -T' '--map-auto -f' '-r --no-fork'; do
		[[ $how != --map-auto* ]] || unshare -Ur --map-auto true || continue
		rm -f pid out
		spawn sh -c "exec unshare-lite $how --print-pid=3 sh -c 'cat pid >out; id -u >>out; exec sleep 60' 3>pid"
		parent=$pid
		eventually grep -q '^0' out
		child=$(head -n 1 out)
		[[ $child == "$(<pid)" ]]
		[[ $(cat "/proc/$child/comm") == sleep ]]
		[[ $how = *no-fork ]] || [[ $(ps -o ppid= -p "$child") -eq $parent ]]
	done
}

@test "whoever reads the PID does not wait for PROG, which has not the descriptor" {
	works timeout 5 bash -c 'pid=$(unshare-lite -r --print-pid=3 --kill-child sleep 60 3>&1 >/dev/null & echo $! >parent)
		echo "$pid"; kill $(<parent); wait'
	shows '^[0-9]+$'
	works sh -c 'unshare-lite -r --print-pid=3 ls -1 /proc/self/fd 3>/dev/null'
	prints $'0\n1\n2\n3'
	works sh -c 'unshare-lite -r --print-pid=1 echo x'
	shows '^[0-9]+$'
	shows '^x$'
}

@test "a PID that cannot be written ends it before PROG" {
	local how
	refused unshare-lite -v -r --print-pid=9 touch ran
	says EBADF
	never_says clone
	for how in -r -ra '-r -T' '-r --no-fork'; do
		refused sh -c "unshare-lite $how --print-pid=3 touch ran 3>/dev/full"
		says ENOSPC
		refused sh -c "unshare-lite $how --print-pid=3 touch ran 3</dev/null"
		says EBADF
	done
	[[ ! -e ran ]]
}

@test "--kill-child ends PROG when we are killed" {
	local signal child
	works unshare-lite -v -rf --kill-child=USR1 true
	says 'prctl\(PR_SET_PDEATHSIG, SIGUSR1\) = 0$'
	for signal in '' =KILL =SIGTERM =15 =HUP; do
		spawn unshare-lite -rf --kill-child$signal sleep 60
		child=$(child_of "$pid")
		eventually grep -q sleep "/proc/$child/comm"
		kill -KILL "$pid"
		eventually gone "$child"
	done
	spawn unshare-lite -rp --kill-child sh -c 'sleep 60 & wait'
	child=$(child_of "$pid")
	eventually grep -q . "/proc/$child/task/$child/children"
	kill -KILL "$pid"
	eventually gone "$child"
}

# The parent alone is traced, and killed as it makes each of its calls.
@test "killed at any moment, --hold and --kill-child leave no process behind" {
	local n call how map=-r
	! unshare -Ur --map-auto true || map='-r --map-auto'
	for how in "-a -r --hold" "-a $map --hold" "-a -r --kill-child true" "-a $map --kill-child true" \
		"-fT -r --kill-child true"; do
		strace -o calls unshare-lite $how | xargs -r kill
		sed -n 's/(.*//p' calls | awk '/pidfd_open|socketpair/ { on = 1 } { n[$1]++ } on && !/exit|^rt_|^get|ioctl|^uname|^arch/ { print $1, n[$1] }' >list
		(( $(wc -l <list) > 5 ))
		while read -r call n; do
			capture timeout -k 1 5 strace -o calls -e inject=$call:signal=KILL:when=$n \
				unshare-lite ${how/%true/sleep 62} </dev/null
			# It waits for the child's exec (futex) where that is not over yet.
			(( status == 137 || status == 125 )) || { [[ $stdout ]] && kill "$stdout"; } ||
				(( $(grep -c "^$call(" calls) < n )) ||
				flunk "goes on when killed at $call $n: $how"
		done <list
	done
}

@test "killed before PROG has its --kill-child, we take it along" {
	local tool child
	spawn strace -f -o /dev/null -e inject=prctl:delay_enter=20000000 unshare-lite -rf --kill-child sleep 63
	# strace has had other children before, to try out ptrace(2).
	eventually pgrep -P "$pid" -x unshare-lite
	tool=$(pgrep -P "$pid" -x unshare-lite)
	child=$(child_of "$tool")
	sleep 0.4
	[[ $(cat "/proc/$child/comm") == unshare-lite ]]
	kill -KILL "$tool"
	eventually gone "$child"
}

### cgroups

v2_root() {
	findmnt -nro TARGET -t cgroup2 | head -n 1
}

# bats test_tags=root
@test "--into-cgroup starts PROG in the cgroup, which its namespace shows as its root" {
	local g how
	needs 'cgroup2' v2_root
	g=$(v2_root)/$CG
	mkdir "$g"
	for how in "$g" "$CG" "./$CG"; do
		works unshare-lite --into-cgroup="$how" grep ^0:: /proc/self/cgroup
		prints "0::/$CG"
		works unshare-lite -C --into-cgroup="$how" grep ^0:: /proc/self/cgroup
		prints 0::/
	done 2>/dev/null || works unshare-lite -C --into-cgroup="$g" true
	works unshare-lite -ar --into-cgroup="$g" sh -c 'grep ^0:: /proc/self/cgroup; sed -n "s/ .*//p" /proc/self/uid_map; echo $$'
	shows 0::/
	works unshare-lite -a --map-auto --into-cgroup="$g" sh -c 'grep ^0:: /proc/self/cgroup; id -u'
	prints $'0::/\n0'
	hold -a --into-cgroup="$g" --hold
	[[ $(<"$g/cgroup.procs") == "$held" ]]
	drop_held
	spawn sh -c "exec unshare-lite -C --into-cgroup='$g' --print-pid=3 sleep 60 3>pid"
	eventually test -s pid
	eventually grep -q sleep "/proc/$(<pid)/comm"
	[[ $(<"$g/cgroup.procs") == "$(<pid)" ]]
	kill "$pid"
	eventually rmdir "$g"
}

# bats test_tags=root
@test "where clone3(2) is refused, PROG joins the cgroup by itself" {
	local g error
	needs 'cgroup2' v2_root
	g=$(v2_root)/$CG
	mkdir "$g"
	for error in ENOSYS EPERM; do
		works strace -f -o /dev/null -e inject=clone3:error=$error \
			unshare-lite -C --into-cgroup="$CG" grep ^0:: /proc/self/cgroup
		prints 0::/
		works strace -f -o /dev/null -e inject=clone3:error=$error \
			unshare-lite -ar --into-cgroup="$CG" grep ^0:: /proc/self/cgroup
		prints 0::/
	done
	rmdir "$g"
}

# bats test_tags=root
@test "cgroups of version 1 are joined, all that have the name" {
	local folder=/sys/fs/cgroup/pids unified
	needs 'a pids hierarchy of version 1' test -f $folder/tasks
	mkdir "$folder/$CG"
	works unshare-lite -C --into-cgroup="$folder/$CG" grep :pids: /proc/self/cgroup
	[[ $stdout = *:pids:/ ]]
	works unshare-lite --into-cgroup="$CG" grep :pids: /proc/self/cgroup
	[[ $stdout = *:pids:/$CG ]]
	works unshare-lite --into-cgroup="./$CG" grep :pids: /proc/self/cgroup
	[[ $stdout = *:pids:*/$CG ]]
	unified=$(v2_root)/$CG
	mkdir "$unified"
	works unshare-lite -ar --into-cgroup="$CG" grep -E ':pids:|^0:' /proc/self/cgroup
	[[ $stdout = *:pids:/$'\n0::/' ]]
	rmdir "$unified" "$folder/$CG"
}

# bats test_tags=root
@test "a cgroup that cannot hold PROG is told [UNS-29] [UNS-31] [UNS-44] [NSE-39]" {
	local g
	needs 'cgroup2' v2_root
	g=$(v2_root)/$CG
	refused unshare-lite --into-cgroup="$W" true
	because UNS-31
	refused unshare-lite --into-cgroup="$g" true
	because UNS-44
	refused unshare-lite --into-cgroup="$CG" true
	because UNS-44
	try_works
	cgset -d "$CG"
	refused unshare-lite --into-cgroup="./$CG" true
	refused unshare-lite --into-cgroup="-$CG=a b" true
	try_works
	works unshare-lite --into-cgroup="-$CG=a b" true
	cgset -d -- "-$CG=a b"
	mkdir -p "$g"
	echo 1 >"$g/cgroup.freeze"
	mkdir "$g/below"
	refused unshare-lite --into-cgroup="$g/below" true
	because NSE-39
	refused unshare-lite --into-cgroup="$g" true
	because NSE-39
	try_works
	works unshare-lite --into-cgroup="$g" true
	echo threaded >"$g/below/cgroup.type"
	mkdir "$g/other"
	refused unshare-lite --into-cgroup="$g/other" true
	says EOPNOTSUPP
	because UNS-29
	try_works
	rmdir "$g/other" "$g/below" "$g"
	works strace -o /dev/null -e inject=clone3:error=EBUSY true
	refused strace -o /dev/null -e inject=clone3:error=ENODEV unshare-lite --into-cgroup="$(v2_root)" true
	says ENODEV
}

# bats test_tags=root
@test "a cpuset of version 1 that is empty takes nobody [CG1-06]" {
	local g=/sys/fs/cgroup/cpuset/$CG
	needs 'a cpuset of version 1' test -f "${g%/*}/cpuset.mems"
	mkdir "$g"
	if [[ ! -s $g/cpuset.mems || -z $(<"$g/cpuset.mems") ]]; then
		refused unshare-lite --into-cgroup="$g" true
		says ENOSPC
		because CG1-06
	fi
	cat "${g%/*}/cpuset.cpus" >"$g/cpuset.cpus"
	cat "${g%/*}/cpuset.mems" >"$g/cpuset.mems"
	works unshare-lite --into-cgroup="$g" true
	eventually rmdir "$g"
}

# bats test_tags=root
@test "a cgroup that is frozen in version 1 is told, and one that is not ours [UNS-30] [CG1-17] [CG2-28]" {
	local g=/sys/fs/cgroup/freezer/$CG
	needs 'a freezer of version 1' test -d "${g%/*}"
	mkdir "$g"
	echo FROZEN >"$g/freezer.state"
	refused unshare-lite --into-cgroup="$g" true
	because NSE-39
	try_works
	works unshare-lite --into-cgroup="$g" true
	refused as_user unshare-lite -r --into-cgroup="$g" true
	because CG1-17
	rmdir "$g"
	g=$(v2_root)/$CG
	mkdir "$g"
	refused as_user unshare-lite -r --into-cgroup="$g" true
	says EACCES
	because CG2-28
	chown 1000 "$g" "$g/cgroup.procs"
	refused as_user unshare-lite -r --into-cgroup="$g" true
	because UNS-30
	says 'above both'
	rmdir "$g"
}

### signals and terminals

# A PROG that says which signals it gets; it is there once `ready` is.
listener='for s in TERM HUP USR1 USR2 INT QUIT; do trap "echo $s" $s; done
	: >ready; while :; do sleep 0.2; done'

@test "TERM, HUP, USR1, USR2 and what is sent by kill(1) are passed on" {
	local how signal
	for how in -rf -rp; do
		rm -f ready out
		spawn sh -c "exec unshare-lite $how sh -c '$listener' >out"
		eventually test -e ready
		for signal in TERM HUP USR1 USR2; do
			kill -"$signal" "$pid"
			eventually grep -q "$signal" out
		done
	done
}

# bats test_tags=static
@test "a SIGTERM that PID 1 would not see is a SIGKILL, and said to be one" {
	spawn sh -c 'unshare-lite -rp sleep 60 2>err; echo $? >status'
	local tool
	tool=$(child_of "$pid")
	eventually grep -q sleep "/proc/$(child_of "$tool")/comm"
	kill -TERM "$tool"
	eventually test -s status
	[[ $(<status) == 137 ]]
	grep -q '^unshare-lite: SIGTERM: .*SIGKILL' err
	spawn sh -c 'unshare-lite -rf sleep 60 2>err2; echo $? >status2'
	tool=$(child_of "$pid")
	eventually grep -q sleep "/proc/$(child_of "$tool")/comm"
	kill -TERM "$tool"
	eventually test -s status2
	[[ $(<status2) == 143 && ! -s err2 ]]
}

# bats test_tags=root
@test "where hidepid hides what PID 1 would see, a SIGTERM is a SIGTERM" {
	cp "$(type -P busybox)" busybox
	chmod 711 busybox
	inside -p -f <<-'END'
		mount -t proc -o hidepid=2 proc /proc
		spawn setpriv --reuid 1000 --regid 1000 --clear-groups unshare-lite -Urp \
			./busybox sh -c 'trap "exit 7" TERM; : >ready; while :; do sleep 0.1; done'
		eventually test -e ready
		kill -TERM "$pid"
		code=0
		wait "$pid" || code=$?
		(( code == 7 )) || flunk "$code"
	END
}

@test "signals that the caller ignores stay ignored, SIGCHLD too, and the status is known" {
	works sh -c 'trap "" HUP; unshare-lite -r grep SigIgn /proc/self/status'
	(( 0x${stdout##*[[:space:]]} & 1 ))
	fails 7 bash -c 'trap "" CHLD; unshare-lite -rf sh -c "exit 7"'
	works bash -c 'trap "" CHLD; unshare-lite -ra grep SigIgn /proc/self/status'
	(( 0x${stdout##*[[:space:]]} & 0x10000 ))
	works unshare-lite -rf grep -E 'Sig(Ign|Blk)' /proc/self/status
	prints "$(grep -E 'Sig(Ign|Blk)' /proc/self/status)"
	works nohup unshare-lite -rp sh -c 'echo $$'
	works sh -c 'unshare-lite -rp sh -c "exit 7" & wait $!; echo $?'
	prints 7
	works bash -c 'trap "" CHLD; p=$(unshare-lite -ar --hold); kill $p; echo ok'
	prints ok
}

@test "on a terminal, PROG has job control, and the terminal comes back" {
	works tty_run unshare-lite -rp bash -ic 'test -t 0 && sleep 0.1; echo in $$' 2>/dev/null
	shows 'in 1'
	works tty_run bash -c 'unshare-lite -rp --mount-proc bash -mc "sleep 0.1 | cat"; read -t 0.1; echo back'
	shows '^back'
}

in_tmux() {
	tmux -S "$W/tmux" -f /dev/null "$@"
}

pane_shows() {
	in_tmux capture-pane -p | grep -qE "$1"
}

@test "control-C ends PROG, control-Z stops it together with us, and fg goes on" {
	needs tmux command -v tmux
	local how tty
	in_tmux new-session -d -x 100 -y 30 'PS1="prompt> " bash --norc --noprofile -i' 3>&- 4>&-
	eventually pane_shows '^prompt>'
	for how in -rp -rf; do
		in_tmux send-keys "clear; unshare-lite $how sleep 61; echo status=\$?" Enter
		tty=$(in_tmux display -p '#{pane_tty}')
		eventually pgrep -t "${tty#/dev/}" sleep
		in_tmux send-keys C-z
		eventually pane_shows 'Stopped|suspended' || flunk "$how: ^Z: $(in_tmux capture-pane -p)"
		in_tmux send-keys 'clear; fg' Enter
		eventually pane_shows '^unshare-lite'
		sleep 0.2
		# PID 1 without a handler does not see it: pid_namespaces(7).
		[[ $how == -rf ]] || pkill -KILL -t "${tty#/dev/}" sleep
		in_tmux send-keys C-c
		eventually pane_shows 'prompt> *$' || flunk "$how: ^C: $(in_tmux capture-pane -p)"
		in_tmux send-keys 'clear; jobs; echo none' Enter
		eventually pane_shows '^none'
		[[ ! $(pgrep -t "${tty#/dev/}" sleep) ]]
	done
	in_tmux kill-server
}

### causes

# bats test_tags=user
@test "an ordinary user needs -U for all other kinds [UNS-33]" {
	refused unshare-lite -n true
	says EPERM
	because UNS-33
	try_works
	refused unshare-lite -T true
	because UNS-33
	try_works
	refused unshare-lite --no-fork -u true
	because UNS-33
	try_works
}

@test "capabilities that ended at an exec are told [UNS-34] [UNS-07]" {
	refused unshare-lite -U unshare-lite -n true
	because UNS-34
	refused as_user unshare-lite -c unshare-lite -n true
	because UNS-34
	refused unshare-lite -U unshare-lite -U true
	because UNS-07
	refused unshare-lite --map-users="0:$EUID:1" unshare-lite -r true
	says 'our gid is not mapped'
	never_says 'our uid is not mapped'
}

@test "limits on namespaces are told, and where they are ours raised [UNS-02] [UNS-03]" {
	needs sysctl command -v sysctl
	# Never those of the machine.
	inside -Ur <<-'END'
		echo 0 >/proc/sys/user/max_net_namespaces
		refused unshare-lite -n true
		says ENOSPC
		because UNS-02
		try_works
		echo 0 >/proc/sys/user/max_net_namespaces
		refused unshare-lite -n --no-fork true
		because UNS-02
	END
	inside -Ur <<-'END'
		echo 0 >/proc/sys/user/max_net_namespaces
		echo 0 >/proc/sys/user/max_user_namespaces
		refused unshare-lite -rn true
		because UNS-02
		because UNS-03
		echo 1000 >/proc/sys/user/max_user_namespaces
		refused unshare-lite -r unshare-lite -n true
		because UNS-02
		says 'one of'
		refused unshare-lite -r unshare-lite -rn true
		because UNS-04
	END
}

nested='n=$1; shift; [ $n = 0 ] && exec "$@"; exec unshare '

@test "32 levels are the most [UNS-04] [UNS-05]" {
	echo "$nested -Ur sh levels \$((n - 1)) \"\$@\"" >levels
	refused sh levels 33 unshare-lite -r true
	says ENOSPC
	because UNS-04
	echo "$nested -pf sh plevels \$((n - 1)) \"\$@\"" >plevels
	refused unshare -Ur sh plevels 32 unshare-lite -p true
	because UNS-05
	works unshare -Ur sh plevels 31 unshare-lite -p true
}

@test "in a chroot there are no user namespaces, and no propagation [UNS-06] [UNS-15]" {
	local tool
	tool=$(cd "$ROOTFS" && find . -name unshare-lite | head -n 1)
	needs 'tools in the root filesystem' test -n "$tool"
	prefix=
	(( EUID == 0 )) || prefix='unshare -Ur'
	refused $prefix chroot "$ROOTFS" "${tool#.}" -U true
	says EPERM
	because UNS-06
	never_says UNS-07
	refused $prefix chroot "$ROOTFS" "${tool#.}" -m true
	says EINVAL
	because UNS-15
	try_works $prefix chroot "$ROOTFS" env PATH="$(dirname "${tool#.}"):/bin"
}

# bats test_tags=root
@test "the sysctl of Debian is told [UNS-08]" {
	inside <<-'END'
		mount -t tmpfs none /proc/sys/kernel
		echo 0 >/proc/sys/kernel/unprivileged_userns_clone
		capture as_user strace -f -o /dev/null -e inject=clone:error=EPERM unshare-lite -rf true
		(( status == 125 )) || flunk
		because UNS-08
	END
}

@test "a seccomp filter is told, and clone3(2) need not be allowed [UNS-10] [UNS-26]" {
	compile refuse
	refused ./refuse "$(number_of unshare)" 1 unshare-lite -r --no-fork true
	says EPERM
	because UNS-10
	works ./refuse 435 38 unshare-lite -ar true
	works ./refuse 434 1 unshare-lite -ar true
	refused ./refuse "$(number_of clone)" 38 unshare-lite -rf true
	says ENOSYS
	because UNS-10
	refused ./refuse "$(number_of mount)" 1 unshare-lite -rm true
	because UNS-10
	refused ./refuse "$(number_of sethostname)" 1 unshare-lite -r --hostname=x true
	because UNS-10
}

@test "a seccomp filter for kinds of namespaces alone is told [UNS-10]" {
	compile restrict
	refused ./restrict 20000 unshare-lite -rm --no-fork true
	says 'unshare\(2\) with CLONE_NEWUSER\|CLONE_NEWNS \[UNS-10\]$'
	refused ./restrict 20000 unshare-lite -rmp true
	says 'clone\(2\) with CLONE_NEWUSER\|CLONE_NEWNS\|CLONE_NEWPID \[UNS-10\]$'
	refused ./restrict 80 unshare-lite -rT true
	says 'unshare\(2\) with CLONE_NEWTIME \[UNS-10\]$'
	works ./restrict 20000 unshare-lite -ru true
	refused as_user ./restrict 20000 unshare-lite -u true
	because UNS-33
	never_says UNS-10
}

@test "a PID namespace that awaits its first process is told [UNS-13]" {
	prefix=
	(( EUID == 0 )) || prefix='unshare -Ur'
	refused $prefix unshare -p unshare-lite -p true
	says EINVAL
	because UNS-13
	try_works $prefix unshare -p
}

# bats test_tags=root
@test "a PID namespace of a user namespace below ours is told [UNS-14]" {
	hold -rp --hold
	refused nsenter -t "$held" -p unshare-lite -p true
	says EINVAL
	because UNS-14
	drop_held
}

@test "no more processes: the ways to be refused are told [UNS-41] [UNS-43]" {
	refused in_ns -p sh -c '/bin/true; exec unshare-lite -u -f true'
	says ENOMEM
	because UNS-43
	spawn as_user sleep 60
	refused as_user prlimit --nproc=1 unshare-lite -rf true
	says EAGAIN
	because UNS-41
	refused as_user prlimit --nproc=1 unshare -Urp unshare-lite -rf true
	because UNS-41
	never_says UNS-43
}

# bats test_tags=root
@test "a full cgroup, and a full PID namespace, are told as one of the causes [UNS-21] [UNS-42] [UNS-47]" {
	local g=/sys/fs/cgroup/pids/$CG
	needs 'a pids hierarchy of version 1' test -d "${g%/*}"
	mkdir "$g"
	echo 1 >"$g/pids.max"
	refused sh -c "echo 0 >$g/tasks; exec unshare-lite -u -f true"
	says EAGAIN
	because UNS-21
	eventually rmdir "$g"
}

# bats test_tags=static
@test "a missing or a foreign /proc is told [UNS-36] [UNS-37]" {
	OUTSIDE=$EUID inside <<-'END'
		mount -t tmpfs none /proc
		refused unshare-lite -c --setgroups=deny true
		says ENOENT
		because UNS-37
		(( OUTSIDE )) || try_works
	END
	inside <<-'END'
		mount -t tmpfs none /proc
		refused unshare-lite --boottime=5 true
		because UNS-37
		refused unshare-lite --map-users=0:0:1,1:1:1 true
		says 'because: .*(UNS-37|MAP-)'
	END
	inside -p -f --mount-proc <<-'END'
		mount -o remount,bind,ro /proc
		refused unshare-lite --boottime=5 true
		says EROFS
		because MAP-21
	END
	inside -p -f <<-'END'
		grep -c " /proc " /proc/self/mountinfo >count
		refused unshare-lite -r true
		because UNS-36
		try_works
		# Not on the mounts that others see.
		grep -c " /proc " /proc/self/mountinfo | grep -qx "$(cat count)"
	END
	works in_ns -p -f unshare-lite -r --setgroups=deny cat /proc/self/uid_map
	# One that does not even have our own process.
	hold -rmp --mount-proc --hold
	for what in '-c --setgroups=deny' '-U --boottime=5' '-u --into-cgroup=x'; do
		refused nsenter -t "$held" -U --preserve-credentials -m unshare-lite $what true
		because UNS-36
		never_says UNS-37
	done
	drop_held
}

# bats test_tags=root,static
@test "who cannot mount is not told to" {
	inside -p -f --mount-proc <<-'END'
		# Root of a user namespace, which these mounts do not belong to.
		mkfifo up go
		unshare -Ur sh -c 'echo >up; read -r _ <go; exec unshare-lite -r true' 2>said &
		read -r _ <up
		mount -o remount,bind,ro /proc
		refused as_user unshare-lite -r true
		because MAP-21
		never_says try:
		mount -t tmpfs none /proc
		echo >go
		wait $! && flunk 'it found a /proc'
		grep -q 'UNS-37]$' said
		grep try: said && flunk "$(<said)"
		refused as_user unshare-lite -r true
		because UNS-37
		never_says try:
	END
}

@test "an LSM that refuses user namespaces is told [UNS-48]" {
	refused strace -f -o /dev/null -e inject=clone:error=EACCES unshare-lite -rf true
	says EACCES
	because UNS-48
}

# The map is refused, and so is what the look afterwards tries.
@test "capabilities that an LSM refuses in a user namespace are told [UNS-09]" {
	refused as_user strace -f -o /dev/null -e inject=open,openat:error=EACCES:when=1 -e inject=unshare:error=EPERM \
		unshare-lite -rf true
	because UNS-09
	never_says 'MAP-'
	refused as_user strace -f -o /dev/null -e inject=open,openat:error=EACCES:when=1 unshare-lite -rf true
	because MAP-37
	never_says 'UNS-09'
}

@test "Landlock forbids to change mounts [UNS-51]" {
	compile confine
	needs Landlock ./confine true
	refused ./confine unshare-lite -rm true
	says EPERM
	because UNS-51
	# A new proc shows more than the old one, and only that is in order.
	compile refuse
	inside -p -f --mount-proc <<-'END'
		mount -t tmpfs none /proc/sys
		refused ./confine unshare-lite -mp --propagation=unchanged --mount-proc true
		because UNS-51
		never_says PSE-
		refused ./refuse "$(number_of SYS_mount)" 1 unshare-lite -mp --propagation=unchanged --mount-proc true
		because UNS-10
		never_says PSE-
	END
}

@test "what cannot be explained is not guessed" {
	refused strace -f -o /dev/null -e inject=clone:error=EIO unshare-lite -rf true
	says 'EIO'
	says 'none of the [0-9]+ known causes'
}

# bats test_tags=static
@test "-a goes without the kinds that the kernel lacks, and -v says so [UNS-11]" {
	# Only the first clone(2) is refused, and /proc hides ns/time.
	inside <<-'END'
		self=/proc/self
		mkdir p
		mount --rbind /proc p
		mount -t tmpfs none /proc
		mkdir -p /proc/self/ns
		touch /proc/self/ns/{user,mnt,uts,ipc,net,pid,cgroup}
		capture p/self/root/usr/bin/env strace -f -o /dev/null -e inject=clone:error=EINVAL:when=1 \
			unshare-lite -v -a --no-fork true
		capture strace -o /dev/null -e inject=unshare:error=EINVAL:when=1 unshare-lite -v -a --no-fork true
		(( status == 0 )) || flunk 'should go without'
		says 'no time namespaces'
		never_says 'CLONE_NEWTIME\) = 0'
		refused strace -o /dev/null -e inject=unshare:error=EINVAL:when=2 unshare-lite -T --no-fork true
		because UNS-11
		umount /proc
	END
	refused strace -o /dev/null -e inject=unshare:error=EINVAL unshare-lite -a --no-fork true
	says EINVAL
}

### strange operands, faults

@test "operands of any bytes and lengths work, and no message breaks a line" {
	local name=$'n\n "e\\w,:\'\t' long
	mkdir "$name"
	works unshare-lite -rp --mount-proc="$name" sh -c 'test -d "$1"/1' sh "$name"
	refused unshare-lite -rp --mount-proc="$name/nosuch" true
	never_says '^[^u]'
	long=$(printf '/%.0s' {1..3900})
	works unshare-lite -rp --mount-proc="$W$long$name" true
	refused unshare-lite -rp --mount-proc="$W$long$long$name" true
	says ENAMETOOLONG
	refused unshare-lite -r --into-cgroup="$W$long$name" true
	misused unshare-lite -r --into-cgroup="$W$long$long$name" true
	fails 127 unshare-lite -r "./$long$long$name"
	cp "$(command -v busybox || command -v true)" "$name/true"
	works unshare-lite -r "$W$long$name/true"
	works unshare-lite -r env "$(printf 'a%.0s' {1..4000})=b" true
	# What is too long for a line is not tried in part.
	for n in 60000 65440 65480 65500 65600 120000; do
		refused unshare-lite -Urm --mount-proc true "$(printf "%0${n}d" 7)"
		because PSE-01
		[[ $stderr != *' try: '* || $stderr == *7 ]] || flunk "$n: cut off"
	done
	refused unshare-lite -Urm --mount-proc true "$(printf %060000d 7)"
	try_works
}

# Each system call that may fail, in whichever process, refused once.
@test "whichever call fails, it ends with a message and leaves nothing" {
	local how n call holder
	for how in "-a -r --hostname=x --mount-proc --boottime=5 --kill-child true" "-r -fm --print-pid=9 true" \
		"-c -T true" "-rm --no-fork --hostname=x true" "-a -r --hold"; do
		for call in socketpair clone unshare mount sethostname setns setsid chdir dup2 prctl; do
			for n in 1 2 3; do
				rm -f injected
				[[ $how != *hold ]] || { sleep 0.3 3>&- & holder=$!; }
				capture sh -c "exec timeout -k 1 5 strace -f -o injected \
					-e inject=$call:error=EPERM:when=$n unshare-lite ${how/%hold/hold=$holder} 9>/dev/null"
				grep -q INJECTED injected || break
				(( status == 125 )) || flunk "$how: $call $n"
				[[ $stderr == *unshare-lite:* ]] || flunk "$how: $call $n: no message"
			done
		done
	done
}

@test "setgroups(2) that is denied above cannot be allowed below" {
	for map in -r -U; do
		works unshare-lite -r --setgroups=deny sh -c "unshare-lite --setgroups=allow $map true; echo \$?"
		prints 125
		because MAP-38
	done
	works unshare-lite -r --setgroups=deny unshare-lite --setgroups=deny -r true
}

@test "what is no value of an option is quoted" {
	for option in propagation setgroups; do
		misused unshare-lite -mU --$option=$'a\nb\e[31m'
		[[ $stderr = *"--$option=\$'a\\012b\\033[31m': "* ]]
	done
}

# bats test_tags=static
@test "a chroot into a plain folder, and --no-fork, are tried without the option that does not fit" {
	cp "$BIN/unshare-lite" "$BIN/pid1" .
	inside -p -f --mount-proc <<-'END'
		refused chroot . /unshare-lite -m --propagation=slave /pid1 -V
		because UNS-15
		says 'try: unshare-lite --propagation=unchanged -m /pid1 -V$'
		works chroot . /unshare-lite --propagation=unchanged -m /pid1 -V
	END
	for option in '-Urmp --no-fork' '-Urmp --no' '--hostname box -Urmp --no-fork'; do
		refused unshare-lite $option --mount-proc true
		because PSE-01
		try_works
	done
}

# bats test_tags=static
@test "without /proc no cgroup is said to be missing, and no time namespace can be held" {
	inside <<-'END'
		mount -t tmpfs none /proc
		refused unshare-lite --into-cgroup=nosuch true
		because UNS-37
		refused unshare-lite -T --hold
		because UNS-37
	END
}
