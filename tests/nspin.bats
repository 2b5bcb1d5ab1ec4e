#!/usr/bin/env bats
# Not tested here but with a /proc that is made up: PIN-16, a kernel without some
# kind of namespace.
load helper

# Mounts of our own, with /run empty, as in every test here.
own() {
	mount -t tmpfs tmpfs /run
	export before_pins
	before_pins=$(cat /proc/self/mountinfo)
}
export -f own

same_mounts() {
	[[ $before_pins = "$(cat /proc/self/mountinfo)" ]]
}
export -f same_mounts

# Since Linux 6.18 the order of mount namespaces is that of one CPU.
one_cpu() {
	taskset -cp 0 "$BASHPID" >/dev/null
}

# On its way, if it was stopped, and at its end; it may stop a bit later.
continued() {
	kill -CONT "$1" 2>/dev/null || :
	[[ ! -e /proc/$1 ]]
}
export -f continued

# inode KIND [PID]: of a process's namespace
inode() {
	stat -Lc %i "/proc/${2:-self}/ns/$1"
}
export -f inode

@test "what cannot be understood is refused with the synopsis, and changes nothing" {
	misused nspin
	misused nspin -x
	misused nspin -t $$
	misused nspin -t $$ -n
	misused nspin -t $$ "$W/f"
	misused nspin -n "$W/f"
	misused nspin -t $$ -n "$W/f" "$W/g"
	misused nspin -t $$ -nu "$W/f"
	misused nspin -t $$ -a "$W/f"
	misused nspin -t $$ -m name
	misused nspin -t $$ -n ''
	misused nspin -t $$ -n ..
	misused nspin -t x -n "$W/f"
	misused nspin -t 0 -n "$W/f"
	misused nspin -d
	misused nspin -d -n name
	misused nspin -d -t $$ name
	[[ -z $(ls -A) ]]
	works nspin --help
	shows '^usage: nspin '
	works nspin -V
	shows '^cooperage [0-9]'
}

@test "each kind is pinned, to a file without permissions, and prints the PID" {
	inside -pf --mount-proc <<-'END'
		own
		spawn unshare -uinCT sleep 60
		eventually grep -qsx sleep "/proc/$pid/comm"
		for kind in uts ipc net pid user cgroup time; do
			works nspin -t "$pid" --"$kind" "./$kind"
			prints "$pid"
			# Older ones do not enter a new time namespace at an exec.
			[[ $kind = time ]] && ! since 6 3 || silent
			[[ $(stat -c %i "$kind") = "$(inode $kind "$pid")" ]]
		done
		works nspin -d ./*
		prints ''
		silent
		[[ -z $(ls -A) ]]
		same_mounts
		works sh -c "unshare-lite -n --hold=$$ | nspin -v -t - -n ./net"
		says '^nspin: uid='
		says '^nspin: mount\("/proc/self/fd/[0-9]+", "/proc/self/fd/[0-9]+", NULL, MS_BIND, NULL\) = 0$'
		umount -c net
		[[ $(stat -c '%a %s' net) = '0 0' ]]
		kill "$pid"
		wait "$pid" || :
	END
}

@test "several kinds go into a folder, under the names of /proc/PID/ns" {
	inside <<-'END'
		own
		mkdir box
		spawn unshare -un sleep 60
		eventually grep -qsx sleep "/proc/$pid/comm"
		works nspin -t "$pid" -nu box/
		[[ $(echo box/*) = 'box/net box/uts' ]]
		refused nspin -t "$pid" -iu box/
		[[ $(echo box/*) = 'box/net box/uts' ]]
		works nspin -d box/
		[[ -z $(ls -A box) ]]
		refused nspin -d box/
		works nspin -t "$pid" -a box/
		[[ $(echo box/*) = 'box/net box/uts' ]]
		works nspin -d box/
		refused nspin -t $$ -a box/
		says 'in all our namespaces'
		[[ -z $(ls -A box) ]]
		same_mounts
		kill "$pid"
		wait "$pid" || :
	END
}

@test "a namespace outlives its last process, and is entered by its pin" {
	inside <<-'END'
		own
		pid=$(unshare-lite -un --hostname=kept --hold=$$)
		works nspin -t "$pid" -un ./
		kill "$pid"
		eventually test ! -e "/proc/$pid"
		works nsenter-lite -u./uts -n./net hostname
		prints kept
		works nspin -d ./
	END
}

@test "what the two make of /run/netns, the other one knows" {
	inside -n <<-'END'
		own
		pid=$(unshare-lite -n --hold=$$)
		works nspin -t "$pid" -n lab
		grep -q ' /run/netns /run/netns .* shared:' /proc/self/mountinfo || grep -q ' /netns /run/netns .* shared:' /proc/self/mountinfo
		works ip netns list
		shows '^lab'
		works ip netns identify "$pid"
		prints lab
		works ip netns exec lab stat -Lc %i /proc/self/ns/net
		prints "$(inode net "$pid")"
		works ip netns add other
		refused nspin -t "$pid" -n other
		works nsenter-lite -nother true
		works nspin -d other
		works ip netns list
		[[ $stdout != *other* ]]
		works ip netns delete lab
		works nspin -t "$pid" -n lab
		works nspin -d lab
		[[ -z $(ls -A /run/netns) ]]
		[[ $(grep -c netns /proc/self/mountinfo) = 1 ]]
	END
}

@test "a name is seen in mount namespaces that are older, where /run/netns is shared" {
	inside <<-'END'
		own
		pid=$(unshare-lite -n --hold=$$)
		works nspin -t "$pid" -n one
		works unshare -m --propagation unchanged nspin -t "$pid" -n two
		[[ $(stat -c %i /run/netns/two) = "$(inode net "$pid")" ]]
		works unshare -m --propagation unchanged nspin -d two
		[[ ! -e /run/netns/two ]]
	END
}

@test "a mount namespace is kept, with what is mounted in it" {
	one_cpu
	inside <<-'END'
		own
		mkdir tmp keep
		mount --bind keep keep
		mount --make-private keep
		pid=$(unshare-lite -m --hold=$$)
		works nspin -t "$pid" -m keep/mnt
		kill "$pid"
		eventually test ! -e "/proc/$pid"
		works nsenter-lite -m./keep/mnt sh -c "mount -t tmpfs none $W/tmp; echo yes >$W/tmp/kept"
		works nsenter-lite -m./keep/mnt cat "$W/tmp/kept"
		prints yes
		[[ ! -e tmp/kept ]]
		works nspin -d keep/mnt
	END
}

@test "because: a mount namespace is pinned only in an older one" {
	one_cpu
	inside <<-'END'
		own
		refused nspin -t $$ -m "$W/f"
		because PIN-03
		[[ ! -e f ]]
		spawn unshare -m sleep 60
		eventually grep -qsx sleep "/proc/$pid/comm"
		refused nsenter -t "$pid" -m sh -c "cd '$W'; nspin -t $pid -m ./f"
		because PIN-03
		! since 6 11 || try_works	# before, a mount namespace shows no ID
		refused unshare -m nspin -t "$pid" -m "$W/g"
		because PIN-03
		if since 6 11; then
			try_works
			works nspin -d ./f ./g
		fi
		# Kernels before 6.11 show no ID.
		refused unshare -m strace -qqo /dev/null -e inject=ioctl:error=ENOTTY nspin -t "$pid" -m "$W/g"
		because PIN-03
		says 'is older than ours'
		never_says 'try: '
		same_mounts
		kill "$pid"
		wait "$pid" || :
	END
}

@test "because: on another CPU, a younger mount namespace may count as older" {
	needs 'Linux 6.18' since 6 18
	needs 'two CPUs' taskset -c 0,1 true
	export here there
	for here in 0 1; do
		there=$(( ! here ))
		taskset -cp $here "$BASHPID" >/dev/null
		inside <<-'END'
			own
			spawn taskset -c "$there" unshare -m sleep 60
			eventually grep -qsx sleep "/proc/$pid/comm"
			capture nspin -t "$pid" -m "./f$here"
			if (( status )); then
				because PIN-03
				says 'has the ID'
				: >"$W/refused"
			fi
			kill "$pid"
			wait "$pid" || :
		END
	done
	[[ -e refused ]]
}

@test "because: a mount namespace is not pinned to copies of a mount" {
	one_cpu
	inside <<-'END'
		own
		mkdir 'a b' c
		mount -t tmpfs tmpfs 'a b'
		mount --make-shared 'a b'
		mount --bind 'a b' c
		spawn unshare -m sleep 60
		eventually grep -qsx sleep "/proc/$pid/comm"
		refused nspin -t "$pid" -m 'a b/f'
		because PIN-03b
		[[ ! -e c/f ]]
		try_works
		prints "$pid"
		[[ $(stat -c %i 'a b/f') = "$(inode mnt "$pid")" ]]
		works nspin -t "$pid" -n c/net
		works nspin -d c/net
		[[ ! -e 'a b/net' ]]
		kill "$pid"
		wait "$pid" || :
	END
}

@test "because: the name is taken" {
	inside <<-'END'
		own
		works nspin -t $$ -n "./it's"
		refused nspin -t $$ -n "./it's"
		because PIN-14
		try_works
		works nspin -d "./it's"
		mkdir d
		refused nspin -t $$ -n ./d
		because PIN-02
		works nspin -t $$ -n ./d/
		works nspin -d ./d/
		ln -s d l
		refused nspin -t $$ -n ./l
		because PIN-17
		refused nspin -d ./l
		because PIN-17
		echo x >f
		refused nspin -t $$ -n ./f
		because PIN-19
		>g
		refused nspin -t $$ -n ./g
		because PIN-19
		try_works
		works unshare -m nspin -t $$ -n ./h
		refused nspin -t $$ -n ./h
		because PIN-18
		try_works
		works nspin -d ./g ./h
		[[ $(ls) = $'d\nf\nl' ]]
		same_mounts
	END
}

@test "because: it is a pin in another mount namespace, and -d ends that" {
	inside <<-'END'
		own
		spawn unshare -m sh -c 'nspin -t $$ -n ./f >made; exec sleep 60'
		eventually test -s made
		refused nspin -t $$ -n ./f
		because PIN-18
		says 'which -d would end there'
		grep -q "$W/f " "/proc/$pid/mountinfo"
		works nspin -d ./f
		! grep -q "$W/f " "/proc/$pid/mountinfo" || flunk 'it is still there'
		kill "$pid"
		wait "$pid" || :
	END
}

@test "because: the file cannot be made" {
	inside <<-'END'
		own
		refused nspin -t $$ -n 'no such/folder/f'
		because PIN-01
		try_works
		works nspin -d 'no such/folder/f'
		for dash in '-t -' -t- --target=-; do
			refused sh -c "echo $$ | nspin $dash -n no/f"
			because PIN-01
			try_works
			works nspin -d no/f
			rmdir no
		done
		>f
		refused nspin -t $$ -n f/g
		because PIN-20
		mkdir ro
		mount -t tmpfs -o ro tmpfs ro
		refused nspin -t $$ -n ro/f
		because PIN-15
		if [[ $(readlink /proc/self/ns/user) = 'user:[4026531837]' ]]; then
			try_works
			works nspin -d ro/f
		fi
		umount ro
		mount --bind ro ro
		mount -o remount,bind,ro ro
		refused nspin -t $$ -n ro/f
		because PIN-15
		umount ro
		mount -t tmpfs -o nr_inodes=1 tmpfs ro
		refused nspin -t $$ -n ro/f
		because PIN-23
		umount ro
		refused nspin -t $$ -n "./$(printf %0300d 0)"
		says ENAMETOOLONG
		same_mounts
	END
}

# bats test_tags=root
@test "because: a folder may not be searched, or written" {
	inside <<-'END'
		mkdir -m 700 closed
		mkdir -m 755 own
		refused as_user sh -c "sleep 60 & nspin -t \$! -n $W/closed/f; s=\$?; kill \$!; exit \$s"
		because PIN-21
		refused as_user sh -c "sleep 60 & nspin -t \$! -n $W/own/f; s=\$?; kill \$!; exit \$s"
		because PIN-21
	END
}

@test "because: the process is not ours, has ended, or is none" {
	refused nspin -t 4100000 -n ./f
	because NSE-10
	if (( EUID == 0 )); then
		refused as_user nspin -t $$ -u ./f
		because NSE-06
		inside <<-END
			own
			refused as_user nspin -t $$ -u ./f
			root_works
			nspin -d ./f
		END
	else
		refused nspin -t 1 -n ./f
	fi
	because 'NSE-(06|28)'
	[[ ! -e f ]]
}

@test "because: no right to mount, and an open file keeps the namespace all the same" {
	spawn as_user sleep 60
	sleeps() { grep -qx sleep "/proc/$pid/comm"; }
	eventually sleeps
	refused as_user nspin -t "$pid" -n ./f
	because PIN-04
	try_works as_user
	refused as_user nspin -t "$pid" -u ./f
	says "^nspin: try: exec 9</proc/$pid/ns/uts\$"
	refused as_user unshare -Ur nspin -t "$pid" -d ./f || :
	refused as_user unshare -Ur sh -c 'nspin -t $$ -u ./f'
	because PIN-13
	[[ -z $(ls -A) ]]
}

@test "because: Landlock or a seccomp filter forbids it" {
	build confine
	build refuse
	inside <<-'END'
		own
		refused "$W/confine" sh -c 'nspin -t $$ -n ./f'
		because PIN-25
		refused "$W/refuse" "$(number_of SYS_mount)" 1 nspin -t $$ -n ./f
		because PIN-24
		works nspin -t $$ -n ./f
		refused "$W/refuse" "$(number_of SYS_umount2)" 1 nspin -d ./f
		because PIN-24
		works nspin -d ./f
		same_mounts
	END
}

@test "because: there is no pin, or a locked one" {
	inside <<-'END'
		own
		refused nspin -d ./f
		because PIN-08
		echo mine >f
		refused nspin -d ./f
		because PIN-08
		refused nspin -d /proc/self/ns/net
		because PIN-17
		works nspin -t $$ -n ./g
		refused unshare -Urm nspin -d ./g
		because PIN-28
		fails 125 nspin -d ./f ./g ./h
		[[ $(ls) = f ]]
		refused nspin -d f/g
		because PIN-08
		same_mounts
	END
}

@test "because: something else is mounted on the pin" {
	inside <<-'END'
		own
		>over
		for name in p "it's"; do
			works nspin -t $$ -n "./$name"
			mount --bind over "$name"
			refused nspin -d "./$name"
			because PIN-32
			try_works
			[[ ! -e $name ]]
			works nspin -t $$ -n "./$name"
			mount --bind over "$name"
			refused nspin -t $$ -u "./$name"
			because PIN-32
			try_works
			works nspin -d "./$name"
		done
		mount --bind over over
		refused nspin -d ./over
		because PIN-08
		umount over
		same_mounts
	END
}

@test "because: another has taken the name of a pin that is being made, and keeps it" {
	inside <<-'END'
		own
		spawn strace -qqo /dev/null -P "$W/p" -e inject=open,openat:signal=SIGSTOP:when=1 nspin -t $$ -n "$W/p" 2>said
		eventually test -e p
		rm p
		echo mine >p
		eventually continued "$(child_of "$pid")"
		status=0
		wait "$pid" || status=$?
		(( status == 125 ))
		[[ $(<p) = mine ]]
		stderr=$(<said)
		because PIN-33
		same_mounts
	END
}

@test "because: a kernel without some kind of namespace (on a /proc that is made up)" {
	inside <<-'END'
		own
		spawn sleep 60
		eventually grep -qsx sleep "/proc/$pid/comm"
		refused sh -c "for p in $pid \$\$; do
			mount -t tmpfs none /proc/\$p/ns
			for kind in user mnt uts ipc net pid cgroup; do : >/proc/\$p/ns/\$kind; done
			done
			exec nspin -t $pid -T ./f"
		because PIN-16
		[[ ! -e f ]]
		kill "$pid"
		wait "$pid" || :
	END
}

@test "because: the file is on a mount of another namespace" {
	inside <<-'END'
		own
		spawn unshare -m sh -c 'mount -t tmpfs tmpfs /run; nspin -t $$ -n /run/g >/dev/null; exec sleep 60'
		eventually grep -qsx sleep "/proc/$pid/comm"
		refused nspin -t $$ -n "/proc/$pid/root/run/f"
		because PIN-26
		refused nspin -d "/proc/$pid/root/run/g"
		because PIN-26
		never_says PIN-28
		refused nspin -t $$ -n "/proc/$pid/root/run/g"
		because PIN-14
		never_says 'try:'
		[[ ! -e /proc/$pid/root/run/f ]]
		kill "$pid"
		wait "$pid" || :
	END
}

@test "the PID or time namespace of the children is told from that of the process" {
	inside <<-'END'
		own
		spawn unshare -p sleep 60
		eventually grep -qsx sleep "/proc/$pid/comm"
		works nspin -t "$pid" -p ./f
		because PIN-11
		kill "$pid"
		wait "$pid" || :
		spawn unshare -fTp --kill-child sleep 60
		child=$(child_of "$pid")
		eventually grep -qsx sleep "/proc/$child/comm"
		works nspin -t "$pid" -T ./g
		because PIN-11
		works nspin -t "$child" -Tp ./
		silent
		works nspin -d ./ ./f ./g
		kill "$pid"
		wait "$pid" || :
	END
}

@test "because: the child is meant, for which the process waits" {
	inside <<-'END'
		own
		mkdir box
		refused nspin -t $$ -a box/
		never_says 'because'
		spawn unshare-lite -pu sleep 60
		child=$(child_of "$pid")
		eventually grep -qsx sleep "/proc/$child/comm"
		refused nspin -t "$pid" -a box/
		because PIN-31
		try_works
		prints "$child"
		[[ $(echo box/*) = 'box/pid box/uts' ]]
		works nspin -d box/
		refused sh -c "echo $pid | nspin -t - -a box/"
		because PIN-31
		try_works
		works nspin -d box/
		kill "$pid"
		wait "$pid" || :
		for command in 'timeout 60 sleep 60' "sh -c 'true & exec sleep 60'"; do
			eval "spawn $command"
			child=$(child_of "$pid")
			[[ $command == timeout* ]] || eventually grep -q '^State:.Z' "/proc/$child/status"
			refused nspin -t "$pid" -a box/
			never_says 'because'
			kill "$pid"
			wait "$pid" || :
		done
		spawn sleep 60
		kill "$pid"
		wait "$pid" || :
	END
}

@test "because: it is a thread, or the first thread has ended" {
	build thread
	inside <<-'END'
		own
		spawn ./thread
		eventually eval '(( $(ls "/proc/$pid/task" | wc -l) == 2 ))'
		thread=$(ls "/proc/$pid/task" | tail -n 1)
		refused nspin -t "$thread" -n ./f
		because TGT-03
		try_works
		prints "$pid"
		refused sh -c "echo $thread | nspin -t - -n ./g"
		because TGT-03
		try_works
		works nspin -d ./f ./g
		kill "$pid"
		wait "$pid" || :
		spawn ./thread old
		eventually grep -q '^State:.Z' "/proc/$pid/status"
		refused nspin -t "$pid" -n ./f
		because PIN-30
		refused nspin -t "$pid" -a ./
		because PIN-30
		kill "$pid"
		wait "$pid" || :
	END
}

# bats test_tags=root
@test "because: the folder is immutable" {
	needs 'Linux 6.6' since 6 6
	needs 'chattr(1)' type chattr
	inside <<-'END'
		own
		mkdir 'a b'
		mount -t tmpfs none 'a b'
		mkdir 'a b/c'
		chattr +i 'a b/c'
		refused nspin -t $$ -n 'a b/c/f'
		because PIN-29
		try_works
		chattr +i 'a b/c'
		refused nspin -d 'a b/c/f'
		because PIN-29
		try_works
		[[ -z $(ls 'a b/c') ]]
	END
}

@test "paths may hold anything and be 4,095 bytes long" {
	inside <<-'END'
		own
		for name in 'a b' 'a,b:c' 'a\b' $'a\nb' "a'b\"c" '-x' 'ü'; do
			works nspin -t $$ -n "./$name"
			works nspin -d "./$name"
			mkdir "./$name"
			works nspin -t $$ -n "./$name/"
			works nspin -d "./$name/"
			rmdir "./$name"
		done
		refused nspin -t $$ -n $'no\e[31m\nsuch/f'
		says "^nspin: make \\\$'no.033\[31m.012such/f': .*\(ENOENT\)"
		name=$(printf '%0199d' 0)
		long=.
		for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
			(cd -P "$long" && mkdir "$name")
			long+=/$name
		done
		long+=/$(printf '%093d' 0)
		long=${long:0:4095}
		(( ${#long} == 4095 ))
		works nspin -t $$ -n "$long"
		works nspin -d "$long"
		refused nspin -t $$ -n "$long"0
		says ENAMETOOLONG
		same_mounts
	END
}

@test "a handle that cannot be written, or a signal, takes the pin back" {
	inside <<-'END'
		own
		works sh -c '! nspin -t $$ -n ./f >&-'
		works sh -c '! nspin -t $$ -n ./f >/dev/full'
		works sh -c '! nspin -t $$ -n lab >/dev/full'
		[[ -z $(ls -A) && ! -e /run/netns ]]
		same_mounts
		fails 143 strace -qqfo /dev/null -e inject=fchmod:signal=SIGTERM nspin -t $$ -n ./f
		[[ -z $(ls -A) ]]
		same_mounts
	END
}

@test "after SIGKILL, running again works, and so does -d" {
	inside <<-'END'
		own
		for call in mount fchmod write; do
			fails 137 strace -qqfo /dev/null -e trace=$call -e inject=$call:signal=SIGKILL nspin -t $$ -n ./f
			if grep -q nsfs /proc/self/mountinfo; then
				works nspin -d ./f
			fi
			works nspin -t $$ -n ./f
			works nspin -d ./f
			fails 137 strace -qqfo /dev/null -e trace=$call -e inject=$call:signal=SIGKILL nspin -t $$ -n ./f
			works nspin -d ./f
			[[ -z $(ls -A) ]]
			same_mounts
		done
	END
}

@test "each system call that fails is told, and nothing is left" {
	inside <<-'END'
		own
		for call in mount fchmod write; do
			fails 125 strace -qqfo /dev/null -e inject=$call:error=ENOSPC:when=1 nspin -t $$ -n ./f
			says '^nspin: .*\(ENOSPC\)'
			[[ -z $(ls -A) ]]
			same_mounts
		done
		for path in "$W/f" "/proc/$$/ns/net"; do
			refused strace -qqfo /dev/null -P "$path" -e inject=open,openat:error=ENOSPC nspin -t $$ -n "$W/f"
			says '^nspin: .*\(ENOSPC\)'
			[[ -z $(ls -A) ]]
		done
		refused strace -qqfo /dev/null -e inject=mount:error=ENOSPC nspin -t $$ -n ./f
		because PIN-27
		for call in mkdir,mkdirat:1 mount:3 mount:4 mount:5; do
			refused strace -qqfo /dev/null -e inject=${call%:*}:error=ENOMEM:when=${call#*:} nspin -t $$ -n lab
			says '^nspin: .*\(ENOMEM\)'
			[[ ! -e /run/netns ]]
			same_mounts
		done
	END
}

@test "a process that ends while it is pinned is told" {
	inside <<-'END'
		own
		spawn sleep 60
		target=$pid
		eventually grep -qsx sleep "/proc/$target/comm"
		spawn strace -qqo /dev/null -P "/proc/$target/ns/net" -e inject=open,openat:signal=SIGSTOP \
			nspin -t "$target" -n ./f 2>said
		opened() { [[ $(readlink /proc/"$(child_of "$pid")"/fd/*) = *net:* ]]; }
		eventually opened 2>/dev/null
		kill "$target"
		wait "$target" || :
		eventually continued "$(child_of "$pid")"
		status=0
		wait "$pid" || status=$?
		(( status == 125 ))
		stderr=$(<said)
		because PIN-05
		rm said
		[[ -z $(ls -A) ]]
	END
}

@test "an empty standard input is no handle" {
	refused sh -c 'nspin -t - -n ./f </dev/null'
	says '^nspin: standard input: no handle$'
	[[ ! -e f ]]
}
