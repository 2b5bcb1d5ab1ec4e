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
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "chain.h"
#include "facts.h"
#include "fds.h"
#include "format.h"
#include "idmap.h"
#include "kinds.h"
#include "mounts.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "start.h"
#include "target.h"
#include "wait.h"
#include "why/unshare-lite.h"

#define NEWTIME 0x80	/* CLONE_NEWTIME, which clone(2) cannot take */

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

enum {
	BOOTTIME = 256, HOLD, HOSTNAME, INTO_CGROUP, KILL_CHILD,
	MAP_AUTO, MAP_GROUPS, MAP_USERS, MONOTONIC, MOUNT_PROC, NO_FORK,
	PRINT_PID, PROPAGATION, SETGROUPS,
};

static const struct option longs[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "boottime", required_argument, NULL, BOOTTIME },
	{ "cgroup", no_argument, NULL, 'C' },
	{ "fork", no_argument, NULL, 'f' },
	{ "hold", optional_argument, NULL, HOLD },
	{ "hostname", required_argument, NULL, HOSTNAME },
	{ "into-cgroup", required_argument, NULL, INTO_CGROUP },
	{ "ipc", no_argument, NULL, 'i' },
	{ "kill-child", optional_argument, NULL, KILL_CHILD },
	{ "map-auto", no_argument, NULL, MAP_AUTO },
	{ "map-current-user", no_argument, NULL, 'c' },
	{ "map-groups", required_argument, NULL, MAP_GROUPS },
	{ "map-root-user", no_argument, NULL, 'r' },
	{ "map-users", required_argument, NULL, MAP_USERS },
	{ "monotonic", required_argument, NULL, MONOTONIC },
	{ "mount", no_argument, NULL, 'm' },
	{ "mount-proc", optional_argument, NULL, MOUNT_PROC },
	{ "net", no_argument, NULL, 'n' },
	{ "no-fork", no_argument, NULL, NO_FORK },
	{ "pid", no_argument, NULL, 'p' },
	{ "print-pid", required_argument, NULL, PRINT_PID },
	{ "propagation", required_argument, NULL, PROPAGATION },
	{ "setgroups", required_argument, NULL, SETGROUPS },
	{ "time", no_argument, NULL, 'T' },
	{ "user", no_argument, NULL, 'U' },
	{ "uts", no_argument, NULL, 'u' },
	COMMON_OPTIONS
};

/* What the command line asks for. */
static int kinds_asked, all, if_known, forking = -1, holding;
static int print_pid = -1, watch = -1, death_signal, deny = -1;
static unsigned long propagation;
static const char *propagation_name, *hostname, *proc_dir, *cgroup, *offset[2];
static struct idmap users, groups;
static const char *prog;
static char **prog_argv;

/* What was found out before the first effect. */
static int outside;		/* the maps are written from outside */
static int cgroup_fd = -1, parent_fd = -1;
static uid_t uid;
static gid_t gid;

static pid_t child;		/* set by the kernel, in the parent's memory */
static int shared;		/* the child's memory is the parent's */
static int up = -1, down = -1;	/* a socket: the parent's end, the child's */

static int
maps(const struct idmap *m, unsigned id)
{
	const struct extent *e;

	for (e = m->e; e < m->e + m->n; e++)
		if (id - e->outside < e->count)
			return 1;
	return 0;
}

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
			misuse("--propagation=%-s: private, slave, shared or "
			    "unchanged", word);
	propagation = known[i].flag;
	propagation_name = known[i].name;
}

static void
set_death_signal(const char *word)
{
	static const struct {
		const char *name;
		int number;
	} known[] = {
		{ "KILL", SIGKILL }, { "TERM", SIGTERM }, { "HUP", SIGHUP },
		{ "INT", SIGINT }, { "QUIT", SIGQUIT }, { "USR1", SIGUSR1 },
		{ "USR2", SIGUSR2 },
	};
	unsigned i;

	death_signal = SIGKILL;
	if (!word)
		return;
	if (strncmp(word, "SIG", 3) == 0)
		word += 3;
	for (i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(word, known[i].name) == 0) {
			death_signal = known[i].number;
			return;
		}
	if ((death_signal = number(word, 64, "signal")) == 0)
		misuse("signal 0 is none");
}

static const char *
seconds(const char *word)
{
	number(word + (*word == '-'), 1UL << 62, "seconds");
	return word;
}

/* Who may write the maps, and whether setgroups(2) must be denied for it. */
static void
plan_maps(void)
{
	map_check(&users, USER);
	map_check(&groups, GROUP);
	if (deny < 0)
		deny = groups.n && map_needs_deny(&groups);
	outside = (users.n && !map_own(&users, USER)) ||
	    (groups.n && !(deny && map_own(&groups, GROUP)));
	if (outside && !proc_is_ours()) {
		errno = ESRCH;
		tell("find our child in /proc");
		because("UNS-36", "/proc is missing, or belongs to another PID "
		    "namespace than ours");
		try("mount -t proc proc /proc");
		fail();
	}
}

/* What the options imply, and which of them exclude each other. */
static void
plan_kinds(const char *map, int map_auto)
{
	int i;

	if (map && (users.n || groups.n))
		misuse("-r and -c map one ID each; --map-users and "
		    "--map-groups map others");
	if (map && *map == 'c' && map_auto)
		misuse("-c and --map-auto exclude each other");
	if (map_auto)
		map = map ? "auto" : "block";
	if (map) {
		map_add(&users, USER, map);
		map_add(&groups, GROUP, map);
	}
	if (users.n || groups.n || deny >= 0)
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
		misuse("--hostname=%-s: longer than the kernel's 64 bytes",
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
	if (users.n || groups.n)
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

/* -a is for what this kernel has: 1 if there was something to let go of. */
static int
let_go_of_missing(void)
{
	int i, known = kinds_known(), missing = known ? if_known & ~known : 0;

	for (i = 0; i < KINDS; i++)
		if (missing & kinds[i].flag)
			note("note: this kernel has no %-s namespaces",
			    kinds[i].name);
	if_known &= ~missing;
	kinds_asked &= ~missing;
	errno = EINVAL;
	return missing;
}

/* pid: 0 for ourselves. */
static void
write_maps(pid_t pid)
{
	if (deny > 0)
		setgroups_deny(pid);
	if (users.n)
		map_write(pid, USER, &users);
	if (groups.n)
		map_write(pid, GROUP, &groups);
}

/*
 * Leaves behind the groups of the caller and, where the map has no place for
 * the caller's own IDs, becomes root in it.
 */
static void
become_mapped(void)
{
	if (groups.n && deny > 0)
		note("note: supplementary groups stay, since setgroups(2) is "
		    "denied");
	else if (groups.n && did(raw_drop_groups(), "setgroups(0, NULL)") < 0)
		note("note: supplementary groups stay");
	if (groups.n && !maps(&groups, gid) &&
	    did(raw_setgid(0), "setresgid(0, 0, 0)") < 0)
		note("note: no gid of ours is mapped");
	if (users.n && !maps(&users, uid) &&
	    did(raw_setuid(0), "setresuid(0, 0, 0)") < 0)
		note("note: no uid of ours is mapped");
}

/* Since Linux 6.1; before, only a child entered it. */
static int
exec_enters_time(void)
{
	struct utsname u;
	const char *rest;
	unsigned major;

	if (uname(&u) < 0)
		return 0;
	major = digits(u.release, &rest, 10);
	return major > 6 || (major == 6 && digits(rest + 1, NULL, 10) > 0);
}

/*
 * A time namespace takes its offsets until somebody enters it
 * (time_namespaces(7)): the exec of PROG, or else setns(2).
 */
static void
make_time(void)
{
	static const char *const clock[2] = { "boottime", "monotonic" };
	char line[64];
	int i, fd;

	if (did(unshare(NEWTIME), "unshare(CLONE_NEWTIME)") < 0) {
		if (errno == EINVAL && let_go_of_missing())
			return;
		tell("unshare -T");
		why_unshare(errno, NEWTIME, NULL);
		fail();
	}
	for (i = 0; i < 2; i++) {
		if (!offset[i])
			continue;
		stpcpy(stpcpy(stpcpy(stpcpy(line, clock[i]), " "), offset[i]),
		    " 0\n");
		if (did(put(AT_FDCWD, "/proc/self/timens_offsets", line),
		    "write(\"/proc/self/timens_offsets\", %s)", line) < 0) {
			tell("set %-s to %-s s", clock[i], offset[i]);
			why_offsets(errno, offset[i]);
			fail();
		}
	}
	if (!holding && exec_enters_time())
		return;
	fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	if (did(setns(fd, NEWTIME), "setns(%d, CLONE_NEWTIME)", fd) < 0)
		die("enter the time namespace");
	close(fd);
}

static void
set_propagation_of(const char *path, unsigned long flags, const char *name)
{
	if (did(mount(NULL, path, NULL, flags, NULL),
	    "mount(NULL, %s, NULL, %-s%-s, NULL)", path,
	    flags & MS_REC ? "MS_REC|" : "", name) == 0)
		return;
	tell("make %s %-s", path, name);
	why_propagation(errno, path);
	fail();
}

static void
set_mounts(void)
{
	static struct mount m;

	if (propagation)
		set_propagation_of("/", MS_REC | propagation, propagation_name);
	if (!proc_dir)
		return;
	/* The new proc shall not show in namespaces that share this mount. */
	if (propagation != MS_PRIVATE && mount_at(proc_dir, &m) && m.shared)
		set_propagation_of(proc_dir, MS_PRIVATE, "MS_PRIVATE");
	if (did(mount("proc", proc_dir, "proc", MS_NOSUID | MS_NODEV |
	    MS_NOEXEC, NULL), "mount(\"proc\", %s, \"proc\", "
	    "MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)", proc_dir) < 0) {
		tell("mount proc on %s", proc_dir);
		why_proc(errno, proc_dir);
		fail();
	}
}

/* In the namespaces, with the map: everything else that was asked for. */
static void
settle(void)
{
	if (kinds_asked & NEWTIME)
		make_time();
	become_mapped();
	if (kinds_asked & CLONE_NEWNS)
		set_mounts();
	if (hostname && did(sethostname(hostname, strlen(hostname)),
	    "sethostname(%s, %u)", hostname, (unsigned)strlen(hostname)) < 0)
		die("set the hostname to %s", hostname);
}

/* In one write(2); who reads it to the end need not wait for ours. */
static void
say_pid(int fd, pid_t pid)
{
	char line[16];
	struct out o = { line, line + sizeof line };

	put_number(&o, pid, 10);
	put_text(&o, "\n");
	if (write(fd, line, o.at - line) != o.at - line)
		die("write the PID to descriptor %d", fd);
	if (fd > 2)
		close(fd);
}

static void
make_socket(void)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		die("make a socket");
	up = ends[0];
	down = ends[1];
}

/* The two processes take turns; 0: the other one has ended, or has execed. */
static int
await(int fd)
{
	ssize_t n = read(fd, &(char){ 0 }, 1);

	if (n < 0)
		die("wait for the other process");
	return n;
}

static void
wake(int fd)
{
	if (write(fd, "", 1) != 1 && errno != EPIPE)
		die("wake the other process");
}

static void
run(void)
{
	if (death_signal) {
		/* Last, for a change of IDs clears it (prctl(2)). */
		did(prctl(PR_SET_PDEATHSIG, death_signal),
		    "prctl(PR_SET_PDEATHSIG, %d)", death_signal);
		if (!alive(parent_fd))
			_exit(125);
	}
	chain(prog, prog_argv);
}

/*
 * An init without a program.  One that root made is closed to ptrace(2): once
 * mapped, the container's root could else make it act as root of the host.
 */
static void
hold(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char byte;

	if (null < 0 || setsid() < 0 || chdir("/") < 0 || did(prctl(
	    PR_SET_DUMPABLE, uid != 0), "prctl(PR_SET_DUMPABLE, %d)",
	    uid != 0) < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		die("prepare to hold");
	close_fds(watch, down);
	hold_begin();
	if (dup2(0, 2) < 0)
		die("prepare to hold");
	wake(down);
	/* At the end of file twice: the handle did not arrive. */
	if (read(down, &byte, 1) < 1 && read(down, &byte, 1) == 0)
		_exit(125);
	close(down);
	hold_until(watch);
}

static int
in_child(void *unused)
{
	(void)unused;
	/* Else our parent is awake, and says so. */
	if (shared && up < 0)
		did(child, "clone(%-s)", kinds_text(kinds_asked & ~NEWTIME));
	if (up >= 0) {
		close(up);
		if (!await(down))
			_exit(125);
	}
	if (cgroup_joins()) {
		/* What clone(2) made has our old cgroup for its root. */
		cgroup_join();
		if (kinds_asked & CLONE_NEWCGROUP && did(unshare(
		    CLONE_NEWCGROUP), "unshare(CLONE_NEWCGROUP)") < 0)
			die("unshare -C");
	}
	if (!outside)
		write_maps(0);
	settle();
	if (holding)
		hold();
	if (print_pid >= 0) {
		wake(down);
		if (!await(down))
			_exit(125);
	}
	wait_child();
	run();
	return 0;
}

/*
 * The child shares our memory, on a stack of its own, and we sleep until it
 * execs: nothing is copied.  It is a copy of us where it stays (--hold), or is
 * born in a cgroup, or calls setns(2) for its time namespace, which both want.
 */
static long
clone_child(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	struct {
		unsigned long long flags, pidfd, child_tid, parent_tid, signal,
		    stack, stack_size, tls, set_tid, set_tid_size, cgroup;
	} args = { .parent_tid = (unsigned long)&child, .signal = SIGCHLD,
	    .cgroup = cgroup_fd };
	int flags = kinds_asked & ~NEWTIME;
	long pid;

	args.flags = flags | CLONE_PARENT_SETTID |
	    0x200000000ULL /* CLONE_INTO_CGROUP */;
	shared = !holding && cgroup_fd < 0 &&
	    (!(kinds_asked & NEWTIME) || exec_enters_time());
	if (shared)
		pid = clone(in_child, stack + sizeof stack, CLONE_VM | flags |
		    (up >= 0 ? 0 : CLONE_VFORK) | CLONE_PARENT_SETTID | SIGCHLD,
		    NULL, &child);
	else if (cgroup_fd >= 0)
		pid = syscall(435 /* SYS_clone3 */, &args, sizeof args);
	else
		pid = syscall(SYS_clone, flags | CLONE_PARENT_SETTID | SIGCHLD,
		    0, &child, 0, 0);
	if (pid == 0)
		_exit(in_child(NULL));
	if (!shared || up >= 0 || pid < 0)
		did(pid, cgroup_fd >= 0 ? "clone3(%-s, CLONE_INTO_CGROUP)" :
		    "clone(%-s)", kinds_text(flags));
	return pid;
}

/* Old filters refuse clone3(2); what it could not do is done by a write. */
static void
make_child(void)
{
	while (clone_child() < 0) {
		if (errno == EINVAL && let_go_of_missing())
			continue;
		if (cgroup_fd >= 0 && (errno == ENOSYS || errno == EPERM)) {
			cgroup_by_write();
			cgroup_fd = -1;
			continue;
		}
		tell("make namespaces");
		why_unshare(errno, kinds_asked, cgroup_fd >= 0 ?
		    cgroup_path() : NULL);
		fail();
	}
}

/*
 * What only we can do, from outside.  One of the two sleeps at any time, since
 * memory may be shared.  If we fail or are killed, there is nothing to undo:
 * the child reads an end of file, and ends.  0: it has failed itself.
 */
static int
attend(void)
{
	char byte;

	close(down);
	if (outside)
		write_maps(child);
	wake(up);
	if (holding || print_pid >= 0) {
		if (!await(up))
			return 0;
		say_pid(holding ? 1 : print_pid, child);
		let_signals();
		wake(up);
	}
	if (shared && read(up, &byte, 1) < 0)
		note("note: cannot see PROG begin");
	return 1;
}

/* The namespaces' first process is our child; our own status is its status. */
static int
fork_and_wait(void)
{
	int status;

	if (outside || holding || print_pid >= 0)
		make_socket();
	if (holding)
		hold_signals();
	else
		wait_begin();
	make_child();
	if (up >= 0 && !attend() && holding) {
		if (waitpid(child, &status, 0) > 0 && WIFSIGNALED(status))
			say("signal %d ended what was to hold",
			    WTERMSIG(status));
		return 125;
	}
	return holding ? 0 : wait_for(child, kinds_asked & CLONE_NEWPID);
}

/* A process that stays outside, for the maps that only it may write. */
static pid_t
leave_a_writer(void)
{
	pid_t self = getpid(), writer;

	make_socket();
	wait_begin();
	if ((writer = raw_fork()) < 0)
		die("fork");
	if (writer == 0) {
		close(up);
		if (await(down))
			write_maps(self);
		_exit(0);
	}
	close(down);
	return writer;
}

/* We ourselves move into the namespaces, and become PROG. */
static void
unshare_self(void)
{
	int status = 0;
	pid_t writer = outside ? leave_a_writer() : 0;

	while (did(unshare(kinds_asked & ~NEWTIME), "unshare(%-s)",
	    kinds_text(kinds_asked & ~NEWTIME)) < 0) {
		if (errno == EINVAL && let_go_of_missing())
			continue;
		tell("make namespaces");
		why_unshare(errno, kinds_asked, NULL);
		fail();
	}
	if (writer) {
		wake(up);
		if (waitpid(writer, &status, 0) < 0)
			die("wait for the writer of the maps");
		if (status != 0)
			fail();
		close(up);
		wait_child();
	} else {
		write_maps(0);
	}
	settle();
	if (print_pid >= 0)
		say_pid(print_pid, getpid());
	run();
}

int
main(int argc, char **argv)
{
	const struct kind *k;
	const char *map = NULL;
	int c, map_auto = 0;
	pid_t pid;

	start("unshare-lite", text, argv);
	uid = own_id(USER);
	gid = own_id(GROUP);
	while ((c = getopt_long(argc, argv, "+:acfhimnprTuUvVC", longs,
	    NULL)) != -1)
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
		case MAP_GROUPS: map_add(&groups, GROUP, optarg); break;
		case MAP_USERS: map_add(&users, USER, optarg); break;
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
				misuse("--setgroups=%-s: allow or deny",
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
