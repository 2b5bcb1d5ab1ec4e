#!/usr/bin/env bats
# A test says how to `act` and each_call does it, once to learn which system
# calls the tool makes, and once again for each of them, which then fails.
# Not tested here: the calls of a dynamic build's loader, those of PROG, those
# that cannot fail (getpid(2), umask(2), exit(2)), close(2), which closes even if
# it fails, and a call's fourth time.
# A call fails at its Nth time in each of the tool's processes.
# shellcheck disable=SC2034,SC2046,SC2178,SC2261 # used in what `inside` runs
load helper

setup() {
	common_setup
	mkdir -p root/{bin,proc,sys,dev} l
	echo lower >l/f
	cp "$(command -v busybox)" root/bin
	export -f act before evidence after present same attempt learn new_namespaces error_of each_call check_refusal
}

# What most tests need not say: what is there before, what it did, how to undo.
act() { :; }
before() { :; }
evidence() { :; }
after() { :; }

# Mounts, files and processes.
present() {
	local path pids

	shopt -s globstar dotglob nullglob
	while read -r _ _ _ path; do
		echo "$path"
	done </proc/self/mountinfo
	printf '%q\n' "$W"/**
	pids=(/proc/[0-9]*)
	pids=" ${pids[*]} "
	echo "${pids/" /proc/$BASHPID "/ }"
}

same() {
	now=$(present)
	[[ $now == "$was" ]]
}

attempt() {
	before
	status=0
	act >out 2>err </dev/null || status=$?
	stdout=$(<out) stderr=$(<err) effect=
	(( status )) || effect=$(evidence)
}

# "NAME N": the Nth time of a call in one process, from the poll(2) with which
# a tool begins to the exec after which strace lets go.
learn() {
	awk '$2 ~ /^[a-z_0-9]+\(/ {
		name = $2
		sub(/\(.*/, "", name)
		n = ++seen[$1, name]
		own = own || name ~ /^p?poll$/
		if (!own)
			told[name, n]++
		else if ( (n <= 3 || name ~ /mount|pivot/) && name !~ /^(get.*id|umask|close|exit.*)$/ && !told[name, n]++)
			print name, n
	}' trace
}

# One that the call may meet.
error_of() {
	case $1 in
	read | write | pread64 | getdents64) echo error=EIO ;;
	mmap | clone* | *fork | *poll) echo error=ENOMEM ;;
	brk) echo retval=0 ;;
	*) echo error=EPERM ;;
	esac
}

# One line of the tool's, but for the causes, and what it says in any case.
check_refusal() {
	local line said=

	case $status in
	125) ;;
	126 | 127) [[ $stderr =~ (^|$'\n')"$1: exec " ]] || flunk "$2: no exec has failed" || return ;;
	*) flunk "$2: ended with $status" || return ;;
	esac
	while IFS= read -r line; do
		[[ $line =~ ^("$1: "(because|try)|new[ug]idmap): || $'\n'$usual_stderr$'\n'$said == *$'\n'"$line"$'\n'* ]] ||
			said+=$line$'\n'
	done <<<"$stderr"
	# Of two processes, either may miss what it reads from the other.
	[[ $2 != @(read|futex|wait4)\ * || $said != *$'\n'*$'\n' ]] || said=${said#*$'\n'}
	[[ $said =~ ^"$1: "[^$'\n']+$'\n'$ ]] || flunk "$2: should say one line"
}

each_call() {
	local tool=$1 call n calls effect was now usual_stdout usual_stderr usual_effect

	: >out >err >trace
	was=$(present)
	strace=(timeout -k 1 20 strace -qq -f -b execve -o trace)
	attempt
	(( ! status )) || flunk 'should work' || return
	usual_stdout=$stdout usual_stderr=$stderr usual_effect=$effect
	calls=$(learn)
	after
	[[ $calls ]] || flunk 'makes no call' || return
	while read -r call n; do
		strace=(timeout -k 1 20 strace -qq -f -b execve -o trace
			-e trace="$call" -e inject="$call:$(error_of "$call"):when=$n")
		attempt
		if (( status )); then
			check_refusal "$tool" "$call $n"
		else
			[[ $stdout == "$usual_stdout" && $effect == "$usual_effect" || $stderr != "$usual_stderr" ]] ||
				flunk "$call $n: 0, and not all is there: $(diff <(echo "$usual_effect") <(echo "$effect"))"
		fi || return
		after
		eventually same || flunk "$call $n: left $(diff <(echo "$was") <(echo "$now"))" || return
	done <<<"$calls"
}

# For PROG, and for the held: in how many namespaces it is that are not ours.
new_namespaces() {
	stat -Lc %i "$1"/ns/* | grep -vxFcf "$W/ours"
}

# bats test_tags=static
@test "unshare-lite: all namespaces, a map and a name" {
	inside -pf --mount-proc <<-'END'
		stat -Lc %i /proc/self/ns/* >ours
		act() {
			"${strace[@]}" unshare-lite -ar --hostname=box bash -c '
				read h </proc/sys/kernel/hostname
				read m </proc/self/uid_map
				echo $h $m; new_namespaces /proc/self'
		}
		each_call unshare-lite
	END
}

# bats test_tags=static
@test "unshare-lite: maps that are written from outside" {
	(( EUID == 0 )) || needs 'subordinate IDs' unshare -Ur --map-auto true
	inside -pf --mount-proc $( (( EUID == 0 )) || echo --map-auto) <<-'END'
		act() {
			"${strace[@]}" unshare-lite -mp --map-users=0:0:1,1:5:1 --map-groups=0:0:1,1:5:1 \
				sh -c 'cat /proc/self/uid_map /proc/self/gid_map'
		}
		each_call unshare-lite
		act() {
			"${strace[@]}" unshare-lite -m --no-fork --map-users=0:0:1,1:5:1 --map-groups=0:0:1,1:5:1 \
				sh -c 'cat /proc/self/uid_map /proc/self/gid_map'
		}
		each_call unshare-lite
	END
}

@test "unshare-lite --hold: the held one is there, or no handle is" {
	inside -pf --mount-proc <<-'END'
		stat -Lc %i /proc/self/ns/* >ours
		act() {
			exec 8< <("${strace[@]}" unshare-lite -ar --hostname=box --hold=$$ || echo "ended $?")
			while read -ru 8 word ended; do
				[[ $word != ended ]] || return "$ended"
				new_namespaces /proc/"$word"
				kill "$word"
			done
		}
		each_call unshare-lite
	END
}

@test "nsenter-lite: its copy, and what the copy enters" {
	inside -pf --mount-proc <<-'END'
		stat -Lc %i /proc/self/ns/* >ours
		held=$(unshare-lite -ar --hostname=box --hold=$$)
		act() {
			"${strace[@]}" nsenter-lite -t "$held" -a cat /proc/sys/kernel/hostname
		}
		each_call nsenter-lite
		cp "$BIN/nsenter-lite" copy
		chmod 500 copy
		exec 9<copy
		rm copy
		act() {
			"${strace[@]}" /proc/self/fd/9 -t "$held" -ac -r -w bash -c 'read h </proc/sys/kernel/hostname
				echo $h; new_namespaces /proc/self'
		}
		each_call nsenter-lite
		kill "$held"
	END
}

@test "mapids: both maps" {
	inside -pf --mount-proc <<-'END'
		before() {
			pid=$(unshare-lite -U --hold=$$)
		}
		act() {
			"${strace[@]}" mapids -t "$pid" root >/dev/null
		}
		evidence() {
			cat "/proc/$pid/"{uid_map,gid_map}
		}
		after() {
			kill "$pid"
		}
		each_call mapids
	END
}

@test "mkoverlay: a new DIR" {
	inside -pf --mount-proc <<-'END'
		act() {
			"${strace[@]}" mkoverlay -l l D
		}
		evidence() {
			echo x >D/merged/g
			cat D/merged/f D/upper/g
			rm D/upper/g
		}
		after() {
			(( status )) || { mkoverlay -d D; rm -rf D; }
		}
		each_call mkoverlay
	END
}

@test "mkoverlay: a new DIR for PROG" {
	inside -pf --mount-proc <<-'END'
		act() {
			"${strace[@]}" mkoverlay -l l D sh -c 'cat D/merged/f; echo x >D/merged/g; rm D/upper/g'
		}
		after() {
			(( status )) || { mkoverlay -d D; rm -rf D; }
		}
		each_call mkoverlay
	END
}

@test "mkoverlay -T: in memory" {
	(( EUID == 0 )) || needs 'user attributes of a tmpfs' since 6 6
	inside -pf --mount-proc <<-'END'
		act() {
			"${strace[@]}" mkoverlay -T -l l D
		}
		evidence() {
			echo x >D/merged/g
			cat D/merged/f D/upper/g
		}
		after() {
			(( status )) || mkoverlay -d D
		}
		each_call mkoverlay
	END
}

@test "mkoverlay -d: all is undone, or can be still" {
	inside -pf --mount-proc <<-'END'
		before() {
			mkoverlay -l l D >/dev/null
		}
		act() {
			"${strace[@]}" mkoverlay -d D
		}
		evidence() {
			ls D
			grep D/ /proc/self/mountinfo || :
		}
		after() {
			(( ! status )) || mkoverlay -d D || [[ ! -e D/merged ]]
			rm -rf D
		}
		each_call mkoverlay
	END
}

@test "mkpseudo: everything" {
	inside -pniuCf --mount-proc <<-'END'
		act() {
			"${strace[@]}" mkpseudo root
		}
		evidence() {
			cut -d ' ' -f 5,6 /proc/self/mountinfo
			stat -c '%A %t %T %N' root/dev/*
		}
		after() {
			(( status )) || mkpseudo -d root
		}
		each_call mkpseudo
	END
}

@test "mkpseudo: everything, for PROG" {
	inside -pniuCf --mount-proc <<-'END'
		act() {
			"${strace[@]}" mkpseudo root sh -c 'cut -d " " -f 5,6 /proc/self/mountinfo; ls root/dev'
		}
		after() {
			(( status )) || { mkpseudo -d root; rmdir root/sys root/dev; }
		}
		rmdir root/sys root/dev
		each_call mkpseudo
	END
}

@test "mkpseudo -d: all is undone, or can be still" {
	inside -pniuCf --mount-proc <<-'END'
		before() {
			mkpseudo root >/dev/null
		}
		act() {
			"${strace[@]}" mkpseudo -d root
		}
		evidence() {
			grep root/ /proc/self/mountinfo || :
		}
		after() {
			mkpseudo -d root >/dev/null 2>&1
		}
		each_call mkpseudo
	END
}

@test "pivot: the root of PROG alone" {
	inside -pf --mount-proc <<-'END'
		act() {
			unshare -m --propagation unchanged bash -c '
				mounts=$(</proc/self/mountinfo)
				"$@" || status=$?
				[[ ! -e $W || $mounts == "$(</proc/self/mountinfo)" ]] || echo left mounts
				exit $status' - "${strace[@]}" pivot root busybox echo done
		}
		each_call pivot
	END
}

@test "pivot -o: the old root stays" {
	inside -pf --mount-proc <<-'END'
		act() {
			unshare -m bash -c '
				mounts=$(</proc/self/mountinfo)
				"$@" || status=$?
				if [[ ! -e $W ]]; then
					for path in /*; do echo "$path"; done
				elif [[ $mounts != "$(</proc/self/mountinfo)" ]]; then
					echo "left mounts"
				fi
				exit $status' - "${strace[@]}" pivot -o root/old root
		}
		after() {
			[[ ! -e root/old ]] || rmdir root/old	# once the root has changed, it is late
		}
		each_call pivot
	END
}

@test "pid1: what PROG says and how it ends, or why not" {
	inside -pf --mount-proc <<-'END'
		act() {
			"${strace[@]}" pid1 echo done
		}
		each_call pid1
	END
}

@test "ovldiff: the whole list, or none" {
	inside -pf --mount-proc <<-'END'
		mkoverlay -l l D
		mkdir -p D/merged/d/e
		echo x >D/merged/d/e/g
		echo x >D/merged/f
		act() {
			"${strace[@]}" ovldiff D
		}
		each_call ovldiff
		rm D/merged/f
		each_call ovldiff
		mkoverlay -d D
	END
}

# Cgroups are no files of $W: after() looks at them.
# bats test_tags=root
@test "cgset: a cgroup as it was asked for, or none" {
	needs 'a controller pids' cgset "$CG" pids.max=5
	cgset -d "$CG"
	inside -pf --mount-proc <<-'END'
		gone() {
			[[ ! $(find /sys/fs/cgroup -path "*$CG*") ]]
		}
		act() {
			"${strace[@]}" cgset -o 1000:1000 "$CG/a" pids.max=5
		}
		evidence() {
			find /sys/fs/cgroup -path "*$CG/a*" -printf '%p %u\n'
			cat /sys/fs/cgroup/{,pids/}"$CG/a/pids.max" 2>/dev/null || :
		}
		after() {
			(( status )) || cgset -d "$CG"
			gone
		}
		each_call cgset
		act() {
			"${strace[@]}" cgset "$CG/a" pids.max=5 sh -c 'cat /proc/self/cgroup /sys/fs/cgroup/*/$CG/a/pids.max'
		}
		evidence() { :; }
		each_call cgset
	END
}

# bats test_tags=root
@test "cgset -t: a process is moved, or stays where it was" {
	needs 'a controller pids' cgset "$CG" pids.max=5
	inside -pf --mount-proc <<-'END'
		sleep 1000 & pid=$!
		place=$(<"/proc/$pid/cgroup")
		act() {
			"${strace[@]}" cgset -t "$pid" "$CG/a" pids.max=7
		}
		evidence() {
			cat "/proc/$pid/cgroup"
		}
		after() {
			(( status )) || {
				for folder in /sys/fs/cgroup{,/pids}; do
					[[ ! -e $folder/$CG/a ]] || echo "$pid" >"$folder/cgroup.procs"
				done
				cgset -d "$CG/a"
			}
			[[ $(<"/proc/$pid/cgroup") = "$place" && ! $(find /sys/fs/cgroup -path "*$CG/a") ]]
		}
		each_call cgset
		kill "$pid"
		cgset -d "$CG"
	END
}

# bats test_tags=root
@test "cgset -d: all is removed, or can be still" {
	needs 'a controller pids' cgset "$CG" pids.max=5
	inside -pf --mount-proc <<-'END'
		act() {
			"${strace[@]}" cgset -d "$CG"
		}
		before() {
			cgset "$CG/a/b" pids.max=5 >/dev/null
		}
		after() {
			(( ! status )) || cgset -d "$CG" || [[ $? = 125 ]]
			[[ ! $(find /sys/fs/cgroup -path "*$CG*") ]]
		}
		each_call cgset
		act() {
			"${strace[@]}" cgset -dk "$CG"
		}
		before() {
			cgset "$CG/a/b" pids.max=5 sleep 1000 & pid=$!
			disown
			eventually grep -qs "$CG/a/b" "/proc/$pid/cgroup"
		}
		after() {
			(( ! status )) || cgset -dk "$CG" || [[ $? = 125 ]]
			[[ ! $(find /sys/fs/cgroup -path "*$CG*") ]]
		}
		each_call cgset
	END
}

@test "vethpair: both ends with all that is theirs, or nothing" {
	inside -npf --mount-proc <<-'END'
		held=$(unshare-lite -n --hold=$$)
		act() {
			"${strace[@]}" vethpair -t "$held" -g ve0=10.77.0.1/24,fd77::1/64 eth0=10.77.0.2/24,fd77::2/64
		}
		evidence() {
			local enter

			for enter in '' "nsenter -t $held -n"; do
				$enter ip -o address | awk '{ print $2, $4 }' | grep -v fe80
				$enter ip route
				$enter ip -6 route show default
			done
		}
		after() {
			(( status )) || vethpair -d ve0
			nsenter -t "$held" -n ip link set lo down
			[[ $(ip -o link; nsenter -t "$held" -n ip -o link) != *@* ]]
		}
		each_call vethpair
		kill "$held"
	END
}

@test "vethpair -d: all of them, or none" {
	inside -npf --mount-proc <<-'END'
		before() {
			ip link add ve0 type veth peer name eth0
			ip link add ve1 type veth peer name eth1
		}
		act() {
			"${strace[@]}" vethpair -d ve0 ve1
		}
		evidence() {
			ip -o link show type veth
		}
		after() {
			(( ! status )) || {
				[[ $(ip -o link show type veth | grep -c 'group default') = 4 ]]
				vethpair -d ve0 ve1
			}
		}
		each_call vethpair
	END
}

# bats test_tags=static
@test "nspin: pins in a folder, and a name" {
	inside -pf --mount-proc <<-'END'
		mount -t tmpfs tmpfs /run
		mkdir D
		act() {
			"${strace[@]}" nspin -t $$ -nu D/
		}
		evidence() {
			stat -c '%n %i' D/*
		}
		after() {
			(( status )) || nspin -d D/
		}
		each_call nspin
		act() {
			"${strace[@]}" nspin -t $$ -n lab
		}
		evidence() {
			stat -c '%n %i' /run/netns/*
			grep -o '/run/netns .*shared' /proc/self/mountinfo
		}
		after() {
			(( status )) || nspin -d lab
			! mountpoint -q /run/netns || { umount /run/netns; rmdir /run/netns; }
		}
		each_call nspin
	END
}
