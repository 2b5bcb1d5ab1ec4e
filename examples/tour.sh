# tour.sh - the words in which every steps.sh is written
#
#	step TEXT...		a headline
#	show [STATUS] <<'END'	runs these lines one by one; each must end with STATUS (0)
#	enter LINE		runs LINE, which ends in a shell, as in a second terminal
#	inside [STATUS] <<'END'	types these lines there
#	leave			types exit there
#	sees REGEX...		what was shown last has a line for each REGEX
#	never_sees REGEX	and has none for this one
#	eventually CMD...	within five seconds
#	fail TEXT...		ends the tour with status 1
#
# Lines that were typed begin with $ in this shell and with # in the other.
# All is made in a folder of the tour's own, and removed at its end.
# shellcheck shell=sh

set -eu
unset CDPATH
examples=$(cd -- "$(dirname -- "$0")/.." && pwd)
PATH=$PATH:${examples%/*}/bin:${examples%/*}/scripts:/usr/sbin:/sbin
export LC_ALL=C PATH

fail() {
	printf '%s\n' "${0##*/}: $*" >&2
	exit 1
}

command -v unshare-lite >/dev/null || fail 'unshare-lite is not here: run make'

tour=$(mktemp -d "${TMPDIR:-/tmp}/tour-XXXXXX")
seen=$tour/seen
session=''
mkdir "$tour/here"
cd "$tour/here"

clean() {
	exec 5>&- 6<&-
	[ -z "$session" ] || {
		kill "$session" 2>/dev/null || :
		wait "$session" || :
	}
	cd /
	chmod -R u+rwx "$tour"
	rm -rf "$tour"
}

trap clean EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 131' QUIT
trap 'exit 141' PIPE
trap 'exit 143' TERM

step() {
	printf '\n--- %s\n' "$*"
}

show() {
	: >"$seen"
	while IFS= read -r line; do
		printf '$ %s\n' "$line"
		status=0
		eval "$line" >"$tour/output" 2>&1 </dev/null 5>&- 6<&- || status=$?
		cat "$tour/output"
		cat "$tour/output" >>"$seen"
		[ "$status" = "${1:-0}" ] || fail "status $status: $line"
	done
}

enter() {
	printf '$ %s\n' "$1"
	rm -f "$tour/in" "$tour/out"
	mkfifo "$tour/in" "$tour/out"
	eval "exec $1" <"$tour/in" >"$tour/out" 2>&1 &
	session=$!
	exec 5>"$tour/in" 6<"$tour/out"
}

# Each line is followed by one of ours, whose answer tells that it has ended.
inside() {
	: >"$seen"
	while IFS= read -r line; do
		printf '# %s\n' "$line"
		printf '%s\necho "ended: $?"\n' "$line" >&5
		while IFS= read -r answer <&6 || fail "the shell has ended: $line"; do
			case $answer in 'ended: '*) break ;; esac
			printf '%s\n' "$answer"
			printf '%s\n' "$answer" >>"$seen"
		done
		[ "${answer#* }" = "${1:-0}" ] || fail "status ${answer#* }: $line"
	done
}

leave() {
	echo '# exit'
	echo exit >&5
	cat <&6 >"$seen"
	cat "$seen"
	exec 5>&- 6<&-
	wait "$session"
	session=''
}

sees() {
	for regex in "$@"; do
		grep -qE -e "$regex" "$seen" || fail "this is not seen: $regex"
	done
}

never_sees() {
	! grep -qE -e "$1" "$seen" || fail "this should not be seen: $1"
}

eventually() {
	tries=50
	until "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || fail "this does not come: $*"
		sleep 0.1
	done
}
