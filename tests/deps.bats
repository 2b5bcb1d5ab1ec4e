#!/usr/bin/env bats
# Not tested: apt-get itself, and the names of packages on other systems than
# this one.  Here, programs are missing from a PATH, and apt-get is a script.

load helper

all=(build demo check vm lint cross bench)

# A PATH of our own, $W/path, with what the script itself needs.  deps looks
# into /usr/sbin and /sbin, too: it is a copy that does not.
setup() {
	common_setup
	mkdir path
	for program in cat chmod grep id ldd sed sh sort tr bash; do
		ln -s "$(type -P "$program")" path
	done
	sed 's,:/usr/sbin:/sbin,,' "$repo/scripts/deps" >deps
	chmod 755 deps
}

alone() {
	PATH=$W/path "$@"
}

give() {
	printf '#!/bin/sh\n%s\n' "$2" >"path/$1"
	chmod 755 "path/$1"
}

@test "help is short and shows examples" {
	works deps --help
	silent
	shows '^usage: deps .* GROUP'
	(( $(wc -l <<<"$stdout") <= 24 ))
}

@test "a wrong command line is refused" {
	misused deps
	misused deps -n
	misused deps -x build
	misused deps biuld
	says 'biuld'
	misused deps build 'demo check'
}

@test "nothing missing: silent and fast" {
	for group in "${all[@]}"; do
		needs "the packages of $group" deps -n "$group"
	done
	SECONDS=0
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		works deps "${all[@]}"
		silent
		prints ''
	done
	(( SECONDS < 4 ))
}

@test "what is missing is named, with its packages for four systems" {
	fails 1 alone ./deps -n lint
	prints ''
	says '^deps: missing: mandoc shellcheck cppcheck clang-format$'
	says '^deps: Debian, Ubuntu: apt-get install clang-format cppcheck mandoc shellcheck '
	says '^deps: Fedora: dnf install ShellCheck clang-tools-extra '
	says '^deps: Alpine: apk add clang-extra-tools '
	says '^deps: Arch: pacman -S clang cppcheck '
	(( $(wc -l <<<"$stderr") == 5 ))
}

@test "each thing and each package is named once, whatever needs it" {
	fails 1 alone ./deps -n "${all[@]}"
	says '^deps: missing: .*setpriv .*unshare'	# both are in util-linux
	while IFS= read -r line; do
		[[ $(tr ' ' '\n' <<<"$line" | sort | uniq -d) == '' ]] || flunk "$line"
	done <<<"$stderr"
	never_says ' - '
	says 'Fedora: .* musl-gcc musl-libc-static '
}

# What it needs, of which the tests' PATH has nothing.
bench_programs() {
	alone ./deps -n bench 2>&1 | sed -n 's/^deps: missing: //p'
}

@test "each group has needs, and looks only for its own" {
	for group in "${all[@]}"; do
		fails 1 alone ./deps -n "$group"
		says '^deps: missing: '
	done
	for program in $(bench_programs); do
		give "$program" :
	done
	works alone ./deps bench
	silent
}

@test "-p prints the packages of a group, there or not" {
	works alone ./deps -p bench
	shows '^bubblewrap .*crun .*runc .*util-linux $'
	silent
}

@test "a dynamic busybox does not do" {
	give newuidmap :
	cp "$(type -P ls)" path/busybox
	fails 1 alone ./deps -n demo
	says '^deps: missing: static-busybox$'
	cp "$(type -P busybox)" path/busybox.static
	works alone ./deps -n demo
}

@test "a gcc that is musl's own does without the wrapper, and without libasan" {
	give make :
	give gcc 'case $1 in -dumpmachine) echo x86_64-linux-gnu ;; *) echo libasan.so ;; esac'
	fails 1 alone ./deps -n build check
	says 'missing: .*musl-cc.* libasan '
	give gcc 'case $1 in -dumpmachine) echo x86_64-alpine-linux-musl ;; *) echo libasan.so ;; esac'
	fails 1 alone ./deps -n build check
	never_says 'musl-cc'
	never_says 'libasan'
}

@test "root gets what is missing from apt-get, without update where that works" {
	rm path/id
	give id 'echo 0'
	give apt-get 'echo noise; echo "$DEBIAN_FRONTEND $*" >>log; for p in '"$(bench_programs | tr '\n' ' ')"'; do cp "$0" path/$p; done'
	ln -s "$(type -P cp)" path
	works alone ./deps bench
	silent
	prints ''
	[[ $(cat log) == 'noninteractive '*' --no-install-recommends install bubblewrap '*' runc util-linux' ]]
}

@test "the lists of packages are updated once, when the first try fails" {
	rm path/id
	give id 'echo 0'
	give apt-get 'echo "$*" >>log
		case $* in
		*update) : >lists ;;
		*) [ -e lists ] && for p in '"$(bench_programs | tr '\n' ' ')"'; do cp "$0" path/$p; done ;;
		esac'
	ln -s "$(type -P cp)" path
	works alone ./deps bench
	silent
	[[ $(grep -c update log) == 1 && $(grep -c install log) == 2 ]]
}

@test "what apt-get said is shown when it fails" {
	rm path/id
	give id 'echo 0'
	give apt-get 'echo "E: $* does not work"; exit 100'
	fails 1 alone ./deps bench
	says '^E: .*update does not work$'
	says '^deps: missing: .*bwrap crun runc .*unshare'
	says '^deps: Debian'
}

@test "neither -n nor an ordinary user installs" {
	give apt-get 'echo called >>log'
	rm path/id
	give id 'echo 0'
	fails 1 alone ./deps -n bench
	give id 'echo 1000'
	fails 1 alone ./deps bench
	[[ ! -e log ]]
}

# Whose unshare, being one of busybox's own, counts as there on some systems.
@test "it runs under busybox sh" {
	fails 1 alone "$(type -P busybox)" sh ./deps -n bench
	says '^deps: missing: bwrap crun runc\>'
}
