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
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>

#include "chain.h"
#include "fds.h"
#include "nsenter-lite/cgroups.h"
#include "nsenter-lite/entry.h"
#include "nsenter-lite/inside.h"
#include "nsenter-lite/sealed.h"
#include "say.h"
#include "start.h"
#include "target.h"
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

/* Options that have no letter of their own. */
enum { KEEP_FD = 'k', PRESERVE = 'P' };

static const char longs[] = {
	"all a\0" "cgroup?C\0" "ipc?i\0" "join-cgroup c\0" "keep-fd=k\0"
	"mount?m\0" "net?n\0" "pid?p\0" "preserve-credentials P\0" "root?r\0"
	"setgid=G\0" "setuid=S\0" "target=t\0" "time?T\0" "user?U\0" "uts?u\0"
	"wd?w\0" COMMON_OPTIONS
};

static int all;
static const char *target_pid;

/* A maker's handle on stdin would leave PROG a spent pipe. */
static void
refuse_stdin(void)
{
	say("-t - and PROG, or a shell, exclude each other: PROG would read "
	    "the spent pipe");
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
			entry.fd[i] = open_or_fail(entry.file[i], O_RDONLY);
	open_root_and_folder();
	if (target_pid && !alive(entry.pidfd)) {
		errno = ESRCH;
		tell("process %-s", target_pid);
		because("NSE-22", "it has ended meanwhile");
		fail();
	}
}

int
main(int argc, char **argv)
{
	const char *keep = NULL;
	int c, copy = is_sealed();

	verbose = copy;		/* our first line was written before */
	start("nsenter-lite", text, argv);
	while ((c = option(argc, argv, "acC::G:hi::m::n::p::r::S:t:T::u::U::v"
	    "Vw::", longs)) != -1)
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
			if (!kind_of(c))
				common_option(c, argv);
			else if (strncmp(argv[optind - 1], "--", 2) == 0)
				choose(c, optarg);
			else
				choose_by_letters(c, optarg);
		}
	check_options();
	if (!copy)
		seal(argv);
	verbose -= copy;

	keep_fds(keep);		/* before we open any */
	look_around();
	drop_groups(0);
	enter();
	if (joined || enters(CLONE_NEWPID))
		fork_and_wait();
	set_root_and_folder(keep);
	set_ids();
	if (enters(CLONE_NEWPID) && !enters(CLONE_NEWNS))
		warn_of_proc();

	/* PROG, or the caller's $SHELL, is looked up in there. */
	argv = or_shell(argv + optind);
	moved = change_root || enters(CLONE_NEWNS);
	chain(look_up(AT_FDCWD, *argv), argv);
}
