#!/usr/bin/env bats
# Not tested here: what needs another kernel (OVL-01, 44, 48, 49, 57, 58), and
# mkoverlay -i; see CAUSES.
load helper

# $T throws away.  To an ordinary user it is empty before Linux 6.6, whose tmpfs
# has no user attributes.
setup() {
	common_setup
	export T='-T -f'
	(( EUID == 0 )) || since 6 6 || T=
	mkdir -p l/d/sub l2
	echo lower >l/f
	echo lower >l/d/x
	echo two >l2/g
}

# What an overlay leaves in DIR: nothing at all, or these names.
left_in() {
	local dir=$1
	shift
	[[ $(ls -A "$dir") = "$(printf '%s\n' "$@")" ]] || { ls -A "$dir" >&2; return 1; }
}
export -f left_in

overlays() {
	grep -c ' - overlay ' /proc/self/mountinfo || :
}
export -f overlays

# The process has left for a mount namespace of its own.
moved() {
	[[ $(readlink "/proc/$1/ns/mnt") != "$(readlink /proc/self/ns/mnt)" ]]
}
export -f moved

@test "what cannot be understood is refused with the synopsis, and changes nothing" {
	misused mkoverlay
	misused mkoverlay D
	misused mkoverlay -l
	misused mkoverlay -l l
	misused mkoverlay -x -l l D
	misused mkoverlay -l l -r -T D
	misused mkoverlay -l l -T1x D
	misused mkoverlay -l l -T99999999999999999999 D
	misused mkoverlay -l l -T99999999999g D
	misused mkoverlay -l l -Tsize D
	misused mkoverlay -l l -o lowerdir=l2 D
	misused mkoverlay -l l -o index=on,upperdir=l2 D
	misused mkoverlay -d
	misused mkoverlay -d -l l D
	misused mkoverlay -d D true
	[[ ! -e D ]]
	works mkoverlay --help
	shows '^usage: mkoverlay '
	[[ $(wc -l <<<"$stdout") -le 24 ]]
	works mkoverlay -V
	shows '^cooperage [0-9]'
}

@test "changes go to upper, deletions too, and no lower folder is touched" {
	inside <<-'END'
		works mkoverlay -l l -l l2 D
		prints "$W/D/merged"
		silent
		[[ $(overlays) = 1 ]]
		echo more >>D/merged/f
		rm D/merged/g
		mkdir D/merged/new
		[[ $(<D/upper/f) = $'lower\nmore' && $(<l/f) = lower ]]
		[[ -c D/upper/g && $(<l2/g) = two ]]
		left_in D/merged d f new
	END
	left_in l d f
	left_in l2 g
}

@test "the first -l is topmost" {
	inside <<-'END'
		echo top >l2/f
		works mkoverlay -l l2 -l l D cat D/merged/f
		prints top
		works mkoverlay -l l -l l2 E cat E/merged/f
		prints lower
	END
}

@test "PROG gets its arguments and its status through, and no handle is printed" {
	inside <<-'END'
		works mkoverlay -l l D sh -c 'printf "<%s>" "$@"; cat D/merged/f' -k 'a b' '' '*'
		prints '<a b><><*>lower'
		umount D/merged
		fails 7 mkoverlay -l l D sh -c 'exit 7'
	END
}

@test "a PROG that is not there is found out before anything is made" {
	inside <<-'END'
		fails 127 mkoverlay -l l D nosuch
		: >plain
		fails 126 mkoverlay -l l D ./plain
		[[ ! -e D && $(overlays) = 0 ]]
	END
}

@test "PROG inherits no descriptor, no mask, and its own folder and umask" {
	inside <<-'END'
		umask 027
		look='ls /proc/self/fd | wc -l; pwd; umask; grep -E "Sig(Blk|Ign)" /proc/self/status'
		works sh -c "$look"
		plain=$stdout
		works mkoverlay -l l $T D sh -c "$look"
		prints "$plain"
		[[ $(stat -c %a D/upper) = 755 ]]
	END
}

@test "an upper folder is resumed, and -d leaves it alone" {
	inside <<-'END'
		works mkoverlay -l l D rm -r D/merged/d
		umount D/merged
		works mkoverlay -l l D mkdir D/merged/d
		works mkoverlay -d D
		silent
		left_in D layers upper
		left_in D/upper d
		works mkoverlay -l "$W/l/" D
		left_in D/merged d f
		left_in D/merged/d
		[[ $(overlays) = 1 ]]
	END
}

@test "-d removes what there is, also halves of it, and says when there is nothing" {
	inside <<-'END'
		works mkoverlay -l l D
		works mkoverlay -d D
		refused mkoverlay -d D
		says 'nothing to delete'
		refused mkoverlay -d nosuch
		because OVL-87
		mkdir -p half/upper half/work
		works mkoverlay -d half
		left_in half upper
		rmdir half/upper
		mkdir half/merged
		works mkoverlay -d half
		[[ ! -e half ]]
	END
}

@test "-d takes away the tmpfs of -T, and DIR" {
	inside <<-'END'
		if [[ ! $T ]]; then
			refused mkoverlay -l l -T5m -f D
			because OVL-56
			never_says '^mkoverlay: try'
			[[ ! -e D && $(overlays) = 0 ]]
			exit
		fi
		works mkoverlay -l l -T5m -f D
		[[ $(stat -f -c %T D) = tmpfs && $(df --output=size D | tail -n 1) -eq 5120 ]]
		grep " $W/D rw,nosuid,nodev" /proc/self/mountinfo
		echo x >D/merged/f
		works mkoverlay -d D
		[[ ! -e D && $(overlays) = 0 ]]
		! grep " $W/" /proc/self/mountinfo || flunk 'it did'
	END
}

@test "-d does not touch what is not overlay's" {
	inside <<-'END'
		works mkoverlay -l l D
		: >D/work/mine
		refused mkoverlay -d D
		because OVL-95
		[[ -e D/work/mine ]]
		rm D/work/mine
		works mkoverlay -d D
		mkdir -p E/merged/mine
		works mkoverlay -l l E
		refused mkoverlay -d E
		because OVL-95
		[[ -e E/merged/mine ]]
	END
}

# It costs a line in the kernel's log.
@test "in a user namespace index=on is asked for where an upper folder is resumed" {
	needs 'Linux 6.13' since 6 13
	works unshare -Urm mkoverlay -v -l l D true
	never_says index
	works unshare -Urm mkoverlay -v -l l D true
	says '"index", "on", 0\) = 0$'
}

# A file that was mapped and closed, and a socket that was bound.
@test "-d says who uses the overlay, and what is mounted in it" {
	cat >hold.c <<-'END'
		#include <fcntl.h>
		#include <string.h>
		#include <sys/mman.h>
		#include <sys/socket.h>
		#include <sys/un.h>
		#include <unistd.h>
		int main(int argc, char **argv) {
			struct sockaddr_un a = { AF_UNIX };
			int fd = socket(AF_UNIX, SOCK_STREAM, 0);
			if (*argv[1] == 'b') {
				strcpy(a.sun_path, argv[2]);
				bind(fd, (struct sockaddr *)&a, sizeof a);
			} else {
				fd = open(argv[2], O_RDWR | O_CREAT, 0644);
				mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
				close(fd);
			}
			close(creat("ready", 0644));
			pause();
		}
	END
	"${CC:-musl-gcc}" -static -o hold hold.c
	inside <<-'END'
		works mkoverlay -l l D
		sleep 60 <D/merged/f &
		eventually test D/merged/f -ef /proc/$!/fd/0
		refused mkoverlay -d D
		says "because: process $! uses it \[OVL-92\]"
		kill $!
		wait $! || :
		(cd D/merged; exec sleep 60) &
		eventually test "$(readlink -f D/merged)" -ef /proc/$!/cwd
		refused mkoverlay -d D
		says "because: process $! uses it \[OVL-92\]"
		kill $!
		wait $! || :
		for how in map bind; do
			./hold $how "$W/D/merged/$how" &
			eventually test -e ready
			refused mkoverlay -d D
			because OVL-92
			[[ $how = bind ]] || says "process $! uses it"
			kill $!
			wait $! || :
			rm ready
		done
		mkdir D/merged/proc
		mount -t tmpfs none D/merged/proc
		refused mkoverlay -d D
		because OVL-94
		# Who has mapped what was in there, and is gone, does not use merged.
		./hold map "$W/D/merged/proc/gone" &
		eventually test -e ready
		rm ready D/merged/proc/gone
		refused mkoverlay -d D
		because OVL-94
		never_says OVL-92
		kill $!
		wait $! || :
		umount D/merged/proc
		mount -t tmpfs none D/merged
		refused mkoverlay -d D
		because OVL-94
		try_works
		works mkoverlay -d D
	END
}

@test "in a copy of the mount namespace, -d cannot unmount what is locked" {
	inside <<-'END'
		works mkoverlay -l l D
		refused unshare -Urm mkoverlay -d D
		because OVL-93
		works mkoverlay -d D
	END
}

@test "-d names an overlay of another mount namespace" {
	inside <<-'END'
		mkdir D real
		spawn unshare -m sh -c 'mount --bind real D && mkoverlay -l l D/d && : >D/ready && exec sleep 100'
		eventually test -e "/proc/$pid/root$PWD/D/ready"
		refused mkoverlay -d "/proc/$pid/root$PWD/D/d"
		because OVL-52
		kill "$pid"
	END
}

@test "-r makes a union of one folder or of many that nobody can change" {
	inside <<-'END'
		works mkoverlay -r -l l D
		left_in D merged
		left_in D/merged d f
		! touch D/merged/f || flunk 'it did'
		! mount -o remount,rw D/merged || ! touch D/merged/f
		works mkoverlay -r -l l -l l2 E
		left_in E/merged d f g
		! touch E/merged/f || flunk 'it did'
		works mkoverlay -d E
		[[ ! -e E ]]
		mkdir -p F/merged/x
		refused mkoverlay -r -l l F
		because OVL-89
		left_in F merged
	END
}

@test "-o gives options to the mount and to the kernel" {
	inside <<-'END'
		works mkoverlay -v -o nosuid,nodev -o noexec,volatile,xino=off -l l D
		says '[(,] (MS|MOUNT_ATTR)_NOSUID\|(MS|MOUNT_ATTR)_NODEV\|(MS|MOUNT_ATTR)_NOEXEC[,)].* = [0-9]+$'
		grep -E " $W/D/merged rw,nosuid,nodev,noexec,.*volatile" /proc/self/mountinfo
		works mkoverlay -o ro -l l E
		! touch E/merged/f || flunk 'it did'
	END
}

# OVL-45, OVL-46 and OVL-47: names that options would misread, or cut.
@test "any names and any lengths will do" {
	inside <<-'END'
		long=$(printf "%0250d/" {1..15})
		mkdir -p "a,b:c\\d 'e\"" ':' ',' "$long" $'new\nline/l'
		for i in "a,b:c\\d 'e\"" ':' ',' "$long" $'new\nline/l'; do
			echo "$i" >"$i/f"
			works mkoverlay -l "$i" -l l2 "$i/../D" cat "$i/../D/merged/f"
			prints "$i"
			works mkoverlay -d "$i/../D"
			works mkoverlay -l "$i" "$i/../D" true
			works mkoverlay -d "$i/../D"
			rm -r "$i/../D"
		done
		works mkoverlay -l l 'D\,:' true
		! [[ -e D,: ]] || flunk 'it did'
		echo x >'D\,:/merged/x'
		[[ -e 'D\,:/upper/x' ]]
	END
}

@test "a path with a newline is no handle, but will do for PROG" {
	inside <<-'END'
		refused mkoverlay -l l $'D\nE'
		because OVL-91
		[[ ! -e $'D\nE' ]]
		works mkoverlay -l l $'D\nE' true
	END
}

@test "500 lower folders work, however long their names, and 501 are refused" {
	inside <<-'END'
		long=$(printf "%0200d/" {1..5})
		args=()
		mkdir -p "$long"/{1..500}
		for i in {1..500}; do
			: >"$long/$i/file$i"
			args+=(-l "$long/$i")
		done
		works mkoverlay "${args[@]}" D
		[[ $(ls D/merged | wc -l) = 500 ]]
		works mkoverlay -d D
		works mkoverlay "${args[@]}" D true
		refused mkoverlay "${args[@]}" -l l E
		because OVL-15
		[[ ! -e E ]]
	END
}

@test "before Linux 6.13 mount(2) does it, by names or by descriptors" {
	inside <<-'END'
		old() { strace -o /dev/null -f -e trace=fsopen -e inject=fsopen:error=ENOSYS "$@"; }
		mkdir -p 'a,b:c\d' "$(printf "%0250d/" {1..15})"
		echo odd >'a,b:c\d/f'
		works old mkoverlay -l 'a,b:c\d' -l l2 'D,:\'
		prints "$W/D,:\\/merged"
		left_in 'D,:\/merged' f g
		echo x >'D,:\/merged/x'
		[[ -e 'D,:\/upper/x' ]]
		mkoverlay -d 'D,:\'
		works old mkoverlay -l 'a,b:c\d' -l "$(printf "%0250d/" {1..15})" -l l2 E sh -c 'pwd; >E/merged/x'
		prints "$W"
		left_in E/merged f g x
		mkoverlay -d E
		works old mkoverlay -r -o nosuid -l l F
		grep "$W/F/merged ro,nosuid" /proc/self/mountinfo || grep "$W/F/merged rw,nosuid.* ro," /proc/self/mountinfo
	END
}

# OVL-53, OVL-54
@test "-v shows each call, the credentials first, and what overlay does not say" {
	inside <<-'END'
		mount -t tmpfs -o nosuid,nodev none l/d
		works mkoverlay -v -l l D true
		says '^mkoverlay: uid='
		says '^mkoverlay: mkdir\("D", 0777\) = 0$'
		# Before Linux 6.13 mount(2) takes what fsconfig(2) does not.
		says '^mkoverlay: (fsconfig\([0-9]+, FSCONFIG_SET_FD, "lowerdir\+", NULL, [0-9]+<".*/l">\) = 0$|mount\("overlay")'
		says '^mkoverlay: (move_mount|mount)\('
		says "^mkoverlay: what is mounted at '$W/l/d' is not in the overlay"
		works mkoverlay -v -l l/d E true
		says "^mkoverlay: '$W/l/d' is nosuid, the overlay of it is not"
	END
}

# OVL-67
@test "an upper folder below a lower one is warned of" {
	inside <<-'END'
		works mkoverlay -l . D
		says '^mkoverlay: warning: .* lies in the lower folder'
		works mkoverlay -l l E
		silent
	END
}

@test "on a shared mount, -v says that others see the overlay" {
	inside --propagation unchanged <<-'END'
		mount --bind l2 l2
		mount --make-shared l2
		works mkoverlay -v -l l l2/D true
		says 'lies on a shared mount'
	END
}

# bats test_tags=root
@test "-T on the mounts of the machine itself wants -f" {
	inside <<-'END'
		mount --bind /proc/$$ /proc/1	# as if our mounts were those of process 1
		refused mkoverlay -T -l l D
		says 'mounts of the machine itself'
		says 'try: unshare-lite -m mkoverlay -T -l l D'
		[[ ! -e D ]]
		works mkoverlay -f -T -l l D
	END
}

# bats test_tags=static
@test "what cannot be mounted is undone, step by step" {
	inside <<-'END'
		for call in fsopen fsconfig fsmount move_mount mkdir mkdirat open openat write fstatfs mount umask; do
			for t in '' ${T:+"$T"}; do
				for n in 1 2 3 4 5 6; do
					capture strace -o trace -f -e trace=$call -e inject=$call:error=EPERM:when=$n mkoverlay $t -l l D
					(( status == 0 || status == 125 )) || flunk "$call $n"
					(( status == 0 )) || says '^mkoverlay: .*\((EPERM|EROFS)\)' || flunk "$call $n"
					if (( status )); then
						[[ ! -e D ]] || flunk "$call $n left $(ls D)"
					else
						mkoverlay -d D
						[[ ! -e D ]] || rm -r D
					fi
					[[ $(overlays) = 0 ]]
					grep -q INJECTED trace || break
				done
			done
		done
	END
}

@test "a handle that cannot be written undoes it all" {
	inside <<-'END'
		fails 125 sh -c 'mkoverlay -l l D >&-'
		fails 125 sh -c 'mkoverlay -l l D >/dev/full'
		fails 125 sh -c 'mkoverlay -T -f -l l D >/dev/full'
		[[ ! -e D && $(overlays) = 0 ]]
		mkdir -p D/upper
		: >D/upper/mine
		fails 125 sh -c 'mkoverlay -l l D >/dev/full'
		left_in D upper
	END
}

@test "SIGTERM at any moment undoes it all, or comes too late" {
	inside <<-'END'
		for call in fsopen fsconfig mkdir mkdirat fsmount move_mount fstatfs; do
			capture strace -o trace -f -e trace=$call -e inject=$call:signal=SIGTERM:when=1 mkoverlay -l l D
			grep -q "$call(" trace || { mkoverlay -d D; rm -r D; continue; }
			(( status == 143 )) || flunk "$call"
			[[ ! -e D && $(overlays) = 0 ]] || flunk "$call"
		done
	END
}

@test "after SIGKILL at any moment, it works again, and -d works" {
	inside <<-'END'
		for call in fsopen mkdir mkdirat:when=1 mkdirat:when=2 mkdirat:when=3 fsmount move_mount write:when=1 write:when=2; do
			for tmpfs in '' ${T:+"$T"}; do
				capture strace -o /dev/null -f -e trace=${call%%:*} -e inject=${call/:/:signal=SIGKILL:} -e signal=none mkoverlay $tmpfs -l l D
				[[ $call = *:* ]] || capture strace -o /dev/null -f -e trace=$call -e inject=$call:signal=SIGKILL mkoverlay $tmpfs -l l D
				[[ ! -e D ]] || capture mkoverlay -d D
				works mkoverlay $tmpfs -l l D cat D/merged/f
				prints lower
				works mkoverlay -d D
				[[ ! -e D ]] || rm -r D
				[[ $(overlays) = 0 ]]
			done
		done
	END
}

@test "two overlays cannot have one upper, in whichever mount namespace they are" {
	inside <<-'END'
		works mkoverlay -l l D
		refused mkoverlay -l l D
		because OVL-75
		try_works
		works mkoverlay -l l D
		ln -s D D2
		mkdir D3
		ln -s ../D/upper ../D/work D3
		refused mkoverlay -l l D3
		because OVL-19
		unshare -m sleep 60 &
		other=$!
		eventually moved $other
		umount D/merged
		refused mkoverlay -l l D
		because OVL-62
		says "process $other has it mounted"
		refused mkoverlay -d D
		because OVL-62
		[[ -d D/work/work ]]
		kill $other
		wait $other || :
		works mkoverlay -l l D
		exec 7<D/merged/f
		umount -l D/merged
		refused mkoverlay -l l D
		because OVL-63
		exec 7<&-
		eventually mkoverlay -l l D
	END
}

@test "-d sees that an overlay is in use, whatever DIR is called" {
	inside <<-'END'
		mkdir x real
		ln -s real link
		for dir in D 'D,2' 'D:3' 'D\4' 'D\,5' x/../D6 .//D7 link; do
			works mkoverlay -l l "$dir"
			unshare -m sleep 60 &
			other=$!
			eventually moved $other
			umount "$dir/merged"
			refused mkoverlay -l l "$dir"
			because OVL-62
			refused mkoverlay -d "$dir"
			because OVL-62
			if [[ $dir == *\\* ]]; then	# another folder, and free
				works mkoverlay -l l "${dir//\\}"
				works mkoverlay -d "${dir//\\}"
			fi
			kill $other
			wait $other || :
			works mkoverlay -d "$dir"
		done
	END
}

@test "an upper is not resumed over other lower folders, nor in the other mode" {
	inside <<-'END'
		works mkoverlay -l l -l l2 D rm D/merged/f
		umount D/merged
		refused mkoverlay -l l D
		because OVL-65
		try_works
		umount D/merged
		refused mkoverlay -l l2 -l l D
		because OVL-65
		left_in D/upper f
		mv l moved
		ln -s moved l
		works mkoverlay -l moved -l l2 D
		umount D/merged
		rm D/upper/f
		works mkoverlay -l l2 D
	END
}

# bats test_tags=root
@test "an upper of a user namespace is not resumed outside, nor the reverse" {
	chmod 777 l
	inside <<-'END'
		works unshare -Urm mkoverlay -l l U sh -c 'rm -r U/merged/d; mkdir U/merged/d'
		refused mkoverlay -l l U
		because OVL-66
		try_works
		left_in U/merged/d
		umount U/merged
		works mkoverlay -l l D rm D/merged/f
		umount D/merged
		refused unshare -Urm mkoverlay -l l D
		because OVL-66
	END
}

@test "who may not mount is told why" {
	if (( EUID != 0 )); then
		refused mkoverlay -l l D
		because OVL-02
		try_works
		refused unshare -Ur mkoverlay -l l E
		because OVL-02
		refused unshare -Um mkoverlay -l l E
		because OVL-02
	else
		refused setpriv --bounding-set -sys_admin mkoverlay -l l D
		because OVL-02
	fi
	[[ ! -e E ]]
}

@test "a path that is wrong is named, and so is what is wrong with it" {
	inside <<-'END'
		refused mkoverlay -l nosuch/x D
		because OVL-05
		says "'nosuch' does not exist"
		refused mkoverlay -l l/f D
		because OVL-12
		ln -s loop loop
		refused mkoverlay -l loop D
		because OVL-35
		mkdir n
		mount -t tmpfs -o nosymfollow none n
		ln -s ../l n/link
		refused mkoverlay -l n/link D
		because OVL-98
		never_says 'OVL-35'
		ln -s nowhere dangling
		refused mkoverlay -l dangling D
		because OVL-88
		refused mkoverlay -l "$(printf '%0300d' 1)" D
		because OVL-42
		refused mkoverlay -l "$(printf '%05000d' 1)" D
		because OVL-42
		refused mkoverlay -l l nosuch/D
		because OVL-87
		refused mkoverlay -l l l/f
		because OVL-12
		: >upper
		mkdir D
		: >D/merged
		refused mkoverlay -l l D
		because OVL-12
		left_in D merged
		for name in upper work; do
			rm -r D
			mkdir D
			: >D/$name
			refused mkoverlay -l l D
			because OVL-12
			ln -sf ../nowhere D/$name
			refused mkoverlay -l l D
			because OVL-88
			left_in D $name
		done
		rm D/work
		ln -s ../E D/merged
		mkdir E
		refused mkoverlay -l l D
		because OVL-96
		refused strace -o /dev/null -e inject=fsopen:error=ENOSYS mkoverlay -l l D
		because OVL-96
		[[ $(overlays) = 0 ]]
		left_in D merged
		try_works
		works mkoverlay -l l D
		refused sh -c 'exec 7<E; rmdir E; exec mkoverlay -l l /proc/self/fd/7'
		because OVL-77
		mkdir E
		refused sh -c 'cd E; rmdir ../E; exec mkoverlay -l ../l .'
		because OVL-77
		refused mkoverlay -l l -l l F
		because OVL-20
		mkdir -p F/upper/x
		refused mkoverlay -l F/upper F
		because OVL-20
		refused mkoverlay -l F/upper/x F
		because OVL-21
		left_in F upper
	END
}

@test "without a gid in a user namespace no overlay can be made" {
	since 6 6 || T=
	inside <<-'END'
		for t in '' ${T:+"$T"}; do
			refused unshare-lite -mU --map-users=0:0:1 mkoverlay $t -l l D
			says "$([[ $t ]] && echo EOVERFLOW || echo EACCES)"
			because OVL-59
			[[ ! -e D ]]
			try_works
			rm -r D
		done
	END
}

# bats test_tags=root
@test "a folder that is immutable, or on an idmapped mount, is told" {
	needs 'Linux 6.6' since 6 6
	needs 'chattr(1)' type chattr
	build idmap
	inside <<-'END'
		mkdir m
		mount -t tmpfs none m
		mkdir m/D
		chattr +i m/D
		refused mkoverlay -l l m/D
		because OVL-43
		refused mkoverlay -l l m/D/E
		because OVL-43
		chattr -i m/D
		unshare-lite -U --map-users=0:5:1 --map-groups=0:5:1 sleep 60 &
		eventually grep -qx sleep /proc/$!/comm
		works ./idmap m /proc/$!/ns/user
		refused mkoverlay -l l m/D
		because OVL-99
		refused mkoverlay -l l m/E
		because OVL-99
		kill $!
	END
}

# Until then mount(2) takes names, which count from the root.
@test "a lower folder is held, no matter what covers its name" {
	mkdir -p D/l cover/l
	echo lower >D/l/f
	echo under >cover/l/f
	needs 'Linux 6.13' since 6 13
	inside <<-'END'
		works mkoverlay -T -f -l D/l D cat D/merged/f
		prints lower
		umount -l D
		works sh -c 'cd cover; mount -t tmpfs none .; mkdir ../cover/l; mkoverlay -l l ../E cat ../E/merged/f'
		prints under
	END
}

# bats test_tags=user
@test "a folder that is closed to us is named" {
	mkdir -m 700 shut
	mkdir -m 755 shut/l
	mkdir -m 755 closed
	chmod 000 shut
	chmod 555 closed
	inside <<-'END'
		# Without the capabilities that pass by the modes of files.
		weak() { setpriv --bounding-set -dac_override,-dac_read_search --inh-caps -all "$@"; }
		refused weak mkoverlay -l shut/l D
		because OVL-34
		refused weak mkoverlay -l l shut/D
		because OVL-34
		refused weak mkoverlay -l l closed/D
		because OVL-90
		refused weak mkoverlay -l l D
		because OVL-97
		[[ ! -e D ]]
		mkdir -m 333 unread
		refused weak mkoverlay -l l unread
		because OVL-90
		says 'may not read, write and search'
	END
	chmod 700 shut
}

@test "upper and work on different mounts, or one in the other" {
	inside <<-'END'
		mkdir -p D/upper D/work
		mount --bind D/upper D/upper
		refused mkoverlay -l l D
		because OVL-08
		try_works
		works mkoverlay -l l D true
		mkdir -p E/upper/w
		ln -s upper/w E/work
		refused mkoverlay -l l E
		because OVL-74
	END
}

@test "what cannot hold an upper is named, and -T helps" {
	inside <<-'END'
		mkdir a b r
		works mkoverlay -l l a true
		refused mkoverlay -l l2 a/merged/D
		says 'OVL-(11|56)'	# OVL-11, but before Linux 6.7 the other
		[[ ! $T ]] || try_works unshare -m
		mount -t ramfs none r
		refused mkoverlay -l l r/D
		because OVL-56
		if [[ $T ]]; then
			try_works unshare -m
			left_in r D
		else
			never_says '^mkoverlay: try'
			left_in r
		fi
		mount -t tmpfs none b
		mount -o remount,bind,ro b
		refused mkoverlay -l l b/D
		because OVL-10
		mount -o remount,bind,rw b
		mkdir b/D
		mount -o remount,bind,ro b
		refused mkoverlay -l l b/D
		because OVL-10
	END
}

@test "a file system without inodes or blocks left is named" {
	inside <<-'END'
		mkdir t
		full=OVL-60
		[[ $T ]] || full='OVL-(56|60)'
		for n in {2..14}; do
			mount -t tmpfs -o nr_inodes=$n none t
			capture mkoverlay -l l t/D
			(( status == 0 || status == 125 ))
			(( status == 0 )) || because "$full"
			(( status )) || touch t/D/merged/x || left_in t/D layers merged upper work
			(( status )) || umount t/D/merged
			(( status == 0 )) || left_in t
			umount t
		done
		(( status == 0 )) || because OVL-56
	END
}

@test "what cannot be a lower folder is named" {
	inside <<-'END'
		refused mkoverlay -l /proc/sys D
		because OVL-33
		mkdir h
		if mount -t hugetlbfs none h; then
			refused mkoverlay -l h D
			because OVL-33
		fi
		works mkoverlay -r -l l a
		works mkoverlay -r -l l2 -l a/merged b
		refused mkoverlay -l b/merged D
		because OVL-14
		refused mkoverlay -l l -l b/merged D
		because OVL-14
		works mkoverlay -l l -l l2 -l a/merged D true
		works mkoverlay -d D
		mkdir x
		mount -t tmpfs none x
		mkdir x/l
		mount --make-unbindable x
		refused mkoverlay -l x/l D
		because OVL-32
		try_works
		works mkoverlay -l x/l D true
		mount -t tmpfs none l/d
		refused unshare -Urm mkoverlay -l l E
		because OVL-50
		[[ ! -e E ]]
		unshare -m sh -c 'mount -t tmpfs none /mnt; mkdir /mnt/l; echo; exec sleep 60' >pipe &
		eventually test -s pipe
		refused mkoverlay -l /proc/$!/root/mnt/l E
		because OVL-51
		refused mkoverlay -l l /proc/$!/root/mnt/E
		because OVL-52
		kill $!
	END
}

# bats test_tags=static
@test "where /proc or its mounts are not seen, no other namespace is blamed" {
	needs 'Linux 6.13' since 6 13
	inside <<-'END'
		cp "$BIN/mkoverlay" .
		mkdir proc
		works mkoverlay -l l o
		refused chroot . ./mkoverlay -l /l2 /o/merged/D
		because OVL-11
		never_says 'OVL-5[12]'
		exec 7<o/merged
		umount -l o/merged
		refused chroot . ./mkoverlay -l /l2 /o
		never_says 'OVL-63'
		refused setpriv --bounding-set -sys_admin --inh-caps -all chroot . ./mkoverlay -l l2 D
		because OVL-02
		never_says '^mkoverlay: try'
		mount --rbind /proc proc
		mkdir -p E/upper/w
		ln -s upper/w E/work
		refused chroot . ./mkoverlay -l /l2 /E
		because OVL-74
		never_says 'OVL-5[12]'
	END
}

# OVL-55: noatime is the option of a mount.
@test "options that the kernel refuses are explained" {
	inside <<-'END'
		refused mkoverlay -o bogus=1 -l l D
		because OVL-24
		says "the kernel says: .*Unknown parameter|dmesg"
		for option in noatime index=maybe volatile=1; do
			refused mkoverlay -o $option -l l D
			because OVL-24
		done
		for option in metacopy=on,redirect_dir=nofollow redirect_dir=follow redirect_dir=on; do
			refused mkoverlay -o userxattr,$option -l l D
			because OVL-27
		done
		if since 5 11; then
			works mkoverlay -o userxattr,redirect_dir=nofollow -l l D true
			works mkoverlay -d D
		fi
		if [[ $(</sys/module/overlay/parameters/redirect_always_follow) = Y ]]; then
			refused mkoverlay -o userxattr,redirect_dir=off -l l D
			because OVL-27
		fi
		works mkoverlay -o volatile -l l D true
		umount D/merged
		refused mkoverlay -l l D
		because OVL-31
		try_works
		works mkoverlay -l l D true
		works mkoverlay -d D
	END
}

# bats test_tags=root
@test "options that exclude one another are named" {
	inside <<-'END'
		for mode in nofollow follow off; do
			refused mkoverlay -o metacopy=on,redirect_dir=$mode -l l D
			because OVL-26
		done
		works mkoverlay -r -o metacopy=on,redirect_dir=follow -l l D true
		works mkoverlay -d D
		refused mkoverlay -o nfs_export=on,index=off -l l D
		because OVL-26
		[[ ! -e D ]]
	END
}

# bats test_tags=root
@test "with index=on, the kernel knows upper and lower folders again" {
	inside <<-'END'
		mkdir E
		works mkoverlay -o index=on -l l E
		refused mkoverlay -o index=on -l E/upper F
		because OVL-41
		try_works
		rm -r l
		mkdir x l
		refused mkoverlay -o index=on -l l E
		because OVL-30
		works mkoverlay -l l E true
	END
}

# bats test_tags=root
@test "an overlay that comes up read-only is an error" {
	mkdir -p D/work
	chmod 777 .
	chown 1000 D
	chown 5 D/work
	refused as_user unshare -Urm mkoverlay -l l D
	because OVL-29
	left_in D work
}

# bats test_tags=root
@test "an ordinary user outside is told when -d needs his subordinate IDs" {
	mkdir -p D/upper D/work/work
	chown 1000 D D/upper D/work
	chown 100000 D/work/work
	: >D/work/work/x
	refused as_user mkoverlay -d D
	because OVL-76
}

@test "too few descriptors are told of" {
	inside <<-'END'
		args=()
		for i in {1..40}; do
			mkdir x$i
			args+=(-l x$i)
		done
		ulimit -Sn 30
		refused mkoverlay "${args[@]}" D
		because OVL-78
		ulimit -Sn 15
		refused mkoverlay -r -l l -l l2 D </dev/null 15</dev/null || :
		try_works
	END
}

@test "where a sandbox forbids mounts, it is said so" {
	build refuse
	build confine
	inside <<-'END'
		refused ./refuse "$(number_of SYS_fsopen)" 1 mkoverlay -l l D
		because OVL-40
		if since 6 13; then
			for call in fsconfig fsmount move_mount; do
				for err in 1 13 38; do
					refused ./refuse "$(number_of SYS_$call)" $err mkoverlay -l l D
					because OVL-40
				done
			done
		fi
		refused ./confine mkoverlay -l l D
		because OVL-40
	END
}

# A kernel that calls itself 2.6, and answers as Linux 5.10 does: overlay could
# not be mounted in a user namespace, which mount(2) found out.
@test "in a user namespace, Linux 5.10 has no overlay [OVL-44]" {
	inside -Ur <<-'END'
		refused strace -f -o /dev/null -e inject=fsconfig:error=EOPNOTSUPP -e inject=mount:error=EPERM:when=1 \
			setarch --uname-2.6 mkoverlay -l l D
		says EPERM
		because OVL-44
		never_says 'OVL-(02|40)'
		refused strace -f -o /dev/null -e inject=fsconfig:error=EOPNOTSUPP -e inject=mount:error=EPERM:when=1 \
			mkoverlay -l l D
		never_says 'OVL-44'
	END
}

@test "a work folder of somebody's own loses nothing" {
	inside <<-'END'
		for name in work index; do
			mkdir -p D/work/$name/sub
			echo mine >D/work/$name/file
			echo mine >D/work/$name/sub/file
			find D >before
			refused mkoverlay -l l D
			because OVL-110
			find D >after
			works diff before after
			rm -r D
		done
		mkdir -p D/work
		echo mine >D/work/work
		refused mkoverlay -l l D
		because OVL-110
		works mkoverlay -l l E
		umount E/merged
		works mkoverlay -l l E
		umount E/merged
		chmod -R u+rwX E
		works mkoverlay -l l E
	END
	[[ $(cat D/work/work) = mine ]]
}

@test "-d removes nothing that overlay has not made, and follows no link" {
	mkdir -p p/work q victim/work
	(
		cd p/work
		mkdir -p index/sub work/src
		echo mine | tee index/sub/data >work/src/main.c
	)
	echo mine >victim/work/data
	ln -s ../victim q/work
	inside <<-'END'
		refused mkoverlay -d p
		because OVL-95
		refused mkoverlay -d q
		because OVL-12
		(cd p/work && [[ -e index/sub/data && -e work/src/main.c ]])
		[[ -e victim/work/data ]]
		works mkoverlay -l l D
		works mkoverlay -dv D
		says '^mkoverlay: unlinkat\(.*, "work", AT_REMOVEDIR\) = 0$'
	END
}

@test "layers is a file of ours: no link is followed, and no FIFO waited for" {
	mkdir -p D E
	echo mine >victim
	ln -s ../victim D/layers
	mkfifo E/layers
	inside <<-'END'
		for dir in D E; do
			refused timeout 5 mkoverlay -l l $dir
			because OVL-109
			left_in $dir layers
		done
		[[ $(cat victim) = mine ]]
		works mkoverlay -l l G
		umount G/merged
		: >G/layers
		works mkoverlay -l l G rm G/merged/f
		umount G/merged
		for text in '' user.overlay. "$(cat G/layers)"; do
			printf %s "$text" >G/layers
			refused mkoverlay -l l2 G
			because OVL-109
		done
		rm G/layers
		works mkoverlay -l l G
	END
}

@test "-T is what . and .. become, too" {
	needs 'user attributes on a tmpfs' test "$T"
	mkdir -p D/x
	inside <<-'END'
		works bash -c 'cd D && mkoverlay -T -l ../l . && cd "$W" && findmnt -no FSTYPE -T D/upper'
		prints "$W/D/merged"$'\ntmpfs'
		works mkoverlay -d D
		mkdir -p D/x
		works bash -c 'cd D && mkoverlay -T -l ../l . && mkoverlay -d .'
		mkdir -p D
		: >empty
		chmod +x empty
		fails 126 bash -c 'cd D && mkoverlay -T -l ../l . ../empty'
		! grep "$W/D" /proc/self/mountinfo || flunk 'it did'
		left_in D x
		mkdir -p D/x
		works bash -c 'cd D/x && mkoverlay -l "$W/l" .. && mkoverlay -d "$W/D"'
		prints "$W/D/merged"
	END
}

@test "a link to DIR is DIR, for -d of what -T has mounted, too" {
	needs 'user attributes on a tmpfs' test "$T"
	mkdir real
	ln -s real ln
	inside <<-'END'
		works mkoverlay -T -l l ln
		works mkoverlay -d ln
		! grep "$W/real" /proc/self/mountinfo || flunk 'it did'
	END
}

@test "an upper fits what LOWER was, not where its link leads today" {
	mkdir -p a
	ln -s l current
	inside <<-'END'
		works mkoverlay -l current D rm D/merged/f
		works mkoverlay -d D
		[[ $(sed -n 2p D/layers) = "$W/l" ]]
		ln -sfn l2 current
		refused mkoverlay -l current D
		because OVL-65
		works bash -c 'cd a && mkoverlay -l ../l ../D true'
		rmdir a
		works mkoverlay -d D
		works ovldiff D
	END
}

# bats test_tags=static
@test "one that mounts is waited for, and DIR then seen in use" {
	inside <<-'END'
		strace -qq -o /dev/null -e inject=move_mount,mount:delay_enter=200000 mkoverlay -l l D >said &
		eventually test -d D/merged
		refused mkoverlay -l l D
		because OVL-75
		wait $!
		[[ $(<said) = "$W/D/merged" && $(grep -c " $W/D/merged " /proc/self/mountinfo) = 1 ]]
		works mkoverlay -d D
	END
}

@test "of many that start at once on one DIR one mounts; a lock of somebody else's is no matter" {
	inside <<-'END'
		mkdir D
		for i in {1..8}; do
			mkoverlay -l l D >"said$i" 2>/dev/null &
		done
		wait || :
		[[ $(cat said* | wc -l) = 1 && $(grep -c " $W/D/merged " /proc/self/mountinfo) = 1 ]]
		works mkoverlay -d D
		for options in ${T:+"$T"} -r; do
			for i in {1..8}; do
				unshare -m mkoverlay $options -l l -l l2 D true &
				pids[i]=$!
			done
			for i in {1..8}; do
				wait "${pids[i]}"
			done
		done
		exec 8<D
		flock -s 8
		works mkoverlay -l l D
		works mkoverlay -d D
	END
}

@test "what PROG is given is no option, and a LOWER in DIR is no part of DIR" {
	inside <<-'END'
		refused mkoverlay -l /proc D sh -c 'echo redirect_dir=on index=on'
		because OVL-33
		never_says OVL-27
		mkdir D
		refused mkoverlay -l D.lower D
		because OVL-05
		refused mkoverlay -l D/lower D
		because OVL-05
		mkdir ro
		mount -t tmpfs tmpfs ro
		mkdir -p ro/D/merged
		mount -o remount,bind,ro ro
		refused mkoverlay -d ro/D
		because OVL-10
	END
}

@test "true names: of a DIR with a newline, of a record that a link led from, of a LOWER around DIR" {
	mkdir -p $'a\nb/c'
	ln -s $'a\nb/c' link
	ln -s l current
	inside <<-'END'
		works mkoverlay -l l link/..
		prints "$W/link/../merged"
		works mkoverlay -l l D true
		printf '%s\n' "$(sed -n 1p D/layers)" "$W/current" >D/layers
		umount D/merged
		works mkoverlay -l current D true
		[[ $(sed -n 2p D/layers) = "$W/l" ]]
		mkdir -p l/demo
		works mkoverlay -l current current/demo true
		says 'lies in the lower folder'
	END
}

@test "layers that somebody else wrote is neither taken for ours, nor written over, nor deleted" {
	mkdir -p A B C/upper E
	: >C/upper/f
	for dir in A B E; do
		echo mine >$dir/layers
	done
	inside <<-'END'
		refused mkoverlay -l l A
		because OVL-109
		left_in A layers
		works mkoverlay -r -l l B
		works mkoverlay -d B
		refused mkoverlay -d E
		for text in 'apples\noranges\n' '\0user.overlay.\n/l\n' "$(printf '\\0%.0s' {1..20000})"; do
			printf %b "$text" >C/layers
			refused mkoverlay -l l C
			because OVL-109
		done
		works mkoverlay -l l D
		works mkoverlay -d D
		rmdir D/upper
		mkdir D/merged
		works mkoverlay -d D
		[[ ! -e D ]]
	END
	[[ $(cat A/layers B/layers E/layers) = $'mine\nmine\nmine' ]]
}

@test "what the kernel makes in work is taken back, too" {
	inside <<-'END'
		for options in index=on volatile index=on,volatile; do
			fails 125 sh -c "mkoverlay -o $options -l l D >/dev/full"
			[[ ! -e D ]] || flunk "$options left $(find D)"
		done
		works mkoverlay -l l D touch D/merged/x
		umount D/merged
		fails 125 sh -c 'mkoverlay -o volatile -l l D >/dev/full'
		works mkoverlay -l l D
		left_in D/merged d f x
		unshare -m sleep 60 &
		other=$!
		eventually moved $other
		umount D/merged
		fails 125 sh -c 'mkoverlay -r -l l -l l2 D >/dev/full'
		[[ -d D/work/work ]] || flunk 'that was of another overlay'
		kill $other
	END
}

@test "-T is where DIR is, though its name from the root leads elsewhere" {
	needs 'user attributes on a tmpfs' test "$T"
	mkdir -p cover "$(printf '%0250d/' {1..15})"
	: >empty
	chmod +x empty
	inside <<-'END'
		cd cover
		mount -t tmpfs none "$W/cover"
		mkdir "$W/cover/D"
		if since 6 13; then	# until then mount(2) takes names
			works mkoverlay -T -f -l "$W/l" D cat D/merged/f
			prints lower
			[[ -e D/upper ]]
			left_in "$W/cover/D"
		fi
		capture mkoverlay -T -f -l "$W/l" E "$W/empty"
		(( status == 125 || status == 126 ))
		[[ ! -e E ]]
		cd "$W"/0*
		cd "$(printf '%0250d/' {2..15})"
		name=$(printf '%0200d' 1)
		works mkoverlay -T -f -l "$W/l" "$name" true
		[[ -e $name/merged/f ]]
		fails 126 mkoverlay -T -f -l "$W/l" "${name%1}2" "$W/empty"
		[[ ! -e ${name%1}2 ]]
	END
}

# bats test_tags=root
@test "with -o userxattr outside user namespaces no index is kept unasked" {
	inside <<-'END'
		works mkoverlay -o userxattr -l l D
		umount D/merged
		works mkoverlay -o userxattr -l l D
		! grep "$W/D/merged .*index=on" /proc/self/mountinfo || flunk 'there is one'
		refused mkoverlay -o userxattr -l l2 D
		umount D/merged
		: >D/upper/x
		refused mkoverlay -o userxattr -l l2 D
		because OVL-65
		try_works
	END
}

@test "-d leaves alone what another mount namespace has at merged, and minds no other DIR of that name" {
	inside <<-'END'
		works mkoverlay -r -l l D
		unshare -m sleep 60 &
		other=$!
		eventually moved $other
		refused mkoverlay -d D
		because OVL-62
		says "process $other has it mounted"
		kill $other
		wait $other || :
		works mkoverlay -d D
		mkdir m real
		for r in '' -r; do
			unshare -m sh -c "mount --bind real m; mkoverlay $r -l l m/D; exec sleep 60" >said$r &
			other=$!
			eventually test -s said$r
			works mkoverlay -l l m/D
			umount m/D/merged
			works mkoverlay -d m/D
			kill $other
		done
	END
}

@test "what to try to get rid of a mount does that" {
	inside <<-'END'
		mkdir -p D/merged
		mount -t tmpfs none D/merged
		refused mkoverlay -l l D
		because OVL-75
		try_works
		works mkoverlay -l l D
		refused unshare -Urm mkoverlay -l l D
		because OVL-75
		never_says '^mkoverlay: try'
		mkdir D/merged/x
		mount -t tmpfs none D/merged/x
		mkdir D/merged/x/y
		mount -t tmpfs none D/merged/x/y
		refused mkoverlay -d D
		because OVL-94
		try_works
		works mkpseudo -m tmp D/merged
		refused mkoverlay -d D
		because OVL-94
		says 'try: mkpseudo -d'
		try_works
		works mkoverlay -d D
		works mkoverlay -l l -- -D
		refused mkoverlay -l l -- -D
		because OVL-75
		try_works
		works mkoverlay -l l -- -D true
	END
}
