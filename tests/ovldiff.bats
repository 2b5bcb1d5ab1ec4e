#!/usr/bin/env bats
# Not tested here: IDs that are mapped in no user namespace of ours.
load helper

setup() {
	common_setup
	mkdir -p l/d/sub l/e l/r/s l2/d
	for i in f g gone d/x d/sub/y e/z r/s/q 'a b'; do
		echo "$i" >"l/$i"
	done
	echo top >l2/g
	ln -s f l/link
	lower=$(sums)
}

teardown() {
	[[ $lower = "$(sums)" ]]
	common_teardown
}

sums() {
	find l l2 -type f -exec cksum {} +
}

@test "what cannot be understood is refused with the synopsis" {
	misused ovldiff
	misused ovldiff D E
	misused ovldiff -x D
	works ovldiff --help
	shows '^usage: ovldiff '
	works ovldiff -V
	shows '^cooperage [0-9]'
}

@test "nothing changed: nothing is printed" {
	inside <<-'END'
		works mkoverlay -l l D ls -R D/merged
		works ovldiff D
		prints ''
		silent
	END
}

@test "exactly what is deleted and changed is shown, mounted or not" {
	inside <<-'END'
		works mkoverlay -l l2 -l l D
		rm D/merged/f
		echo >>D/merged/g
		works ovldiff D
		prints $'D /f\nC /g'
		works ovldiff "$W/D/."
		prints $'D /f\nC /g'
		works mkoverlay -d D
		works ovldiff D
		prints $'D /f\nC /g'
	END
	works ovldiff D
	prints $'D /f\nC /g'
}

@test "folders are walked, sorted, and changed only if they changed themselves" {
	inside <<-'END'
		works mkoverlay -l l2 -l l D
		cd D/merged
		mkdir -p n/m
		touch n/m/o 'a b' -d tomorrow
		rm e/z
		chmod 700 r
		rm -r d
		ln -sf g link
		rm r/s/q
		mkdir r/s/q
		touch r/s/q/in
		cd ../..
		works ovldiff D
		prints "$(printf '%s\n' 'C /a b' 'D /d' 'D /e/z' 'C /link' 'A /n' 'A /n/m' 'A /n/m/o' 'C /r' 'C /r/s/q' 'A /r/s/q/in')"
	END
}

@test "a folder made anew shows what is gone from it, and only that" {
	inside <<-'END'
		works mkoverlay -l l2 -l l D
		rm -r D/merged/d
		mkdir -p D/merged/d/sub
		touch D/merged/d/new D/merged/d/sub/y
		works ovldiff D
		prints "$(printf '%s\n' 'A /d/new' 'C /d/sub/y' 'D /d/x')"
		rm -r D/merged/d
		touch D/merged/d
		works ovldiff D
		prints 'C /d'
	END
}

# bats test_tags=root
@test "a renamed folder is gone here and new there, with all that is in it" {
	inside <<-'END'
		works mkoverlay -o redirect_dir=on -l l2 -l l D
		mv D/merged/r D/merged/r2
		mv D/merged/r2/s D/merged/r2/t
		touch D/merged/r2/t/new
		works ovldiff D
		prints "$(printf '%s\n' 'D /r' 'A /r2' 'A /r2/t' 'A /r2/t/new' 'A /r2/t/q')"
		umount D/merged
		strace -o /dev/null true
		works mkoverlay -o redirect_dir=on -l l2 -l l D
		mv D/merged/e D/merged/d/e
		rm D/merged/d/e/z
		works ovldiff D
		prints "$(printf '%s\n' 'A /d/e' 'D /e' 'D /r' 'A /r2' 'A /r2/t' 'A /r2/t/new' 'A /r2/t/q')"
	END
}

@test "a lower layer that is an upper itself keeps its deletions" {
	inside <<-'END'
		works mkoverlay -l l2 -l l D
		rm -r D/merged/d D/merged/f
		mkdir D/merged/d
		echo again >D/merged/d/x
		umount D/merged
		works mkoverlay -l D/upper -l l2 -l l E
		touch E/merged/f E/merged/d/x E/merged/d/sub
		rm E/merged/d/x
		works ovldiff E
		prints "$(printf '%s\n' 'A /d/sub' 'D /d/x' 'A /f')"
	END
}

@test "any name is one line" {
	inside <<-'END'
		works mkoverlay -l l D
		touch $'D/merged/new\nline' $'D/merged/it\'s "b\\"' $'D/merged/\033[31m'
		works ovldiff D
		shows '^A \$'"'"'/new\\012line'"'"'$'
		shows '^A /it'"'"'s "b\\"$'
		shows '^A \$'"'"'/\\033\[31m'"'"'$'
		[[ $(wc -l <<<"$stdout") = 3 ]]
	END
}

@test "a tree deeper than any path, and than there are descriptors" {
	inside <<-'END'
		works mkoverlay -l l D
		part=$(printf 'a-folder-with-a-name/%.0s' {1..150})
		(cd D/merged; for i in 1 2 3 4; do mkdir -p "$part"; cd "./$part"; done; touch end)
		ulimit -n 20
		works ovldiff D
		[[ $(wc -l <<<"$stdout") = 601 ]]
		[[ $stdout = */end ]]
	END
}

@test "symbolic links are never followed" {
	inside <<-'END'
		ln -s "$W/l" l2/away
		works mkoverlay -l l2 D
		rm D/merged/away
		mkdir -p D/merged/away/d/sub
		ln -s "$W/l" D/merged/there
		works ovldiff D
		prints "$(printf '%s\n' 'C /away' 'A /away/d' 'A /away/d/sub' 'A /there')"
		rm l2/away
	END
}

@test "attributes are decoded, and lead out of no layer" {
	needs python3 command -v python3
	mkdir -p D/upper/{renamed,out,opaque} l/opaque
	: >l/opaque/f
	: >D/upper/f
	ln -s "$W/l" l2/away
	printf '%s\n' user.overlay. "$W/l2" "$W/l" >D/layers
	needs 'user attributes' python3 -c '
import os
os.setxattr("D/upper/renamed", "user.overlay.redirect", b"/e")
os.setxattr("D/upper/out", "user.overlay.redirect", b"/away/d")
os.setxattr("D/upper/opaque", "user.overlay.opaque", b"y")
os.setxattr("D/upper/f", "user.overlay.whiteout", b"")'
	works ovldiff D
	prints "$(printf '%s\n' 'D /f' 'D /opaque/f' 'A /out' 'A /renamed' 'A /renamed/z')"
	rm -r l2/away l/opaque
}

@test "what is no overlay of mkoverlay's is refused" {
	refused ovldiff nosuch
	mkdir -p D E/upper
	refused ovldiff D
	because DIF-01
	refused ovldiff E
	because DIF-02
	printf 'user.overlay.\n%s\n' "$W/nosuch" >E/layers
	refused ovldiff E
	because DIF-05
	refused ovldiff E/layers
	because DIF-06
	printf 'user.overlay.\n%s' "$W/l" >E/layers
	refused ovldiff E
	because DIF-02
	for text in 'apples\noranges\n' '\0user.overlay.\n/l\n' "$(printf '\\0%.0s' {1..20000})"; do
		printf %b "$text" >E/layers
		refused ovldiff E
		because DIF-02
	done
	printf 'user.overlay.\n%s\n' "$W/l" >E/layers
	touch E/upper/f
	works ovldiff E
	prints 'C /f'
}

@test "DIR/merged, as mkoverlay prints it, is not DIR, and that is said" {
	inside <<-'END'
		works mkoverlay -l l D
		rm D/merged/f
		ln -s D -- -D
		for name in D/merged D/upper -D/merged; do
			refused ovldiff -- "$name"
			because DIF-07
			try_works
			prints 'D /f'
		done
		mkdir -p plain/folder plain/layers
		refused ovldiff plain/folder
		because DIF-01
		never_says DIF-07
	END
}

# bats test_tags=root
@test "each folder in a redirect may be opaque, or have been renamed itself" {
	mkdir -p l/o/b l/m/b
	touch l/o/b/hidden l/m/b/seen
	inside <<-'END'
		works mkoverlay -o redirect_dir=on -l l D
		rm -r D/merged/o
		mkdir -p D/merged/o/b
		touch D/merged/o/b/new
		mv D/merged/m D/merged/m2
		umount D/merged
		works mkoverlay -o redirect_dir=on -l D/upper -l l E
		mkdir E/merged/x
		mv E/merged/o/b E/merged/x/o
		mv E/merged/m2/b E/merged/x/m
		(cd E/merged/x && find . | sort) >shown
		works ovldiff E
		prints "$(printf '%s\n' 'D /m2/b' 'D /o/b' 'A /x' 'A /x/m' 'A /x/m/seen' 'A /x/o' 'A /x/o/new')"
		[[ $(grep -c ^A <<<"$stdout") = "$(wc -l <shown)" ]]
	END
	rm -r l/o l/m
}

# bats test_tags=root
@test "an ordinary user is told what he cannot see in an overlay of root's" {
	chmod 755 .
	inside <<-'END'
		works mkoverlay -l l D
		rm D/merged/f
		works as_user ovldiff D
		prints 'D /f'
		touch D/merged/e/new
		refused as_user ovldiff D
		because DIF-03
		root_works
		refused unshare -Ur ovldiff D
		because DIF-03
		never_says '^ovldiff: try'
		chmod 700 D/upper/e
		works ovldiff D
		mkdir D/merged/closed
		chmod 700 D/merged/closed
	END
	works ovldiff D
}

# bats test_tags=root
@test "a folder that the user may not read is told of" {
	chmod 777 .
	chmod -R a+rX l
	mkdir -p D/upper/shut
	chmod 700 D/upper/shut
	printf 'user.overlay.\n%s\n' "$W/l" >D/layers
	refused as_user ovldiff D
	because DIF-04
	rmdir D/upper/shut
	chmod 600 D/layers
	refused as_user ovldiff D
	says "open 'D/layers'"
	because DIF-04
	chmod 644 D
	refused as_user ovldiff D
	says "open 'D/upper'"
	because DIF-04
	chmod 755 .
}

@test "a closed or full standard output is told of" {
	inside <<-'END'
		works mkoverlay -l l D rm D/merged/f
		fails 125 sh -c 'ovldiff D >&-'
		fails 125 sh -c 'ovldiff D >/dev/full'
	END
}
