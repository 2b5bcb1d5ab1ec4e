#!/usr/bin/env bats
# README.md: its own lines are typed, in its order, and what it shows comes; so
# are those in its tables.  Not tested here: those of docker, those of bwrap
# and libcgroup where they are missing, and of cgroups but as root; make shell,
# make check and make bench.
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

# What stands in backquotes in the tables below the title $1, a line each.
in_table() {
	awk -v title="## $1" '/^## / { on = $0 == title } on && /^\|/' "$repo/README.md" |
		grep -o '`[^`]*`' | tr -d '`'
}

# Types "$1" where PID, DIR and all others are something.
typed_here() {
	local line=$1

	case $line in
	ip* | vethpair* | nspin* | sysctl* | nat*)
		line="mount -t tmpfs none /run; p=\$(unshare-lite -n --hold=\$\$); ${line//PID/\"\$p\"}"
		set -- in_ns -n sh -euc
		line=${line//nat ve0/nat lo}
		;;
	cg*)
		line=${line//demo/$CG}
		line="PATH=/usr/bin:$PATH; ${line/#cgset/"$BIN/cgset"}; $BIN/cgset -d $CG"
		set -- sh -euc
		;;
	mount* | mkoverlay* | mkpseudo* | pivot*) set -- in_ns -pnf sh -euc ;;
	*) set -- sh -euc ;;
	esac
	case $line in
	*uid_map* | mapids*) line=${line//PID/$(unshare-lite -U --hold="$pid")} ;;
	*) line=${line//PID/$root} ;;
	esac
	case $line in
	ovldiff*) line=${line//DIR/box} ;;
	*) line=${line//DIR/new} ;;
	esac
	line=${line//ROOTFS/rootfs}
	works "$@" "${line//PROG/true}"
	never_says '\(E[A-Z]+\)|because|denied|not permitted'
}

@test "each line of the table for those who come from elsewhere works" {
	cp -r "$ROOTFS" rootfs
	ln -s rootfs r
	mkdir r/old u w m lower
	ran=0
	spawn sleep 60
	root=$(unshare-lite -a -r --hold="$pid")
	in_ns mkoverlay -l lower box touch box/merged/file
	while IFS= read -r line; do
		[[ $line != docker* ]] || continue
		[[ $line != cg* ]] || (( EUID == 0 )) || continue
		[[ $line != cgcreate* ]] || type cgcreate >/dev/null 2>&1 || continue
		[[ $line != up ]] || continue	# a word, and no line
		[[ $line != bwrap* ]] || type bwrap >/dev/null 2>&1 || continue
		since 6 6 || line=${line/ -T / }	# before, a tmpfs has no user attributes
		typed_here "$line" </dev/null || flunk "in the table: $line"
		ran=$(( ran + 1 ))
	done < <(in_table 'For those who come from elsewhere')
	(( ran >= 23 ))
}

@test "each tool and script is in its table, and each of these has a help" {
	tools=$(awk '/^## The tools/ { on = 1 } /^`examples/ { on = 0 } on && /^\| [a-z]/ && !/for \|$/ { print $2 }' "$repo/README.md")
	for tool in $tools; do
		works "$tool" --help
		shows '^usage: '
	done
	for tool in "$BIN"/*; do
		grep -qxF "${tool##*/}" <<<"$tools" || flunk "not in README.md: ${tool##*/}"
	done
}

# bats test_tags=static
@test "what is installed is everybody's, finds its own, and may be in use when it is replaced" {
	dest="$W/de st"
	umask 077
	pids=()
	for _ in 1 2; do
		works make -s -o all -C "$repo" install DESTDIR="$dest" PREFIX=/usr
		[[ -z $(find "$dest"/usr/{bin,share/man/man1}/* ! -perm -444) ]]
		PATH=/usr/bin:/bin works "$dest/usr/bin/mkrootfs" -t rootfs
		PATH=/usr/bin:/bin works "$dest/usr/bin/consh" rootfs box unshare-lite -U true
		works "$dest/usr/bin/unshare-lite" -U --hold=$$
		pids+=("$stdout")
		[[ $(readlink "/proc/$stdout/exe") = "$dest/usr/bin/unshare-lite" ]]
		rm -r rootfs
	done
	kill "${pids[@]}"
}

@test "an O that is empty removes nothing of the machine's" {
	works make -n -C "$repo" O= clean
	shows '^rm -rf \./bin \./obj$'
	works make -n -C "$repo" clean "O="
	shows '^rm -rf \./bin \./obj$'
}

@test "what it says of make can be made" {
	targets=$(grep -oE 'make (demo|check|shell|install|bench)' "$repo/README.md" | cut -d ' ' -f 2 | sort -u)
	(( $(wc -l <<<"$targets") == 5 ))
	for target in $targets; do
		works make -n -C "$repo" "$target"
	done
}
