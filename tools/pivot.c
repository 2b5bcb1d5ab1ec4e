/*
 * pivot - change the root of this mount namespace, then run a program
 *
 *	pivot [-f] [--keep-fd=N,...] ROOT PROG [ARG]...
 *	pivot -o PUT_OLD [-f] [--keep-fd=N,...] ROOT [PROG [ARG]...]
 *
 * Wraps pivot_root(2).  Needs CAP_SYS_ADMIN over a mount namespace of its own:
 *
 *	unshare-lite -Urmp mkpseudo -m proc rootfs pivot rootfs /bin/sh
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "facts.h"
#include "fds.h"
#include "mounts.h"
#include "say.h"
#include "start.h"
#include "why/pivot.h"

static const char text[] =
"usage: pivot [-f] [--keep-fd=N,...] ROOT PROG [ARG]...\n"
"       pivot -o PUT_OLD [-f] [--keep-fd=N,...] ROOT [PROG [ARG]...]\n"
"\n"
"Make the folder ROOT the root of this mount namespace, detach the old one,\n"
"and run PROG, which is looked up inside ROOT.\n"
"\n"
"  -o, --put-old=PUT_OLD  keep the old root at this folder in ROOT\n"
"  -f, --force            even on the mounts of the machine itself\n"
"      --keep-fd=N,...    PROG keeps these descriptors; the rest is closed\n"
"  -v, --verbose          show each system call that changes something\n"
"  -h, --help  -V, --version\n"
"\n"
"Examples:\n"
"  unshare-lite -Urmp mkpseudo -m proc rootfs pivot rootfs sh\n"
"  unshare-lite -m sh -c 'pivot -o rootfs/old rootfs; cd /; ls /old'\n";

static const char longs[] = {
	"force f\0" "keep-fd=k\0" "put-old=o\0" COMMON_OPTIONS
};

static const char *root, *put_old;
static int bound, made;

static int
pivot_root(const char *new, const char *old)
{
	return did(syscall(SYS_pivot_root, new, old), "pivot_root(%s, %s)",
	    new, old);
}

static void
take_back(void)
{
	if (made)
		did(rmdir(put_old), "rmdir(%s)", put_old);
	if (bound)
		did(umount2(root, MNT_DETACH), "umount2(%s, MNT_DETACH)", root);
}

/*
 * The whole tree: what is mounted below must come along.  Below a shared
 * mount the bind would show in other namespaces, and the pivot be refused.
 */
static int
bind_root(void)
{
	static struct mount m;

	if (mount_at(root, &m) && m.shared) {
		errno = EINVAL;
		return -1;
	}
	if (did(mount(root, root, NULL, MS_BIND | MS_REC, NULL),
	    "mount(%s, %s, NULL, MS_BIND|MS_REC, NULL)", root, root) < 0)
		return -1;
	bound = 1;
	undo = take_back;
	return step_up();	/* if we stand in ROOT */
}

static void
make_put_old(void)
{
	if (mkdir(put_old, 0700) < 0) {
		if (errno == EEXIST)
			return;
		tell("mkdir %s", put_old);
		why_not_made(errno, put_old);
		fail();
	}
	did(0, "mkdir(%s, 0700)", put_old);
	made = 1;
	undo = take_back;
}

/*
 * The old root's mounts may be shared with other namespaces: as a slave it
 * takes no unmount there, not the detach's and none that comes later.
 */
static void
leave_old_root(int old)
{
	if (did(fchdir(old), "fchdir(%d)", old) < 0 ||
	    did(mount(NULL, ".", NULL, MS_REC | MS_SLAVE, NULL),
	    "mount(NULL, \".\", NULL, MS_REC|MS_SLAVE, NULL)") < 0 ||
	    (!put_old && did(umount2(".", MNT_DETACH),
	    "umount2(\".\", MNT_DETACH)") < 0) ||
	    did(chdir("/"), "chdir(\"/\")") < 0)
		die("leave the old root");
}

/*
 * With "." twice the kernel stacks the old root on top of the new one:
 * no folder for it is needed.
 */
static int
change_root(void)
{
	if (put_old)
		return pivot_root(root, put_old);
	if (did(chdir(root), "chdir(%s)", root) < 0)
		return -1;
	return pivot_root(".", ".");
}

/* A ROOT that is locked in place is free once it is bound on itself. */
static int
unlock_root(int here)
{
	int err = errno;

	if (fchdir(here) == 0 && err == EINVAL && !bound && is_locked(root))
		return bind_root() < 0 ? -1 : change_root();
	errno = err;
	return -1;
}

/* pivot_root(8) would take "ROOT PUT_OLD", or ". old" after a chdir. */
static void
guard_habit(int fd, const char *prog, int more)
{
	static char path[PATH_MAX];
	int here = strcmp(root, ".") == 0 && *prog != '/';
	size_t n = strlen(root);
	int below = n && strncmp(prog, root, n) == 0 &&
	    (prog[n] == '/' || root[n - 1] == '/');
	struct stat st;

	if (put_old || more || (!here && !below) || stat(prog, &st) < 0 ||
	    !S_ISDIR(st.st_mode) || find_program(fd, prog, path) == 0)
		return;
	say("%s is a folder, and no program", prog);
	try("pivot -o %s %-s%s", prog, *root == '-' ? "-- " : "", root);
	fail();
}

static void
refuse(const char *what, const char *old)
{
	tell("%-s %s", what, root);
	why_pivot(errno, root, old);
	fail();
}

int
main(int argc, char **argv)
{
	const char *keep = NULL, *prog = NULL;
	int c, fd, force = 0, here, old;

	start("pivot", text, argv);
	while ((c = option(argc, argv, "fho:vV", longs)) != -1)
		switch (c) {
		case 'f': force = 1; break;
		case 'k': keep = optarg; break;
		case 'o': put_old = optarg; break;
		default: common_option(c, argv);
		}
	argv += optind;
	if (!*argv)
		misuse("ROOT is missing");
	root = *argv++;
	if (!*argv && !put_old)
		misuse("PROG is missing");

	if (*argv)
		keep_fds(keep);		/* before we have any of our own */
	if (strcmp(root, ".") == 0)
		step_up();
	here = openat(AT_FDCWD, ".", O_PATH | O_CLOEXEC);
	old = openat(AT_FDCWD, "/", O_PATH | O_CLOEXEC);
	if (here < 0)
		root = ".";	/* and no fault of ROOT's */
	fd = openat(AT_FDCWD, root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (here < 0 || old < 0 || fd < 0)
		refuse("open", NULL);
	if (*argv) {
		guard_habit(fd, *argv, argv[1] != NULL);
		prog = look_up(fd, *argv);
	}
	if (!force)
		spare_machine("unshare-lite -rm ");

	hold_signals();
	if (!is_mount_point(fd, "") && bind_root() < 0)
		refuse("bind", NULL);
	if (put_old)
		make_put_old();
	if (change_root() < 0 && unlock_root(here) < 0) {
		c = errno;
		if (fchdir(here) < 0 || (bound && step_up() < 0))
			die("return to where we were called");
		errno = c;
		refuse("pivot_root", put_old);
	}
	undo = NULL;
	leave_old_root(old);
	if (prog) {
		/* They lead out, by /proc/self/fd/N/.. in a #! line. */
		close_fds(-1, -1, keep);
		chain(prog, argv);
	}
	let_signals();
	return 0;
}
