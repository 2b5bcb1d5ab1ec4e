/* The cgroups of the target, to start PROG in. */
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "mounts.h"
#include "nsenter-lite/cgroups.h"
#include "nsenter-lite/entry.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "target.h"

/* Opens the cgroup where it is mounted. */
static void
open_mounted(const char *controllers, const char *path)
{
	static char folder[3 * PATH_MAX];
	static struct mount m;
	struct mounts in;
	const char *at = NULL;

	mounts_open(&in, "/proc/self/mountinfo");
	while (!at && mount_next(&in, &m)) {
		at = cgroup_below(&m, controllers, path);
		/* What is mounted over it shows other cgroups, or none. */
		if (at && mount_id(AT_FDCWD, m.point) != m.id)
			at = NULL;
	}
	mounts_close(&in);
	if (at && strlen(m.point) + strlen(at) < sizeof folder) {
		stpcpy(stpcpy(folder, m.point), at);
		cgroup_add(folder);
		return;
	}
	errno = ENOENT;
	tell("find cgroup %s", path);
	if (cgroup_leads_out(path))
		because("NSE-41", "it lies outside our cgroup namespace, where "
		    "it has no name");
	else
		because("NSE-43", "no mount here shows it; the hierarchy is "
		    "%-s", *controllers ? controllers : "cgroup2");
	fail();
}

int
cgroups_of(pid_t pid)
{
	static char theirs[65536], ours[65536];
	char *rest = theirs, *line, *controllers, *path;

	if (get(AT_FDCWD, proc_path(pid, "cgroup"), theirs,
	    sizeof theirs) < 0 ||
	    get(AT_FDCWD, "/proc/self/cgroup", ours, sizeof ours) < 0)
		die("look at process %-s", entry.operand);
	while ((line = strsep(&rest, "\n")))
		if (!has_part(ours, line, '\n') &&
		    (path = cgroup_line(line, &controllers)))
			open_mounted(controllers, path);
	return cgroup_joins() + (cgroup_folder() >= 0);
}

/*
 * fork(2), with the child in the cgroup of version 2 from its start: writing
 * cgroup.procs would wait for a grace period of RCU, some 7 ms.
 */
pid_t
cgroup_fork(void)
{
	struct {
		unsigned long long flags, pidfd, child_tid, parent_tid, signal,
		    stack, stack_size, tls, set_tid, set_tid_size, cgroup;
	} args = { .flags = 0x200000000ULL /* CLONE_INTO_CGROUP */,
	    .signal = SIGCHLD, .cgroup = cgroup_folder() };
	pid_t child;

	if (cgroup_folder() < 0)
		return raw_fork();
	child = syscall(435 /* SYS_clone3 */, &args, sizeof args);
	/* EAGAIN: pids.max.  Else whoever may not, may still write. */
	if (child < 0 && errno != EAGAIN) {
		cgroup_by_write();
		return raw_fork();
	}
	if (child != 0)
		did(child, "clone3({flags=CLONE_INTO_CGROUP, cgroup=%d})",
		    cgroup_folder());
	return child;
}

/* Why cgroup_fork() met EAGAIN: the limit of a cgroup on the way. */
void
why_full(void)
{
	char most[32], now[32];
	int dir, up;

	for (dir = cgroup_folder(); dir >= 0 && get(dir, "pids.max", most,
	    sizeof most) > 0; dir = up) {
		get(dir, "pids.current", now, sizeof now);
		most[strcspn(most, "\n")] = '\0';
		if (*most != 'm' &&
		    digits(now, NULL, 10) >= digits(most, NULL, 10))
			because("NSE-40", "the cgroup %s, or one above it, may "
			    "have no more processes than %-s, which it has",
			    cgroup_path(), most);
		up = openat(dir, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
}
