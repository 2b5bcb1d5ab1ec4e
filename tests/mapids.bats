# mapids: user and group ID maps
#
# Not tested: directory services (MAP-50 with a real one), kernels whose pages
# are larger than 4 KiB.
load helper

# A process in a user namespace without a map, as $pid: run below PREFIX...
unmapped() {
	spawn "$@" unshare -U sleep 60
	eventually in_its_own "$pid"
}

in_its_own() {
	[[ $(readlink "/proc/$1/ns/user") != "$(readlink /proc/self/ns/user)" ]] &&
		[[ $(<"/proc/$1/comm") == sleep ]]
}

# nested OUTER PID: PID has a user namespace of its own below OUTER's
nested() {
	in_its_own "$2" && [[ $(readlink "/proc/$1/ns/user") != "$(readlink "/proc/$2/ns/user")" ]]
}

# maps UIDS GIDS: as the kernel has them, one blank between the numbers
maps() {
	[[ $(read_map uid_map) == "$1" ]] || flunk "uid_map: $(read_map uid_map), not $1"
	[[ $(read_map gid_map) == "$2" ]] || flunk "gid_map: $(read_map gid_map), not $2"
}

read_map() {
	local inside outside count comma=
	while read -r inside outside count; do
		printf '%s%s %s %s' "$comma" "$inside" "$outside" "$count"
		comma=,
	done <"/proc/$pid/$1"
}

setgroups_says() {
	[[ $(<"/proc/$pid/setgroups") == "$1" ]]
}

# In a mount namespace: our own /etc, which usermod(8) may write.
own_etc() {
	mkdir etc
	cp /etc/nsswitch.conf /etc/login.defs etc 2>/dev/null || :
	mkdir -p etc/pam.d
	cp /etc/pam.d/* etc/pam.d 2>/dev/null || :
	printf '%s\n' root:x:0:0:root:/root:/bin/sh user:x:1000:1000::/tmp:/bin/sh >etc/passwd
	printf '%s\n' root:x:0: user:x:1000: >etc/group
	printf '%s\n' 'root:*:1::::::' 'user:*:1::::::' >etc/shadow
	: >etc/subuid
	: >etc/subgid
	chmod 600 etc/shadow
	mount --bind etc /etc
}

# ranges NAME:FIRST:COUNT...: of users and of groups
ranges() {
	printf '%s\n' "$@" | tee etc/subuid >etc/subgid
}

export -f unmapped in_its_own nested maps read_map setgroups_says own_etc ranges

### the command line

@test "what is no command line of mapids is answered with its usage" {
	misused mapids
	says '-t PID is missing'
	misused mapids root
	misused mapids -x
	says 'unknown option'
	misused mapids -t
	misused mapids -t ''
	misused mapids -t 0
	misused mapids -t -1
	misused mapids -t 12x
	misused mapids -t 99999999
	misused mapids -t $$ -s maybe root
	says 'neither allow nor deny'
	misused mapids -t $$ junk
	says 'root, current, auto or block'
	works mapids --help
	shows '^usage: mapids -t PID'
	works mapids --version
	shows '^cooperage '
}

@test "what is no map is answered with the usage, before anything is looked at" {
	local map
	for map in '' 0 0:0 0:0: 0:0:x '0:0:1,' ',0:0:1' 0:0:1:1 -1:0:1 +1:0:1 0x0:0:1 '0 0 1' ' 0:0:1' \
		roots ROOT 4294967296:0:1 0:4294967296:1 0:0:4294967296 \
		99999999999999999999999:0:1 $'0:0:1\n' $'0:0:1\n1:1:1'; do
		misused mapids -t 1 "$map"
		misused mapids -t 1 -u "$map"
		misused mapids -t 1 -g "$map"
		says 'is no map'
	done
}

@test "a COUNT of 0 is refused" {
	refused mapids -t 1 0:0:0
	because MAP-03
	says "'0:0:0'"
}

@test "IDs beyond the last one are refused, and not cut to 32 bits" {
	local map
	for map in 0:4294967295:1 4294967295:0:1 0:4294967290:10 4294967290:0:6 1:0:4294967295; do
		refused mapids -t 1 -g "$map"
		because MAP-34
		says "'$map'"
	done
	misused mapids -t 1 0:4294967296:1
	says '4294967294'
}

@test "of two extents that overlap, both are named in the user's words" {
	refused mapids -t 1 -u 0:1000:10,5:5000:10
	because MAP-04
	says "'0:1000:10' and '5:5000:10' overlap inside "
	refused mapids -t 1 -g 0:1000:10 -g 20:1009:10
	says "'0:1000:10' and '20:1009:10' overlap outside "
	refused mapids -t 1 7:7:1,9:9:1 9:9:2
	says "'9:9:1' and '9:9:2' overlap inside and outside "
	refused mapids -t 1 -u root -u root
	because MAP-04
}

### what it does

@test "root maps 0 to the caller, current the caller to itself" {
	local word inside
	for word in root current; do
		unmapped
		inside=0
		[[ $word = root ]] || inside=$EUID
		works mapids -t "$pid" "$word"
		prints "$pid"
		silent
		maps "$inside $EUID 1" "$inside $(id -g) 1"
		[[ $(nsenter -t "$pid" -U --preserve-credentials id -u) = "$inside" ]]
		[[ $(nsenter -t "$pid" -U --preserve-credentials id -g) = "$inside" ]]
	done
}

@test "the handle is read from standard input, and handed on" {
	unmapped
	works sh -c 'printf "%s\nrest\n" "$1" | { mapids -t - root; cat; }' sh "$pid"
	prints "$pid"$'\n'rest
	maps "0 $EUID 1" "0 $(id -g) 1"
	refused mapids -t - root
	says 'standard input: no handle'
	never_says because
}

@test "-u and -g set one kind, and the other can follow" {
	unmapped
	works mapids -t "$pid" -u root
	maps "0 $EUID 1" ''
	works mapids -t "$pid" -g current
	maps "0 $EUID 1" "$(id -g) $(id -g) 1"
}

# bats test_tags=root
@test "several MAPs add up, in their order, and what adjoins is merged" {
	unmapped
	works mapids -t "$pid" -u 7:7:1 -u 10:1000:1 -g 10:1000:1 -u 0:100:2
	maps '7 7 1,10 1000 1,0 100 2' '10 1000 1'
	unmapped
	works mapids -t "$pid" -u 7:7:1 -u 8:8:2,10:10:1 5:5:1
	maps '7 7 4,5 5 1' '5 5 1'
}

@test "with -s deny no setgroups(2) is allowed, with or without a map" {
	unmapped
	setgroups_says allow
	works mapids -t "$pid" -s deny
	prints "$pid"
	setgroups_says deny
	maps '' ''
	works mapids -t "$pid" -s deny root
	maps "0 $EUID 1" "0 $(id -g) 1"
}

# bats test_tags=root
@test "root's maps leave setgroups(2) allowed" {
	unmapped
	works mapids -t "$pid" -s allow root
	setgroups_says allow
	unmapped
	works mapids -t "$pid" root
	setgroups_says allow
}

# bats test_tags=user
@test "an ordinary user's own group needs a setgroups(2) that is denied" {
	unmapped
	works mapids -t "$pid" root
	setgroups_says deny
	unmapped
	refused mapids -t "$pid" -s allow root
	because MAP-11
	maps '' ''
}

@test "auto adds the caller's ranges in /etc/subuid and /etc/subgid" {
	local name uids gids
	name=$(id -un)
	uids=$(awk -F: -v n="$name" '$1 == n { print $2 " " $3; exit }' /etc/subuid)
	gids=$(awk -F: -v n="$name" '$1 == n { print $2 " " $3; exit }' /etc/subgid)
	[[ $uids && $gids ]] || skip 'needs a line in /etc/subuid and /etc/subgid'
	unmapped
	works mapids -t "$pid" auto
	silent
	maps "0 $EUID 1,1 $uids" "0 $(id -g) 1,1 $gids"
	setgroups_says allow
	unmapped
	works mapids -t "$pid" block
	maps "0 $uids" "0 $gids"
}

# bats test_tags=root
@test "ranges are found by name, by number, and in several lines" {
	inside -pf --mount-proc <<-'END'
		own_etc
		printf '%s\n' other:1:2 user:200000:10 1000:300000:5 'user:x:5' user '' user:400000:0 user:200010:10 >etc/subuid
		printf '1000:500000:65536' >etc/subgid
		unmapped setpriv --reuid 1000 --regid 1000 --clear-groups
		works as_user mapids -t "$pid" auto
		maps '0 1000 1,1 200000 10,11 300000 5,16 200010 10' '0 1000 1,1 500000 65536'
		unmapped setpriv --reuid 1000 --regid 1000 --clear-groups
		works as_user mapids -v -t "$pid" -u 0:200005:10,10:1000:1 -g 0:500000:1
		says '^mapids: newuidmap\('
		maps '0 200005 10,10 1000 1' '0 500000 1'
	END
}

@test "the table has a row for each extent, and only its header before" {
	unmapped
	works mapids -t "$pid"
	prints 'KIND       INSIDE     OUTSIDE       COUNT'
	works mapids -t "$pid" root
	works mapids -t "$pid"
	works sh -c 'mapids -t "$1" | tr -s " "' sh "$pid"
	prints "KIND INSIDE OUTSIDE COUNT
user 0 $EUID 1
group 0 $(id -g) 1"
	works sh -c 'echo "$1" | mapids -t -' sh "$pid"
	shows '^user  '
	works mapids -t $$
	silent
}

# bats test_tags=root
@test "an ID that our namespace does not have is shown as -" {
	unmapped
	works mapids -t "$pid" 0:5:1
	works unshare -Ur mapids -t "$pid"
	shows '^user +0 +- +1$'
}

# bats test_tags=root
@test "340 extents work, in any order, and 341 do not" {
	local map
	map=$(seq 678 -2 0 | awk '{ printf "%s%d:%d:1", sep, $1, $1; sep = "," }')
	unmapped
	works mapids -t "$pid" "$map"
	[[ $(wc -l <"/proc/$pid/uid_map") = 340 ]]
	[[ $(wc -l <"/proc/$pid/gid_map") = 340 ]]
	works mapids -t "$pid"
	[[ $(wc -l <<<"$stdout") = 681 ]]
	unmapped
	refused mapids -t "$pid" -g 700:700:1 "$map"
	because MAP-05
	says 'group map: '
	says '341 extents'
	maps '' ''
	map=$(seq 2000 2999 | awk '{ printf "%s%d:%d:1", sep, $1, $1; sep = "," }')
	works mapids -t "$pid" "$map"
	maps '2000 2000 1000' '2000 2000 1000'
}

# bats test_tags=root
@test "4,095 bytes work, and 4,096 do not" {
	local map
	# 255 lines of 16 bytes, and one of 15, or 16.
	map=$(seq 20000 2 20508 | awk '{ printf "%d:%d:1,", $1, $1 + 1000000 }')
	unmapped
	refused mapids -t "$pid" "${map}600:70000:12345"
	because MAP-40
	says '4096 bytes'
	maps '' ''
	works mapids -t "$pid" "${map}60:70000:12345"
	[[ $(wc -l <"/proc/$pid/uid_map") = 256 ]]
}

@test "-v shows each write" {
	unmapped
	works mapids -v -t "$pid" root
	says "^mapids: write\\(\"/proc/$pid/uid_map\", \"0 $EUID 1.012\"\\) = 0"
	says "^mapids: write\\(\"/proc/$pid/gid_map\", "
	(( EUID == 0 )) || says "^mapids: write\\(\"/proc/$pid/setgroups\", \"deny\"\\) = 0"
	unmapped
	works mapids -v -t "$pid" -u root
	says 'only one kind is mapped'
}

# bats test_tags=root
@test "-v says that a map with the machine's root is no boundary" {
	unmapped
	works mapids -v -t "$pid" root
	says 'no boundary'
	unmapped
	works mapids -v -t "$pid" 0:100000:65536
	never_says 'no boundary'
}

### refusals

@test "a map is written once, and neither of two if one is there" {
	unmapped
	works mapids -t "$pid" root
	refused mapids -t "$pid" root
	because MAP-01
	says "/proc/$pid/uid_map: .*EPERM"
	unmapped
	works mapids -t "$pid" -g root
	refused mapids -t "$pid" root
	because MAP-01
	maps '' "0 $(id -g) 1"
	works mapids -t "$pid" -u root
}

# bats test_tags=root
@test "deny comes before the group map" {
	unmapped
	works mapids -t "$pid" -g root
	refused mapids -t "$pid" -s deny -u root
	because MAP-18
	maps '' '0 0 1'
}

@test "a process that has made no user namespace yet is told from one that has" {
	spawn sleep 60
	refused mapids -t "$pid" root
	because MAP-22
}

@test "a target that is not there, has ended, or is a thread, is refused" {
	refused mapids -t 4194304 root
	because NSE-10
	spawn sh -c 'true & exec sleep 60'
	eventually grep -qs 'State:.Z' "/proc/$(child_of "$pid")/status"
	refused mapids -t "$(child_of "$pid")"
	because NSE-11
}

@test "a process that ends while it is mapped is not handed on" {
	unmapped
	(
		eventually grep -q . "/proc/$pid/gid_map"
		kill -KILL "$pid"
	) &
	refused strace -o strace -e trace=write -e inject=write:delay_exit=300000:when=2+ mapids -t "$pid" root
	because MAP-44
	because MAP-42
	wait
}

@test "a process that is gone before the first write is told from a refusal" {
	unmapped
	strace -o strace -e trace=write -e inject=write:delay_exit=400000:when=1 mapids -t "$pid" root 2>said &
	eventually grep -q write strace
	kill -KILL "$pid"
	wait "$pid" || :
	status=0
	wait $! || status=$?
	stderr=$(<said)
	(( status == 125 ))
	because MAP-20
}

@test "a process of another PID namespace is not taken for one of ours" {
	works in_ns -pf sh -c 'mapids -t $$ root; echo $?'
	prints 125
	because NSE-17
	# However long the word is that the handle was read for.
	works in_ns -pf sh -c "echo \$\$ | { mapids -$(printf 'v%.0s' {1..70000})t- root; echo \$?; }"
	prints 125
	# A try that is cut off would be another command.
	never_says 'try:'
}

# bats test_tags=root
@test "IDs that our own namespace lacks cannot be given on" {
	local outer
	unmapped
	outer=$pid
	works mapids -t "$outer" 0:1000:1,1:100000:65535
	spawn nsenter -t "$outer" -U unshare -U sleep 60
	eventually nested "$outer" "$pid"
	refused nsenter -t "$outer" -U mapids -t "$pid" 0:5:1,1:70000:1
	because MAP-12
	says ': 70000 is not mapped'
	works nsenter -t "$outer" -U mapids -t "$pid" 0:0:65536
	[[ $(nsenter -t "$outer" -U awk '{ print $1, $2, $3 }' "/proc/$pid/uid_map") = $'0 0 1\n1 1 65535' ]]
}

# bats test_tags=root
@test "only the parent namespace may map, and the try enters it" {
	local outer
	spawn unshare -Ur sh -c 'unshare -U sleep 60 & echo $! >inner; wait'
	outer=$pid
	eventually test -s inner
	pid=$(<inner)
	eventually nested "$outer" "$pid"
	refused mapids -t "$pid" root
	because MAP-14
	[[ -x $BIN/nsenter-lite ]] || skip 'needs nsenter-lite for the try'
	try_works
	maps '0 0 1' '0 0 1'
}

# bats test_tags=root
@test "a namespace that is not below ours is none of ours to map" {
	unmapped
	refused unshare -Ur mapids -t "$pid" root
	because MAP-14
}

# bats test_tags=root
@test "root of the machine is not given on without CAP_SETFCAP" {
	unmapped
	refused capsh --drop=cap_setfcap -- -c "mapids -t $pid root"
	because MAP-13
	maps '' ''
}

# bats test_tags=root
@test "a process of somebody else's is refused" {
	unmapped
	refused as_user mapids -t "$pid" root
	because MAP-15
	says 'uid 0, and we are uid 1000'
}

# bats test_tags=root
@test "a namespace of somebody else's is refused without CAP_SETUID" {
	unmapped setpriv --reuid 1000 --regid 1000 --clear-groups
	refused capsh --drop=cap_setuid,cap_setgid -- -c "mapids -t $pid root"
	because MAP-16
	says 'made by uid 1000, we are uid 0'
	refused capsh --drop=cap_sys_admin -- -c "mapids -t $pid root"
	because MAP-16
	says 'no CAP_SYS_ADMIN'
	refused capsh --drop=cap_sys_admin -- -c "mapids -t $pid -s deny -g root"
	because MAP-16
	maps '' ''
}

# bats test_tags=user
@test "a process that is not dumpable is root's in /proc" {
	cp "$(type -P sleep)" sleep
	chmod 111 sleep
	spawn unshare -U ./sleep 60
	eventually in_its_own "$pid"
	refused mapids -t "$pid" root
	because MAP-45
}

@test "from inside, and without capabilities, a namespace cannot map itself" {
	works unshare -U sh -c 'mapids -t $$ root; echo $?'
	prints 125
	because MAP-37
	works unshare -U sh -c 'mapids -t $$ -u root; echo $?'
	prints 125
	because MAP-36
}

@test "what denies setgroups(2) cannot allow it again" {
	unmapped
	works mapids -t "$pid" -s deny
	refused mapids -t "$pid" -s allow -u root
	because MAP-38
	maps '' ''
}

@test "deny is inherited" {
	spawn unshare -Ur sh -c 'unshare -U sleep 60 & echo $! >inner; wait'
	eventually test -s inner
	eventually nested "$pid" "$(<inner)"
	refused nsenter -t "$pid" -U --preserve-credentials mapids -t "$(<inner)" -s allow -u root
	because MAP-38
	says 'as this user namespace does'
}

@test "where /proc is read-only, the try has one of its own" {
	inside -pf --mount-proc <<-'END'
		unmapped
		mount -o remount,bind,ro /proc
		refused mapids -t "$pid" root
		because MAP-21
		maps '' ''
		(( EUID == 0 )) && [[ -x $BIN/unshare-lite ]] || exit 0
		try_works
		maps '0 0 1' '0 0 1'
	END
}

### what is delegated

# bats test_tags=root
@test "a range that is given twice counts once, and one beyond the last ID is refused" {
	inside -pf --mount-proc <<-'END'
		own_etc
		ranges user:200000:10 1000:200000:10 1000:200002:8 user:300000:5
		unmapped setpriv --reuid 1000 --regid 1000 --clear-groups
		works as_user mapids -t "$pid" auto
		maps '0 1000 1,1 200000 10,11 300000 5' '0 1000 1,1 200000 10,11 300000 5'
		unmapped setpriv --reuid 1000 --regid 1000 --clear-groups
		ranges user:200000:10 user:200005:10
		refused as_user mapids -t "$pid" auto
		because MAP-04
		ranges 1000:200002:8 user:200000:10
		works as_user mapids -t "$pid" auto
		maps '0 1000 1,1 200000 10' '0 1000 1,1 200000 10'
		unmapped setpriv --reuid 1000 --regid 1000 --clear-groups
		for range in user:4294967290:6 user:1:4294967295; do
			ranges "$range"
			for map in auto block; do
				refused as_user mapids -t "$pid" $map
				because MAP-34
			done
		done
		ranges user:4294967290:5
		works as_user mapids -t "$pid" auto
		maps '0 1000 1,1 4294967290 5' '0 1000 1,1 4294967290 5'
	END
}

# bats test_tags=root
@test "ranges that adjoin are one, but the caller's own ID stays alone" {
	inside -pf --mount-proc <<-'END'
		own_etc
		ranges 1000:1001:10
		for i in {1..340}; do
			echo "user:$((100000 + i * 10)):10"
		done >etc/subuid
		unmapped setpriv --reuid 1000 --regid 1000 --clear-groups
		works as_user mapids -t "$pid" auto
		maps '0 1000 1,1 100010 3400' '0 1000 1,1 1001 10'
		ranges user:990:10 user:1001:10
		unmapped setpriv --reuid 1000 --regid 1000 --clear-groups
		works as_user mapids -t "$pid" 0:990:10,10:1000:1 11:1001:10
		maps '0 990 10,10 1000 1,11 1001 10' '0 990 10,10 1000 1,11 1001 10'
	END
}

# bats test_tags=root
@test "more ranges than a map has extents are left to newuidmap(1)" {
	inside -pf --mount-proc <<-'END'
		own_etc
		for i in {1..400}; do
			echo "user:$((100000 + i * 20)):10"
		done | tee etc/subuid >etc/subgid
		unmapped setpriv --reuid 1000 --regid 1000 --clear-groups
		works as_user mapids -t "$pid" 0:108000:10
		maps '0 108000 10' '0 108000 10'
	END
}

# bats test_tags=root
@test "a file that may not be read is not said to lack a line" {
	inside -pf --mount-proc <<-'END'
		own_etc
		ranges user:100000:10
		unmapped setpriv --reuid 1000 --regid 1000 --clear-groups
		for file in subuid subgid passwd; do
			chmod 600 etc/$file
			refused as_user mapids -t "$pid" auto
			says "^mapids: open '/etc/$file': .*EACCES"
			never_says 'MAP-2|try:'
			chmod 644 etc/$file
		done
		maps '' ''
		# A line with the number takes no other file.
		ranges 1000:100000:10
		chmod 600 etc/passwd etc/nsswitch.conf
		works as_user mapids -t "$pid" auto
		maps '0 1000 1,1 100000 10' '0 1000 1,1 100000 10'
	END
}

# bats test_tags=root
@test "who is in no /etc/passwd is looked for there once" {
	inside -pf --mount-proc <<-'END'
		own_etc
		for i in {1..300}; do
			echo "other$i:$((100000 + i)):1"
		done | tee etc/subuid >etc/subgid
		echo 4242:900000:10 | tee -a etc/subuid >>etc/subgid
		# newuidmap(1) itself finds no name.
		unmapped setpriv --reuid 4242 --regid 4242 --clear-groups
		refused setpriv --reuid 4242 --regid 4242 --clear-groups strace -o calls -e trace=%file mapids -t "$pid" auto
		because MAP-48
		(( $(grep -c /etc/passwd calls) == 1 ))
	END
}

# bats test_tags=root
@test "without a line in /etc/subuid and /etc/subgid, usermod(8) adds both" {
	inside -pf --mount-proc <<-'END'
		own_etc
		echo other:100000:65536 >etc/subuid
		unmapped setpriv --reuid 1000 --regid 1000 --clear-groups
		# What lies elsewhere would not be in that range.
		refused as_user mapids -t "$pid" 0:100000:65536
		because MAP-23
		never_says try:
		refused as_user mapids -t "$pid" -g 0:100000:65536
		says 'add-subgids 100000-165535 user$'
		refused as_user mapids -t "$pid" auto
		because MAP-23
		because MAP-27
		says 'add-subuids 165536-231071 --add-subgids 100000-165535 user$'
		maps '' ''
		try_works
		works as_user mapids -t "$pid" auto
		maps '0 1000 1,1 165536 65536' '0 1000 1,1 100000 65536'
		works mapids -t "$pid"
		unmapped
		refused mapids -t "$pid" -g auto
		because MAP-27
		try_works
		works mapids -t "$pid" -g auto
		maps '' '0 0 1,1 165536 65536'
	END
}

# bats test_tags=root
@test "what is not delegated is refused before the first map is written" {
	inside -pf --mount-proc <<-'END'
		own_etc
		printf '%s\n' user:100000:10 user:100010:10 >etc/subuid
		printf '%s\n' user:100000:10 user:100020:10 >etc/subgid
		unmapped setpriv --reuid 1000 --regid 1000 --clear-groups
		refused as_user mapids -t "$pid" 0:100005:10
		because MAP-27
		says ': 100010 is not in the ranges that ./etc/subgid. gives'
		maps '' ''
		refused as_user mapids -t "$pid" -u 0:1001:1 -g root
		because MAP-23
		says ': 1001 is not'
		refused as_user mapids -t "$pid" -g 0:5:1
		because MAP-27
		works as_user mapids -t "$pid" -u 0:100005:10 -g 0:100002:8
		maps '0 100005 10' '0 100002 8'
	END
}

# bats test_tags=root
@test "newuidmap(1) that can gain no privilege is found out before" {
	inside -pf --mount-proc <<-'END'
		own_etc
		ranges user:100000:10
		unmapped setpriv --reuid 1000 --regid 1000 --clear-groups
		refused as_user setpriv --no-new-privs mapids -t "$pid" auto
		because MAP-26
		says 'no_new_privs'

		mkdir bin
		cp "$(type -P newuidmap)" "$(type -P newgidmap)" bin
		chmod 755 bin/*
		export PATH=$W/bin:$PATH
		refused as_user mapids -t "$pid" auto
		because MAP-26
		says 'newuidmap. is not set-user-ID root'
		chmod 4755 bin/*
		mount --bind bin bin
		mount -o remount,bind,nosuid bin
		refused as_user mapids -t "$pid" auto
		because MAP-26
		says 'nosuid'
		maps '' ''
		mount -o remount,bind,suid bin
		bounded() { setpriv --bounding-set "-$1" --reuid 1000 --regid 1000 --clear-groups mapids -t "$pid" auto; }
		for cap in setuid setgid sys_admin; do
			refused bounded $cap
			because MAP-26
			says "our bounding set lacks CAP_${cap^^}, which "
			maps '' ''
		done
		works bash -c "${stderr##*try: }"
		setcap cap_setgid+ep bin/newgidmap
		chmod u-s bin/newgidmap
		works bounded sys_admin
	END
}

# bats test_tags=root
@test "where newuidmap(1) is not in PATH, the try adds it" {
	inside -pf --mount-proc <<-'END'
		own_etc
		ranges user:100000:10
		unmapped setpriv --reuid 1000 --regid 1000 --clear-groups
		setpriv=$(type -P setpriv)
		capture env PATH="$BIN" "$setpriv" --reuid 1000 --regid 1000 --clear-groups mapids -t "$pid" auto
		(( status == 125 ))
		because MAP-49
		maps '' ''
		try_works "$setpriv" --reuid 1000 --regid 1000 --clear-groups
		maps '0 1000 1,1 100000 10' '0 1000 1,1 100000 10'
	END
}

# bats test_tags=root
@test "newuidmap(1) wants the primary group, and a process of ours" {
	inside -pf --mount-proc <<-'END'
		own_etc
		ranges user:100000:10
		unmapped setpriv --reuid 1000 --regid 1001 --clear-groups
		refused setpriv --reuid 1000 --regid 1001 --clear-groups mapids -t "$pid" -u root -g auto
		because MAP-47
		says 'newgidmap refused, with status 1'
		maps '' ''
		unmapped
		refused as_user mapids -t "$pid" auto
		because MAP-15
	END
}

# bats test_tags=root
@test "who has no entry in /etc/passwd has no ranges" {
	inside -pf --mount-proc <<-'END'
		own_etc
		unmapped setpriv --reuid 4242 --regid 4242 --clear-groups
		refused setpriv --reuid 4242 --regid 4242 --clear-groups mapids -t "$pid" auto
		because MAP-48
	END
}

# bats test_tags=root
@test "ranges from a directory service are not called missing" {
	inside -pf --mount-proc <<-'END'
		own_etc
		echo 'subid: sss' >etc/nsswitch.conf
		refused as_user mapids -t $$ auto
		because MAP-50
		echo 'subid:	files' >etc/nsswitch.conf
		refused as_user mapids -t $$ auto
		because MAP-23
	END
}

# bats test_tags=root
@test "who ignores SIGCHLD can use newuidmap(1), too" {
	inside -pf --mount-proc <<-'END'
		own_etc
		ranges user:100000:10
		unmapped setpriv --reuid 1000 --regid 1000 --clear-groups
		works env --ignore-signal=CHLD setpriv --reuid 1000 --regid 1000 --clear-groups mapids -t "$pid" auto
		maps '0 1000 1,1 100000 10' '0 1000 1,1 100000 10'
	END
}

### what cannot be taken back

@test "a handle that cannot be written is known before a map is" {
	unmapped
	capture sh -c 'mapids -t "$1" root >&-' sh "$pid"
	(( status == 125 ))
	says 'standard output: .*EBADF'
	capture sh -c 'mapids -t "$1" root >/dev/full' sh "$pid"
	(( status == 125 ))
	says 'standard output: .*ENOSPC'
	capture bash -c '{ sleep .1; mapids -t "$1" root; echo $? >&2; } | true' sh "$pid"
	says 'standard output: .*EPIPE'
	says '^125$'
	maps '' ''
}

@test "a group map that is refused after the user map says that there is no way back" {
	unmapped
	local nth=2
	(( EUID == 0 )) || nth=3
	refused strace -o strace -e trace=write -e inject=write:error=EPERM:when=$((nth + 1)) mapids -t "$pid" root
	because MAP-42
	[[ $(read_map gid_map) == '' ]]
	works mapids -t "$pid" -g root
}

@test "a signal comes before all maps, or after" {
	local n
	for n in {1..12}; do
		unmapped
		capture strace -o strace -e trace=write,openat,rt_sigprocmask \
			-e inject=write,openat,rt_sigprocmask:signal=TERM:when="$n" mapids -t "$pid" root
		if (( status == 143 )) && [[ -z $(read_map uid_map) ]]; then
			maps '' ''
		else
			maps "0 $EUID 1" "0 $(id -g) 1"
		fi
	done
}

# bats test_tags=static
@test "whichever call fails, it says so, and maps nothing more" {
	local call n
	for call in pidfd_open statfs readlink openat write read poll faccessat2; do
		for n in {1..9}; do
			unmapped
			capture strace -o strace -e trace="$call" -e inject="$call:error=EPERM:when=$n" mapids -t "$pid" root
			grep -q INJECTED strace || break
			case $status in
			0) maps "0 $EUID 1" "0 $(id -g) 1" ;;
			125) [[ $stderr == mapids:* || $call = write ]] || flunk "$call $n" ;;
			127) says 'shared libraries' ;;	# a dynamic build's loader
			*) flunk "$call $n" ;;
			esac
		done
	done
}

@test "the maps reach the process whatever the names around it" {
	unmapped
	mkdir $'a b,c:d\\e\'f\ng'
	cd a*
	works mapids -t "$pid" -- root
	maps "0 $EUID 1" "0 $(id -g) 1"
}

@test "the page's examples work" {
	needs unshare-lite test -x "$BIN/unshare-lite"
	works sh -c 'pid=$(unshare-lite -U --hold=$$ | mapids -t - root) && mapids -t "$pid"'
	shows "^user +0 +$EUID +1\$"
	grep -q "^$(id -un):" /etc/subuid || return 0
	needs nsenter-lite test -x "$BIN/nsenter-lite"
	works sh -c "pid=\$(unshare-lite -U --hold=\$\$ | mapids -t - auto) &&
		nsenter-lite -t \"\$pid\" -U sh -c 'id; cat /proc/self/uid_map'"
	shows '^uid=0'
	shows '^ +1 +[0-9]+ +65536$'
	(( EUID == 0 )) || return 0
	works sh -c 'unshare-lite -U --hold=$$ | mapids -t - 0:100000:65536'
}
