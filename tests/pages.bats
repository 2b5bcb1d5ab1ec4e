#!/usr/bin/env bats
# The pages, tools/*.1: their examples are pasted, their causes compared with
# what the tools say.  A new tool's page is covered as soon as it is there.
#
# An example that is for root says "as root" in the text above it, or begins
# with sudo; one that is for an ordinary user says "ordinary user".  "All ... as
# root" holds for all that follow.
load helper

setup() {
	common_setup
	mkdir displays stub
	printf '#!/bin/sh\nexec "$@"\n' >stub/sudo
	chmod 755 stub/sudo
}

pages() {
	for page in "$repo"/tools/*.1; do
		tool=${page##*/}
		tool=${tool%.1}
		"$@" || flunk "$tool.1" || return
	done
}

### what a reader sees

# The section $1 of the page, as it is displayed.
section() {
	mandoc -T ascii -O width=500 "$page" | sed 's/.\x08//g' |
		awk -v name="$1" '/^[A-Z]/ { on = $0 == name; next } on'
}

# Each display of EXAMPLES in a file of its own, displays/NN, but for those that
# are not for $1, root or user.
take_examples() {
	rm -f displays/*
	section EXAMPLES | awk -v who="$1" '
		!/^           / {
			if (shown)
				text = ""
			shown = 0
			text = text " " tolower($0)
			next
		}
		!shown { n++; shown = 1 }
		text ~ /all .*as root/ { all = "as root" }
		{ text = text all }
		/^           sudo / { text = text "as root" }
		text ~ (who == "root" ? "ordinary user" : "as root") { next }
		{ printf "%s\n", substr($0, 12) >sprintf("displays/%02d", n) }'
}

# Types the displays into one shell.  What runs in it, a second shell for
# instance, reads on where it has stopped, as from a terminal; at the end of the
# display that shell ends.  124 is that of timeout(1), when the time is up.
typist='
for typed_display in displays/*; do
	exec <"$typed_display"
	while IFS= read -r typed_text; do
		while [[ $typed_text = *\\ ]] || ! bash -n <<<"$typed_text" 2>/dev/null; do
			IFS= read -r typed_line || { echo "not complete: $typed_text" >&2; break; }
			typed_text+=$'"'\n'"'$typed_line
		done
		eval "$typed_text"
		typed_status=$?
		[[ $typed_status = 0 || $typed_status = 124 ]] || echo "status $typed_status: $typed_text" >&2
	done
done
echo done >typed'

# What is on stderr, but for remarks of our own tools, which name no errno.
complaints() {
	local tools
	tools=$(printf '|%s' "$BIN"/*)
	tools=${tools//$BIN\//}
	# Why nstree does not see all is no failure.
	sed -i '/could not be looked into/,/^nstree: try/ { /^nstree: /d }' said
	grep -vE "^(${tools#|}): " said
	grep -E '(because|try|usage): |\(E[A-Z0-9]+\)' said
	[[ -e typed ]] || echo 'the last line was not reached'
}

# pasted WHO PREFIX...
pasted() {
	take_examples "$1"
	shift
	[[ $(section EXAMPLES) ]] || flunk 'no examples' || return
	compgen -G 'displays/*' >/dev/null || return 0

	# Before Linux 6.6 a tmpfs has no user attributes.
	since 6 6 || sed -i 's/mkoverlay -T /mkoverlay /' displays/*
	cp -r "$ROOTFS" rootfs
	PATH=$W/stub:$PATH "$@" timeout 60 bash -c "$typist" >shown 2>said || echo "status $?" >>said
	[[ -z $(complaints) ]] || printf '%s.1:\n%s\n' "$tool" "$(complaints)" >>wrong
	leave_nothing
}

# As root, in mounts and a network of its own, and below a cgroup of its own in
# each hierarchy, which is the root of all that it sees.  There it does not
# itself stay in the v2 root, whose controllers could not be given on then.
apart() {
	unshare -mn bash -euc '
		mount -t tmpfs -o mode=755 none /run
		ip link set lo up
		for file in subuid subgid; do
			! grep -q ^root: "/etc/$file" || continue
			echo root:100000:65536 >"$file"
			mount --bind "$file" "/etc/$file"
		done
		sed -nE "s/^([^ ]+ ){4}([^ ]+) .* - (cgroup2?) [^ ]+ [^ ,]+,?(.*)/\2 \3 \4/p" /proc/self/mountinfo >hierarchies
		while read -r point _; do
			mkdir "$point/$CG" || continue
			for file in cpus mems; do
				[ ! -e "$point/cpuset.$file" ] || cat "$point/cpuset.$file" >"$point/$CG/cpuset.$file"
			done
			echo $$ >"$point/$CG/cgroup.procs"
		done <hierarchies
		exec unshare -C bash -euc "$0" "$@"' '
		while read -r point type options; do
			umount "$point"
			mount -t "$type" ${options:+-o "$options"} none "$point"
			[ "$type" = cgroup ] || { mkdir "$point/shell"; echo $$ >"$point/shell/cgroup.procs"; }
		done <hierarchies
		rm hierarchies
		exec "$0" "$@"' "$@"
}

leave_nothing() {
	eventually no_cgroups
	unshare -Ur --map-auto rm -rf demo box rootfs 2>/dev/null || :
	find . -mindepth 1 -maxdepth 1 ! -name displays ! -name stub ! -name wrong -exec rm -rf {} +
}

no_cgroups() {
	find /sys/fs/cgroup -depth -type d -path "*/$CG*" -exec rmdir {} + 2>/dev/null
	! find /sys/fs/cgroup -type d -name "$CG" 2>/dev/null | grep -q . || flunk 'a cgroup is left'
}

# bats test_tags=root,static
@test "each example of each page works as root" {
	needs mandoc type mandoc
	pages pasted root apart
	[[ ! -e wrong ]] || flunk "$(<wrong)"
}

# bats test_tags=user,static
@test "each example of each page works as an ordinary user, if it is not root's" {
	needs mandoc type mandoc
	needs 'subordinate IDs' as_user unshare-lite -r --map-auto sh -c '[ "$(wc -l </proc/self/uid_map)" -gt 1 ]'
	pages pasted user as_user
	[[ ! -e wrong ]] || flunk "$(<wrong)"
}

### what belongs together

# The names of causes in what comes in.
names() {
	tr '\0' '\n' | grep -aoE '\b[A-Z][A-Z0-9]{2}-[0-9]{2,3}[a-z]?\b' | sort -u
}

# What the tool can say is on its page, or on that of a tool that it names; and
# what is on its page it can say.
compare_causes() {
	local other others=()

	while read -r other; do
		[[ ! -e $repo/tools/$other.1 ]] || others+=("$repo/tools/$other.1")
	done < <(sed -nE 's/^\.Xr ([^ ]+) 1.*/\1/p' "$page")
	names <"$BIN/$tool" >said
	section DIAGNOSTICS | names >explained
	cat "$page" "${others[@]}" | names >found
	comm -23 said found | sed "s/^/$tool.1 lacks what $tool says: /"
	comm -13 said explained | sed "s/^/$tool.1 has what $tool never says: /"
}

# bats test_tags=static
@test "the causes on a page are those that its tool can say" {
	needs mandoc type mandoc
	pages compare_causes >wrong
	[[ ! -s wrong ]] || flunk "$(<wrong)"
	[[ -s said ]]
}

@test "on 80 columns no command is torn, and no line too long" {
	needs mandoc type mandoc
	displayed() {
		mandoc -T ascii -O width="$1" "$page" | sed 's/.\x08//g'
	}
	commands() {
		sed '/^SYNOPSIS/,/^DESCRIPTION/d' | grep '^           [^ ]'
	}
	fits() {
		displayed 78 | awk 'length > 80 { print; wide = 1 } END { exit wide }' &&
			diff <(displayed 78 | commands) <(displayed 500 | commands)
	}
	pages fits
}

@test "each page has the same sections in the same order" {
	has_shape() {
		[[ $(sed -n 3p "$page") = '.Os Cooperage' &&
			$(sed -n 's/^\.Sh //p' "$page" | tr '\n' ,) = \
			'NAME,SYNOPSIS,DESCRIPTION,OPTIONS,EXIT STATUS,EXAMPLES,DIAGNOSTICS,SEE ALSO,'?(BUGS,) ]]
	}
	shopt -s extglob
	pages has_shape
}
