#!/usr/bin/env bats
# Not tested here: PSE-44 (fs.mount-max), which needs a kernel of its own; see
# CAUSES.
load helper

setup() {
	common_setup
	mkdir r
}

# The mounts below r, as "POINT TYPE": what the kernel has on record.
below() {
	awk -v r="$W/r/" 'index($5, r) == 1 {
		for (i = 7; $i != "-"; i++);
		print substr($5, length(r) + 1), $(i + 1)
	}' /proc/self/mountinfo
}

options() {
	awk -v p="$W/r/$1" '$5 == p { o = $6 } END { print o }' /proc/self/mountinfo
}
export -f below options

@test "what cannot be understood is refused with the synopsis, and changes nothing" {
	misused mkpseudo
	misused mkpseudo -x r
	misused mkpseudo -m
	misused mkpseudo -m nosuch r
	misused mkpseudo -m proc, r
	misused mkpseudo -d
	misused mkpseudo -d r sh
	misused mkpseudo -d -m proc r
	misused mkpseudo --mask -m dev r
	works mkpseudo --help
	shows '^usage: mkpseudo '
	(( $(wc -l <<<"$stdout") <= 24 ))
	works mkpseudo -V
	shows '^cooperage [0-9]'
	[[ -z $(ls r) ]]
}

@test "with all namespaces everything is mounted, and ROOT is the handle" {
	inside -pniuCf <<-'END'
		works mkpseudo r
		prints "$W/r"
		silent
		[[ $(below) = "proc proc
		sys sysfs
		sys/fs/cgroup cgroup2
		dev tmpfs
		dev/null devtmpfs
		dev/zero devtmpfs
		dev/full devtmpfs
		dev/random devtmpfs
		dev/urandom devtmpfs
		dev/tty devtmpfs
		dev/pts devpts
		dev/mqueue mqueue
		dev/shm tmpfs" ]]
		[[ $(readlink r/dev/fd r/dev/std{in,out,err} r/dev/ptmx) = "/proc/self/fd
		/proc/self/fd/0
		/proc/self/fd/1
		/proc/self/fd/2
		pts/ptmx" ]]
		echo x >r/dev/null
		[[ $(head -c 3 r/dev/zero | wc -c) = 3 && $(stat -c %t:%T r/dev/full) = 1:7 ]]
		[[ $(stat -c %a r/dev/pts/ptmx) = 666 && $(stat -c %a r/dev/shm r/dev) = "1777
		755" ]]
		[[ $(ls -d r/proc/[0-9]* | wc -l) -lt 10 && $(ls r/sys/class/net) = lo ]]
	END
}

@test "PROG runs where it was called, with its arguments, its name in PATH and its status" {
	inside -pf <<-'END'
		works mkpseudo -m proc r printf '<%s>' -k 'a b' '' '*'
		prints '<-k><a b><><*>'
		works mkpseudo -m proc r pwd
		prints "$W"
		fails 7 mkpseudo -m proc r sh -c 'exit 7'
		before=$(cat /proc/self/mountinfo)
		fails 127 mkpseudo -m dev r nosuch
		fails 126 mkpseudo -m dev r /proc
		fails 126 mkpseudo -m dev r /etc/passwd
		[[ $before = "$(cat /proc/self/mountinfo)" ]]
		(umask 077; works mkpseudo -m dev,pts r sh -c umask; prints 0077)
		works mkpseudo -m proc r ls -l /proc/self/fd
		[[ $(grep -c ' -> ' <<<"$stdout") = 4 ]]
		works mkpseudo -m proc r grep -E '^Sig(Blk|Ign)' /proc/self/status
		prints "$(grep -E '^Sig(Blk|Ign)' /proc/self/status)"
	END
}

@test "-m mounts exactly these, in an order that works, with the folders made" {
	inside -pnCif <<-'END'
		works mkpseudo -m tools,run,shm,tmp,pts r
		[[ $(below | cut -d' ' -f1 | xargs) = 'dev/pts dev/shm tmp run run/cooperage run/cooperage' ]]
		works r/run/cooperage/mkpseudo -V
		[[ $(options run/cooperage) = ro,nosuid,nodev* ]]
		! touch r/run/cooperage/x || flunk 'it did'
		works mkpseudo -m mqueue -m proc r
		[[ $(below) = *$'\nproc proc\ndev/mqueue mqueue' ]]
	END
}

@test "-m cgroup mounts every hierarchy that the host has" {
	[[ $(stat -fc %T /sys/fs/cgroup) = tmpfs ]] || skip 'needs hierarchies of version 1'
	inside -Cf <<-'END'
		works mkpseudo -m cgroup r
		silent
		for c in $(cut -d: -f2 /proc/self/cgroup | sed 's/^name=//; s/^$/unified/'); do
			below | grep -q "^sys/fs/cgroup/$c cgroup2*\$"
		done
		[[ -e r/sys/fs/cgroup/unified/cgroup.procs ]]
		cp /proc/self/mountinfo before
		works mkpseudo -m cgroup r
		cmp before /proc/self/mountinfo
		works mkpseudo -d r
		[[ -z $(below) ]]
	END
}

@test "what the namespaces at hand do not allow is bound read-only or left out, and told" {
	inside -U -r -pf <<-'END'
		works mkpseudo r
		says "^mkpseudo: sys: the caller's is bound read-only: the network namespace is not ours$"
		says '^mkpseudo: cgroup is left out: the cgroup namespace is not ours$'
		says '^mkpseudo: mqueue is left out: the ipc namespace is not ours$'
		[[ -d r/sys/kernel && $(below) != *mqueue* ]]
		awk -v r="$W/r/sys" 'index($5, r) == 1 && $6 !~ /^ro/' /proc/self/mountinfo | grep . && exit 1
		cp /proc/self/mountinfo before
		works mkpseudo r
		cmp before /proc/self/mountinfo
		works mkpseudo -d r
		[[ -z $(below) ]]
	END
}

# PSE-58
@test "asked for by -m, an impossible one is an error, and nothing is left" {
	inside -U -r <<-'END'
		before=$(cat /proc/self/mountinfo)
		for item in proc:01 sys:05 mqueue:08 cgroup:'(07|58)'; do
			refused mkpseudo -m "dev,${item%:*}" r
			because "PSE-${item#*:}"
			[[ -z $(ls r) && $before = "$(cat /proc/self/mountinfo)" ]]
		done
	END
}

# PSE-05, PSE-07, PSE-08
@test "the try of a missing namespace works" {
	for item in proc sys mqueue cgroup proc,sys,cgroup,mqueue; do
		refused unshare -Urm mkpseudo -m "$item" r
		try_works
	done
	refused unshare -Urm mkpseudo r
	because PSE-01
	try_works
}

# bats test_tags=root
@test "outside of a user namespace sys and cgroup are read-only, and gid 5 owns the terminals" {
	inside -pf <<-'END'
		hierarchy() { sed -n 's/.* - cgroup2 [^ ]* //p' /proc/self/mountinfo | sort -u; }
		was=$(hierarchy)
		works mkpseudo -m proc,sys,cgroup,pts r
		[[ $(hierarchy) = "$was" ]]
		[[ $(options sys) = ro,* && $(options sys/fs/cgroup) = ro,* && $(options proc) = rw,* ]]
		! mkdir r/sys/fs/cgroup/x || flunk 'it did'
		awk -v r="$W/r/sys" 'index($5, r) == 1 && $6 !~ /^ro/' /proc/self/mountinfo | grep . && exit 1
		grep "$W/r/dev/pts " /proc/self/mountinfo | grep -q gid=5
		works mkpseudo -d r
		works mkpseudo r
		[[ $(options sys/fs/cgroup) = ro,* ]]
	END
}

# bats test_tags=root
@test "a user namespace with the map of the first one is told from it" {
	works unshare-lite -Umn --map-users=0:0:4294967295 --map-groups=0:0:4294967295 \
		bash -c 'mkpseudo -m sys r && awk -v at="$W/r/sys" "\$5 == at { print \$6 }" /proc/self/mountinfo'
	[[ $stdout = *$'\nrw,'* ]]
	works unshare-lite -mn \
		bash -c 'mkpseudo -m sys r && awk -v at="$W/r/sys" "\$5 == at { print \$6 }" /proc/self/mountinfo'
	[[ $stdout = *$'\nro,'* ]]
}

# bats test_tags=root
@test "a proc of the old PID namespace is refused" {
	inside <<-'END'
		refused unshare -p mkpseudo -m proc r
		because PSE-53
		try_works
		works unshare -pf mkpseudo -m proc r
	END
}

# bats test_tags=root
@test "the machine's own mounts are left alone without -f" {
	inside <<-'END'
		mount --bind /proc/$$ /proc/1	# as if our mounts were those of process 1
		refused unshare -pf mkpseudo -m tmp r
		says 'the mounts of the machine'
		refused mkpseudo -m tmp r
		says 'the mounts of the machine'
		[[ -z $(ls r) ]]
		try_works
		works mkpseudo -f -m tmp r
	END
}

@test "a second run changes nothing, and a finished ROOT is kept whole" {
	inside -pniuCf <<-'END'
		works mkpseudo --mask r
		cp /proc/self/mountinfo before
		works mkpseudo --mask r
		silent
		cmp before /proc/self/mountinfo
		works mkpseudo -v r
		says ': dev is there already' || says "'dev' is there already"
	END
}

@test "of many that start at once on one ROOT each finds it whole, and nothing is mounted twice" {
	inside -pniuCf <<-'END'
		works mkpseudo -m proc /
		works mkpseudo r
		below >whole
		works mkpseudo -d r
		for i in {1..8}; do
			mkpseudo r true &
			pids[i]=$!
		done
		for i in {1..8}; do
			wait "${pids[i]}"
		done
		[[ $(below) = "$(<whole)" ]]
		for i in {1..4}; do
			mkpseudo -d r 2>/dev/null &
			pids[i]=$!
		done
		for i in {1..4}; do
			wait "${pids[i]}"
		done
		[[ -z $(below) ]]
	END
}

@test "a run that was killed halfway is completed by the next, and removed by -d" {
	inside -pniuCf <<-'END'
		mkpseudo r >/dev/null
		below >whole
		mkpseudo -d r
		for n in $(seq 1 13); do
			strace -qqfo /dev/null -e inject=mount,mkdir,mknod,symlink:signal=KILL:when=$n mkpseudo r >/dev/null 2>&1 || :
			if (( n % 2 )); then
				works mkpseudo r
				[[ $(below | sort) = "$(sort whole)" ]]
			fi
			works mkpseudo -d r
			[[ -z $(below) ]]
		done
	END
}

@test "-d unmounts what mkpseudo mounted, deepest first, and nothing else" {
	inside -pniuCf <<-'END'
		mkdir r/data r/mnt
		mount -t tmpfs t r/data
		mount -t proc p r/mnt
		before=$(cat /proc/self/mountinfo)
		works mkpseudo --mask r
		works mkpseudo -d -v r
		[[ -z $stdout && $before = "$(cat /proc/self/mountinfo)" ]]
		works mkpseudo -d r
		says "^mkpseudo: nothing of mkpseudo's is mounted in 'r'$"
		mount -t proc p r/proc
		works mkpseudo -m proc r
		works mkpseudo -d r
		says 'nothing of mkpseudo'
		[[ $(below) = *$'\nproc proc' ]]
		works mkpseudo -d /
		says 'nothing of mkpseudo'
	END
}

@test "-d names what keeps a mount busy" {
	inside -pniuCf <<-'END'
		mkpseudo -m proc / >/dev/null
		mkpseudo -m dev,shm r >/dev/null
		mkdir r/dev/mine
		mount -t tmpfs t r/dev/mine
		(cd r/dev/shm; exec sleep 9) &
		child=$!
		eventually test /proc/$child/cwd -ef r/dev/shm
		refused mkpseudo -d r
		because PSE-31
		says "process $child \('sleep'\)"
		kill $child; wait $child || :
		refused sh -c 'exec 5<r/dev/shm; exec mkpseudo -d r'
		says "\('mkpseudo'\) uses 'r/dev/shm'"
		mkdir r/dev/mine/d
		mount -t tmpfs t r/dev/mine/d
		refused mkpseudo -d r
		because PSE-30
		try_works
		works sh -c 'cd r/dev && exec mkpseudo -d ..'
		[[ -z $(below) ]]
	END
}

@test "-d names who has mapped a file, and has closed it since" {
	needs 'python3 with mmap' python3 -c 'import mmap'
	inside -pniuCf <<-'END'
		works mkpseudo -m proc /
		works mkpseudo -m dev,shm r
		for gone in 0 1; do
			rm -f mapped
			spawn python3 -c '
				import mmap, os, sys, time
				path = os.environ["W"] + "/r/dev/shm/x"
				fd = os.open(path, os.O_CREAT | os.O_RDWR)
				os.ftruncate(fd, 4096)
				m = mmap.mmap(fd, 4096)
				os.closerange(3, 64)
				int(sys.argv[1]) and os.unlink(path)
				open("mapped", "w")
				time.sleep(9)' $gone
			eventually test -e mapped
			refused mkpseudo -d r
			because PSE-31
			says "process $pid .'python3'.* uses 'r/dev/shm'"
			kill $pid
			wait $pid || :
		done
		works mkpseudo -d r
	END
}

@test "-d names a socket that keeps a mount busy" {
	needs python3 command -v python3
	inside -pniuCf <<-'END'
		mkpseudo -m proc / >/dev/null
		mkpseudo -m run r >/dev/null
		spawn python3 -c '
			import os, socket, time
			socket.socket(socket.AF_UNIX).bind("elsewhere")
			s = socket.socket(socket.AF_UNIX)
			s.bind(os.environ["W"] + "/r/run/x")
			open("bound", "w")
			time.sleep(9)'
		eventually test -e bound
		refused mkpseudo -d r
		because PSE-93
		says "bound to '$W/r/run/x'"
		kill $pid
		wait $pid || :
		works mkpseudo -d r
	END
}

@test "a mount from a more privileged namespace stays, and -d says why" {
	inside -pniuCf <<-'END'
		mkpseudo -m tmp r >/dev/null
		refused unshare -Urm mkpseudo -d r
		because PSE-28
		[[ $(below) = 'tmp tmpfs' ]]
	END
}

@test "--mask hides and write-protects" {
	inside -pniuCf <<-'END'
		works mkpseudo -v --mask -m proc,sys r
		says 'attr_set=MOUNT_ATTR_RDONLY'
		[[ $(options proc/sys) = ro,* && -z $(ls r/sys/firmware) ]]
		[[ -c r/proc/timer_list && $(stat -c %t:%T r/proc/timer_list) = 1:3 ]]
		! echo 1 >r/proc/sys/net/ipv4/ip_forward || flunk 'it did'
		echo x >/proc/self/comm
		works mkpseudo -d r
		works mkpseudo -m proc r
		echo 1 >r/proc/sys/net/ipv4/ip_forward
	END
}

# bats test_tags=static
@test "what --mask cannot reach it does not leave open" {
	inside -pniuCf <<-'END'
		for n in {3..20}; do
			capture sh -c 'ulimit -n '$n'; exec mkpseudo --mask -m proc,sys r'
			if (( status )); then
				says '.EMFILE.$'
				[[ -z $(below) ]]
			else
				[[ $(options proc/sys) = ro,* && -z $(ls r/sys/firmware) ]]
				works mkpseudo -d r
			fi
		done
		(( ! status ))
	END
}

@test "a symbolic link or a file in the way is refused, and nothing lands outside of ROOT" {
	inside -pnf <<-'END'
		mkdir victim victim/pts victim/fs
		before=$(cat /proc/self/mountinfo)
		for link in proc dev sys; do
			ln -s ../victim r/$link
			refused mkpseudo -m proc,sys,pts,tmp r
			because PSE-45
			[[ $(ls -A r) = $link ]]
			rm r/$link
		done
		ln -s "$W/victim" r/dev
		refused mkpseudo -m pts r
		because PSE-45
		try_works
		mkdir r/dev
		ln -s ../../victim r/dev/pts
		refused mkpseudo -m pts r
		because PSE-45
		try_works
		rmdir r/dev
		: >r/tmp
		refused mkpseudo -m proc,tmp r
		because PSE-76
		[[ $before = "$(cat /proc/self/mountinfo)" ]]
		try_works
		works mkpseudo -m tmp r
	END
}

@test "-d takes what is on top, and names what is covered" {
	inside -pf <<-'END'
		works mkpseudo -m proc,dev r
		works mkpseudo -m dev r
		mount --rbind r r
		refused mkpseudo -d r
		because PSE-110
		try_works
		umount -R r
		works mkpseudo -d r
		[[ -z $(below) ]]
		works mkpseudo -m proc r
		mount -t tmpfs none r
		refused mkpseudo -d r
		because PSE-110
		umount r
		works mkpseudo -d r
		[[ -z $(below) ]]
	END
}

@test "the folder that we stand in is what has been mounted on it since" {
	inside <<-'END'
		cd r
		mount -t tmpfs t "$W/r"
		works mkpseudo -m tmp .
		prints "$W/r"
		[[ -d $stdout/tmp ]]
		works mkpseudo -d .
		silent
		[[ -z $(below) ]]
	END
}

@test "folders are made for all to pass, whatever the umask is" {
	inside <<-'END'
		umask 077
		works mkpseudo -m tools,shm r sh -c umask
		prints 0077
		[[ $(stat -c %a r/run r/run/cooperage r/dev r/dev/shm | sort -u | tr '\n' ' ') = '1777 755 ' ]]
		works mkpseudo -d r
	END
}

@test "a device that was made a link of, in a dev that is there, is mounted nowhere" {
	inside <<-'END'
		echo mine >outside
		works mkpseudo -m dev r
		umount r/dev/null
		rm r/dev/null
		ln -s "$W/outside" r/dev/null
		refused mkpseudo -m dev r
		because PSE-45
		[[ $(cat outside) = mine ]]
		rm r/dev/null
		works mkpseudo -m dev r
		[[ $(stat -c %t:%T r/dev/null) = 1:3 ]]
		works mkpseudo -d r
	END
}

@test "ROOT must be a folder, and one that can be changed" {
	inside -pf <<-'END'
		refused mkpseudo -m proc nosuch
		because PSE-15
		try_works
		works mkpseudo -m proc nosuch
		for how in '-m proc' -d; do
			refused mkpseudo $how ''
			because PSE-15
			never_says 'try: '
		done
		refused mkpseudo -m proc -- -x/y
		because PSE-15
		try_works
		refused mkpseudo -m proc /proc/99999999/root
		because PSE-15
		never_says 'try: '
		: >file
		for name in file file/ file/x; do
			refused mkpseudo $name
			because PSE-76
		done
		mount -t tmpfs -o ro t r
		refused mkpseudo -m proc r
		because PSE-72
		refused mkpseudo -m proc r/x
		because PSE-15
		never_says 'try: '
		umount r
		mount -t tmpfs -o nr_inodes=1 t r
		refused mkpseudo -m proc r
		because PSE-91
		umount r
		mkdir gone
		cd gone
		rmdir ../gone
		refused mkpseudo -m proc . true
		because PSE-78
	END
}

@test "a link to ROOT that cannot be followed is told from one that leads nowhere" {
	inside -pf <<-'END'
		mkdir n
		mount -t tmpfs t n
		mkdir n/d
		ln -s d n/l
		works mkpseudo -m proc n/l true
		mount -o remount,bind,nosymfollow n
		ln -s nosuch dangling
		ln -s circle circle
		ln -s n/l far
		for item in {dangling,dangling/,dangling/x}:PSE-86 {circle,far}:PSE-87 n/l:PSE-88; do
			refused mkpseudo -m proc "${item%:*}"
			because "${item#*:}"
			never_says 'try: '
			[[ $item != *:PSE-87 ]] || says 'or one lies on a mount with nosymfollow'
		done
	END
}

@test "a ROOT that may not be searched or written is refused" {
	inside -pf <<-'END'
		weak() { setpriv --bounding-set -dac_override,-dac_read_search --inh-caps -all mkpseudo "$@"; }
		for item in 555:'write to' 600:search; do
			chmod ${item%:*} r
			refused weak -m tmp r
			because PSE-74
			says "'r' belongs to uid 0 and has mode ${item%:*}, and uid 0 may not ${item#*:} it"
		done
		chmod 755 r
		mkdir -m 500 r/dev
		refused weak -m pts r
		says "'r/dev' belongs to uid 0 and has mode 500, and uid 0 may not write to it .PSE-74"
		mkdir -m 0 closed
		ln -s closed/d l
		refused weak -m tmp closed/d
		says "uid 0 may not search the folder of 'closed/d' .PSE-74"
		refused weak -m tmp l
		says "uid 0 may not follow the symbolic link 'l' .PSE-74"
		chmod 755 closed
	END
}

# bats test_tags=root
@test "a ROOT that is immutable, or idmapped, is refused" {
	needs 'chattr on a tmpfs' unshare -m sh -c 'mount -t tmpfs t r && chattr +i r'
	build idmap
	inside <<-'END'
		mount -t tmpfs t r
		chattr +i r
		refused mkpseudo -m tmp r
		because PSE-92
		chattr -i r
		spawn unshare -U sleep 9
		eventually test ! /proc/$pid/ns/user -ef /proc/self/ns/user
		echo 0 100000 65536 | tee /proc/$pid/uid_map >/proc/$pid/gid_map
		if ./idmap r "/proc/$pid/ns/user"; then	# since Linux 6.3
			refused mkpseudo -m tmp r
			because PSE-89
			never_says PSE-74
		fi
		kill $pid
	END
}

# bats test_tags=root
@test "a ROOT of somebody else's is refused" {
	chmod 755 r
	refused as_user unshare -Urmpf mkpseudo -m proc r
	because PSE-74
}

@test "without capabilities the reason is told" {
	mkdir r/tmp
	refused unshare -Um mkpseudo -m tmp r
	because PSE-70
	try_works
	rmdir r/tmp
}

@test "a ROOT of another mount namespace is refused" {
	inside -pf <<-'END'
		mkpseudo -m proc / >/dev/null
		unshare -m sh -c 'mount -t tmpfs t /mnt && mkdir /mnt/tmp && exec sleep 9' &
		child=$!
		eventually test -d /proc/$child/root/mnt/tmp
		refused mkpseudo -m tmp /proc/$child/root/mnt
		because PSE-65
		try_works
		grep -q ' /mnt/tmp .* mkpseudo ' /proc/$child/mountinfo
		kill $child
	END
}

# bats test_tags=root
@test "a new proc must show no more than the old one" {
	inside <<-'END'
		mkdir -p r
		nest() { unshare -m sh -c "$1"' && exec unshare -Urmpf "$@"' sh "${@:2}"; }
		refused nest 'mount -t tmpfs t /proc/sys' mkpseudo -m proc r
		because PSE-02
		nest 'mount -t tmpfs t /proc/sys' sh -c "${stderr##*try: }"
		refused nest 'mount -o remount,bind,noatime /proc' mkpseudo -m proc r
		because PSE-57
		! since 6 17 || says 'the kernel: VFS: Mount too revealing'
		refused nest 'mount -o remount,bind,nodiratime /proc' mkpseudo -m proc r
		because PSE-57
		refused nest 'mount -o remount,bind,noatime /proc' sh -c 'mount -t tmpfs t /proc/sys; exec mkpseudo -m proc r'
		because PSE-57
		never_says PSE-02	# our own mount on it hides nothing from us
		refused nest 'mount -t tmpfs t /sys/block' unshare -n mkpseudo -m sys r
		because PSE-06
		refused nest 'mount -o remount,bind,ro /sys' unshare -n mkpseudo -m sys r
		because PSE-56
		refused nest 'mount -t sysfs -o ro s /sys; mount -o remount,bind,rw /sys' unshare -n mkpseudo -m sys r
		because PSE-56
		# What the kernel keeps empty for a mount hides nothing.
		for empty in /sys/kernel/tracing /sys/fs/pstore /sys/kernel/security; do
			[ ! -d $empty ] || works nest "mount -t tmpfs t $empty" unshare -n mkpseudo -m sys r
			[ ! -d $empty ] || refused nest "mount -t tmpfs t $empty; mount -o remount,bind,ro /sys" \
				unshare -n mkpseudo -m sys r
			because PSE-56
			never_says PSE-06
		done
		works nest 'mount -o remount,bind,ro /sys' unshare -n mkpseudo r
		says 'the kernel allows no new one here'
		mkdir -p r/proc
		refused unshare -m sh -c 'mount -o remount,bind,ro /proc; exec unshare -Umpf --keep-caps mkpseudo -m proc r'
		because PSE-04
	END
}

# bats test_tags=static
@test "with the old root gone there is no new proc, and the error has the order that works" {
	needs 'busybox' command -v busybox
	mkdir -p r/bin r/old r/proc
	cp "$(command -v busybox)" "$BIN/mkpseudo" "$BIN/pivot" r/bin
	ln -s busybox r/bin/sh
	cat >listing <<-'END'
		PATH=/bin:$PATH
		pivot -o r/old r
		cd /
		/bin/busybox umount -l /old
		mkpseudo -m proc /
	END
	refused unshare -Urmpf sh -c "$(cat listing)"
	because PSE-03
	says 'mkpseudo comes before pivot, or before the unmount of its PUT_OLD'
	works unshare -Urmpf sh -c 'PATH=/bin:$PATH; pivot -o r/old r; cd /; mkpseudo -m proc / && busybox umount -l /old; busybox ps'
}

@test "a mount point may be /, and its own /dev is where the devices come from" {
	inside -pniuCf <<-'END'
		works mkpseudo -v -m proc,dev,pts /
		echo x >/dev/null
		[[ $(stat -c %t:%T /dev/zero) = 1:5 && $(readlink /proc/self) = [0-9]* ]]
		[[ $(awk '$5 == "/dev/null"' /proc/self/mountinfo | wc -l) = 1 ]]
		works mkpseudo -m proc,dev,pts /
		cp /proc/self/mountinfo a
		works mkpseudo -m proc,dev,pts /
		cmp a /proc/self/mountinfo
		works mkpseudo -d /
	END
}

@test "a device that is none, or cannot be opened, is refused" {
	inside -pf <<-'END'
		mkdir d
		mount -t tmpfs -o mode=755 t d
		for n in null zero full random urandom tty; do
			: >d/$n
			mount --bind /dev/$n d/$n
		done
		umount d/zero
		exec 3</dev/null
		mount --rbind d /dev
		refused mkpseudo -m dev r
		because PSE-79
		rm d/zero
		refused mkpseudo -m dev r
		because PSE-16
		umount d/null /dev/null
		refused mkpseudo --mask -m proc r
		because PSE-79
		rm d/null
		refused mkpseudo --mask -m proc r
		says '/dev/null does not exist'
		[[ -z $(ls r) ]]
	END
}

@test "paths may hold anything and be as long as the kernel allows" {
	inside -pniuCf <<-'END'
		for name in 'a b' 'a,b:c' 'a\b\040' $'a\nb' "a'\"b" -x; do
			mkdir -p "./$name"
			works mkpseudo -m proc,dev -- "$name" true
			if [[ $name = *$'\n'* ]]; then
				before=$(cat /proc/self/mountinfo)
				refused mkpseudo -m tmp -- "$name"
				[[ $before = "$(cat /proc/self/mountinfo)" ]]
				works bash -c "${stderr##*try: }"	# dash has no $'\n'
			else
				works mkpseudo -m tmp -- "$name"
				prints "$W/$name"
			fi
			works mkpseudo -d -- "$name"
			! grep -q "$W/a" /proc/self/mountinfo || flunk 'it did'
		done
		long=$W
		while (( ${#long} < 3800 )); do long+=/$(printf %0200d 0); done
		long+=/$(printf "%0$((4094 - ${#long}))d" 0)
		mkdir -p "${long%/*}"
		(cd "${long%/*}"; mkdir "${long##*/}")
		(( ${#long} == 4095 ))
		works mkpseudo "$long"
		prints "$long"
		works mkpseudo -d "$long"
		! grep -q 00000 /proc/self/mountinfo || flunk 'it did'
	END
}

@test "a handle comes by -, and goes to the next" {
	inside -pf <<-'END'
		works sh -c 'echo "$W/r" | mkpseudo -m proc -'
		prints "$W/r"
		fails 125 mkpseudo -m proc -
		says '^mkpseudo: standard input: no handle$'
		before=$(cat /proc/self/mountinfo)
		fails 125 sh -c 'echo r | mkpseudo -m tmp - true'
		says '\$\(\.\.\.\)'
		for out in '>&-' '>/dev/full'; do
			fails 125 sh -c "mkpseudo -m tmp r $out"
			[[ $before = "$(cat /proc/self/mountinfo)" && ! -e r/tmp ]]
		done
	END
}

@test "SIGTERM at any call takes everything back" {
	inside -pniuCf <<-'END'
		before=$(cat /proc/self/mountinfo)
		for sig in TERM INT HUP; do
			for n in 1 5 12; do
				capture sh -c 'env --default-signal=INT strace -qqfo /dev/null -e inject=mount,mkdir,mknod,symlink:signal=$0:when=$1 mkpseudo r & wait $!' $sig $n
				(( status > 128 )) || flunk "$sig $n"
				[[ $before = "$(cat /proc/self/mountinfo)" && -z $(ls -A r) ]]
			done
		done
	END
}

# bats test_tags=static
@test "whatever call fails, it is told, and nothing is left" {
	inside -pniuCf <<-'END'
		before=$(cat /proc/self/mountinfo)
		check() {
			capture strace -qqfo trace -e inject=$1:error=EIO:when=$2 mkpseudo "${@:3}"
			grep -q INJECTED trace || flunk "$1 is not called $2 times"
			(( status == 125 )) || flunk "failing $1 $2: $*"
			says '^mkpseudo: .*EIO'
			[[ $before = "$(cat /proc/self/mountinfo)" && -z $(ls -A r) ]] || flunk "$1 $2 left something"
		}
		for n in $(seq 1 13); do check mount $n r; done
		for call in mknod symlink openat2 fchdir; do
			for n in 1 2 4; do check $call $n r; done
		done
		check mkdir,mkdirat 1 r
		for call in open_tree move_mount mount_setattr; do
			for n in 1 3; do check $call $n --mask r; done
		done
		check mount_setattr 1 -m tools r
	END
}

@test "no user or group ID mapped means no new folder" {
	inside <<-'END'
		refused unshare -Um --keep-caps sh -c 'mount -t tmpfs -o mode=777 t r && mkpseudo -m tmp r'
		because PSE-73
		try_works
		refused unshare -Um --map-user=0 sh -c 'mount -t tmpfs -o mode=777 t r && mkpseudo -m tmp r'
		because PSE-90
		try_works
	END
}

@test "what cannot be bound is refused" {
	inside -pf <<-'END'
		mkdir bin
		mount -t tmpfs t bin
		cp "$(command -v mkpseudo)" bin
		mount --make-unbindable bin
		refused bin/mkpseudo -m tools r
		because PSE-64
		try_works
		works bin/mkpseudo -m tools r
		works mkpseudo -m dev r
		umount r/dev/null
		rm r/dev/null
		mkdir r/dev/null
		refused mkpseudo -m dev r
		because PSE-17
	END
}

# bats test_tags=root
@test "devices on a mount with nodev are refused" {
	inside -pf <<-'END'
		mkdir d
		mount -t tmpfs -o mode=755 t d
		for n in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
			IFS=: read -r name major minor <<<"$n"
			mknod -m 666 d/$name c $major $minor
		done
		mount -o remount,bind,nodev d
		mount --bind d /dev
		refused mkpseudo -m dev r
		because PSE-80
	END
}

@test "Landlock forbids all mounts" {
	build confine
	inside -pf <<-'END'
		refused ./confine mkpseudo -m tmp r
		because PSE-49
		refused ./confine strace -o /dev/null -e inject=mkdir,mkdirat:error=EACCES mkpseudo -m tmp r
		says "mkdir 'r/tmp'"
		because PSE-49
	END
}

@test "what the kernel does not have is told [PSE-21]" {
	inside -pf <<-'END'
		refused strace -o /dev/null -e inject=mount:error=ENODEV mkpseudo -m mqueue r
		says 'none of the'
		grep -v mqueue /proc/filesystems >list
		mount --bind list /proc/filesystems
		refused strace -o /dev/null -e inject=mount:error=ENODEV mkpseudo -m mqueue r
		because PSE-21
	END
}

# A kernel that calls itself 2.6, and answers as Linux 5.10 does.
@test "without mount_setattr(2) it is told what lacks it [PSE-85]" {
	build refuse
	inside -pf <<-'END'
		refused strace -f -o /dev/null -e inject=mount_setattr:error=ENOSYS setarch --uname-2.6 mkpseudo -m tools r
		because PSE-85
		says 'needs Linux 5\.12'
		[[ -z $(below) ]]
		refused ./refuse "$(number_of SYS_mount_setattr)" 38 mkpseudo -m tools r
		because PSE-85
		says 'seccomp filter'
		refused strace -f -o /dev/null -e inject=mount_setattr:error=ENOSYS mkpseudo -m tools r
		says 'none of the'
	END
}

@test "a seccomp filter is told, whatever it answers" {
	build refuse
	inside -pf <<-'END'
		for errno in 1 38; do
			for call in mount openat2 open_tree mount_setattr move_mount; do
				refused ./refuse "$(number_of SYS_$call)" $errno mkpseudo -m tools r
				because PSE-85
				says "seccomp filter refuses $call"
			done
		done
		works mkpseudo -m tmp r
		refused ./refuse "$(number_of SYS_umount2)" 38 mkpseudo -d r
		because PSE-85
	END
}

# bats test_tags=static
@test "the folder of tools is found by /proc, and told to be missing there" {
	inside -pf <<-'END'
		mount -t tmpfs t /proc
		refused mkpseudo -m tools r
		says "^mkpseudo: bind on 'r/run/cooperage': .*ENOENT"
		says '^mkpseudo: because: '
	END
}

@test "-v shows each call" {
	inside -pf <<-'END'
		works mkpseudo -v -m proc,dev r
		says '^mkpseudo: uid=0 euid=0 .*CapEff='
		says '^mkpseudo: mkdir\("proc", 0755\) = 0$'
		says '^mkpseudo: mount\("mkpseudo", "proc", "proc", MS_NOSUID\|MS_NODEV\|MS_NOEXEC, NULL\) = 0$'
		says '^mkpseudo: mount\("/dev/null", "dev/null", NULL, MS_BIND, NULL\) = 0$'
		says '^mkpseudo: symlink\("pts/ptmx", "ptmx"\) = 0$'
		works mkpseudo -d -v r
		says '^mkpseudo: umount2\("proc", UMOUNT_NOFOLLOW\) = 0$'
	END
}
