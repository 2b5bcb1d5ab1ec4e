#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "cgroup.h"
#include "chain.h"
#include "fds.h"
#include "idmap.h"
#include "kinds.h"
#include "say.h"
#include "start.h"
#include "target.h"
#include "unshare-lite/asked.h"
#include "wait.h"
#include "why/unshare-lite.h"

static pid_t child;		/* set by the kernel, in the parent's memory */
static int shared;		/* which is the child's memory, too */

static void
say_cloned(long pid)
{
	if (verbose)
		did(pid, cgroup_fd >= 0 ? "clone3(%-s, CLONE_INTO_CGROUP)" :
		    "clone(%-s)", kinds_text(kinds_asked & ~NEWTIME));
}

void
run(void)
{
	if (death_signal) {
		/* Last, for a change of IDs clears it (prctl(2)). */
		if (did(prctl(PR_SET_PDEATHSIG, death_signal),
		    "prctl(PR_SET_PDEATHSIG, %-s)", death_signal_name) < 0)
			die("prctl(PR_SET_PDEATHSIG, %-s)", death_signal_name);
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

	if (null < 0)
		die("open %s", "/dev/null");
	if (did(setsid(), "setsid()") < 0 ||
	    did(chdir("/"), "chdir(\"/\")") < 0 || did(prctl(
	    PR_SET_DUMPABLE, own_id(USER) != 0), "prctl(PR_SET_DUMPABLE, %d)",
	    own_id(USER) != 0) < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		die("prepare to hold");
	close_fds(watch, ends[CHILD], NULL);
	hold_begin();
	if (dup2(0, 2) < 0)
		die("prepare to hold");
	wake(CHILD);
	/* At the end of file twice: the handle did not arrive. */
	if (read(ends[CHILD], &byte, 1) < 1 && read(ends[CHILD], &byte, 1) == 0)
		_exit(125);
	close(ends[CHILD]);
	hold_until(watch);
}

static int
in_child(void *unused)
{
	(void)unused;
	if (taking_turns) {
		close_others_end(CHILD);
		if (!await(PARENT))
			_exit(125);
	} else if (shared) {
		say_cloned(child);
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
		wake(CHILD);
		if (!await(PARENT))
			_exit(125);
	}
	wait_child();
	run();
}

/*
 * The child shares our memory, on a stack of its own, until it execs: nothing
 * is copied.  It is a copy of us where it stays (--hold), or is born in a
 * cgroup, or calls setns(2) for its time namespace, which both want.
 */
static int
may_share(void)
{
	return !holding && cgroup_fd < 0 &&
	    (!(kinds_asked & NEWTIME) || exec_enters_time());
}

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
	if (shared)
		pid = clone(in_child, stack + sizeof stack, CLONE_VM | flags |
		    CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, NULL,
		    &child, NULL, &turn[CHILD]);
	else if (cgroup_fd >= 0)
		pid = syscall(435 /* SYS_clone3 */, &args, sizeof args);
	else
		pid = syscall(SYS_clone, flags | CLONE_PARENT_SETTID | SIGCHLD,
		    0, &child, 0, 0);
	if (pid == 0)
		_exit(in_child(NULL));
	if (!shared || taking_turns || pid < 0)
		say_cloned(pid);
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
		why_unshare(errno, "clone", kinds_asked & ~NEWTIME,
		    cgroup_fd >= 0 ? cgroup_path() : NULL);
		fail();
	}
}

/*
 * What only we can do, from outside.  If we fail or are killed, there is
 * nothing to undo: the child sees it, and ends.  0: it has failed itself.
 */
static int
attend(void)
{
	close_others_end(PARENT);
	if (outside)
		write_maps(child);
	wake(PARENT);
	if (holding || print_pid >= 0) {
		if (!await(CHILD))
			return 0;
		say_pid(holding ? 1 : print_pid, child);
		let_signals();
		wake(PARENT);
	}
	return 1;
}

/* The namespaces' first process is our child; our own status is its status. */
int
fork_and_wait(void)
{
	int status;

	shared = may_share();
	if (outside || holding || print_pid >= 0)
		turns_begin(shared);
	if (holding)
		hold_signals();
	else
		wait_begin(kinds_asked & CLONE_NEWPID);
	make_child();
	if (taking_turns && !attend() && holding) {
		if (waitpid(child, &status, 0) > 0 && WIFSIGNALED(status))
			say("signal %d ended what was to hold",
			    WTERMSIG(status));
		return 125;
	}
	if (holding)
		return 0;
	/* Until the exec what we write might be the child's. */
	if (shared) {
		wait_idle();
		await(CHILD);
	}
	return wait_for(child);
}
