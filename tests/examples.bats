#!/usr/bin/env bats
# Each example does what its README.md shows: steps.sh types the same lines,
# and the README's output, where <...> stands for anything, is what comes.
#
# Not tested here: the examples on a machine without a compiler (02 needs one).
load helper

setup() {
	common_setup
	mkdir tmp
	export TMPDIR=$W/tmp
}

# The lines of a README's blocks of one kind; those marked root for root only.
blocks() {
	awk -v kind="$1" -v root="$EUID" '
		/^```/ { shown = $1 == "```" kind && ($2 != "root" || root == 0); next }
		shown' "$2"
}

squeeze() {
	sed -E 's/[[:space:]]+/ /g; s/^ //; s/ $//'
}

# What was typed is what the README says, and the README's output comes, in its
# order, among whatever else comes.
follows() {
	local line regex output

	diff <(blocks sh "$1") <(sed -n 's/^[$#] //p' "$2") >&2 || return
	exec 4< <(grep -v '^[$#] ' "$2" | squeeze)
	while IFS= read -r line; do
		[[ $line != ... ]] || continue
		regex="^$(sed -E 's/[][\.*^$+?(){}|]/\\&/g; s/<[^>]*>/.+/g' <<<"$line")\$"
		while
			IFS= read -r output <&4 || flunk "does not come, or not here: $line" || return
			[[ ! $output =~ $regex ]]
		do :; done
	done < <(blocks text "$1" | squeeze)
	exec 4<&-
}

# bats test_tags=static
@test "what README.md shows is what is typed, and what comes" {
	for example in "$repo"/examples/[0-9]*/; do
		echo "$example" >&2
		works "${example}steps.sh"
		silent
		printf '%s\n' "$stdout" >output
		follows "${example}README.md" output
		[[ -z $(ls -A tmp) ]]
	done
}

# bats test_tags=static
@test "the steps run under each shell, and find the tools beside them" {
	[[ -x $repo/bin/unshare-lite ]] || skip 'needs the tools in bin/'
	for example in "$repo"/examples/[0-9]*/; do
		for shell in bash 'busybox ash'; do
			# shellcheck disable=SC2086 # busybox ash is two words
			PATH=/usr/bin:/bin works $shell "${example}steps.sh"
			[[ -z $(ls -A tmp) ]]
		done
	done
}

@test "a README.md that differs is found out" {
	printf '$ ls\na\nb\n$ id\nuid=0\n' >output
	printf '%s\n' '```sh' ls '```' '```text' a '```' '```sh' id '```' '```text' 'uid=<N>' '```' >good
	follows good output
	for change in 's/^ls/ls -l/' 's/^a/c/' 's/^id//' '/^id/d' 's/^uid=.*/gid=<N>/' 's/^id/id\nid/'; do
		sed "$change" good >bad
		fails 1 follows bad output
	done
}

# bats test_tags=root,static
@test "the steps need no place in the checkout" {
	inside <<-'END'
		mount --bind "$repo" "$repo"
		mount -o remount,bind,ro "$repo"
		for example in "$repo"/examples/[0-9]*/; do
			works "$repo/examples/${example#"$repo/examples/"}steps.sh"
		done
	END
}

@test "a step that does not show what it should ends the tour" {
	mkdir fake
	printf '#!/bin/sh\nshift\nexec "$@"\n' >fake/pivot
	printf '#!/bin/sh\nexec sh\n' >fake/consh
	chmod 755 fake/*
	for example in "$repo"/examples/[0-9]*/; do
		PATH=$W/fake:$PATH fails 1 "${example}steps.sh"
		says '^steps.sh: '
		[[ -z $(ls -A tmp) ]]
	done
}

@test "whoever reads no further ends the steps, which leave nothing" {
	for example in "$repo"/examples/[0-9]*/; do
		"${example}steps.sh" | head -n 1
		[[ -z $(ls -A tmp) ]]
		spawn env --default-signal=QUIT "${example}steps.sh" >output 2>&1
		eventually grep -q '^[$]' output
		kill -QUIT "$pid"
		wait "$pid" || :
		[[ -z $(ls -A tmp) ]]
	done
}

@test "interrupted, the steps leave nothing" {
	signal=TERM
	for example in "$repo"/examples/[0-9]*/; do
		: >output
		spawn "${example}steps.sh" >output 2>&1
		PATIENCE=30000 eventually grep -qs '^[$#] .*\(consh\|hold\|-ar\|chroot\)' output
		sleep 0.0$(( RANDOM % 10 ))
		kill -$signal "$pid" || :	# it may be that fast
		status=0
		wait "$pid" || status=$?
		(( status == 128 + $(kill -l $signal) || status == 0 )) ||
			flunk "$example: $signal: $(<output)"
		[[ -z $(ls -A tmp) ]]
		[[ $signal = HUP ]] && signal=TERM || signal=HUP
	done
}
