#!/bin/sh
# The lines of README.md, and what each must show.
# shellcheck source=/dev/null
. "$(dirname -- "$0")/../tour.sh"

step 'the outer container has the tools in it'
show <<'END'
mkdir demo && cd demo
mkrootfs -t lower
END
enter 'consh -h tekapo lower .'
inside <<'END'
echo $$
hostname
cat MANIFEST
END
sees '^1$' '^tekapo$' "^Creator UID: $(id -u)\$"

step 'the inner container: the same lines, in the outer one'
inside <<'END'
mkdir demo_inner
mount -t tmpfs tmpfs demo_inner
cd demo_inner
mkrootfs lower
consh -h pukaki lower . sh -c 'echo $$; hostname'
END
sees '^1$' '^pukaki$'
inside <<'END'
consh -h pukaki lower . /bin/sleep 1000 &
END

step 'from outside: one process, three numbers'
show <<'END'
outer=$(cat pid)
inner() { nsenter-lite -t $outer -ac cat /demo_inner/pid; }
until [ "$(inner)" ]; do sleep 0.1; done 2>/dev/null
sleep=$(grep -lE "^NStgid:.*[^0-9]$(inner)[^0-9]+1\$" $(grep -l '^sleep$' /proc/[0-9]*/comm | sed s/comm/status/) | cut -d / -f 3)
END
