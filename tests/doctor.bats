#!/usr/bin/env bats
load helper

# The status of row $1 in column $2, ROOT or USER, of what doctor printed.
status_in() {
	awk -v row="$1" -v column="$2" '
		$1 == "TOOL" { from = index($0, column) }
		substr($0, 1, 19) ~ "^" row " *$" { split(substr($0, from), word, " "); print word[1] }' <<<"$stdout"
}

mine() {
	if (( EUID == 0 )); then echo ROOT; else echo USER; fi
}

# Status and output agree, whatever this machine allows; what is below pivot is
# not counted.
examine() {
	capture "$@"
	if [[ $(awk -v c="$column" '$1 == "TOOL" { from = index($0, c); next }
		$1 == "cgset" { exit }
		from && /^[^ ]/ && substr($0, from, 3) !~ /^ok/' <<<"$stdout") ]]; then
		(( status == 1 )) || flunk 'all is well, it says'
	else
		(( status == 0 )) || flunk 'nothing is wrong, it says'
	fi
	silent
}

# All of this machine's programs without the one named, and not $BIN.
hide() {
	mkdir path
	ln -s /usr/bin/* path
	rm "path/$1"
}

setup() {
	common_setup
	column=$(mine)
}

@test "help is short and shows examples" {
	works doctor --help
	silent
	shows '^usage: doctor '
	(( $(wc -l <<<"$stdout") <= 24 ))
}

@test "a wrong command line is refused" {
	misused doctor -x
	misused doctor 12
	misused doctor -t
	misused doctor -t ''
	misused doctor -t 1x
	misused doctor -t 1 2
	refused doctor -t 999999999
	says 'process 999999999: there is none'
}

@test "without a /proc of our PID namespace nothing is tried" {
	refused in_ns sh -c 'mount -t tmpfs none /proc; exec doctor'
	says '^doctor: /proc: nothing to look at: mount -t proc '
	for command in 'doctor' 'doctor -t 1' "sh <$repo/scripts/doctor"; do
		refused in_ns -pf sh -c "$command"
		says '^doctor: /proc shows another PID namespace than ours: doctor below unshare -m --mount-proc$'
	done
	works in_ns -pf unshare -m --mount-proc doctor -t 1
	works in_ns -pf doctor --help
}

@test "one line a tool, and the status says whether all works" {
	examine doctor
	for row in 'unshare-lite -'{U,m,p,n,i,u,C,T} nsenter-lite mapids mkoverlay 'mkoverlay here' \
		'mkpseudo -m '{proc,sys,pts,mqueue,cgroup} pivot cgset; do
		[[ $(status_in "$row" ROOT) =~ ^(ok|no|-)$ && $(status_in "$row" USER) =~ ^(ok|no|-)$ ]] || flunk "$row"
	done
	shows "uid $EUID, tried with .*\(you\)"
}

@test "what it says is what the machine does" {
	examine doctor
	while read -r row flag; do
		if in_ns "$flag" true; then wanted=ok; else wanted=no; fi
		[[ $(status_in "unshare-lite -$row" "$column") == "$wanted" ]]
	done <<-'END'
		m -m
		n -n
		i -i
		u -u
		C -C
	END
	if in_ns -pf --mount-proc true; then wanted=ok; else wanted=no; fi
	[[ $(status_in 'mkpseudo -m proc' "$column") == "$wanted" ]]
}

# bats test_tags=root
@test "root sees both columns" {
	needs 'a namespace for users' as_user unshare -Urm true
	examine doctor
	shows '^user: uid [1-9][0-9]*, tried with '
	[[ $(status_in 'unshare-lite -m' ROOT) == ok && $(status_in 'unshare-lite -m' USER) == ok ]]
	[[ $(status_in 'cgset' USER) == no ]]
	SUDO_UID=4321 capture doctor
	shows '^user: uid 4321, tried'
	shows '^    because: uid 4321 has no account'
	SUDO_UID=0 capture doctor
	shows '^user: uid [1-9][0-9]*, tried'
}

@test "an ordinary user is told that root was not tried" {
	column=USER
	needs 'a folder that the user can reach' as_user test -x "$repo/scripts/doctor"
	examine as_user doctor
	shows '^root: not tried'
	[[ $(status_in 'unshare-lite -m' ROOT) == - ]]
}

@test "user.max_user_namespaces=0 is found, and the remedy names its cost" {
	column=ROOT
	examine unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces; doctor'
	[[ $(status_in 'unshare-lite -U' ROOT) == no && $(status_in 'unshare-lite -m' ROOT) == ok ]]
	shows '^    because: user.max_user_namespaces is 0$'
	shows '^    try: .*sysctl -w user.max_user_namespaces=.*\(costs: '
}

# bats test_tags=root
@test "it is found for the ordinary user in each row, and no other cause is made up" {
	column=ROOT
	SUDO_UID=1000 examine unshare-lite -U -r --map-auto \
		sh -c 'echo 0 >/proc/sys/user/max_user_namespaces; doctor'
	for row in 'unshare-lite -'{U,m,C} nsenter-lite mapids mkoverlay pivot; do
		[[ $(status_in "$row" USER) == no ]] || flunk "$row"
	done
	[[ $(status_in 'unshare-lite -m' ROOT) == ok && $(status_in mapids ROOT) == no ]]
	! grep because: <<<"$stdout" | grep -Ev 'user.max_user_namespaces is 0$|no range in|no IDs 100000|no cgroup' || flunk 'a cause too many'
	[[ $(grep -c 'user.max_user_namespaces is 0$' <<<"$stdout") == 1 ]]
}

# bats test_tags=root
@test "the sysctls of Debian and Ubuntu are found, which a kernel may lack" {
	column=USER
	cp "$repo/scripts/doctor" .
	printf '#!/bin/sh\necho unshare-lite: refused >&2\nexit 1\n' >unshare-lite
	chmod 755 unshare-lite
	for knob in unprivileged_userns_clone=0 apparmor_restrict_unprivileged_userns=1; do
		examine unshare -m sh -euc 'mount -t tmpfs none /proc/sys/kernel
			echo "${1#*=}" >"/proc/sys/kernel/${1%=*}"
			exec setpriv --reuid 1000 --regid 1000 --clear-groups ./doctor' - $knob
		[[ $(status_in 'unshare-lite -m' USER) == no ]]
		shows '^    unshare-lite: refused$'
		shows "^    because: kernel.${knob%=*} is ${knob#*=}\$"
		shows "^    try: .*sysctl -w kernel.${knob%=*}=$(( ! ${knob#*=} )) \(costs: "
		shows '^    as above$'
	done
	works unshare -m sh -euc 'cat /proc/sys/kernel/cap_last_cap >last
		mount -t tmpfs none /proc/sys/kernel
		cp last /proc/sys/kernel/cap_last_cap
		echo 0 >/proc/sys/kernel/unprivileged_userns_clone
		./doctor -t $$
		exec setpriv --reuid 1000 --regid 1000 --clear-groups ./doctor -t $$'
	[[ $(grep '^can unshare -U' <<<"$stdout" | tr -s ' ') == \
		$'can unshare -U: yes\ncan unshare -U: no: kernel.unprivileged_userns_clone is 0' ]]
}

@test "a root without CAP_SYS_ADMIN is found" {
	column=ROOT
	examine unshare -Ur setpriv --bounding-set=-sys_admin doctor
	[[ $(status_in 'unshare-lite -m' ROOT) == no ]]
	shows '^    because: root here lacks CAP_SYS_ADMIN: '
	works unshare -Ur setpriv --bounding-set=-sys_admin unshare-lite -U -r unshare-lite -m true
}

@test "a kernel without overlay is found, and its module not loaded by a trial" {
	column=ROOT
	grep -vw overlay /proc/filesystems >filesystems
	examine unshare -Urm sh -euc 'mount --bind filesystems /proc/filesystems; exec doctor'
	[[ $(status_in mkoverlay ROOT) == - ]]
	shows '^    because: overlay is not in /proc/filesystems: '
	shows '^    try: as root: modprobe overlay$'
}

@test "what later tools can do does not decide" {
	cp "$repo/scripts/doctor" .
	mkdir bin
	ln -s "$BIN"/* bin
	ln -s "$(type -P true)" bin/seccomp
	ln -s "$(type -P false)" bin/landlock
	PATH=$W/bin:$PATH examine ./doctor
	[[ $(status_in seccomp "$column") == ok && $(status_in landlock "$column") == no ]]
}

@test "the limit of one kind is found" {
	column=ROOT
	examine unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_net_namespaces; doctor'
	[[ $(status_in 'unshare-lite -n' ROOT) == no && $(status_in 'unshare-lite -i' ROOT) == ok ]]
	shows '^    because: user.max_net_namespaces is 0$'
}

@test "a remedy that lowers security says what it costs in its line" {
	local lines
	lines=$(grep -E '"(as root|docker|doctor outside).*(sysctl|security-opt|chmod|usermod|unconfined)' "$repo/scripts/doctor")
	(( $(wc -l <<<"$lines") == 6 ))
	(( $(grep -vc '(costs: ' <<<"$lines") == 0 ))
}

@test "a chroot is found, and busybox is enough" {
	column=ROOT
	mkrootfs lower
	cp "$repo/scripts/doctor" lower/bin
	examine unshare -Urmpf sh -c 'mount -t proc proc lower/proc; exec chroot lower /bin/env PATH=/bin doctor'
	shows ', in a chroot'
	shows '^    because: this is a chroot: '
	shows 'tried with (busybox )?unshare '
	[[ $(status_in 'unshare-lite -U' ROOT) == no && $(status_in pivot ROOT) == no ]]
	shows 'knows no -C$'
	# Of a row that has a message of its own, too.
	[[ $(grep -A 2 '^unshare-lite -m' <<<"$stdout") == *$'\n    as above' ]]
	shows '^    because: no cgroup file system is mounted here$'
}

# bats test_tags=static
@test "what doctor cannot find, a tool of ours may have found" {
	column=ROOT
	mkrootfs lower
	cp "$repo/scripts/doctor" "$BIN/unshare-lite" "$BIN/nsenter-lite" lower/bin
	examine unshare -Urmpf sh -euc 'mount --bind lower lower
		mount -t proc proc lower/proc
		exec chroot lower /bin/env PATH=/bin doctor'
	[[ $(status_in 'unshare-lite -U' ROOT) == no && $(status_in 'unshare-lite -m' ROOT) == ok ]]
	shows '^    because: we are chrooted, .* \[UNS-06\]$'
}

@test "in a container of busybox alone it works, also from stdin" {
	column=ROOT
	mkrootfs lower
	cp "$repo/scripts/doctor" lower/bin
	for command in /bin/doctor 'sh </bin/doctor'; do
		examine unshare -Urmpfn sh -euc 'mount --bind lower lower
			cd lower
			mount -t proc proc proc
			pivot_root . home
			export PATH=/bin
			umount -l /home
			cd /
			exec /bin/busybox sh -c "$1"' - "$command"
		shows ', in a container'
		[[ $(status_in 'unshare-lite -U' ROOT) == ok && $(status_in pivot ROOT) == ok ]]
		[[ $(status_in 'mkpseudo -m sys' ROOT) == no && $(status_in mapids ROOT) == no ]]
		shows 'because: no sysfs is in sight'
		shows 'because: there are no IDs 100000'
	done
}

# bats test_tags=root
@test "a covered /proc is found" {
	needs 'a namespace for users' as_user unshare -Urmpf --mount-proc true
	column=USER
	cp "$repo/scripts/doctor" .
	examine unshare -m sh -euc 'mount --bind /dev/null /proc/kallsyms
		exec setpriv --reuid 1000 --regid 1000 --clear-groups ./doctor'
	[[ $(status_in 'mkpseudo -m proc' USER) == no ]]
	shows 'because: parts of /proc are covered, .*: /proc/kallsyms$'
	shows 'try: .*\(costs: '
}

@test "what the current folder is on decides about the upper layer" {
	needs 'overlayfs' in_ns sh -c 'mkdir l u w m; mount -t overlay -o lowerdir=l,upperdir=u,workdir=w none m'
	rm -rf l u w m
	column=ROOT
	examine unshare -Urm sh -euc 'mkdir m; mount -t tmpfs none m; cd m; exec doctor'
	[[ $(status_in 'mkoverlay here' ROOT) == ok ]]
	examine unshare -Urm sh -euc 'mount -t tmpfs none m; cd m; mkdir l u w "m n"
		mount -t overlay -o lowerdir=l,upperdir=u,workdir=w,userxattr none "m n"
		mkdir -p "m n/o"; cd "m n/o"; exec doctor'
	[[ $(status_in 'mkoverlay here' ROOT) == no && $(status_in 'mkoverlay' ROOT) == ok ]]
	shows 'because: the current folder is on overlay,'
	shows 'try: mkoverlay -T'
}

# bats test_tags=root
@test "mapids: no newuidmap, no range, no_new_privs, no setuid, and all in order" {
	needs newuidmap type newuidmap
	needs 'a namespace for users' as_user unshare -U true
	column=USER
	cp "$repo/scripts/doctor" .
	echo 1000:200000:65536 >ranges
	: >none
	printf 'one:100000:65536\ntwo:300000:65536\n' >others
	hide newuidmap
	with() {
		unshare -m sh -euc 'mount --bind "$1" /etc/subuid
			mount --bind "$1" /etc/subgid
			shift
			exec setpriv --reuid 1000 --regid 1000 --clear-groups "$@"' - "$@"
	}

	examine with ranges ./doctor
	[[ $(status_in mapids USER) == ok ]]
	examine with none ./doctor
	[[ $(status_in mapids USER) == no ]]
	shows 'because: .* has no range in /etc/subuid'
	shows 'try: as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 '
	examine with others ./doctor
	shows 'try: as root: usermod --add-subuids 365536-431071 --add-subgids 365536-431071 '
	PATH=$W/path examine with ranges ./doctor
	shows 'because: there is no newuidmap'
	examine with ranges setpriv --nnp ./doctor
	shows '^Linux .*, with no_new_privs'
	shows 'because: no_new_privs is set'
	cp "$(type -P newuidmap)" path/newuidmap
	PATH=$W/path examine with ranges ./doctor
	shows 'because: newuidmap is not setuid'
}

# bats test_tags=static
@test "what a seccomp filter refuses is told once, and below what it refuses" {
	build refuse
	# Who has no range; to root this is the user.
	SUDO_UID=65534 examine ./refuse "$(number_of SYS_mount)" 1 doctor
	[[ $(grep -A 5 '^unshare-lite -m' <<<"$stdout") == *'
    because: one of: a seccomp filter '*'
    because: a seccomp filter refuses mount(2) ['*']'*'
unshare-lite -p'* ]]
	[[ $(grep -A 1 '^mkpseudo -m pts' <<<"$stdout") == *$'\n    as above' ]]
	(( EUID )) || [[ $(sed -n '/^mapids/,/^mkoverlay /p' <<<"$stdout") != *'as above'* ]]
}

@test "a seccomp filter is seen" {
	needs 'strace with filters' strace -f -o /dev/null --seccomp-bpf -e trace=none true
	capture strace -f -o /dev/null --seccomp-bpf -e trace=mkdir doctor
	shows '^Linux .*, below a seccomp filter'
	capture strace -f -o /dev/null --seccomp-bpf -e trace=mkdir sh -c 'doctor -t $$; :'
	shows '^seccomp: *filter \(1\): '
}

@test "it writes nothing where it is called" {
	examine doctor
	[[ -z $(ls -A) ]]
	mkdir ro
	chmod 555 ro
	cd ro
	examine doctor
}

@test "-t: a plain process" {
	spawn sleep 60
	eventually grep -q sleep "/proc/$pid/comm"
	works doctor -t "$pid"
	silent
	shows "^process: *$pid \(sleep\), uid $EUID, gid "
	shows '^namespaces: *none \(that are not ours\)$'
	shows '^root: */$'
	shows '^no_new_privs: *0$'
	shows '^can newuidmap: *yes$'
	if (( EUID )); then
		shows '^effective: *none$'
		shows '^can mount: *no: it lacks CAP_SYS_ADMIN$'
	else
		shows '^can mount: *yes$'
	fi
}

@test "-t: a process in a user namespace of its own, chrooted, masked, with no_new_privs" {
	mkrootfs lower
	spawn unshare -Urmpf --kill-child sh -euc 'mount -t proc proc lower/proc
		mount --bind /dev/null lower/proc/kallsyms
		exec chroot lower /bin/setpriv --nnp /bin/sleep 60'
	pid=$(child_of "$pid")
	eventually grep -q sleep "/proc/$pid/comm"
	works doctor -t "$pid"
	silent
	shows '^PIDs: .* 1 \('
	shows '^namespaces: *user mnt pid \('
	shows "^user namespace: *user:.*, map: 0 $EUID 1\$"
	shows '^effective: *all'
	shows '^no_new_privs: *1$'
	shows '^root: .*\(a chroot\)$'
	shows '^masked in /proc: */proc/kallsyms$'
	shows '^can mount: *yes$'
	shows '^can pivot: *no: its root is a chroot$'
	shows '^can unshare -U: *no: its root is a chroot$'
	shows '^can newuidmap: *no: no_new_privs is set$'
	shows '^can mount a proc: *no: parts of its /proc are covered$'
}

@test "-t: capabilities are decoded" {
	spawn unshare -Ur setpriv --bounding-set=-all,+chown,+sys_admin sleep 60
	eventually grep -q sleep "/proc/$pid/comm"
	works doctor -t "$pid"
	shows '^bounding: *chown sys_admin$'
	shows '^effective: *chown sys_admin$'
	spawn unshare -Ur setpriv --bounding-set=-sys_admin sleep 60
	eventually grep -q sleep "/proc/$pid/comm"
	works doctor -t "$pid"
	shows '^effective: *all but .*sys_admin'
	shows '^can mount: *no: it lacks CAP_SYS_ADMIN and its mount namespace is ours, '
}

@test "-t: namespaces that its user namespace does not own" {
	spawn unshare -Ur sleep 60
	eventually grep -q sleep "/proc/$pid/comm"
	works doctor -t "$pid"
	shows '^can mount: *no: its mount namespace is ours, '
	shows '^can pivot: *no: its mount namespace is ours, '
	shows '^can unshare -U: *yes$'
	! nsenter -t "$pid" -U --preserve-credentials mount -t tmpfs none /tmp || flunk 'it can'
	spawn unshare -Urm sleep 60
	eventually grep -q sleep "/proc/$pid/comm"
	works doctor -t "$pid"
	shows '^can mount: *yes$'
	shows '^can mount a proc: *no: its PID namespace is ours, '
	! nsenter -t "$pid" -Um --preserve-credentials mount -t proc none /tmp || flunk 'it can'
}

@test "-t: a zombie, and a process that ends meanwhile" {
	spawn sh -c 'sleep 0 & exec sleep 60'
	zombie=$(child_of "$pid")
	eventually grep -q '^State:.Z' "/proc/$zombie/status"
	refused doctor -t "$zombie"
	says "^doctor: process $zombie: it is a zombie, "
	sleep 60 &
	export victim=$!
	cp "$repo/scripts/doctor" .
	printf '#!/bin/sh\nkill "$victim"\nwhile [ -e "/proc/$victim" ]; do :; done\n' >./cut
	chmod 755 ./cut
	refused ./doctor -t "$victim"
	says "^doctor: process $victim: it has ended meanwhile\$"
}
