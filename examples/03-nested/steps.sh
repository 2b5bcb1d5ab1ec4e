#!/bin/sh
# The lines of README.md, and what each must show.
# shellcheck disable=SC1091,SC2016,SC2154 # tour.sh, and the lines that are shown, set or read them
. "$(dirname -- "$0")/../tour.sh"

step 'the outer container, with the tools in it'
show <<'END'
mkdir demo && cd demo
mkdir room
mkrootfs -t lower
END
enter 'consh -h tekapo -b "$PWD/room:/room" lower .'
inside <<'END'
echo $$
hostname
cat MANIFEST
END
sees '^1$' '^tekapo$' "^Creator UID: $(id -u)\$"

step 'the inner container: the same lines, typed in the outer one'
inside <<'END'
cd room
mkrootfs lower
consh -h pukaki lower . sh -c 'echo $$; hostname; cat /proc/self/uid_map'
END
sees '^1$' '^pukaki$' '^ +0 +0 +1$'
inside <<'END'
consh lower . ps
END
sees '^ +1 root +ps$'
[ "$(grep -c ' root ' "$seen")" = 1 ] || fail 'more processes than ps'
inside <<'END'
consh -h pukaki lower . /bin/sleep 1000 &
END

step 'from outside: one process, three numbers'
show <<'END'
outer=$(cat pid)
child() { for last in $(cat /proc/$1/task/$1/children); do :; done; echo $last; }
END
inner_sleeps() {
	[ "$(cat "/proc/$(child "$(child "$(child "$outer")")")/comm")" = sleep ]
}
eventually inner_sleeps 2>/dev/null
show <<'END'
sleep=$(child $(child $(child $outer)))
cat /proc/$sleep/comm
cat /proc/$outer/root/room/pid
END
middle=$(sed -n 2p "$seen")
show <<'END'
grep NStgid /proc/$sleep/status
cat /proc/$sleep/uid_map
END
sees "^NStgid:	$sleep	$middle	1\$" "^ +0 +$(id -u) +1\$"

step 'the namespaces of all levels: this shell, the outer and the inner container'
show <<'END'
for kind in user pid mnt uts ipc net cgroup time; do echo $(for pid in $$ $outer $sleep; do readlink /proc/$pid/ns/$kind; done); done
END
awk '$1 == $2 || $2 == $3 || $1 == $3 || NF < 3 { exit 1 }' "$seen" || fail 'a namespace is shared'

step 'the inner container ends with the outer one'
leave
show 1 <<'END'
kill -0 $sleep
END
show <<'END'
ls
END
sees '^lower$' '^upper$' '^room$'
never_sees '^pid$|^merged$'
