/* The namespaces are entered, and the cgroups. */
#include <sys/prctl.h>

#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include <linux/capability.h>

#include "cgroup.h"
#include "facts.h"
#include "nsenter-lite/cgroups.h"
#include "nsenter-lite/entry.h"
#include "say.h"
#include "wait.h"
#include "why/nsenter-lite.h"

int joined;

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
	why_enter(errno, kind);
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
			enter_one(entry.fd[i], kinds[i].flag, i);
}

/*
 * A user namespace gives the rights over others, or takes the rights that we
 * have out here: it comes last where we have them.
 */
void
enter(void)
{
	int strong = has_cap(CAP_SYS_ADMIN);

	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		die("prctl(PR_SET_DUMPABLE, 0)");
	did(0, "prctl(PR_SET_DUMPABLE, 0)");
	enter_some(!strong);
	enter_some(strong);
}

int
enters(int flag)
{
	int i;

	for (i = 0; i < KINDS; i++)
		if (kinds[i].flag == flag && entry.file[i])
			return 1;
	return !!(entry.flags & flag);
}

/* What can be done only in there: a process in the PID namespace is a child. */
void
fork_and_wait(void)
{
	pid_t child;

	wait_begin(0);
	if ((child = cgroup_fork()) < 0) {
		tell("fork");
		why_fork(errno);
		fail();
	}
	if (child > 0) {
		/* ps(1) would show the number of the descriptor. */
		prctl(PR_SET_NAME, tool);
		_exit(wait_for(child));
	}
	wait_child();
	cgroup_join();
	if (joined && enters(CLONE_NEWCGROUP)) {
		int i = kind_of('C') - kinds;

		enter_one(entry.fd[i], CLONE_NEWCGROUP, i);
	}
}
