#!/usr/bin/env bats
# On a kernel without Landlock, and without IPv6, run by scripts/vm with
# -a 'lsm=yama ipv6.disable=1'.

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

# bats test_tags=root
@test "a kernel without IPv6 is told, and the cable is made without those addresses [VET-36]" {
	[[ ! -e /proc/net/if_inet6 ]] || skip 'for scripts/vm -a ipv6.disable=1'
	held=$(unshare-lite -n --hold=$$)
	refused vethpair -t "$held" ve0=10.77.0.1/24,fd77::1/64 eth0=fd77::2/64,10.77.0.2/24
	because VET-36
	! ip link show ve0 2>/dev/null || flunk 'a half of it is there'
	try_works
	busybox ping -c 1 -W 5 10.77.0.2
	works vethpair -d ve0
	kill "$held"
}
