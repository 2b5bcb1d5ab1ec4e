/*
 * Why a cgroup was not made, given away or removed, or got no controllers
 * (cgroups(7), cgroup-v2.rst).
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cgset/kill.h"
#include "cgset/line.h"
#include "cgset/make.h"
#include "cgset/paths.h"
#include "cgset/places.h"
#include "cgset/processes.h"
#include "cgset/undo.h"
#include "cgset/values.h"
#include "cgset/why.h"
#include "facts.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "target.h"

static char list[65536];

/* No hierarchy has it, and version 2 is mounted nowhere. */
void
why_no_place(const char *controller, size_t n)
{
	char *name = (char *)joined(controller, "", "");
	int enabled;

	name[n] = '\0';
	if (strcmp(name, "cgroup") == 0)
		misuse("-c CTRL is missing: version 2 of cgroups is not "
		    "mounted");
	errno = ENODEV;
	tell("find controller %-s", name);
	if (hierarchy_of(controller, n, &enabled) >= 0) {
		because("CG1-25", "no hierarchy that has it is mounted");
		try_line(words("mkdir -p /sys/fs/cgroup/%-s && mount -t cgroup "
		    "-o %-s none /sys/fs/cgroup/%-s && ", name, name, name),
		    NULL);
	} else {
		because("CG2-01", "this kernel has no such controller "
		    "(/proc/cgroups)");
	}
	fail();
}

/* How far the limits of the cgroups above are used up. */
static void
why_too_many(const struct place *p)
{
	const char *up = folder_above(p->folder), *most, *now;
	unsigned long long depth = 0;
	size_t top = strlen(p->point);

	for (; strlen(up) > top; up = folder_above(up), depth++) {
		if (access(up, F_OK) < 0)
			continue;
		most = read_line(up, "cgroup.max.descendants");
		now = read_line(up, "cgroup.stat");
		if (*most != 'm' && find(now, "nr_descendants ") &&
		    digits(now + 15, NULL, 10) >= digits(most, NULL, 10)) {
			because("CG2-14", "%s may have %-s cgroups below it "
			    "(cgroup.max.descendants), and has them", up, most);
			try_line(words("cgset %s cgroup.max.descendants=max "
			    "&& ", up), NULL);
		}
		most = read_line(up, "cgroup.max.depth");
		if (*most != 'm' && depth >= digits(most, NULL, 10)) {
			because("CG2-15", "cgroups may be %-s deep below %s "
			    "(cgroup.max.depth)", most, up);
			try_line(words("cgset %s cgroup.max.depth=max && ",
			    up), NULL);
		}
	}
}

/* Its folder was not made, or cannot be opened. */
void
why_no_folder(int err, const struct place *p)
{
	const char *up = p->folder, *there = NULL;
	struct stat st;

	for (; strlen(up) > strlen(p->point); up = folder_above(up))
		if (stat(up, &st) == 0 && !S_ISDIR(st.st_mode))
			because(p->v2 ? "CG2-40" : "CG1-33", "%s is a file of "
			    "the kernel's", up);
		else if (!there && up != p->folder && access(up, F_OK) == 0)
			there = up;
	if (strchr(p->folder, '\n'))
		because(p->v2 ? "CG2-41" : "CG1-29", "no cgroup's name may "
		    "hold a newline");
	if (err == EAGAIN && p->v2)
		why_too_many(p);
	why_not_allowed(err, p, there ? there : p->point);
	unexplained(KNOWN);
}

/* The topmost folder whose controllers lack it. */
static void
why_no_controller(const struct place *p, const char *controller)
{
	const char *has = read_line(p->point, "cgroup.controllers");
	size_t n = strlen(controller);
	int enabled = 1, hierarchy = hierarchy_of(controller, n, &enabled);

	if (has_word(has, controller, n))
		return;
	if (!enabled)
		because("CG2-39", "it was disabled when the machine was "
		    "started (cgroup_disable)");
	else if (hierarchy > 0)
		because("CG1-28", "it belongs to a hierarchy of version 1, "
		    "number %d%-s", hierarchy, place_of(controller, n)->v2 ?
		    ", that is not mounted here" : "");
	else if (hierarchy == 0 &&
	    access(joined(p->point, "/", "cgroup.type"), F_OK) == 0)
		because("CG2-02", "it is not handed down to %s, the topmost "
		    "cgroup that is to be seen here", p->point);
	else
		because("CG2-01", "%-s has no such controller to hand down; "
		    "%s has %-s", hierarchy < 0 ? "this kernel" : "version 2",
		    p->point, has);
}

static void
why_inner(const char *folder)
{
	if (get(AT_FDCWD, joined(folder, "/", "cgroup.procs"), list,
	    sizeof list) <= 0)
		return;
	because("CG2-04", "%s holds %-s: a cgroup that has processes cannot "
	    "hand down controllers", folder, processes(list));
	try_line(words("for p in $(cat %s/cgroup.procs); do cgset -t $p "
	    "%s/leaf; done; ", folder, folder), NULL);
}

static void
why_threaded(const char *folder, const char *controller)
{
	static const char threaded[] = "cpu cpuset perf_event pids";

	if (find(read_line(folder, "cgroup.type"), "threaded") &&
	    !has_word(threaded, controller, strlen(controller)))
		because("CG2-18", "%s is threaded (cgroup.type): it has only "
		    "%-s", folder, threaded);
}

static void
why_none(int err, const struct place *p, const char *folder,
    const char *controller)
{
	if (err == ENOENT || err == EINVAL)
		why_no_controller(p, controller);
	if (err == EBUSY)
		why_inner(folder);
	if (err == EOPNOTSUPP)
		why_threaded(folder, controller);
}

void
why_not_enabled(int err, const struct place *p, const char *controller)
{
	const char *folder = refused_at ? joined(at(p, refused_at, ""), "",
	    "") : p->folder;

	why_none(err, p, folder, controller);
	why_not_allowed(err, p, joined(folder, "/", "cgroup.subtree_control"));
	unexplained(KNOWN);
}

/* cgroup.subtree_control is set by -c, or as a file: "+memory -io". */
void
why_subtree(int err, const struct value *v)
{
	const char *folder = v->place->folder;
	char *rest = (char *)joined(v->text, "", ""), *word;

	while ((word = strsep(&rest, " "))) {
		if (*word != '+' && *word != '-') {
			because("CG2-01", "%s lacks a + or - before it", word);
			continue;
		}
		if (*word == '+' || err != EBUSY)
			why_none(err, v->place, folder, word + 1);
		if (err == ENOENT && !reasons()) {
			because("CG2-02", "%s does not hand %-s down to it",
			    folder_above(folder), word + 1);
			try_line(words("cgset -c %-s %s && ", word + 1,
			    folder), NULL);
		}
	}
}

void
why_not_given(int err, const struct place *p)
{
	struct stat st;

	if (err == EINVAL)
		because("CG2-54", "the user or group is not mapped in this "
		    "user namespace");
	if (err == EPERM && stat(p->folder, &st) == 0 && geteuid()) {
		because("CG2-53", "only root may give away what is uid %u's",
		    st.st_uid);
		try_as_root();
	}
	unexplained(KNOWN);
}

/* Those who wait for us have to leave; we have gone when the line is pasted. */
static void
why_ours(const struct place *p, pid_t kin)
{
	const char *all = "", *prefix = "";

	for (; kin; kin = kin_in(p, status_number(kin, "PPid", 10))) {
		all = joined(words("%d", kin), "\n", all);
		if (kin != getpid())
			prefix = joined(words("cgset -t %d %s && ", kin,
			    p->point), prefix, "");
	}
	because(p->v2 ? "CG2-52" : "CG1-35", "we are in it, by %-s, and "
	    "neither -d nor -k touches that", processes(all));
	if (may(AT_FDCWD, joined(p->point, "/", "cgroup.procs"), W_OK))
		try_line(prefix, NULL);
}

void
why_not_removed(int err, const struct place *p)
{
	pid_t us = err == EBUSY ? kin_in(p, getpid()) : 0;

	if (err == ENOENT)
		because("CG1-26", "there is no such cgroup");
	if (spared)
		why_not_theirs("CG2-55", spared);
	if (us)
		why_ours(p, us);
	else if (err == EBUSY && processes_of(p, list, sizeof list)) {
		because(p->v2 ? "CG2-47" : "CG1-31", "it holds %-s%-s",
		    processes(list), killing > 1 && !spared ? ", none of which "
		    "ended for 10 seconds after a SIGKILL" : "");
		if (!killing) {
			killing = 1;
			try_line("", NULL);
		}
	}
	if (err == EBUSY && !reasons() && !in_first("pid"))
		because("CG2-51", "those in it are of another PID namespace");
	why_not_allowed(err, p, folder_above(p->folder));
	unexplained(KNOWN);
}
