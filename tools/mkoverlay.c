/*
 * mkoverlay - mount folders over one another, and make what that takes
 *
 *	mkoverlay -l LOWER [-l LOWER]... [-fr] [-T[SIZE]] [-o OPT,...] DIR
 *	          [PROG [ARG]...]
 *	mkoverlay -d DIR
 *
 * Wraps fsopen(2), fsconfig(2), fsmount(2) and move_mount(2).  Needs
 * CAP_SYS_ADMIN over the mount namespace:
 *
 *	unshare-lite -Urm mkoverlay -l rootfs demo ls demo/merged
 */
#include <sys/mount.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "chain.h"
#include "facts.h"
#include "layers.h"
#include "mkoverlay/overlay.h"
#include "say.h"
#include "start.h"
#include "why/mkoverlay.h"

static const char text[] =
"usage: mkoverlay -l LOWER [-l LOWER]... [-fr] [-T[SIZE]] [-o OPT,...] DIR\n"
"                 [PROG [ARG]...]\n"
"       mkoverlay -d DIR\n"
"\n"
"Mount the folders LOWER, the first one topmost, and over them DIR/upper,\n"
"which takes all changes, at DIR/merged.  Print that path, or run PROG.\n"
"\n"
"  -l, --lower=LOWER    a folder that is seen, and never changed; up to 500\n"
"  -r, --read-only      no upper: nothing can be changed\n"
"  -T, --tmpfs[=SIZE]   upper is in memory, and ends with the mount\n"
"  -o, --options=OPT    ro, nosuid, nodev, noexec, and those of the kernel\n"
"  -f, --force          -T even on the mounts of the machine itself\n"
"  -d, --delete         unmount, remove merged and work; upper stays\n"
"  -v, --verbose        show each system call that changes something\n"
"  -h, --help  -V, --version\n"
"\n"
"Examples:\n"
"  unshare-lite -Urm mkoverlay -l rootfs demo ls demo/merged\n"
"  mkoverlay -l fixes -l rootfs demo; ls demo/merged; mkoverlay -d demo\n";

static const char longs[] = {
	"delete d\0" "force f\0" "lower=l\0" "options=o\0" "read-only r\0"
	"tmpfs?T\0" COMMON_OPTIONS
};

char **lower;
int *layer, lowers;
const char *dir;
char *root;
int read_only, nested;

static void
take_lower(char *path)
{
	if (lowers == MOST_LAYERS) {
		say("more than %d lower folders", MOST_LAYERS);
		because("OVL-15", "the kernel has room for no more");
		fail();
	}
	lower[lowers++] = path;
}

/* What is printed is one line, and a path that can be used. */
static void
guard_handle(void)
{
	if (strchr(root, '\n')) {
		say("merged in %s cannot be printed as one line", root);
		because("OVL-91", "its path holds a newline");
		fail();
	}
	if (strlen(root) + 7 < PATH_MAX)
		return;
	errno = ENAMETOOLONG;
	refuse_in("print", "merged");
}

/* The kernel takes it without a word, and merged then shows itself. */
static void
warn_inside(void)
{
	const char *name = has_links ? true_name(at, root) : root;
	size_t n;
	int i;

	for (i = 0; i < lowers && !on_tmpfs; i++) {
		n = strlen(lower[i]);
		n -= n == 1;
		if (strncmp(name, lower[i], n) == 0 &&
		    (name[n] == '/' || !name[n]))
			say("warning: %s lies in the lower folder %s, which "
			    "should not change", dir, lower[i]);
	}
}

int
main(int argc, char **argv)
{
	const char *prog = NULL;
	int c, delete = 0, force = 0;
	char *plain;

	start("mkoverlay", text, argv);
	lower = room(argc * sizeof *lower);
	layer = room(argc * sizeof *layer);
	while ((c = option(argc, argv, "dfhl:o:rT::vV", longs)) != -1)
		switch (c) {
		case 'd': delete = 1; break;
		case 'f': force = 1; break;
		case 'l': take_lower(optarg); break;
		case 'o': take_options(optarg); break;
		case 'r': read_only = 1; break;
		case 'T': take_size(optarg); break;
		default: common_option(c, argv);
		}
	argv += optind;
	if (!*argv)
		misuse("DIR is missing");
	dir = *argv++;
	if (*dir == '-') {	/* in what to try it would be an option */
		plain = room(strlen(dir) + 3);
		stpcpy(stpcpy(plain, "./"), dir);
		dir = plain;
	}
	if (delete) {
		if (lowers || read_only || on_tmpfs || *argv)
			misuse("-d takes DIR and nothing else");
		delete_all();
		return 0;
	}
	if (!lowers)
		misuse("LOWER is missing");
	if (read_only && on_tmpfs)
		misuse("-r has no upper that -T could put on a tmpfs");

	root = absolute(dir);
	if (*argv)
		prog = look_up(AT_FDCWD, *argv);
	else
		guard_handle();
	if ((nested = !in_first("user")))
		prefix = USERS;
	begin();
	if (on_tmpfs && !force)
		spare_machine("unshare-lite -rm ");
	hold_signals();
	make_folders();
	warn_inside();
	mount_overlay();
	if (prog)
		chain(prog, argv);
	hand_on(strcat(root, "/merged\n"));
	let_signals();
	return 0;
}
