#!/usr/bin/env bats
# The tour and the prompt of make demo and make shell.
load helper

setup() {
	common_setup
	mkdir tmp
	export TMPDIR=$W/tmp
}

@test "the tour ends by itself, shows each tool's work, and leaves nothing" {
	works timeout 20 "$repo/scripts/demo"
	silent
	for tool in mkrootfs unshare-lite mkoverlay mkpseudo pivot mapids nsenter-lite ovldiff; do
		shows "^--- $tool "
	done
	shows '^A /root/note$'
	[[ -z $(ls -A tmp) ]]
}

@test "the prompt is a container's, ends with exit, and leaves nothing" {
	works sh -c "printf '%s\n' hostname 'exit 3' | timeout 20 '$repo/scripts/demo' shell"
	shows '^cooper$'
	[[ -z $(ls -A tmp) ]]
}

@test "interrupted, the tour leaves nothing" {
	for moment in 05 15 30; do
		spawn "$repo/scripts/demo" >output 2>&1
		sleep 0.$moment
		kill -TERM "$pid" || :
		wait "$pid" || :
		[[ -z $(ls -A tmp) ]] || flunk "after 0.$moment: $(ls tmp)"
	done
	spawn env --default-signal=QUIT "$repo/scripts/demo" >output 2>&1
	eventually grep -q chain output
	kill -QUIT "$pid"
	wait "$pid" || :
	[[ -z $(ls -A tmp) ]]
}

@test "without namespaces it says why, and no more" {
	inside -Ur <<-'END'
		echo 0 >/proc/sys/user/max_user_namespaces
		fails 125 "$repo/scripts/demo"
		says 'UNS-03'
		never_says grep
		fails 1 "$repo/scripts/demo" shell
		[[ -z $(ls -A tmp) ]]
	END
}
