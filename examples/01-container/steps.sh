#!/bin/sh
# The lines of README.md, and what each must show.
# shellcheck disable=SC1091,SC2154 # tour.sh, and the lines that are shown, set them
. "$(dirname -- "$0")/../tour.sh"

step 'a root filesystem is a folder'
show <<'END'
mkrootfs rootfs
ls rootfs
END
sees '^bin$' '^proc$'

step 'unshare-lite: namespaces of its own, and root in them'
show <<'END'
unshare-lite -ar sh -c 'echo "process $$, user $(id -u)"'
unshare-lite -ar grep NSpid /proc/self/status
END
sees '^process 1, user 0$' '^NSpid:	[0-9]+	1$'

step 'mkoverlay: what is written stays in a layer of its own'
show <<'END'
unshare-lite -ar mkoverlay -l rootfs box touch box/merged/note
ls box/upper
ls box/merged
ovldiff box
END
sees '^note$' '^A /note$'
[ ! -e rootfs/note ] || fail 'the lower layer has changed'

step 'mkpseudo: kernel filesystems that show these namespaces'
show <<'END'
unshare-lite -ar mkoverlay -l rootfs box ls box/merged/proc
unshare-lite -ar mkoverlay -l rootfs box mkpseudo box/merged sh -c 'echo box/merged/proc/[0-9]*'
END
sees '^box/merged/proc/1$'

step 'pivot: the old root is gone'
show <<'END'
unshare-lite -ar mkoverlay -l rootfs box mkpseudo box/merged pivot box/merged ls /
END
sees '^note$'
never_sees '^(boot|lib)$'

step 'the whole chain, entered'
enter 'unshare-lite -ar --hostname=box --print-pid=3 mkoverlay -l rootfs box mkpseudo box/merged pivot box/merged sh 3>pid'
inside <<'END'
echo $$
ps
END
sees '^1$' '^ +1 root +sh$'
[ "$(grep -c root "$seen")" = 2 ] || fail 'more processes than sh and ps'
inside <<'END'
hostname
cat /proc/self/uid_map
grep -c . /proc/self/mountinfo
END
sees '^box$' "^ +0 +$(id -u) +1\$" '^[12]?[0-9]$'

step 'the same container, from outside'
show <<'END'
pid=$(cat pid)
grep NSpid /proc/$pid/status
mapids -t $pid
nsenter-lite -t $pid -ac hostname
END
sees "^NSpid:	$pid	1\$" "^user +0 +$(id -u) +1\$" '^box$'
inside <<'END'
rm note
echo Hello >/root/hello
END
leave

step 'what is left: a layer'
show <<'END'
ovldiff box
mkoverlay -d box
ls box
END
sees '^A /root/hello$' '^upper$'
never_sees 'note|merged'

step 'the system calls that it took'
show <<'END'
COOPERAGE_VERBOSE=1 unshare-lite -ar mkoverlay -l rootfs box mkpseudo -m proc box/merged pivot box/merged true
END
sees '^unshare-lite: clone3?\(.*CLONE_NEWPID' '^mkoverlay: .*overlay' '^mkpseudo: .*proc' \
	'^pivot: pivot_root\("\.", "\."\) = 0$' '^pivot: umount2\("\.", MNT_DETACH\) = 0$'
