/* Why a process was not moved, or not as one would think. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cgset/line.h"
#include "cgset/move.h"
#include "cgset/paths.h"
#include "cgset/places.h"
#include "cgset/why.h"
#include "facts.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "target.h"

/* Version 2: the cgroup above both that is nearest must be ours, too. */
static void
why_not_across(const struct place *p)
{
	const char *old = old_folder(p);
	char *common = (char *)joined(p->folder, "", "");
	size_t n = 0, i;

	if (!old)
		return;
	for (i = 0; old[i] && old[i] == common[i]; i++)
		if (old[i] == '/')
			n = i;
	if (!old[i] && common[i] == '/')
		n = i;
	common[n] = '\0';
	common = (char *)joined(common, "/cgroup.procs", "");
	if (may(AT_FDCWD, common, W_OK))
		return;
	because("CG2-27", "from %s to %s only who may write %s moves a process",
	    old, p->folder, common);
	try_as_root();
}

void
why_not_theirs(const char *id, pid_t pid)
{
	long uid = status_number(pid, "Uid", 10);

	if (!pid || uid < 0 || uid == geteuid())
		return;
	because(id, "process %d is uid %ld's, and we are %u", pid, uid,
	    geteuid());
	try_as_root();
}

/* Each that is empty gets what the nearest above it has, the topmost first. */
static void
why_empty_cpuset(const struct place *p)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
	const char *prefix = "", *from, *at, *has;
	int i;

	for (i = 0; i < 2; i++) {
		if (*read_line(p->folder, files[i]))
			continue;
		because("CG1-06", "%-s of %s is empty", files[i], p->folder);
		from = p->folder;
		while (!*(has = read_line(from, files[i]))) {
			if (strcmp(from, p->point) == 0)
				return;
			from = folder_above(from);
		}
		for (at = p->folder; strcmp(at, from) != 0;
		    at = folder_above(at))
			prefix = joined(words("cgset %s %-s=%s && ", at,
			    files[i], has), prefix, "");
	}
	if (*prefix)
		try_line(prefix, NULL);
}

static int
is_kernel_thread(pid_t pid)
{
	char text[4096];
	const char *rest;
	int i;

	get(AT_FDCWD, proc_path(pid, "stat"), text, sizeof text);
	rest = strrchr(text, ')');
	for (i = 0; rest && i < 7; i++)
		rest = strchr(rest + 1, ' ');
	return rest && digits(rest, NULL, 10) & 0x00200000;
}

/* pid: 0 for ourselves. */
void
why_not_joined(int err, const struct place *p, pid_t pid)
{
	const char *down = p->v2 ? read_line(p->folder,
	    "cgroup.subtree_control") : "";

	why_not_allowed(err, p, joined(p->folder, pid || p->v2 ?
	    "/cgroup.procs" : "/tasks", ""));
	if (err == EACCES && !reasons()) {
		if (p->v2)
			why_not_across(p);
		else
			why_not_theirs("CG1-18", pid);
	}
	if (err == EBUSY && *down) {
		because("CG2-06", "%s hands down controllers (%-s), and so "
		    "takes no processes", p->folder, down);
		try_line("", joined(cgroup, "/leaf", ""));
	}
	if (err == EOPNOTSUPP && find(read_line(p->folder, "cgroup.type"),
	    "invalid")) {
		because("CG2-17", "%s is domain invalid (cgroup.type): what "
		    "is above it is threaded", p->folder);
		try_line(words("cgset %s cgroup.type=threaded && ", p->folder),
		    NULL);
	}
	if (err == ENOSPC && !p->v2)
		why_empty_cpuset(p);
	if (err == ESRCH && pid)
		because(p->v2 ? "CG2-07" : "CG1-11", "process %d has ended in "
		    "the meantime", pid);
	if (err == EINVAL && pid && is_kernel_thread(pid))
		because("CG2-09", "process %d is a thread of the kernel's, "
		    "that stays where it is", pid);
	if (err == ENOENT && p->v2)
		because("CG2-29", "%s or where the process is now lies outside "
		    "our cgroup namespace", p->folder);
	if (err == ENODEV)
		because("CG2-10", "%s was removed in the meantime", p->folder);
	unexplained(KNOWN);
}

/* A namespace keeps the root that it was made with (cgroup_namespaces(7)). */
void
check_moved(pid_t pid, int pidfd)
{
	if (!alive(pidfd)) {
		errno = ESRCH;
		tell("process %d", pid);
		because("MAP-44", "it has ended in the meantime");
		fail();
	}
	if (access(proc_path(pid, "ns/cgroup"), F_OK) == 0 &&
	    !same_namespace(proc_path(pid, "ns/cgroup"),
	    "/proc/self/ns/cgroup"))
		say("process %d keeps the cgroup namespace that it has: only "
		    "what starts here (unshare-lite --into-cgroup) sees itself "
		    "at /", pid);
}
