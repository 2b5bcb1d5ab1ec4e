/*
 * mkpseudo - mount kernel and device filesystems into a root folder
 *
 *	mkpseudo [-m NAME,...] [--mask] [-f] ROOT|- [PROG [ARG]...]
 *	mkpseudo -d ROOT
 *
 * Wraps mount(2).  Needs CAP_SYS_ADMIN over a mount namespace of its own, and
 * comes before the pivot: with the old /proc out of sight, the kernel allows
 * a user namespace no new one.
 *
 *	unshare-lite -ar mkpseudo rootfs pivot rootfs /bin/sh
 */
#include <sys/mount.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "facts.h"
#include "mkpseudo/mount.h"
#include "mkpseudo/parts.h"
#include "mkpseudo/root.h"
#include "mounts.h"
#include "raw.h"
#include "say.h"
#include "start.h"
#include "why/mkpseudo.h"

static const char text[] =
"usage: mkpseudo [-m NAME,...] [--mask] [-f] ROOT|- [PROG [ARG]...]\n"
"       mkpseudo -d ROOT\n"
"\n"
"Mount kernel and device filesystems into the folder ROOT; then run PROG, or\n"
"print ROOT.  What the namespaces at hand do not allow is bound read-only\n"
"(sys) or left out (cgroup, mqueue), each with a line on stderr.\n"
"\n"
"  -m, --mount=NAME,...  exactly these: proc sys cgroup dev pts mqueue shm,\n"
"                        tmp, run, tools (our own, at ROOT/run/cooperage)\n"
"      --mask            hide and write-protect what the OCI runtimes do\n"
"  -d, --delete          unmount what mkpseudo has mounted, deepest first\n"
"  -f, --force           even on the mounts of the machine itself\n"
"  -v, --verbose         show each system call that changes something\n"
"  -h, --help  -V, --version\n"
"\n"
"Examples:\n"
"  unshare-lite -ar mkpseudo rootfs pivot rootfs sh\n"
"  unshare-lite -Urmp mkpseudo -m proc,dev rootfs pivot rootfs ps\n";

static const char longs[] = {
	"delete d\0" "force f\0" "mask M\0" "mount=m\0" COMMON_OPTIONS
};

static void
mount_all(unsigned wanted, int exact)
{
	const struct place *p;

	for (p = places; p->name; p++) {
		if (!(wanted >> (p - places) & 1))
			continue;
		if (p->kind == DEV)
			mount_dev(p);
		else if (p->kind == NODE)
			bind_node(p);
		else if (p->kind == TOOLS)
			bind_tools(p->path);
		else if (p->kind == CGROUP && exact && has_hierarchies())
			mount_hierarchies(p);
		else if (mount_place(p, p->type,
		    p->kind == PTS ? pts_options() : p->data) < 0)
			do_without(p, exact);
	}
}

/* The absolute path of ROOT, for hand_on, or as mountinfo has it. */
static void
absolute(char path[PATH_MAX])
{
	if (fchdir(root_fd) < 0 || raw_getcwd(path, PATH_MAX) < 0)
		refuse("the path of", "");
}

/* The same, if it fits on the one line that a handle is. */
static void
as_handle(char path[PATH_MAX])
{
	absolute(path);
	if (!strchr(path, '\n'))
		return;
	say("a handle is one line, and %s has more", path);
	try_instead(root, root, "sh");
	fail();
}

/* Whether we are in the machine's user namespace, or cannot know. */
static int
in_machines_users(void)
{
	char ns[64] = "";

	if (*groups() && !maps_all(groups()))
		return 0;
	if (readlink("/proc/self/ns/user", ns, sizeof ns - 1) < 0 &&
	    errno != ENOENT)
		tell("our user namespace is taken for the machine's");
	return !*ns || strcmp(ns, "user:[4026531837]") == 0;
}

/* What we must not show or touch. */
static void
guard(int proc, int force)
{
	static const char pid[] = "/proc/self/ns/pid";

	if (in_machines_users())
		read_only = MS_RDONLY;
	if (read_only && !force)
		spare_machine("unshare-lite -Urmp ");
	/*
	 * After unshare(CLONE_NEWPID) a process is still in its old namespace,
	 * and a proc of it would show that.  PID 1 was forked into its own.
	 */
	if (!proc || getpid() == 1 ||
	    same_namespace(pid, "/proc/self/ns/pid_for_children") ||
	    !same_namespace(pid, pid))
		return;
	say("proc would show the processes of the old PID namespace");
	because("PSE-53", "we are not in the new PID namespace: only a child "
	    "can be");
	try_again("unshare-lite -p ");
	fail();
}

static void
check_words(char **argv, int deleting, int masking, unsigned wanted)
{
	if (!*argv)
		misuse("ROOT is missing");
	if (deleting && (wanted || masking || argv[1]))
		misuse("-d takes nothing but ROOT");
	if (argv[1] && strcmp(*argv, "-") == 0) {
		say("PROG would inherit the pipe that - reads ROOT from");
		try("mkpseudo \"$(...)\" %s", argv[1]);
		fail();
	}
	if (masking && wanted && !(wanted & places_named("proc,sys")))
		misuse("--mask hides what is in proc and sys: -m has neither");
}

int
main(int argc, char **argv)
{
	static char path[PATH_MAX + 1];		/* of ROOT */
	const char *prog = NULL;
	int c, deleting = 0, exact, force = 0, here, masking = 0;
	unsigned wanted = 0;
	mode_t mask;

	start("mkpseudo", text, argv);
	while ((c = option(argc, argv, "dfhm:vV", longs)) != -1)
		switch (c) {
		case 'd': deleting = 1; break;
		case 'f': force = 1; break;
		case 'M': masking = 1; break;
		case 'm': wanted |= places_named(optarg); break;
		default: common_option(c, argv);
		}
	argv += optind;
	check_words(argv, deleting, masking, wanted);
	exact = wanted != 0;
	if (!exact)
		wanted = places_named(STANDARD);

	root = handle(*argv++);
	if ((here = openat(AT_FDCWD, ".", O_PATH | O_CLOEXEC)) < 0)
		die("open %s", ".");
	if (strcmp(root, ".") == 0)
		step_up();
	root_fd = openat(AT_FDCWD, root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0) {
		tell("open %s", root);
		why_root(errno, deleting);
		fail();
	}
	/*
	 * Who has other mounts than we do needs not wait.  PID 1 has mounts of
	 * its own, as good as always: a start does not pay for the lock.
	 */
	if (getpid() != 1)
		take_lock(open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC));
	if (deleting) {
		close(here);	/* in what is to be unmounted, perhaps */
		absolute(path);
		unmount_all(path[1] ? path : "");
		return 0;
	}
	if (*argv)
		prog = look_up(AT_FDCWD, *argv);
	else
		as_handle(path);
	guard((wanted & places_named("proc")) != 0, force);
	source = openat(AT_FDCWD, "/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);

	hold_signals();
	undo = take_back;
	mask = umask(022);	/* whatever it is, all may pass the folders */
	mount_all(wanted, exact);
	umask(mask);
	if (masking && wanted & places_named("proc"))
		mask_all("proc");
	if (masking && wanted & places_named("sys"))
		mask_all("sys");
	if (fchdir(here) < 0)
		die("return to where we were called");
	if (prog)
		chain(prog, argv);
	hand_on(strcat(path, "\n"));
	let_signals();
	return 0;
}
