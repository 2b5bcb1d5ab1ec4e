#!/usr/bin/env bats
# PROG cannot be run: what each tool that ends in execve(2) says, through pid1
# (after the exec) and pivot (before anything is changed).
#
# Not tested here: PID-34 (a handler of binfmt_misc whose interpreter is
# missing); see CAUSES.
load helper

script() {
	printf '%b' "$1" >s
	chmod 755 s
}

# A static program and a dynamic one, here and in the new root r.
setup() {
	common_setup
	mkdir -p r/bin r/lib64
	cp "$BIN/pid1" h
	cp "$BIN/pid1" r/bin/h
	loader=$(readelf -l /bin/true | sed -n 's/.*interpreter: \(.*\)]/\1/p')
	mkdir -p "r${loader%/*}"
	cp /bin/true r/bin/d
}

# In the new root, which stays as it is: the look-up refuses, not the kernel.
in_root() {
	fails "$1" in_ns pivot -v r "${@:2}"
	never_says 'pivot_root\('
}

@test "a program that is nowhere is 127" {
	fails 127 pid1 no-such-program
	because PID-02
	fails 127 pid1 ./none
	because PID-02
	fails 127 pid1 ''
	because PID-31
	PATH=$BIN:$'\n\e[31m' fails 127 pid1 none
	because PID-02
	never_says $'\e'
	in_root 127 /none
	because PID-02
	says 'in the new root'
}

# bats test_tags=static
@test "a program beside PATH is named, with the line that runs it" {
	mkdir -p r/usr/sbin
	mv r/bin/h r/usr/sbin/lonely
	PATH=$BIN:/bin in_root 127 lonely -V
	because PID-32
	try_works in_ns
	prints 'cooperage 0.1'

	cp h here
	fails 127 pid1 here -V
	because PID-32
	try_works
}

# bats test_tags=static
@test "a path of the old root is translated into one of the new" {
	in_root 127 r/bin/h -V
	because PID-33
	try_works in_ns
	in_root 127 "$W/r/bin/h" -V
	because PID-33
	try_works in_ns
	in_root 127 ./h
	because PID-33
	: >r/plain
	in_root 127 r/plain
	because PID-33
	never_says 'try: '
}

@test "a symbolic link to nothing, or to itself" {
	ln -s /nowhere/x dangling
	fails 127 pid1 ./dangling
	because PID-30
	says /nowhere/x
	ln -s loop loop
	fails 127 pid1 ./loop
	because PID-40
	ln -s /nowhere/x r/bin/l
	in_root 127 /bin/l
	because PID-30
}

@test "a path that leads through a file, or is too long" {
	fails 127 pid1 h/x
	because PID-51
	fails 127 pid1 "/$(printf 'd%.0s' {1..256})"
	because PID-50
	fails 127 pid1 "$(printf '/d%.0s' {1..2100})"
	because PID-50
	fails 127 pid1 "$(printf 'd%.0s' {1..5000})"
	because PID-50
}

# bats test_tags=static
@test "a file that nobody may execute" {
	chmod 644 h
	fails 126 pid1 ./h -V
	because PID-03
	try_works
	works pid1 ./h -V
	echo 'root:x:0:0' >data
	fails 126 pid1 ./data
	because PID-03
	never_says 'try: '
	chmod 644 r/bin/h
	in_root 126 /bin/h -V
	because PID-03
	try_works
	works in_ns pivot r /bin/h -V
}

# bats test_tags=root
@test "a file, a folder or a root that is closed to this user" {
	chmod 744 h
	fails 126 as_user pid1 ./h
	because PID-24
	mkdir -m 700 closed
	cp h closed/x
	fails 126 as_user pid1 closed/x
	because PID-15
	ln -s closed/x link
	fails 126 as_user pid1 ./link
	because PID-15
	chmod 700 r
	fails 126 as_user unshare -rm "$BIN/pivot" r /bin/h
	because PID-26
}

# bats test_tags=root
@test "root of a user namespace has no power over the files of who is not mapped" {
	chown 5:5 h
	chmod 700 h
	fails 126 as_user unshare -r "$BIN/pid1" ./h
	because PID-25
}

@test "a folder, a FIFO, or a device is no program" {
	mkdir dir
	mkfifo fifo
	chmod 755 fifo
	fails 126 pid1 ./dir
	because PID-23
	fails 126 pid1 ./fifo
	because PID-23
	fails 126 pid1 /dev/null
	because PID-23
	mkdir r/bin/dir
	in_root 126 /bin/dir
	because PID-23
}

@test "a mount with noexec, under PROG or under its interpreter" {
	inside <<-'END'
		mkdir m
		mount -t tmpfs -o noexec none m
		cp h m/h
		fails 126 pid1 m/h
		because PID-21
		never_says PID-24
		printf '#!%s/m/h\n' "$W" >s
		chmod 755 s
		fails 126 pid1 ./s
		because PID-21
		says 'the interpreter'
		mkdir m/bin
		cp h m/bin/h
		fails 126 own pivot -v m /bin/h
		because PID-21
		never_says 'pivot_root\('
	END
}

own() {
	unshare -m --propagation unchanged "$@"
}
export -f own

@test "an executable that only PATH knows hides behind none that works" {
	mkdir b1 b2
	touch b1/foo b2/foo
	PATH=$BIN:$W/b1:$W/b2 fails 126 pid1 foo
	because PID-52
	because PID-03
	says "'$W/b1/foo'"
	rm b2/foo
	cp h b2/foo
	PATH=$BIN:$W/b1:$W/b2 works pid1 foo -V
	touch foo
	PATH=$BIN fails 127 pid1 foo
	because PID-02
}

@test "text without a #! line is refused, and a shell for it named" {
	script 'echo "hi $1"\n'
	fails 126 pid1 ./s 'a b'
	because PID-04
	try_works
	prints 'hi a b'
	cp s r/bin/s
	cp "$(command -v busybox)" r/bin/sh
	in_root 126 s
	because PID-04
	try_works in_ns
}

@test "a #! line that is spoilt" {
	script '\0357\0273\0277#!/bin/sh\necho hi\n'
	fails 126 pid1 ./s
	because PID-36
	try_works
	works pid1 ./s
	script ' #!/bin/sh\necho hi\n'
	fails 126 pid1 ./s
	because PID-36
	try_works
	works pid1 ./s
	prints hi
	script '#! \n'
	fails 126 pid1 ./s
	because PID-36
	script ''
	fails 126 pid1 ./s
	because PID-36
	script "#!/$(printf 'e%.0s' {1..254})\n"
	fails 126 pid1 ./s
	because PID-37
	script '#!/bin/sh\r\necho hi\n'
	fails 126 pid1 ./s
	because PID-28
	try_works
	works pid1 ./s
	script '#! sh -e\necho hi\n'
	fails 126 pid1 ./s
	because PID-29
	try_works
	script '#! sh\necho hi\n'
	fails 126 pid1 ./s
	try_works
	works pid1 ./s
	prints hi
}

@test "an interpreter that is not there, or not executable" {
	script '#!/no/such/sh\necho hi\n'
	fails 126 pid1 ./s
	because PID-05
	says "interpreter '/no/such/sh'"
	try_works
	prints hi
	script "#!$W/i\n"
	touch i
	fails 126 pid1 ./s
	because PID-05c
	rm i
	mkdir i
	fails 126 pid1 ./s
	because PID-05c
	script '#!/bin/no-bash\n'
	cp s r/bin/s
	in_root 126 s
	because PID-05
}

@test "five scripts interpret one another, and the sixth is too many" {
	printf '#!/bin/echo\n' >s0
	for i in 1 2 3 4 5; do
		printf '#!%s\n' "$W/s$((i - 1))" >s$i
	done
	chmod 755 s?
	works pid1 ./s4
	fails 126 pid1 ./s5
	because PID-39
	script "#!$W/s\n"
	fails 126 pid1 ./s
	because PID-39
	for i in 1 2 3 4 5; do
		printf '#!/bin/s%s\n' $((i - 1)) >r/bin/s$i
	done
	printf '#!/bin/h\n' >r/bin/s0
	chmod 755 r/bin/s?
	in_root 126 s5
	because PID-39
}

@test "ELF that is no program, and the program of another machine" {
	printf '\x7fELF' >e
	chmod 755 e
	fails 126 pid1 ./e
	because PID-45
	head -c 100 h >e
	fails 126 pid1 ./e
	because PID-45
	cp h o
	printf '\1' | dd of=o bs=1 seek=16 conv=notrunc status=none
	fails 126 pid1 ./o
	because PID-45
	cp /bin/true d
	printf '\0' | dd of=d bs=1 seek="$(grep -abo "$loader" d | cut -d: -f1)" conv=notrunc status=none
	fails 126 pid1 ./d
	because PID-45
	never_says PID-27
	cp h foreign
	printf '\x16' | dd of=foreign bs=1 seek=18 conv=notrunc status=none
	fails 126 pid1 ./foreign
	because PID-07
	cp foreign r/bin/foreign
	fails 126 in_ns pivot r foreign
	because PID-07
}

@test "what a handler knows that cannot be seen here is not refused beforehand" {
	needs 'binfmt_misc of a user namespace' unshare -Urm mount -t binfmt_misc none r
	cp h r/bin/foreign
	printf '\x16' | dd of=r/bin/foreign bs=1 seek=18 conv=notrunc status=none
	ln -s "$(command -v busybox)" echo
	works unshare -Urm bash -euc '
		mkdir handlers
		mount -t binfmt_misc none handlers
		echo ":foreign:M:18:\x16::$W/echo:F" >handlers/register
		unshare -m pivot r foreign -V || exit'	# handlers stays mounted here
	prints '/bin/foreign -V'
}

@test "the loader is missing, not executable, cut off, or of another machine" {
	in_root 126 d
	because PID-05
	says "the loader '$loader'"
	touch "r$loader"
	in_root 126 d
	because PID-41
	try_works
	in_root 126 d
	because PID-42
	says EIO
	head -c 100 h >"r$loader"
	in_root 126 d
	because PID-43
	says ELIBBAD
	script "#!/bin/sh\n# $(printf '%070d' 0)\n"
	cp s "r$loader"
	in_root 126 d
	because PID-43
	rm "r$loader"
	mkdir "r$loader"
	in_root 126 d
	because PID-41
}

@test "the C library in the root is another one than PROG was built for" {
	mkdir -p r/lib
	cp h "r/lib/ld-musl-$(uname -m).so.1"
	in_root 126 d
	because PID-44
	because PID-05
}

@test "a program that somebody writes to" {
	exec 8>>h
	fails 126 pid1 ./h
	because PID-47
	says '^pid1: try: find '
	exec 8>&-
	works pid1 ./h -V

	# The kernel says the same of what runs it.
	cp /bin/sh sh
	script "#!$W/sh\n"
	exec 8>>./sh
	fails 126 pid1 ./s
	because PID-47
	[[ $(bash -c "${stderr##*try: }" 2>/dev/null) = */fd/8* ]]
	exec 8>&-
}

# bats test_tags=static
@test "a program in the new root that somebody writes to has no name to search for" {
	exec 8>>r/bin/h
	fails 126 in_ns pivot r h
	because PID-47
	never_says 'try: '
	exec 8>&-
}

# bats test_tags=static
@test "a seccomp filter that does not know faccessat2(2) is no obstacle" {
	build refuse
	for errno in 1 38; do	# EPERM, ENOSYS
		works ./refuse "$(number_of SYS_faccessat2)" $errno pid1 "$W/h" -V
		works in_ns "$W/refuse" "$(number_of SYS_faccessat2)" $errno pivot r h -V
	done
}

# bats test_tags=static
@test "a program is not missing because no descriptor is left to look for it" {
	for most in 5 6 7; do
		in_ns sh -c "ulimit -n $most; exec pivot r h -V" >said 2>&1 || :
		grep -q 'PID-02' said && flunk "$(cat said)"
	done
	grep -q '^cooperage' said
}

# bats test_tags=root
@test "a program whose capabilities the bounding set has not" {
	setcap cap_net_raw+ep h
	fails 126 setpriv --bounding-set -net_raw pid1 ./h -V
	because PID-55
	setcap -r h
	works setpriv --bounding-set -net_raw pid1 ./h -V
}

@test "a symbolic link that the mount lets nobody follow" {
	inside <<-'END'
		mkdir n
		mount -t tmpfs -o nosymfollow tmpfs n
		ln -s "$W/h" n/l
		fails 127 pid1 n/l -V
		because PID-56
	END
}

# What Landlock does to a loader without -x, and RLIMIT_NPROC to a set UID.
@test "a magic link of proc counts in the old root, and is refused" {
	mkdir r/proc
	ln -s /proc/self/exe r/bin/self
	inside <<-'END'
		mount --rbind /proc r/proc
		for prog in /proc/self/exe self; do
			fails 126 pivot r $prog
			because PID-57
		done
	END
}

@test "permissions allow it, and yet the kernel refuses" {
	fails 126 strace -f -qq -o /dev/null -e inject=execve:error=EACCES unshare-lite -Ur --no-fork ./h -V
	because PID-27
	fails 126 strace -f -qq -o /dev/null -e inject=execve:error=EACCES unshare-lite -Ur --no-fork r/bin/d
	because PID-27
	says "loader $loader"
	fails 126 strace -f -qq -o /dev/null -e inject=execve:error=EAGAIN unshare-lite -Ur --no-fork ./h -V
	because PID-48
	fails 126 strace -f -qq -o /dev/null -e inject=execve:error=ENOMEM unshare-lite -Ur --no-fork ./h -V
	says 'none of the 36 known causes'
}

# bats test_tags=static
@test "a look-up that a rename elsewhere disturbs is done again" {
	works in_ns strace -f -qq -o /dev/null -e inject=openat2:error=EAGAIN:when=1+2 pivot r /bin/h -V
}

@test "paths and arguments of every kind are quoted, and looked up" {
	for name in 'a b' 'a,b' 'a:b' 'a\b' "a'b" 'a"b' $'a\nb' $'a\eb' -; do
		cp h "$name"
		works pid1 "./$name" -V
		chmod 644 "$name"
		fails 126 pid1 "./$name" -V
		[[ $(wc -l <<<"$stderr") = 3 ]] || flunk 'three lines'
		because PID-03
		# dash, as the sh of many, does not know $'\n' yet.
		line=${stderr##*try: }
		works bash -c "$line"
		works pid1 "./$name" -V
	done
	deep=$(printf '/d%.0s' {1..1900})
	mkdir -p ".$deep"
	cp h ".$deep/h"
	works pid1 ".$deep/h" -V
}

@test "the environment and the arguments arrive as they are" {
	works env -i PATH="$PATH" A='x y' B= pid1 env
	prints "PATH=$PATH
A=x y
B="
	works pid1 sh -c 'printf "<%s>" "$0" "$@"' zero 'a b' '' -k --
	prints '<zero><a b><><-k><-->'
	fails 7 pid1 sh -c 'exit 7'
}
