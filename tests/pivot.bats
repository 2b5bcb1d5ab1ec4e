#!/usr/bin/env bats
# Not tested here: PIV-09 (a root on rootfs) and PIV-38 (AppArmor), which need a
# kernel of their own; PIV-39, which needs FUSE; see CAUSES.
load helper

# A pivot takes the shell that calls it along, so each is given a copy of the
# mounts that it may change.
own() {
	unshare -m --propagation unchanged "$@"
}
export -f own

# A root filesystem with busybox in it, as the folder r.
setup() {
	common_setup
	mkdir -p r/bin r/proc
	cp "$(command -v busybox)" r/bin/busybox
	ln -s busybox r/bin/sh
}

@test "what cannot be understood is refused with the synopsis, and changes nothing" {
	misused pivot
	misused pivot r
	misused pivot -x r sh
	misused pivot --put-old
	misused pivot -o
	misused pivot --keep-fd=x r sh
	misused pivot --keep-fd= r sh
	works pivot --help
	shows '^usage: pivot '
	works pivot -V
	shows '^cooperage [0-9]'
}

@test "PROG runs in the new root, and the old one is gone" {
	inside <<-'END'
		works own pivot r /bin/busybox ls /
		prints "$(printf 'bin\nproc')"
		mount --rbind /proc r/proc
		works own pivot -v "$W/r" /bin/busybox grep -v ' /proc' /proc/self/mountinfo
		[[ $(wc -l <<<"$stdout") = 1 ]]
		[[ $stdout = *"/r / "* ]]
		says '^pivot: uid='
		says '^pivot: pivot_root\("\.", "\."\) = 0$'
	END
}

@test "PROG gets its arguments, its name in PATH and its status through" {
	inside <<-'END'
		PATH=/nowhere:/bin:$PATH works own pivot r sh -c 'printf "<%s>" "$@"' -k 'a b' '' '*'
		prints '<a b><><*>'
		fails 7 own pivot r sh -c 'exit 7'
		fails 127 own pivot r nosuch
		fails 126 own pivot r /proc
	END
}

@test "a PROG that cannot run is found out before anything is changed" {
	inside <<-'END'
		before=$(cat /proc/self/mountinfo)
		printf '#!/no/such/shell\n' >r/script
		chmod 755 r/script
		capture own pivot r /script
		[[ $status = 12[67] ]]
		because PID-05
		: >r/plain
		fails 126 own pivot r /plain
		because PID-03
		[[ $before = "$(cat /proc/self/mountinfo)" ]]
	END
}

@test "a symbolic link in the new root leads to the new root" {
	inside <<-'END'
		ln -s /bin/busybox r/true
		works own pivot r /true
	END
}

@test "what is mounted below ROOT comes along" {
	inside <<-'END'
		mkdir r/mnt
		mount -t tmpfs tmpfs r/mnt
		: >r/mnt/here
		works own pivot r /bin/busybox ls /mnt
		prints here
	END
}

@test "with -o the old root stays, and the shell that called pivot moves along" {
	inside <<-'END'
		works own sh -c 'pivot -o r/old r && cd / && /bin/busybox ls -d /old/proc /bin'
		prints "$(printf '/bin\n/old/proc')"
		mkdir r/there
		works own pivot -o r/there r /bin/busybox ls -d /there/proc
		works own sh -c 'cd r && pivot -o old . && cd / && /bin/busybox ls -d /old/proc'
	END
}

@test "the unmount of the old root reaches no other namespace" {
	inside <<-'END'
		mount --make-rshared /
		mount -t tmpfs --make-private tmpfs r/proc
		mkdir r/proc/new
		mount -t tmpfs --make-private tmpfs r/proc/new
		cp -r r/bin r/proc/new
		before=$(cat /proc/self/mountinfo)
		works own pivot r/proc/new /bin/busybox true
		[[ $before = "$(cat /proc/self/mountinfo)" ]]
		works own sh -c 'pivot -o r/proc/new/old r/proc/new && cd / && /bin/busybox umount -l /old'
		[[ $before = "$(cat /proc/self/mountinfo)" ]]
	END
}

@test "a ROOT that is locked in place is pivoted to all the same" {
	inside <<-'END'
		mount --bind r r
		works unshare -Urm pivot r /bin/busybox ls /bin
		prints "$(printf 'busybox\nsh')"
	END
}

@test "the folder that we stand in is what has been mounted on it since" {
	inside <<-'END'
		mkdir r/proc/covered
		cd r/proc
		mount --bind "$W/r" "$W/r/proc"
		works own pivot . /bin/busybox ls -d /proc/covered /bin
		prints "$(printf '/bin\n/proc/covered')"
	END
}

@test "a folder of PROG's name that is not in ROOT is no habit" {
	mkdir busybox
	mv r b
	inside <<-'END'
		works own pivot b busybox
	END
}

@test "PROG gets no descriptor that it was not given" {
	inside <<-'END'
		mkdir r/dev
		echo hello >hello
		fails 1 own sh -c 'exec pivot r sh -c "busybox cat <&4" 3</ 4<hello'
		works own sh -c 'exec pivot --keep-fd=5,4 r sh -c "busybox cat <&4" 3</ 4<hello 5<hello'
		prints hello
		fails 1 own sh -c 'exec pivot --keep-fd=4 r sh -c "busybox ls <&3" 3</ 4<hello'
		misused own sh -c 'pivot r sh </'
		fails 125 own pivot --keep-fd=9 r sh
		# Those that pivot itself opens are nobody's to keep.
		for fd in 3 4 5 6; do
			refused own sh -c "exec pivot --keep-fd=$fd r sh 3>&- 4>&- 5>&- 6>&-"
		done
		says EBADF
	END
}

# The kernel reads the #! line of a script that we may not read ourselves.
# bats test_tags=static
@test "no folder of the old root that pivot holds open, or was given, leads PROG out" {
	inside <<-'END'
		mount --rbind /proc r/proc
		for fd in 3 4 5 6 7 8 9; do
			for up in / /../../../../../../; do
				printf '#!/proc/self/fd/%d%s%s -V\n' $fd "$up" "$BIN/pid1" >r/out
				chmod 111 r/out
				capture own setpriv --inh-caps=-all --bounding-set=-dac_override,-dac_read_search \
					sh -c 'exec pivot r /out 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9</'
				(( status == 126 )) || flunk "$fd$up"
				rm r/out
			done
		done
	END
}

# bats test_tags=static
@test "nor where a filter refuses close_range(2)" {
	inside <<-'END'
		echo hello >hello
		refuse() { own strace -f --seccomp-bpf -qq -o trace -e trace=close_range -e inject=close_range:error=EPERM bash -c "$1"; }
		ulimit -n "$(ulimit -H -n)"
		high=$(( $(ulimit -H -n) - 100 ))
		works refuse "exec pivot --keep-fd=$high r sh -c 'busybox cat <&$high' $high<hello"
		prints hello
		fails 1 refuse "exec pivot --keep-fd=4 r sh -c 'busybox cat <&$high' 4<hello $high<hello"
		mount --rbind /proc r/proc
		fails 1 refuse "exec 20<hello; ulimit -n 10; exec pivot r /bin/busybox cat /proc/self/fd/20"
		says "can't open '/proc/self/fd/20'"
		grep -q 'close_range(.*INJECTED' trace
	END
}

@test "closed descriptors are opened on /dev/null, for PROG too" {
	inside <<-'END'
		mount --rbind /proc r/proc
		works own sh -c 'pivot r /bin/busybox readlink /proc/self/fd/0 <&-'
		[[ $stdout = */null ]]
	END
}

@test "paths may hold anything and be 4,095 bytes long" {
	inside <<-'END'
		for name in 'a b' 'a,b:c' 'a\b' $'a\nb' "a'b\"c" '-x' 'ü'; do
			cp -r r "./$name"
			works own pivot -- "$name" /bin/busybox true
		done
		fails 125 own pivot $'no\e[31m\nsuch' sh
		says "^pivot: open \\\$'no.033\[31m.012such': .*\(ENOENT\)"
		name=$(printf '%0200d' 0)
		mkdir long
		(
			cd long
			for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do
				mkdir $name
				cd -P $name
			done
			cp -r "$W/r" .
			works own pivot r /bin/busybox true
		)
		long=long$(for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do printf /%s $name; done)
		works own pivot "$long/r" /bin/busybox true
		fails 125 own pivot "$(printf '%05000d' 0)" sh
		says ENAMETOOLONG
		because PIV-42
		refused own pivot -o "r/$(printf '%0300d' 0)" r
		because PIV-42
	END
}

@test "PUT_OLD in the habit of pivot_root(8) is caught" {
	inside <<-'END'
		mkdir r/old
		cd r
		refused own pivot . old
		says "'old' is a folder, and no program"
		try_works own
		mkdir sh
		works own pivot . sh
		cd ..
		mkdir -p ./-r/old
		refused own pivot -- -r -r/old
		try_works own
		refused own pivot r r/old
		says 'is a folder, and no program'
		try_works
	END
}

# bats test_tags=root
@test "the machine's own mounts are left alone without -f" {
	inside <<-'END'
		mount --bind /proc/$$ /proc/1	# as if our mounts were those of process 1
		refused unshare -pf pivot r sh -c true
		says 'the mounts of the machine'
		refused pivot r sh -c true
		says 'the mounts of the machine'
		try_works
		refused as_user pivot r sh -c true
		says 'the mounts of the machine'
		try_works as_user
		works pivot -f r sh -c true
	END
}

@test "because: ROOT is no folder, or not there" {
	inside <<-'END'
		refused own pivot r/bin/busybox sh
		because PIV-10
		refused own pivot nosuch sh
		because PIV-11
		refused own pivot -o r/bin/busybox r
		because PIV-10
		refused own pivot -o r/no/such r
		because PIV-11
		refused own pivot r/bin/busybox/x sh
		because PIV-10
		refused own pivot -o r/bin/busybox/old r
		because PIV-10
	END
}

@test "because: a symbolic link leads nowhere, in a circle, or may not be followed" {
	inside <<-'END'
		ln -s nowhere dangling
		ln -s circle circle
		for path in dangling dangling/x; do
			refused own pivot $path sh
			because PIV-40
			refused own pivot -o $path r
			because PIV-40
		done
		refused own pivot circle sh
		because PIV-41
		refused own pivot -o circle/x r
		because PIV-41
		mkdir m
		mount -t tmpfs -o nosymfollow tmpfs m
		ln -s . m/link
		refused own pivot m/link sh
		because PIV-43
		never_says circle
		ln -s m/link link
		refused own pivot link sh
		says 'one of: a circle, .*, a mount with nosymfollow'
	END
}

@test "because: PUT_OLD cannot be made on its file system" {
	inside <<-'END'
		mkdir full ro
		mount -t tmpfs -o nr_inodes=1 tmpfs full
		refused own pivot -o full/old full
		because PIV-45
		says 'has 0 inodes left'
		never_says PIV-35
		mount -t tmpfs -o ro tmpfs ro
		refused own pivot -o ro/old ro
		because PIV-44
	END
}

@test "because: our gid has no name on the file system of PUT_OLD" {
	mkdir t
	refused unshare -Um --map-user=0 sh -c 'mount -t tmpfs tmpfs t && exec pivot -o t/old t'
	says EOVERFLOW
	because PIV-46
}

# bats test_tags=root
@test "because: PUT_OLD would lie on an idmapped mount, or in an immutable folder" {
	build idmap
	inside <<-'END'
		mkdir m
		mount -t tmpfs tmpfs m
		spawn unshare -U sleep 1000
		eventually test ! "/proc/$pid/ns/user" -ef /proc/self/ns/user
		echo 0 1000 1 >"/proc/$pid/uid_map"
		echo 0 1000 1 >"/proc/$pid/gid_map"
		if ./idmap m "/proc/$pid/ns/user"; then	# since Linux 6.3
			refused own pivot -o m/old m
			because PIV-46
			says 'idmapped mount'
			umount m
		fi
		kill "$pid"
		wait "$pid" || :
		if chattr +i m; then	# since Linux 6.6
			cp -r r/. m && flunk 'not immutable'
			refused own pivot -o m/old m
			because PIV-47
			says '^pivot: try: chattr -i m$'
		fi
	END
}

@test "because: no descriptor is left" {
	for n in 4 5; do
		refused in_ns sh -c "ulimit -n $n; exec pivot r sh"
		because PIV-48
	done
}

@test "because: ROOT is the current root" {
	inside <<-'END'
		refused own pivot / true
		because PIV-02
	END
}

@test "because: PUT_OLD is not in ROOT" {
	inside <<-'END'
		mount --bind r r
		refused own pivot -o /usr r
		because PIV-03
		refused own pivot -o "$W/outside" r
		because 'PIV-0[34]'
		[[ ! -e outside ]]
		mkdir other
		mount -t tmpfs tmpfs other
		refused own pivot -o other r
		because PIV-04
	END
}

@test "because: ROOT lies below a shared mount" {
	inside --propagation shared <<-'END'
		before=$(cat /proc/self/mountinfo)
		refused own pivot "$W/r" sh -c true
		because PIV-05
		[[ $before = "$(cat /proc/self/mountinfo)" ]]
		try_works
		for old in bin new; do
			refused own pivot -o r/$old r
			because PIV-05
			never_says 'PUT_OLD|does not exist'
		done
		mount -t tmpfs tmpfs r/proc
		mount --make-private r/proc
		cp -r r/bin r/proc
		refused own pivot r/proc sh -c true
		because PIV-05
		try_works
	END
}

@test "because: ROOT is a shared mount" {
	inside <<-'END'
		mount --bind r r
		mount --make-shared r
		refused own pivot r sh -c true
		because PIV-05
		try_works
	END
}

@test "a forgotten -m: what to try works for an ordinary user, in his namespace and at his prompt" {
	refused as_user unshare -Urm --propagation shared pivot r sh -c true
	because PIV-05
	remark=$stderr
	try_works as_user unshare -Urm --propagation shared
	stderr=$remark
	try_works as_user
}

# bats test_tags=root
@test "a forgotten -m: what to try works for an ordinary user who has no namespace yet" {
	inside <<-'END'
		mount --make-rshared /
		refused as_user pivot r sh -c true
		because PIV-05
		try_works as_user
	END
}

@test "because: PUT_OLD lies on a shared mount" {
	inside <<-'END'
		mount --bind r r
		mount --make-shared r
		refused own pivot -o r/old r sh -c true
		because PIV-06
		[[ ! -e r/old ]]
		try_works
	END
}

@test "because: the mount below our root is shared" {
	inside <<-'END'
		mkdir p
		mount -t tmpfs tmpfs p
		mkdir p/root
		mount --rbind / p/root
		mount --make-rprivate p
		mount --make-shared p
		cp -r r p/root/mnt 2>/dev/null || mount -t tmpfs tmpfs p/root/mnt
		cp -r r/. p/root/mnt
		refused chroot p/root "$BIN/pivot" /mnt /bin/sh
		because PIV-07
	END
}

# bats test_tags=static
@test "because: we are chrooted into a plain folder" {
	inside <<-'END'
		cp -r r/. new
		mkdir -p new/r
		cp -r r/. new/r
		cp "$BIN/pivot" new
		mkdir new/proc/x 2>/dev/null || :
		mount -t proc proc new/proc || mount --rbind /proc new/proc
		mount -t tmpfs tmpfs new/r
		cp -r r/. new/r
		refused chroot new /pivot /r /bin/sh
		because PIV-08
		mkdir new/plain
		refused chroot new /bin/sh -c 'cd /plain && exec /pivot -o old .'
		because PIV-08
		never_says 'outside our root|PUT_OLD'
	END
}

@test "because: the mount namespace is not ours" {
	refused unshare -Ur pivot r sh -c true
	because PIV-14
	try_works
}

@test "because: no capability, and the ways to lose it" {
	refused as_user pivot r sh -c true
	because PIV-23
	try_works as_user
	refused unshare -Um pivot r sh -c true
	because PIV-24
	refused as_user unshare -Umc pivot r sh -c true
	because PIV-24
}

@test "because: ROOT belongs to another mount namespace" {
	inside <<-'END'
		spawn unshare -m sleep 1000
		eventually test ! "/proc/$pid/ns/mnt" -ef /proc/self/ns/mnt
		refused own pivot "/proc/$pid/root$W/r" sh
		because PIV-16
		refused nsenter -t "$pid" -r pivot "$W/r" /bin/sh
		because PIV-27
		kill "$pid"
		wait "$pid" || :
	END
}

@test "because: ROOT is outside our root" {
	inside <<-'END'
		mkdir all
		mount --rbind / all
		works own mount -t tmpfs tmpfs r/proc
		refused chroot all sh -c 'cd -P /proc/self/fd/0 && exec "$0" . /bin/sh </dev/null' "$BIN/pivot" <r
		because PIV-17
	END
}

@test "because: ROOT was removed" {
	inside <<-'END'
		mkdir gone
		cp -r r/bin gone
		refused own sh -c 'cd gone && rm -r ../gone && exec pivot -o old .'
		because PIV-28
	END
}

@test "because: Landlock or a seccomp filter forbids it" {
	build confine
	build refuse
	inside <<-'END'
		refused own "$W/confine" pivot r sh
		because PIV-19
		for call in SYS_pivot_root SYS_mount; do
			for errno in 1 13 38; do	# EPERM, EACCES, ENOSYS
				refused own "$W/refuse" "$(number_of $call)" $errno pivot r sh
				because PIV-33
				never_says PIV-38
			done
		done
		refused own "$W/refuse" "$(number_of SYS_mkdirat)" 13 \
			"$W/refuse" "$(number_of SYS_mkdir)" 13 pivot -o r/old r
		says 'a seccomp filter or a security module'
	END
}

@test "because: ROOT lies on an unbindable mount" {
	inside <<-'END'
		mkdir u
		mount -t tmpfs tmpfs u
		cp -r r u
		mount --make-unbindable u
		refused pivot u/r sh -c true
		because PIV-25
		try_works
		works own pivot u/r sh -c true
	END
}

# bats test_tags=root
@test "because: a folder on the way may not be searched" {
	mkdir -m 700 closed
	cp -r r closed
	chown 5 closed
	ln -s closed/r link
	for path in closed/r link; do
		refused as_user unshare -Urm pivot $path sh
		because PIV-29
	done
	# Nor is the folder that we stand in a fault of ROOT's.
	cd closed
	refused as_user unshare -Urm pivot "$W/r" sh
	says "open '.'"
	because PIV-29
	never_says PIV-38
	cd "$W"
	mkdir -m 700 r/closed
	chown 5 r/closed
	refused as_user unshare -Urm pivot -o r/closed/old r
	because PIV-29
}

@test "each system call that fails is told, and nothing is left" {
	inside <<-'END'
		before=$(cat /proc/self/mountinfo)
		for call in mount chdir pivot_root; do
			fails 125 strace -qqfo /dev/null -e inject=$call:error=ENOMEM:when=1 pivot r sh
			says '^pivot: .*\(ENOMEM\)'
			[[ $before = "$(cat /proc/self/mountinfo)" ]]
			cd "$W"
		done
		for call in umount2:1 fchdir:1 chdir:2 mount:2; do
			fails 125 own strace -qqfo /dev/null -e inject=${call%:*}:error=ENOMEM:when=${call#*:} pivot r sh
			says '^pivot: .*\(ENOMEM\)'
		done
		fails 125 strace -qqfo /dev/null -e inject=mkdir,mkdirat:error=EROFS pivot -o r/old r
		says '^pivot: mkdir .r/old.: .*\(EROFS\)'
		[[ $before = "$(cat /proc/self/mountinfo)" ]]
	END
}
