#!/usr/bin/env bats
# On a root that is rootfs, as in an initramfs: scripts/vm -r runs these.

load helper

setup() {
	common_setup
	[[ $(stat -f -c %T /) != ext* && -e /command ]] || skip 'for scripts/vm -r'
}

@test "rootfs cannot be pivoted from, and switch_root(8) is named" {
	refused in_ns pivot -f "$ROOTFS" true
	because PIV-09
	says 'try: switch_root '
}

# bats test_tags=root
@test "an overlay is made on rootfs as elsewhere" {
	mkdir l
	works in_ns mkoverlay -T -l l box ls box
}

@test "maps and namespaces are made on rootfs as elsewhere" {
	works unshare-lite -ar cat /proc/self/uid_map
	shows '^ *0 '
}
