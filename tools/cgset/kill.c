/* Ends what is in a cgroup. */
#include <sys/resource.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "cgset/kill.h"
#include "cgset/line.h"
#include "cgset/paths.h"
#include "cgset/places.h"
#include "cgset/processes.h"
#include "cgset/undo.h"
#include "cgset/why.h"
#include "put.h"
#include "say.h"

pid_t spared;
int n_spared;

static struct place *here;	/* whose processes we are about */
static int counting, listed, foreign;

/* A PID may be another process's by now: the descriptor never is. */
static void
kill_one(pid_t pid)
{
	int fd = syscall(434 /* SYS_pidfd_open */, pid, 0);

	if (fd < 0)
		return;
	if (is_in(pid, here) != 0) {
		if (did(syscall(424 /* SYS_pidfd_send_signal */, fd, SIGKILL,
		    NULL, 0), "pidfd_send_signal(%d, SIGKILL)", fd) == 0) {
			killing = 2;
		} else if (errno == EPERM) {
			spared = pid;
			n_spared++;
		}
	}
	close(fd);
}

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
			foreign += pid == 0;
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

/* All in it and below it, to be killed or counted. */
static void
each_process(struct place *p)
{
	each_folder(p->dir, kill_in);
	kill_in(p->dir, ".");
}

void
pause_for(int ms)
{
	poll(NULL, 0, ms);
}

/* In milliseconds; without what finds the vDSO, which is a kilobyte. */
long
now(void)
{
	struct timespec t = { 0 };

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Whether it says "populated 0"; if not, waits for a change of that. */
int
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

/* Unless it comes to nothing: then that is taken back. */
static void
fork_no_more(struct place *p)
{
	const char *most = read_line(p->folder, "pids.max");
	struct step *s;

	if (*most == '0' || put(p->dir, "pids.max", "0") < 0)
		return;
	s = step(WRITTEN, p);
	s->file = "pids.max";
	s->text = most;
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
		fork_no_more(p);
	each_process(p);
	if (put(p->dir, "freezer.state", "THAWED") < 0)
		put(p->dir, "cgroup.freeze", "0");
}

/* How many there were. */
int
kill_all(struct place *p)
{
	here = p;
	listed = n_spared = spared = 0;
	counting = p->v2 && did(put(p->dir, "cgroup.kill", "1"),
	    "write(%s, \"1\")", joined(p->folder, "/", "cgroup.kill")) == 0;
	if (counting) {
		killing = 2;
		each_process(p);
	} else {
		kill_by_hand(p);
	}
	return listed;
}

/* How many are of a PID namespace that is not below ours: their PID is 0. */
int
foreign_in(struct place *p)
{
	counting = 1;
	foreign = 0;
	each_process(p);
	return foreign;
}

/*
 * A thousand that fork would leave us little of the CPUs, in any priority that
 * is shared out: so we take one that is not, if we may.
 */
void
outrun(void)
{
	struct sched_param first = { .sched_priority = 1 };

	if (syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &first) < 0)
		setpriority(PRIO_PROCESS, 0, -20);
}
