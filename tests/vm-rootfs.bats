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

@test "an overlay, maps and namespaces are made on rootfs as elsewhere" {
	mkdir l
	works unshare-lite -ar mkoverlay -T -l l box ls box
	works unshare-lite -ar cat /proc/self/uid_map
}
