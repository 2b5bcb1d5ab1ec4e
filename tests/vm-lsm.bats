#!/usr/bin/env bats
# On a kernel without Landlock: scripts/vm -a lsm=yama runs these.

load helper

setup() {
	common_setup
	! grep -qw landlock /sys/kernel/security/lsm || skip 'for scripts/vm -a lsm=yama'
}

@test "without Landlock a container is made and run as elsewhere" {
	works unshare-lite -ar mkoverlay -l "$ROOTFS" box \
		mkpseudo box/merged pivot box/merged sh -c 'id -u; hostname'
	shows '^0$'
}
