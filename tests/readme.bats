#!/usr/bin/env bats
# README.md: its own lines are typed, in its order, and what it shows comes.
load helper

# One transcript: "$ LINE" is for the shell, "# LINE" for the shell that the
# line above it has started, as its input; all else is what must come.
type_readme() {
	awk '
		function flush() { if (open) { print "TYPED"; open = 0 } }
		!/^    / { if (on) flush(); on = 0; next }
		/^    \$ / { flush(); on = 1; sub(/^    \$ /, ""); line = $0; more = /\\$/
			while (more) { getline; line = line "\n" $0; more = /\\$/ }
			print line " <<\"TYPED\""; open = 1; next }
		on && /^    # / { print substr($0, 7) }
		END { flush() }' "$repo/README.md"
}

# What the README says will come, spaces squeezed.
promised() {
	awk '/^    \$ / { on = 1; more = /\\$/; next }
		more { more = /\\$/; next }
		!/^    / { on = 0 }
		on && !/^    # / { print }' "$repo/README.md" | sed -E 's/ +/ /g; s/^ //'
}

@test "each line of README.md runs, and shows what is there" {
	type_readme >typed
	grep -q 'unshare-lite -a -r' typed
	grep -q 'nsenter-lite' typed
	in_ns --propagation shared sh ./typed >came 2>&1 || :
	sed -i -E "s/ +/ /g; s/^ //; s/\('[^']*', shared:[0-9]+/('\/', shared:1/" came
	while IFS= read -r line; do
		grep -qxF -- "$line" came || flunk "does not come: $line: $(<came)"
	done < <(promised)
	[[ $(promised | wc -l) -ge 10 ]]
	[[ ! -e box/merged && -e box/upper/etc/motd ]]
}

@test "the try of README.md works where it says" {
	cp -r "$ROOTFS/." rootfs
	refused unshare-lite -Urm --propagation=shared pivot rootfs true
	because PIV-05
	remark=$stderr
	try_works unshare-lite -Urm --propagation=shared
	stderr=$remark
	try_works
}
