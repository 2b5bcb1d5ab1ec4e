/*
 * nsenter-lite - enter namespaces of a process, then run a program in them
 *
 *	nsenter-lite [-t PID] [-muinpUCT | -a] [-mFILE ...] [OPTION]...
 *	             [PROG [ARG]...]
 *
 * Wraps setns(2).  Needs ptrace access to process PID, and CAP_SYS_ADMIN over
 * what is entered:
 *
 *	nsenter-lite -t $(cat box/pid) -ac sh
 */
#include <sys/prctl.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>

#include "cgroup.h"
#include "chain.h"
#include "facts.h"
#include "fds.h"
#include "kinds.h"
#include "raw.h"
#include "say.h"
#include "sealed.h"
#include "start.h"
#include "target.h"
#include "wait.h"
#include "why/nsenter-lite.h"

static const char text[] =
"usage: nsenter-lite [-t PID] [-muinpUCT | -a] [-mFILE ...] [-r[DIR]]\n"
"                    [-w[DIR]] [-c] [-S UID] [-G GID]\n"
"                    [--preserve-credentials] [--keep-fd=N,...]\n"
"                    [PROG [ARG]...]\n"
"\n"
"Enter namespaces of process PID and run PROG ($SHELL, /bin/sh) in them.\n"
"\n"
"  -m -u -i -n -p -U -C -T  --mount --uts --ipc --net --pid --user\n"
"      --cgroup --time: this kind; of FILE, if one is given (--mount=FILE),\n"
"      which has a slash after a letter; -nNAME is -n/run/netns/NAME\n"
"  -a, --all          every kind in which PID differs from us\n"
"  -r, --root[=DIR]   change the root, to DIR out here, or to that of PID\n"
"  -w, --wd[=DIR]     change the folder, to DIR in there, or to that of PID\n"
"  -c, --join-cgroup  join the cgroups of PID\n"
"  -S, --setuid=UID  -G, --setgid=GID  run PROG as these; with -U: 0\n"
"      --preserve-credentials  stay who we are, groups included\n"
"      --keep-fd=N,...         PROG keeps these descriptors, and no others\n"
"  -v, --verbose      show each system call that changes something\n"
"  -h, --help  -V, --version\n"
"\n"
"Examples:\n"
"  nsenter-lite -t PID -ac sh   # as docker exec does\n"
"  nsenter-lite -n/run/netns/lab ip address\n";

#define LETTERS "muinpUCT"
#define LONG 0x100		/* a kind by its long name */

enum { KEEP_FD = 1, PRESERVE };

static const struct option longs[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "cgroup", optional_argument, NULL, LONG | 'C' },
	{ "ipc", optional_argument, NULL, LONG | 'i' },
	{ "join-cgroup", no_argument, NULL, 'c' },
	{ "keep-fd", required_argument, NULL, KEEP_FD },
	{ "mount", optional_argument, NULL, LONG | 'm' },
	{ "net", optional_argument, NULL, LONG | 'n' },
	{ "pid", optional_argument, NULL, LONG | 'p' },
	{ "preserve-credentials", no_argument, NULL, PRESERVE },
	{ "root", optional_argument, NULL, 'r' },
	{ "setgid", required_argument, NULL, 'G' },
	{ "setuid", required_argument, NULL, 'S' },
	{ "target", required_argument, NULL, 't' },
	{ "time", optional_argument, NULL, LONG | 'T' },
	{ "user", optional_argument, NULL, LONG | 'U' },
	{ "uts", optional_argument, NULL, LONG | 'u' },
	{ "wd", optional_argument, NULL, 'w' },
	COMMON_OPTIONS
};

static struct entry entry = { .pidfd = -1 };
static int all, joining, preserve, change_root, change_folder;
static const char *target_pid, *root, *folder, *keep;
static long uid = -1, gid = -1;

static int files[KINDS], root_fd = -1, folder_fd = -1;
static int joined;		/* how many cgroups */
static struct stat targets_root;

static void
choose(int letter, const char *file)
{
	static char path[PATH_MAX];
	int i = kind_of(letter) - kinds;

	if (letter == 'c') {
		joining = 1;
		return;
	}
	if (file && letter == 'n' && !strchr(file, '/')) {
		if (strlen(file) > NAME_MAX)
			misuse("-n%-s: the name is too long", file);
		file = strcat(strcpy(path, "/run/netns/"), file);
	}
	entry.file[i] = file;
	if (file)
		entry.flags &= ~kinds[i].flag;
	else
		entry.flags |= kinds[i].flag;
}

/* -nui: the kinds n, u, i; unless it were as well the name of a namespace. */
static void
guard_name(const char *letters)
{
	char path[64] = "/run/netns/", option[64] = " --net=";

	if (strlen(letters) > KINDS ||
	    access(strcat(path, letters), F_OK) < 0)
		return;
	say("-n%-s: a name, or letters of kinds?", letters);
	because("NSE-44", "there is %s, too", path);
	try_with(strcat(option, letters), command[optind - 1]);
	fail();
}

/*
 * What is attached to a letter is its FILE if it has a slash, and else more
 * letters; but after -n everything that is not all letters of kinds is a NAME.
 */
static void
choose_by_letters(int letter, const char *rest)
{
	for (; rest && *rest; letter = *rest++) {
		if (letter != 'c' && (strchr(rest, '/') ||
		    (letter == 'n' && rest[strspn(rest, LETTERS)]))) {
			choose(letter, rest);
			return;
		}
		if (letter == 'n')
			guard_name(rest);
		if (!strchr(LETTERS "c", *rest))
			misuse("-%c: %s is no letter of a kind, nor a FILE, "
			    "which has a slash", letter, rest);
		choose(letter, NULL);
	}
	choose(letter, NULL);
}

/* A maker's handle on stdin would leave PROG a spent pipe. */
static void
refuse_stdin(void)
{
	say("-t - and PROG, or a shell, exclude each other: PROG would read "
	    "what is left of the handle's pipe");
	try("pid=$(unshare-lite -ar --hold=$$) && %-s -t \"$pid\" -a", tool);
	fail();
}

static void
check_options(void)
{
	int i, kinds_asked = all || entry.flags;
	int needs_target = kinds_asked || joining ||
	    (change_root && !root) || (change_folder && !folder);

	for (i = 0; i < KINDS; i++)
		kinds_asked |= entry.file[i] != NULL;
	if (target_pid && strcmp(target_pid, "-") == 0)
		refuse_stdin();
	if (needs_target && !target_pid)
		misuse("-t PID is missing");
	if (!kinds_asked && !joining && !change_root && !change_folder)
		misuse("nothing to enter is asked for");
}

static int
open_or_fail(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0) {
		tell("open %s", path);
		why_open(errno, &entry, path);
		fail();
	}
	return fd;
}

/* -a: the kinds that this kernel has, and in which the target differs. */
static void
choose_all(void)
{
	char theirs[16], ours[32];
	struct stat them, us;
	int i;

	for (i = 0; i < KINDS; i++) {
		if (entry.file[i])
			continue;
		stpcpy(stpcpy(theirs, "ns/"), kinds[i].file);
		stpcpy(stpcpy(ours, "/proc/self/"), theirs);
		if (stat(ours, &us) < 0) {
			if (errno != ENOENT)
				die("look at %s", ours);
			continue;
		}
		if (stat(proc_path(entry.pid, theirs), &them) < 0) {
			tell("look at process %-s", entry.operand);
			why_enter(errno, &entry, -1);
			fail();
		}
		if (us.st_ino != them.st_ino)
			entry.flags |= kinds[i].flag;
	}
	if (!entry.flags)
		note("note: it is in all our namespaces");
}

/* Everything that has a name out here is opened before we leave. */
static void
look_around(void)
{
	static char cgroup_file[64];
	int i;

	if (target_pid) {
		entry.operand = target_pid + strspn(target_pid, "0");
		entry.pidfd = target(target_pid, &entry.pid);
	}
	if (all)
		choose_all();
	if (joining)
		joined = cgroups_of(entry.pid);
	/* Whoever joins the cgroups first must not need the pidfd for it. */
	if (joined && entry.flags & CLONE_NEWCGROUP)
		choose('C', strcpy(cgroup_file,
		    proc_path(entry.pid, "ns/cgroup")));
	for (i = 0; i < KINDS; i++)
		if (entry.file[i])
			files[i] = open_or_fail(entry.file[i], O_RDONLY);
	if (change_root)
		root_fd = open_or_fail(root ? root :
		    proc_path(entry.pid, "root"), O_PATH | O_DIRECTORY);
	else if (entry.flags & CLONE_NEWNS)
		stat(proc_path(entry.pid, "root"), &targets_root);
	if (change_folder && !folder)
		folder_fd = open_or_fail(proc_path(entry.pid, "cwd"),
		    O_PATH | O_DIRECTORY);
	if (target_pid && !alive(entry.pidfd)) {
		errno = ESRCH;
		tell("process %-s", target_pid);
		because("NSE-22", "it has ended meanwhile");
		fail();
	}
}

static void
enter_one(int fd, int flags, int kind)
{
	if (did(setns(fd, flags), "setns(%d, %-s)", fd, kinds_text(flags)) == 0)
		return;
	if (kind < 0)
		tell("enter process %-s (%-s)", entry.operand,
		    kinds_text(flags));
	else
		tell("enter %s (%-s)", entry.file[kind], kinds_text(flags));
	why_enter(errno, &entry, kind);
	fail();
}

/* With user, the namespaces that bring a user namespace; else the others. */
static void
enter_some(int user)
{
	int i;

	if (entry.flags && !(entry.flags & CLONE_NEWUSER) == !user)
		enter_one(entry.pidfd, entry.flags, -1);
	for (i = 0; i < KINDS; i++)
		if (entry.file[i] &&
		    !(kinds[i].flag & CLONE_NEWUSER) == !user &&
		    !(joined && kinds[i].flag & CLONE_NEWCGROUP))
			enter_one(files[i], kinds[i].flag, i);
}

/*
 * A user namespace gives the rights over others, or takes the rights that we
 * have out here: it comes last where we have them.
 */
static void
enter(void)
{
	int strong = has_cap(CAP_SYS_ADMIN);

	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		die("prctl(PR_SET_DUMPABLE, 0)");
	did(0, "prctl(PR_SET_DUMPABLE, 0)");
	enter_some(!strong);
	enter_some(strong);
}

static int
enters(int flag)
{
	int i;

	for (i = 0; i < KINDS; i++)
		if (kinds[i].flag == flag && entry.file[i])
			return 1;
	return !!(entry.flags & flag);
}

/* What can be done only in there: a process in the PID namespace is a child. */
static void
fork_and_wait(void)
{
	pid_t child;

	wait_begin();
	if ((child = cgroup_fork()) < 0) {
		tell("fork");
		why_fork(errno, &entry, files);
		fail();
	}
	if (child > 0) {
		/* ps(1) would show the number of the descriptor. */
		prctl(PR_SET_NAME, tool);
		_exit(wait_for(child, 0));
	}
	wait_child();
	cgroup_join();
	if (joined && enters(CLONE_NEWCGROUP)) {
		int i = kind_of('C') - kinds;

		enter_one(files[i], CLONE_NEWCGROUP, i);
	}
}

static void
set_root_and_folder(void)
{
	struct stat st;

	if (root_fd >= 0 && (did(fchdir(root_fd), "fchdir(%d)", root_fd) < 0 ||
	    did(chroot("."), "chroot(\".\")") < 0)) {
		tell("change the root to %s", root ? root : "that of PID");
		if (!has_cap(CAP_SYS_CHROOT))
			because("NSE-45", "we have no CAP_SYS_CHROOT here");
		fail();
	}
	if (targets_root.st_ino && stat("/", &st) == 0 &&
	    (st.st_ino != targets_root.st_ino ||
	    st.st_dev != targets_root.st_dev))
		warn_of_root(&entry);
	if (folder_fd >= 0 && did(fchdir(folder_fd), "fchdir(%d)",
	    folder_fd) < 0)
		die("change to the folder of process %-s", entry.operand);
	if (folder && did(chdir(folder), "chdir(%s)", folder) < 0)
		die("change to %s, in there", folder);
}

/*
 * Root of the user namespace, where it has one.  The groups of the caller are
 * left behind out here, if they may be, or else in there.
 */
static void
drop_groups(int last)
{
	static int dropped;

	if (preserve || dropped ||
	    (uid < 0 && gid < 0 && !enters(CLONE_NEWUSER)))
		return;
	if (!last && !has_cap(CAP_SETGID))
		return;
	dropped = did(raw_drop_groups(), "setgroups(0, NULL)") == 0;
	if (dropped || !last)
		return;
	if (enters(CLONE_NEWUSER))
		note("note: setgroups(2) is denied there, the supplementary "
		    "groups stay");
	else
		die("drop the supplementary groups");
}

static void
refuse_id(const char *what, long id)
{
	tell("change to %-s %ld", what, id);
	why_id(errno, what, id);
	fail();
}

static void
set_ids(void)
{
	int root_in_there = enters(CLONE_NEWUSER) && !preserve;
	uid_t u = uid < 0 ? 0 : uid;
	gid_t g = gid < 0 ? 0 : gid;

	drop_groups(1);
	if ((gid >= 0 || root_in_there) && did(raw_setgid(g),
	    "setresgid(%u, %u, %u)", g, g, g) < 0) {
		if (gid >= 0)
			refuse_id("gid", gid);
		note("note: gid 0 is not mapped there, ours stays");
	}
	if ((uid >= 0 || root_in_there) && did(raw_setuid(u),
	    "setresuid(%u, %u, %u)", u, u, u) < 0) {
		if (uid >= 0)
			refuse_id("uid", uid);
		note("note: uid 0 is not mapped there: ours stays, and PROG "
		    "has no capabilities [NSE-38]");
	}
	/* Both calls have reset it (prctl(2)). */
	prctl(PR_SET_DUMPABLE, 0);
}

/* PROG, or the caller's $SHELL, if it is in there. */
static void
run(char **argv)
{
	argv = or_shell(argv);
	chain(look_up(AT_FDCWD, *argv), argv);
}

int
main(int argc, char **argv)
{
	int c, copy = is_sealed();

	verbose = copy;		/* our first line was written before */
	start("nsenter-lite", text, argv);
	while ((c = getopt_long(argc, argv, "+:acC::G:hi::m::n::p::r::S:t:T::"
	    "u::U::vVw::", longs, NULL)) != -1)
		switch (c) {
		case 'a': all = 1; break;
		case 'c': joining = 1; break;
		case 'G': gid = number(optarg, 4294967294, "GID"); break;
		case 'r':
			change_root = 1;
			root = optarg;
			break;
		case 'S': uid = number(optarg, 4294967294, "UID"); break;
		case 't': target_pid = optarg; break;
		case 'w':
			change_folder = 1;
			folder = optarg;
			break;
		case KEEP_FD: keep = optarg; break;
		case PRESERVE: preserve = 1; break;
		default:
			if (c & LONG)
				choose(c & ~LONG, optarg);
			else if (c != '?' && c != ':' && kind_of(c))
				choose_by_letters(c, optarg);
			else
				common_option(c, argv);
		}
	check_options();
	if (!copy)
		seal(argv);
	verbose -= copy;

	seal_fds(keep);		/* before we open any */
	look_around();
	drop_groups(0);
	enter();
	if (joined || enters(CLONE_NEWPID))
		fork_and_wait();
	set_root_and_folder();
	set_ids();
	if (enters(CLONE_NEWPID) && !enters(CLONE_NEWNS))
		warn_of_proc();
	run(argv + optind);
}
