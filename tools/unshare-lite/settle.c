#include <sys/mount.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "idmap.h"
#include "kinds.h"
#include "mounts.h"
#include "put.h"
#include "say.h"
#include "unshare-lite/asked.h"
#include "why/unshare-lite.h"

/* -a is for what this kernel has: 1 if there was something to let go of. */
int
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

/* Before, only a child entered it. */
int
exec_enters_time(void)
{
	return !is_before(6, 2);
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
		why_unshare(errno, "unshare", NEWTIME, NULL);
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
	if (fd < 0) {
		tell("open the time namespace");
		why_offsets(errno, NULL);
		fail();
	}
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
void
settle(void)
{
	if (kinds_asked & NEWTIME)
		make_time();
	if (mapped)
		become_mapped();
	if (kinds_asked & CLONE_NEWNS)
		set_mounts();
	if (hostname && did(sethostname(hostname, strlen(hostname)),
	    "sethostname(%s, %u)", hostname, (unsigned)strlen(hostname)) < 0) {
		tell("set the hostname to %s", hostname);
		why_hostname();
		fail();
	}
}
