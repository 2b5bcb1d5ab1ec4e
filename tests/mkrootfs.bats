#!/usr/bin/env bats
# Not tested: a dynamic busybox of this machine (its libraries are added by
# the code that -c runs), and foreign architectures.

load helper

# A root filesystem in a tarball, with an owner that no user has.
make_tarball() {
	mkdir -p image/etc image/dev image/bin
	echo image >image/etc/passwd
	echo secret >image/etc/shadow
	chmod 4755 image/bin
	ln -s passwd image/etc/link
	tar -C image --owner=0 --group=0 --exclude=shadow -cf "$1" .
	tar -C image --owner=0 --group=42 -rf "$1" ./etc/shadow
	tar -C image --owner=1000 --group=1000 -rf "$1" ./dev
}

# As the user 1000, who has the range of IDs $1.
with_range() {
	echo "$1" >range
	shift
	unshare -m sh -euc 'mount --bind range /etc/subuid
		mount --bind range /etc/subgid
		exec setpriv --reuid 1000 --regid 1000 --clear-groups "$@"' - "$@"
}

@test "help is short and shows examples" {
	works mkrootfs --help
	silent
	shows '^usage: mkrootfs .* DIR$'
	(( $(wc -l <<<"$stdout") <= 24 ))
}

@test "a wrong command line makes nothing" {
	misused mkrootfs
	misused mkrootfs ''
	misused mkrootfs -x lower
	misused mkrootfs lower -t
	misused mkrootfs -c
	misused mkrootfs -f '' lower
	[[ -z $(ls -A) ]]
}

@test "DIR is a root with the eleven folders, busybox and its links" {
	works mkrootfs lower
	silent
	prints ''
	[[ $(cd lower && echo *) == 'bin dev etc home proc root sys tmp usr var' ]]
	[[ $(stat -c %a lower lower/tmp lower/root | tr '\n' ' ') == '755 1777 700 ' ]]
	[[ $(unshare -Ur chroot lower /bin/sh -c 'cd /bin; busybox --list | while read -r c; do [ -x "$c" ] || echo "$c"; done') == '' ]]
	works unshare -Ur chroot lower ls -ld /etc/passwd
	shows 'root *root'
	grep -q '^nobody:x:65534:65534:' lower/etc/passwd
	grep -q '^root:x:0:' lower/etc/group
	grep -q '^127\.0\.0\.1.*localhost' lower/etc/hosts
}

@test "a second time says what is there and changes nothing" {
	mkrootfs lower
	echo mine >lower/etc/passwd
	refused mkrootfs lower
	says '^mkrootfs: lower: left as it is: it holds bin dev etc '
	[[ $(cat lower/etc/passwd) == mine && $(ls) == lower ]]
	refused mkrootfs lower/etc/passwd
	says 'no folder'
	refused mkrootfs missing/lower
	says 'No such file'
}

@test "an empty folder is filled, the current one, too" {
	mkdir lower
	works mkrootfs lower
	mkdir here
	cd here
	works mkrootfs .
	[[ -x bin/sh && -x ../lower/bin/sh ]]
}

@test "an empty mount point is filled" {
	inside <<-'END'
		mkdir lower
		mount -t tmpfs none lower
		works mkrootfs lower
		[[ -x lower/bin/sh ]]
	END
}

@test "DIR may have any name" {
	for name in 'a b' $'new\nline' $'end\n' "it's \"\$(x)\"" 'a:b' $'\e[1m'; do
		works mkrootfs "$name"
		[[ -x $name/bin/sh ]]
		refused mkrootfs "$name"
		(( $(wc -l <<<"$stderr") == 1 ))
		[[ $stderr != *$'\e'* ]]
	done
	works mkrootfs slashes//
	[[ -x slashes/bin/sh && $(echo slashes*) == slashes ]]
	works mkrootfs -- -dash
	[[ -x ./-dash/bin/sh ]]
}

@test "-c copies programs and libraries: no busybox, and at both paths" {
	works mkrootfs -c bash -c /usr/bin/env lower
	silent
	[[ ! -e lower/bin/busybox && ! -e lower/bin/sh ]]
	for path in "$(type -P bash)" /bin/bash /usr/bin/env /bin/env; do
		works unshare -Ur chroot lower "$path" --version
	done
}

@test "-c takes a program, never a builtin, and says where there is none" {
	works mkrootfs -c echo -c ./../../bin/true lower
	works unshare -Ur chroot lower /bin/echo hello
	prints hello
	mkdir ./-x
	cp "$(type -P true)" ./-x/prog
	works mkrootfs -c -x/prog dash
	[[ -x dash/bin/prog ]]
	rm -r dash ./-x
	refused mkrootfs -c no-such-program other
	says '^mkrootfs: no-such-program: not found$'
	[[ $(ls) == lower ]]
}

@test "-c beside -b replaces busybox's link, and not busybox" {
	works mkrootfs -b -c ls lower
	works unshare -Ur chroot lower ls --version
	shows coreutils
	works unshare -Ur chroot lower cat /etc/passwd
}

@test "-c with a script says what it does not copy" {
	mkdir 'my bin'
	printf '#!/bin/sh -e\necho hello\n' >'my bin/greet'
	chmod 755 'my bin/greet'
	works mkrootfs -b -c 'my bin/greet' lower
	says '^mkrootfs: my bin/greet: a script: .*#!/bin/sh -e$'
	works unshare -Ur chroot lower greet
	prints hello
	works unshare -Ur chroot lower "$PWD/my bin/greet"
	prints hello
}

@test "-c with a library that is missing is refused, and leaves nothing" {
	needs gcc type gcc
	mkdir lib
	echo 'int f(void) { return 0; }' | gcc -shared -fPIC -x c - -o lib/libf.so
	echo 'int f(void); int main(void) { return f(); }' | gcc -x c - -x none -Llib -lf -o prog
	LD_LIBRARY_PATH=$PWD/lib works mkrootfs -c ./prog with
	[[ $(find with -name libf.so) ]]
	refused mkrootfs -c ./prog lower
	says 'libf.so => not found'
	[[ ! -e lower && $(echo lower*) == 'lower*' ]]
}

@test "-f unpacks, and what the tarball brings stays" {
	make_tarball image.tar
	gzip -k image.tar
	cp image.tar 'host:a b'
	for tarball in image.tar image.tar.gz "$PWD/image.tar" 'host:a b'; do
		rm -rf lower
		works mkrootfs -f "$tarball" lower
		[[ $(cat lower/etc/passwd) == image && $(readlink lower/etc/link) == passwd ]]
		[[ $(stat -c %a lower/bin) == 4755 ]]
		[[ -d lower/proc && -f lower/etc/hosts && ! -e lower/bin/busybox ]]
	done
	works mkrootfs -b -f - piped <image.tar
	[[ -x piped/bin/sh && $(cat piped/etc/passwd) == image ]]
}

@test "-f with what is no tarball is refused, and leaves nothing" {
	echo nonsense >image.tar
	mkdir empty
	refused mkrootfs -f image.tar lower
	refused mkrootfs -f image.tar empty
	refused mkrootfs -f missing.tar lower
	says '^mkrootfs: missing.tar: '
	[[ $(echo *) == 'empty image.tar' && -z $(ls -A empty) ]]
}

@test "a link in the tarball leads nothing out of DIR" {
	mkdir -p image out
	ln -s "$PWD/out" image/etc
	tar -C image -cf image.tar .
	refused mkrootfs -f image.tar lower
	says 'leads out'
	rm image/etc
	ln -s "$PWD/out" image/bin
	tar -C image -cf image.tar .
	refused mkrootfs -b -f image.tar lower
	[[ -z $(ls -A out) && ! -e lower ]]
	rm image/bin
	mkdir image/bin
	ln -s "$PWD/out" image/bin/env
	tar -C image -cf image.tar .
	works mkrootfs -c env -f image.tar lower
	[[ -z $(ls -A out) ]]
	works unshare -Ur chroot lower /bin/env --version
}

@test "a hard link in the tarball leads to no file outside of DIR, with busybox's tar, too" {
	needs 'GNU tar' grep -q GNU <(tar --version)
	echo secret >secret
	chmod 440 secret
	mkdir path image
	ln -s "$(type -P busybox)" path/tar
	ln secret image/one
	ln secret image/two
	tar -C image --owner=0 --group=0 -cf good.tar .
	tar -C image --owner=0 --group=0 -P --transform="s,^one\$,$PWD/secret,rSh" -cf evil.tar one two
	tar -P --delete -f evil.tar "$PWD/secret"
	for way in "$PATH" "$PWD/path:$PATH"; do
		PATH=$way works mkrootfs -f good.tar lower
		[[ lower/one -ef lower/two && ! lower/one -ef secret ]]
		rm -r lower
		PATH=$way refused mkrootfs -f evil.tar lower
		[[ ! -e lower && $(stat -c '%h %a' secret) = '3 440' ]]
	done
}

# bats test_tags=root
@test "-f as root keeps owners and devices" {
	make_tarball image.tar
	mknod image/dev/null c 1 3
	tar -C image -rf image.tar ./dev/null
	works mkrootfs -f image.tar lower
	silent
	[[ $(stat -c %u:%g lower/etc/shadow) == 0:42 && -c lower/dev/null ]]
}

# bats test_tags=root
@test "-f keeps file capabilities" {
	needs setcap type setcap
	needs 'GNU tar' grep -q GNU <(tar --version)
	mkdir image
	cp "$(type -P true)" image/prog
	needs 'capabilities of files' setcap cap_net_raw+ep image/prog
	tar -C image --xattrs-include='*' -cf image.tar .
	works mkrootfs -f image.tar lower
	[[ $(getcap lower/prog) == *cap_net_raw* ]]
}

# bats test_tags=root
@test "-f as an ordinary user without ranges lists the owners that are lost" {
	make_tarball image.tar
	mknod image/dev/null c 1 3
	tar -C image -rf image.tar ./dev/null
	mkdir -p image/a/b
	touch image/a/b/c
	tar -C image --owner=0 --group=0 -rf image.tar ./a/b/c
	works with_range '' mkrootfs -f image.tar lower
	says '^mkrootfs: owners are lost: '
	says '^mkrootfs: owner lost: 0/42 ./etc/shadow$'
	(( $(grep -c 'owner lost:' <<<"$stderr") == 1 ))
	[[ $(stat -c %u:%g lower/etc/shadow) == 1000:1000 && ! -e lower/dev/null ]]
}

# bats test_tags=root
@test "-f as an ordinary user with ranges keeps the owners" {
	needs unshare-lite test -x "$BIN/unshare-lite"
	needs newuidmap type newuidmap
	needs 'a folder that the user can reach' as_user test -x "$BIN/unshare-lite"
	make_tarball image.tar
	works with_range 1000:200000:65536 mkrootfs -f image.tar lower
	silent
	[[ $(stat -c %u:%g lower/etc/shadow) == 1000:200041 ]]
	[[ $(stat -c %u:%g lower/etc/passwd lower | sort -u) == 1000:1000 ]]

	# Even what the user cannot remove goes when it fails.
	chmod 700 image/etc
	tar -C image --owner=7 -cf image.tar .
	fails 125 with_range 1000:200000:65536 mkrootfs -f image.tar -c no-such-program other
	[[ $(echo other*) == 'other*' ]]
}

@test "an ordinary user's folders of mode 555 go, too, when it fails" {
	mkdir -p image/sys/deep
	chmod 555 image/sys/deep image/sys
	tar -C image -cf image.tar .
	refused mkrootfs -f image.tar -c no-such-program lower
	[[ $(echo lower*) == 'lower*' ]]
}

# bats test_tags=root
@test "a folder that the tarball closes goes when it fails, and nothing else" {
	mkdir image work
	tar -C image --mode=000 -cf image.tar .
	echo mine >work/data
	chown 1000 work work/data
	cd work
	fails 125 with_range '' mkrootfs -f ../image.tar lower
	[[ $(cat data) == mine && $(echo *) == 'data range' ]]
	mkdir -m 777 lower
	fails 125 with_range '' mkrootfs -f ../image.tar lower
	[[ $(echo *) == 'data lower range' && -z $(ls -A lower) ]]
}

@test "a signal leaves nothing, and says so by its status" {
	mkfifo fifo
	for signal in HUP:129 INT:130 QUIT:131 TERM:143; do
		for folder in lower empty; do
			mkdir -p empty
			(
				# A background process of a script ignores these two, unless told otherwise.
				exec env --default-signal=INT,QUIT mkrootfs -f - "$folder" <fifo 3>&- 4>&-
			) &
			mkrootfs=$!
			exec 5>fifo
			sleep 0.2
			kill -s "${signal%:*}" "$mkrootfs"
			exec 5>&-
			status=0
			wait "$mkrootfs" || status=$?
			(( status == ${signal#*:} )) || flunk "$signal $folder"
			[[ $(echo *) == 'empty fifo' && -z $(ls -A empty) ]] || flunk "$signal $folder left $(ls)"
		done
	done
}

# bats test_tags=static
@test "-t brings the tools and the scripts" {
	works mkrootfs -t lower
	silent
	for tool in "$repo"/bin/*; do
		cmp "$tool" "lower/bin/${tool##*/}"
	done
	[[ -x lower/bin/mkrootfs && -x lower/bin/sh ]]
	[[ ! -e $repo/scripts/consh || -x lower/bin/consh ]]
	[[ ! -e lower/bin/doctor ]]
}

# bats test_tags=static
@test "inside what it made, with busybox alone, it makes the same again" {
	mkrootfs -t lower
	for version in '' '/a b'; do
		works unshare -Ur chroot "lower$version" mkrootfs -t '/a b'
		silent
	done
	works diff -r --no-dereference lower/bin 'lower/a b/a b/bin'
	works unshare -Ur chroot 'lower/a b/a b' mkrootfs -c sh /minimal
	refused unshare -Ur chroot 'lower/a b/a b' mkrootfs /minimal
}

# bats test_tags=static
@test "it works beside an installed unshare-lite, and takes only the tools" {
	mkdir -p prefix/bin
	cp "$repo/scripts/mkrootfs" "$repo"/bin/* prefix/bin
	cp "$(type -P ls)" prefix/bin/other
	works prefix/bin/mkrootfs -t lower
	[[ ! -e lower/bin/other ]]
	for tool in "$repo"/bin/*; do
		[[ -x lower/bin/${tool##*/} ]]
	done
}

@test "it runs under busybox sh and dash" {
	for shell in busybox dash; do
		needs "$shell" type "$shell"
		mkdir -p path
		ln -sf "$(type -P "$shell")" path/sh
		works path/sh "$repo/scripts/mkrootfs" -c bash -t -b "by $shell"
		silent
		works unshare -Ur chroot "by $shell" bash -c 'ls /bin/vi'
	done
}
