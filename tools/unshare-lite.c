/*
 * unshare-lite - make namespaces, then run a program in them
 *
 *	unshare-lite [-muinpUCT | -a] [OPTION]... [PROG [ARG]...]
 *	unshare-lite ... --hold[=PID]
 *
 * Wraps clone(2), clone3(2) and unshare(2).  Needs CAP_SYS_ADMIN, but for -U:
 *
 *	unshare-lite -ar --hostname=box sh
 */
#include <sys/mount.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "idmap.h"
#include "kinds.h"
#include "raw.h"
#include "say.h"
#include "start.h"
#include "target.h"
#include "unshare-lite/asked.h"

static const char text[] =
"usage: unshare-lite [-muinpUCT | -a] [OPTION]... [PROG [ARG]...]\n"
"       unshare-lite [-muinpUCT | -a] [OPTION]... --hold[=PID]\n"
"\n"
"Run PROG ($SHELL, /bin/sh) in namespaces of its own, or hold them (until\n"
"process PID ends): -m mounts, -u hostname, -i ipc, -n net, -p pids,\n"
"-U users, -C cgroups, -T clocks, -a all. With -p, PROG is PID 1.\n"
"  -r, -c                     map the caller to root, or to itself\n"
"  --map-auto                 map your ranges of /etc/subuid and /etc/subgid\n"
"  --map-users=, --map-groups=IN:OUT:COUNT[,...]\n"
"  --setgroups=allow|deny     whether setgroups(2) may be called\n"
"  --hostname=NAME  --mount-proc[=DIR]  --boottime=S  --monotonic=S\n"
"  --propagation=private|slave|shared|unchanged\n"
"  --into-cgroup=CGROUP       PROG starts in this cgroup\n"
"  --kill-child[=SIG]         PROG gets SIG when we are killed\n"
"  --print-pid=FD             write PROG's PID there before it runs\n"
"  -f, --fork  --no-fork      PROG is our child; or takes our place\n"
"  -v, --verbose  -h, --help  -V, --version\n"
"Examples:\n"
"  unshare-lite -Urmp --mount-proc sh\n"
"  pid=$(unshare-lite -ar --hold=$$) && nsenter-lite -t \"$pid\" -a sh\n";

/* Options that have no letter of their own. */
enum {
	MAP_AUTO = 'A', BOOTTIME = 'B', PRINT_PID = 'D', NO_FORK = 'F',
	MAP_GROUPS = 'G', HOLD = 'H', INTO_CGROUP = 'I', KILL_CHILD = 'K',
	MAP_USERS = 'M', HOSTNAME = 'N', MONOTONIC = 'O', MOUNT_PROC = 'P',
	PROPAGATION = 'R', SETGROUPS = 'S',
};

static const char longs[] = {
	"all a\0" "boottime=B\0" "cgroup C\0" "fork f\0" "hold?H\0"
	"hostname=N\0" "into-cgroup=I\0" "ipc i\0" "kill-child?K\0"
	"map-auto A\0" "map-current-user c\0" "map-groups=G\0"
	"map-root-user r\0" "map-users=M\0" "monotonic=O\0" "mount m\0"
	"mount-proc?P\0" "net n\0" "no-fork F\0" "pid p\0" "print-pid=D\0"
	"propagation=R\0" "setgroups=S\0" "time T\0" "user U\0" "uts u\0"
	COMMON_OPTIONS
};

int kinds_asked, if_known, holding, watch = -1, print_pid = -1, death_signal;
int parent_fd = -1, cgroup_fd = -1;
unsigned long propagation;
const char *propagation_name, *death_signal_name;
const char *hostname, *proc_dir, *offset[2], *prog;
char **prog_argv;

static int all, forking = -1;
static const char *cgroup;

static void
set_propagation(const char *word)
{
	static const struct {
		const char *word, *name;
		unsigned long flag;
	} known[] = {
		{ "private", "MS_PRIVATE", MS_PRIVATE },
		{ "slave", "MS_SLAVE", MS_SLAVE },
		{ "shared", "MS_SHARED", MS_SHARED },
		{ "unchanged", "unchanged", 0 },
	};
	unsigned i;

	for (i = 0; strcmp(word, known[i].word) != 0; i++)
		if (!known[i].flag)
			misuse("--propagation=%s: private, slave, shared or "
			    "unchanged", word);
	propagation = known[i].flag;
	propagation_name = known[i].name;
}

static void
set_death_signal(const char *word)
{
	static const struct {
		char name[8], number;
	} known[] = {
		{ "SIGKILL", SIGKILL }, { "SIGTERM", SIGTERM },
		{ "SIGHUP", SIGHUP }, { "SIGINT", SIGINT },
		{ "SIGQUIT", SIGQUIT }, { "SIGUSR1", SIGUSR1 },
		{ "SIGUSR2", SIGUSR2 },
	};
	unsigned i;

	if (!word)
		word = "KILL";
	death_signal_name = word;
	if (strncmp(word, "SIG", 3) == 0)
		word += 3;
	for (i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(word, known[i].name + 3) == 0) {
			death_signal = known[i].number;
			death_signal_name = known[i].name;
			return;
		}
	if ((death_signal = number(word, 64, "signal")) == 0)
		misuse("signal 0 is none");
}

static const char *
seconds(const char *word)
{
	number(word + (*word == '-'), 1UL << 62, "seconds");
	if (strlen(word) > 20)
		misuse("seconds %s: too long", word);
	return word;
}

/* What the options imply, and which of them exclude each other. */
static void
plan_kinds(const char *map, int map_auto)
{
	int i;

	if (map && mapped)
		misuse("-r and -c map one ID each; --map-users and "
		    "--map-groups map others");
	if (map && *map == 'c' && map_auto)
		misuse("-c and --map-auto exclude each other");
	if (map_auto)
		map = map ? "auto" : "block";
	if (map) {
		map_option(USER, map);
		map_option(GROUP, map);
	}
	if (mapped || deny >= 0)
		kinds_asked |= CLONE_NEWUSER;
	if (hostname)
		kinds_asked |= CLONE_NEWUTS;
	if (proc_dir)
		kinds_asked |= CLONE_NEWNS;
	if (offset[0] || offset[1])
		kinds_asked |= NEWTIME;
	for (i = 0; all && i < KINDS; i++)
		if_known |= kinds[i].flag & ~kinds_asked;
	kinds_asked |= if_known;
	if (!kinds_asked && !cgroup)
		misuse("no namespace is asked for");
	if (!propagation_name)
		set_propagation("private");
	else if (!(kinds_asked & CLONE_NEWNS))
		misuse("--propagation needs -m");
	if (hostname && strlen(hostname) > 64)
		misuse("--hostname=%s: longer than the kernel's 64 bytes",
		    hostname);
}

static void
plan(char **argv)
{
	int needs_fork = holding || death_signal || cgroup;

	if (holding && *argv)
		misuse("--hold runs no PROG");
	if (holding && (death_signal || print_pid >= 0))
		misuse("--hold=PID is what --kill-child and --print-pid are to "
		    "PROG");
	if (forking == 0 && needs_fork)
		misuse("--hold, --kill-child and --into-cgroup need a fork");
	if (forking < 0)
		forking = needs_fork || kinds_asked & CLONE_NEWPID;
	if (print_pid >= 0 && raw_fcntl(print_pid, F_SETFD,
	    print_pid > 2 ? FD_CLOEXEC : 0) < 0)
		die("use descriptor %d", print_pid);
	guard_setgroups();
	if (mapped)
		plan_maps();
	if (cgroup)
		cgroup_fd = cgroup_open(cgroup);
	if (death_signal)
		parent_fd = syscall(434 /* SYS_pidfd_open */, getpid(), 0);
	if (!holding) {
		prog_argv = or_shell(argv);
		prog = look_up(AT_FDCWD, *prog_argv);
	}
}

int
main(int argc, char **argv)
{
	const struct kind *k;
	const char *map = NULL;
	int c, map_auto = 0;
	pid_t pid;

	start("unshare-lite", text, argv);
	while ((c = option(argc, argv, "acfhimnprTuUvVC", longs)) != -1)
		switch (c) {
		case 'a': all = 1; break;
		case 'c': map = "current"; break;
		case 'f': forking = 1; break;
		case 'r': map = "root"; break;
		case BOOTTIME: offset[0] = seconds(optarg); break;
		case HOLD:
			holding = 1;
			if (optarg)
				watch = target(optarg, &pid);
			break;
		case HOSTNAME: hostname = optarg; break;
		case INTO_CGROUP: cgroup = optarg; break;
		case KILL_CHILD: set_death_signal(optarg); break;
		case MAP_AUTO: map_auto = 1; break;
		case MAP_GROUPS: map_option(GROUP, optarg); break;
		case MAP_USERS: map_option(USER, optarg); break;
		case MONOTONIC: offset[1] = seconds(optarg); break;
		case MOUNT_PROC: proc_dir = optarg ? optarg : "/proc"; break;
		case NO_FORK: forking = 0; break;
		case PRINT_PID:
			print_pid = number(optarg, 1 << 20, "descriptor");
			break;
		case PROPAGATION: set_propagation(optarg); break;
		case SETGROUPS:
			deny = strcmp(optarg, "deny") == 0;
			if (!deny && strcmp(optarg, "allow") != 0)
				misuse("--setgroups=%s: allow or deny",
				    optarg);
			break;
		default:
			if ((k = kind_of(c)))
				kinds_asked |= k->flag;
			else
				common_option(c, argv);
		}
	plan_kinds(map, map_auto);
	plan(argv + optind);
	if (forking)
		return fork_and_wait();
	unshare_self();
}
