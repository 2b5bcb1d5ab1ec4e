#!/bin/sh
# The lines of README.md, and what each must show.
# shellcheck disable=SC1091,SC2154 # tour.sh, and the lines that are shown, set them
. "$(dirname -- "$0")/../tour.sh"

step 'a container without a program: namespaces, held and mapped'
show <<'END'
mkrootfs rootfs
a=$(unshare-lite -a --hold=$$ | mapids -t - root)
mapids -t $a
grep -E '^(Name|NSpid)' /proc/$a/status
END
sees "^user +0 +$(id -u) +1\$" "^NSpid:	$a	1\$"

step 'filled by makers, from outside'
show <<'END'
root=$(nsenter-lite -t $a -a mkoverlay -l "$PWD/rootfs" "$PWD/a" | nsenter-lite -t $a -a mkpseudo -)
echo "$root"
nsenter-lite -t $a -a pivot "$root" hostname alpha
nsenter-lite -t $a -a ip link set lo up
END
[ "$root" = "$PWD/a/merged" ] || fail "the handle is $root"

step 'entered'
show <<'END'
nsenter-lite -t $a -ac sh -c 'hostname; ps; ls /'
END
sees '^alpha$' '^ +1 root +unshare-lite' '^proc$'
never_sees '^boot$'

step 'a second one, which shares user, ipc and net with the first'
show <<'END'
b=$(nsenter-lite -t $a -Uin unshare-lite -mupCT --hostname=beta --hold=$$)
nsenter-lite -t $b -a mkoverlay -l "$PWD/rootfs" "$PWD/b" mkpseudo "$PWD/b/merged" pivot "$PWD/b/merged" hostname
END
sees '^beta$'
show <<'END'
for kind in user ipc net mnt uts pid cgroup time; do echo $(readlink /proc/$a/ns/$kind; readlink /proc/$b/ns/$kind); done
END
awk '($1 == $2) != ($1 ~ /^(user|ipc|net):/) { exit 1 }' "$seen" || fail 'not these namespaces are shared'

step 'what they share'
show <<'END'
nsenter-lite -t $a -a touch /dev/mqueue/letters
nsenter-lite -t $b -a ls /dev/mqueue
nsenter-lite -t $a -a nc -l -p 8080 -e echo 'this is alpha' &
until nsenter-lite -t $b -a nc 127.0.0.1 8080; do sleep 0.1; done 2>/dev/null
END
sees '^letters$' '^this is alpha$'

step 'and what they do not'
show <<'END'
nsenter-lite -t $a -a touch /root/mine
nsenter-lite -t $b -a ls -A /root
nsenter-lite -t $b -a ps
END
never_sees 'mine'
[ "$(grep -c ' root ' "$seen")" = 2 ] || fail 'more processes than init and ps'

step 'a container ends with the process that it is held for'
show <<'END'
c=$(sh -c 'unshare-lite -ar --hold=$$; :')
while readlink /proc/$c/exe >/dev/null; do sleep 0.1; done
kill $a $b
while readlink /proc/$a/exe >/dev/null; do sleep 0.1; done
ovldiff a
END
sees '^A /root/mine$'
