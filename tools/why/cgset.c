/*
 * Why a cgroup was not made, set, given, joined or removed.  The kernel has
 * few errnos for many rules (cgroups(7), cgroup-v2.rst); here are the rules.
 */
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cgset/line.h"
#include "cgset/make.h"
#include "cgset/places.h"
#include "cgset/values.h"
#include "facts.h"
#include "format.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "target.h"
#include "why/cgset.h"

static char text[65536];

void
why_no_place(const char *controller, size_t n)
{
	errno = ENODEV;
	tell("find controller %.*s", (int)n, controller);
	unexplained(1);
	fail();
}

/* "12 (sleep), 34 (sh) and 5 more", of a list of PIDs. */
static void
put_processes(struct out *o, const char *list)
{
	char name[64];
	const char *end;
	unsigned long long pid;
	int n = 0, more = 0;

	for (; *list; list = end + (*end == '\n')) {
		pid = digits(list, &end, 10);
		if (end == list)
			break;
		if (n == 8) {
			more++;
			continue;
		}
		put_text(o, n++ ? ", " : "");
		if (!pid) {
			put_text(o, "one of another PID namespace");
			continue;
		}
		put_number(o, pid, 10);
		get(AT_FDCWD, proc_path(pid, "comm"), name, sizeof name);
		name[strcspn(name, "\n")] = '\0';
		put_text(o, " (");
		put_text(o, name);
		put_text(o, ")");
	}
	if (more) {
		put_text(o, " and ");
		put_number(o, more, 10);
		put_text(o, " more");
	}
}

void
why_no_folder(int err, struct place *p)
{
	(void)err; (void)p;
	unexplained(1);
}

void
why_not_enabled(int err, struct place *p, const char *controller)
{
	(void)err; (void)p; (void)controller;
	unexplained(1);
}

void
why_not_set(int err, const struct value *v)
{
	(void)err; (void)v;
	unexplained(1);
}

void
why_not_given(int err, struct place *p)
{
	(void)err; (void)p;
	unexplained(1);
}

void
why_not_joined(int err, struct place *p, pid_t pid)
{
	(void)err; (void)p; (void)pid;
	unexplained(1);
}

void
why_not_removed(int err, struct place *p)
{
	char line[4096];
	struct out o = { line, line + sizeof line - 1 };

	if (err == EBUSY && get(AT_FDCWD, joined(p->folder, "/",
	    "cgroup.procs"), text, sizeof text) > 0) {
		put_processes(&o, text);
		*o.at = '\0';
		because(p->v2 ? "CG2-47" : "CG1-31", "%s holds %s", p->folder,
		    line);
		killing = 1;
		try_line("", NULL);
	}
	unexplained(1);
}

void
check_set(const struct value *v)
{
	(void)v;
}

void
check_moved(pid_t pid, int pidfd)
{
	(void)pidfd;
	if (same_namespace(proc_path(pid, "ns/cgroup"),
	    "/proc/self/ns/cgroup"))
		return;
	say("process %d keeps the cgroup namespace that it has: its cgroup is "
	    "/ there if that was made in it (unshare-lite --into-cgroup)", pid);
}
