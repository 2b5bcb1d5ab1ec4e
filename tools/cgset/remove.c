#include <sys/resource.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cgset/kill.h"
#include "cgset/places.h"
#include "cgset/processes.h"
#include "cgset/remove.h"
#include "cgset/why.h"
#include "facts.h"
#include "say.h"

#define PATIENCE 10000		/* milliseconds in which one more has to end */

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
		why_no_proc();
	}
	FOR_EACH_TAKEN(p)
		if (kin_in(p, getpid()))
			cannot_remove(EBUSY, p);
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
		if (n && n == n_spared)
			cannot_remove(EPERM, p);
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

/* Without -k nothing is removed, unless all can be. */
static void
guard_occupied(struct place *p)
{
	static char list[64];
	int empty = p->v2 ? is_empty(p, 0) : -1;

	if (empty < 0)
		empty = processes_of(p, list, sizeof list) == 0;
	if (!empty)
		cannot_remove(EBUSY, p);
}

/* Who has no PID here might be one of our ancestors. */
static void
guard_foreign(struct place *p)
{
	if (!foreign_in(p))
		return;
	errno = EPERM;
	tell("kill what is in %s", p->folder);
	because("CG2-51", "it holds processes of a PID namespace above ours, "
	    "which may be what we live in");
	fail();
}

/* Each level of what is nested takes two descriptors, and 5 kB of the stack. */
static void
reach_deep(void)
{
	struct rlimit files;

	syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &files);
	files.rlim_cur = files.rlim_max < 3000 ? files.rlim_max : 3000;
	syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &files, NULL);
}

/* The cgroup, in each hierarchy that has it, with all that is below it. */
void
remove_places(int killing)
{
	struct place *p;

	reach_deep();
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
