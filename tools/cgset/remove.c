#include <sys/resource.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cgset/places.h"
#include "cgset/processes.h"
#include "cgset/remove.h"
#include "cgset/why.h"
#include "facts.h"
#include "put.h"
#include "say.h"

#define PATIENCE 10000		/* milliseconds in which one more has to end */

static struct place *here;	/* whose processes we are about */

static _Noreturn void
cannot_remove(int err, struct place *p)
{
	errno = err;
	tell("remove cgroup %s", p->folder);
	why_not_removed(err, p);
	fail();
}

/* The caller, and whoever waits for him, stay. */
static void
guard_ancestors(void)
{
	struct place *p;

	if (!proc_is_ours()) {
		errno = ESRCH;
		tell("find our own processes in /proc");
		because("UNS-36", "/proc is missing, or belongs to another PID "
		    "namespace than ours");
		try("mount -t proc proc /proc");
		fail();
	}
	FOR_EACH_TAKEN(p)
		if (kin_in(p))
			cannot_remove(EBUSY, p);
}

/* A PID may be another process's by now: the descriptor never is. */
static void
kill_one(pid_t pid)
{
	int fd = syscall(434 /* SYS_pidfd_open */, pid, 0);

	if (fd < 0)
		return;
	if (is_in(pid, here) != 0)
		did(syscall(424 /* SYS_pidfd_send_signal */, fd, SIGKILL, NULL,
		    0), "pidfd_send_signal(%d, SIGKILL)", fd);
	close(fd);
}

static int counting, listed;

/* Kills what the file lists, or only counts it; -1: it cannot be read. */
static int
kill_listed(int dir, const char *file)
{
	char text[4097];
	unsigned pid = 0;
	ssize_t got;
	int i, fd = openat(dir, file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	while ((got = read(fd, text, sizeof text)) > 0)
		for (i = 0; i < got; i++) {
			if (text[i] != '\n') {
				pid = pid * 10 + (text[i] - '0');
				continue;
			}
			listed++;
			/* 0 is one of another PID namespace. */
			if (pid > 1 && !counting)
				kill_one(pid);
			pid = 0;
		}
	close(fd);
	return got < 0 ? -1 : 0;
}

static int
kill_in(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	/* In a threaded cgroup only threads are to be seen. */
	if (kill_listed(fd, "cgroup.procs") < 0)
		kill_listed(fd, "cgroup.threads");
	close(fd);
	return 0;
}

static void
pause_for(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static long
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Whether it says "populated 0"; if not, waits for a change of that. */
static int
is_empty(const struct place *p, int wait)
{
	char text[256];
	int fd = openat(p->dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd change = { .fd = fd, .events = POLLPRI };
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof text - 1);
	text[n > 0 ? n : 0] = '\0';
	if (find(text, "populated 1") && wait)
		poll(&change, 1, wait);
	close(fd);
	return !find(text, "populated 1");
}

/*
 * One pass over the processes.  What gets a SIGKILL forks no more; frozen, or
 * with no more PIDs to be had, the others do not either meanwhile.
 */
static void
kill_by_hand(struct place *p)
{
	if (did(put(p->dir, "freezer.state", "FROZEN"),
	    "write(%d, \"FROZEN\")", p->dir) < 0 &&
	    put(p->dir, "cgroup.freeze", "1") < 0)
		put(p->dir, "pids.max", "0");
	each_folder(p->dir, kill_in);
	kill_in(p->dir, ".");
	if (put(p->dir, "freezer.state", "THAWED") < 0)
		put(p->dir, "cgroup.freeze", "0");
}

/* How many there were. */
static int
kill_all(struct place *p)
{
	here = p;
	listed = 0;
	counting = p->v2 && did(put(p->dir, "cgroup.kill", "1"),
	    "write(%s, \"1\")", joined(p->folder, "/", "cgroup.kill")) == 0;
	if (!counting) {
		kill_by_hand(p);
	} else {
		each_folder(p->dir, kill_in);
		kill_in(p->dir, ".");
	}
	return listed;
}

static int
remove_one(int dir, const char *name)
{
	return did(unlinkat(dir, name, AT_REMOVEDIR),
	    "unlinkat(%d, %s, AT_REMOVEDIR)", dir, name);
}

/* The folder and those below it. */
static int
remove_tree(struct place *p)
{
	int ret = each_folder(p->dir, remove_one);

	if (ret == 0)
		ret = did(rmdir(p->folder), "rmdir(%s)", p->folder);
	return ret;
}

/* Goes on as long as they become fewer. */
static void
remove_place(struct place *p, int killing)
{
	int n, fewest = INT_MAX, ms = 1;
	long since = 0;

	for (;;) {
		n = killing ? kill_all(p) : 0;
		if ((n || ms > 1) && is_empty(p, ms) < 0)
			pause_for(ms);
		if (remove_tree(p) == 0)
			return;
		if (errno != EBUSY || !killing)
			cannot_remove(errno, p);
		if (n < fewest) {
			fewest = n;
			since = now();
		}
		/* Version 1 does not show whom we cannot kill. */
		if (now() - since > (n || p->v2 ? PATIENCE : 500))
			cannot_remove(EBUSY, p);
		ms = ms < 50 ? ms * 2 : ms;
	}
}

static int
is_occupied(int dir, const char *name)
{
	static char text[64];
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), yes;

	if (fd < 0)
		return 0;
	yes = get(fd, "cgroup.procs", text, sizeof text) > 0;
	close(fd);
	return yes;
}

/* Without -k nothing is removed, unless all can be. */
static void
guard_occupied(struct place *p)
{
	int empty = p->v2 ? is_empty(p, 0) : -1;

	if (empty < 0)
		empty = each_folder(p->dir, is_occupied) == 0 &&
		    !is_occupied(p->dir, ".");
	if (empty)
		return;
	cannot_remove(EBUSY, p);
}

/* Who has no PID here might be one of our ancestors. */
static void
guard_foreign(struct place *p)
{
	static char list[65536];
	const char *line = list;

	if (processes_of(p, list, sizeof list) == 0)
		return;
	for (; *line; line = strchr(line, '\n') + 1)
		if (strncmp(line, "0\n", 2) == 0) {
			errno = EPERM;
			tell("kill what is in %s", p->folder);
			because("CG2-51", "it holds processes of a PID "
			    "namespace above ours, which may be what we live "
			    "in");
			fail();
		}
}

/*
 * A thousand that fork would leave us little of the CPUs, in any priority that
 * is shared out: so we take one that is not, if we may.
 */
static void
outrun(void)
{
	struct sched_param first = { .sched_priority = 1 };

	if (syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &first) < 0)
		setpriority(PRIO_PROCESS, 0, -20);
}

/* The cgroup, in each hierarchy that has it, with all that is below it. */
void
remove_places(int killing)
{
	struct place *p;

	FOR_EACH_TAKEN(p) {
		if (strcmp(p->folder, p->point) == 0)
			misuse("%s: the first cgroup of a hierarchy stays",
			    p->folder);
		if ((p->dir = open(p->folder, O_RDONLY | O_DIRECTORY |
		    O_CLOEXEC)) < 0)
			cannot_remove(errno, p);
	}
	if (killing) {
		outrun();
		guard_ancestors();
		FOR_EACH_TAKEN(p)
			guard_foreign(p);
	} else {
		FOR_EACH_TAKEN(p)
			guard_occupied(p);
	}
	FOR_EACH_TAKEN(p)
		remove_place(p, killing);
}
