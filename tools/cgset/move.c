#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "cgset/move.h"
#include "cgset/paths.h"
#include "cgset/places.h"
#include "cgset/processes.h"
#include "cgset/undo.h"
#include "cgset/why.h"
#include "format.h"
#include "put.h"
#include "say.h"
#include "target.h"

pid_t moving;
static char cgroups_before[65536];

/* Where the process is now. */
void
remember(pid_t pid)
{
	moving = pid;
	get(AT_FDCWD, proc_path(pid, "cgroup"), cgroups_before,
	    sizeof cgroups_before);
}

/* The cgroup that the process was in before, in this hierarchy. */
const char *
old_folder(const struct place *p)
{
	const char *path = path_in(p, (char *)joined(cgroups_before, "", ""));

	return path ? joined(p->point, path, "") : NULL;
}

/*
 * 0 is ourselves, who have one thread, and into version 1 go as a thread: that
 * alone waits for no grace period of RCU.
 */
void
move(struct place *p, pid_t pid)
{
	const char *file = pid || p->v2 ? "cgroup.procs" : "tasks";
	char text[16];
	struct out o = { text, text + sizeof text - 1 };

	if (p->joined)
		return;
	if (!pid)
		cgroup_guard_frozen(p->dir, p->folder);
	put_number(&o, pid, 10);
	*o.at = '\0';
	if (did(put(p->dir, file, text), "write(%s, %s)", joined(p->folder,
	    "/", file), text) < 0) {
		if (pid)
			tell("move process %d to %s", pid, p->folder);
		else
			tell("join cgroup %s", p->folder);
		why_not_joined(errno, p, pid);
		fail();
	}
	p->joined = 1;
	step(MOVED, p);
}

/*
 * A cgroup of version 2 that has processes cannot hand down controllers: if we
 * are one of those, above where PROG is to be, we leave it first.
 */
void
leave_above(struct place *p)
{
	const char *old = p->v2 ? old_folder(p) : NULL;
	size_t n = old ? strlen(old) : 0;

	if (old && strncmp(p->folder, old, n) == 0 && p->folder[n] == '/' &&
	    access(joined(old, "/", "cgroup.type"), F_OK) == 0)
		move(p, 0);
}
