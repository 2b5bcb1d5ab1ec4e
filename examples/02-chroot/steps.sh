#!/bin/sh
# The lines of README.md, and what each must show.
# shellcheck disable=SC1091,SC2154 # tour.sh, and the lines that are shown, set them
. "$(dirname -- "$0")/../tour.sh"

step 'a jail with nothing but bash, by hand'
show <<'END'
mkdir -p minimal/bin
cp "$(command -v bash)" minimal/bin
ldd minimal/bin/bash | grep -o '/[^ ]*' >libraries
while read -r file; do mkdir -p "minimal${file%/*}"; cp "$file" "minimal$file"; done <libraries
END
show 127 <<'END'
unshare-lite -Ur chroot minimal /bin/bash -c 'echo /*; ls'
END
sees '^/bin /lib' 'ls: command not found'

step 'a jail with busybox, and the number of its root folder'
show <<'END'
mkrootfs jail
stat -c %d:%i /
stat -c %d:%i jail
unshare-lite -Ur chroot jail stat -c %d:%i /
END
host=$(stat -c %d:%i /)
jail=$(stat -c %d:%i jail)
[ "$(grep -cx "$jail" "$seen")" = 2 ] || fail 'the jail is not its own root'

step 'it hides files, and nothing else'
show <<'END'
sleep 1000 & prisoner=$!
unshare-lite -Urm sh -c "mount --rbind /proc jail/proc; chroot jail kill $prisoner"
END
show 143 <<'END'
wait $prisoner
END

step 'the way out'
show <<'END'
musl-gcc -static -o jail/jailbreak "$examples/src/jailbreak.c"
unshare-lite -Ur chroot jail /jailbreak stat -c %d:%i /
END
sees "^$host\$"

step 'pivot: there is no way out'
show <<'END'
unshare-lite -Urm pivot jail /jailbreak stat -c %d:%i /
END
sees "^$jail\$"
never_sees "^$host\$"

if [ "$(id -u)" = 0 ]; then
	step 'the same as root, where it is no game'
	show <<'END'
chroot jail /jailbreak stat -c %d:%i /
unshare-lite -m pivot jail /jailbreak stat -c %d:%i /
END
	sees "^$host\$" "^$jail\$"
fi

step 'the key to the jail is one capability'
show <<'END'
unshare-lite -Ur setpriv --bounding-set -all,+sys_chroot chroot jail /jailbreak stat -c %d:%i /
END
sees "^$host\$"
show <<'END'
unshare-lite -Ur setpriv --bounding-set -sys_chroot chroot jail ls / || echo refused
END
sees 'Operation not permitted' '^refused$'
