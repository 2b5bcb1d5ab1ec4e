/*
 * nsenter-lite - enter namespaces of a process, then run a program in them
 *
 *	nsenter-lite [-t PID] [-muinpUCT | -a] [-mFILE ...] [OPTION]... [PROG...]
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

#include "chain.h"
#include "facts.h"
#include "fds.h"
#include "join.h"
#include "kinds.h"
#include "say.h"
#include "sealed.h"
#include "start.h"
#include "target.h"
#include "wait.h"
#include "why/nsenter-lite.h"

static const char text[] =
"usage: nsenter-lite [-t PID] [-muinpUCT | -a] [-mFILE ...] [-r[DIR]] [-w[DIR]]\n"
"                    [-c] [-S UID] [-G GID] [--preserve-credentials]\n"
"                    [--keep-fd=N,...] [PROG [ARG]...]\n"
"\n"
"Enter namespaces of process PID and run PROG ($SHELL, /bin/sh) in them.\n"
"\n"
"  -m -u -i -n -p -U -C -T  --mount --uts --ipc --net --pid --user --cgroup\n"
"      --time: this kind; of FILE, if there is one (-mFILE, --mount=FILE), which\n"
"      after a letter has a slash; -nNAME is -n/run/netns/NAME\n"
"  -a, --all                every kind in which PID differs from us\n"
"  -r, --root[=DIR]         change the root, to DIR out here or that of PID\n"
"  -w, --wd[=DIR]           change the folder, to DIR in there or that of PID\n"
"  -c, --join-cgroup        join the cgroups of PID\n"
"  -S, --setuid=UID  -G, --setgid=GID  without supplementary groups; 0 with -U\n"
"      --preserve-credentials  stay who we are, groups included\n"
"      --keep-fd=N,...      PROG keeps these descriptors; the rest is closed\n"
"  -v, --verbose            show each system call that changes something\n"
"  -h, --help  -V, --version\n"
"\n"
"Examples:\n"
"  nsenter-lite -t \"$(cat box/pid)\" -ac sh\n"
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
static const char *target_pid, *root, *folder;
static long uid = -1, gid = -1;

static int files[KINDS], root_fd = -1, folder_fd = -1;
static int joined;		/* how many cgroups */
static struct stat targets_root;

static void
choose(int letter, const char *file)
{
	static char path[PATH_MAX];
	int i = kind_of(letter) - kinds;

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
	char path[64] = "/run/netns/";

	if (strlen(letters) > KINDS ||
	    access(strcat(path, letters), F_OK) < 0)
		return;
	say("-n%-s: a name, or letters of kinds?", letters);
	because("NSE-44", "there is a %s", path);
	try_with(&entry, "--net=", letters, "its name");
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
		if (strchr(rest, '/') ||
		    (letter == 'n' && rest[strspn(rest, LETTERS)])) {
			choose(letter, rest);
			return;
		}
		if (letter == 'n')
			guard_name(rest);
		if (!strchr(LETTERS, *rest))
			misuse("-%c: %s is no letter of a kind, nor a FILE, "
			    "which has a slash", letter, rest);
		choose(letter, NULL);
	}
	choose(letter, NULL);
}
