/* Why a FILE did not take its VALUE, or took it and yet does not do it. */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cgset/grammar.h"
#include "cgset/paths.h"
#include "cgset/places.h"
#include "cgset/processes.h"
#include "cgset/values.h"
#include "cgset/why.h"
#include "format.h"
#include "names.h"
#include "put.h"
#include "say.h"

void
tell_set(const struct value *v)
{
	tell("set %-s of %s to %s", v->file, v->place->folder, v->text);
}

static void
why_type(const struct value *v)
{
	static char list[4096];
	const char *folder = v->place->folder;
	const char *up = folder_above(folder), *of;

	of = read_line(folder, "cgroup.subtree_control");
	if (*of)
		because("CG2-19", "it hands down controllers: %-s", of);
	if (get(AT_FDCWD, joined(folder, "/", "cgroup.procs"), list,
	    sizeof list) > 0)
		because("CG2-19", "it holds %-s: only an empty cgroup becomes "
		    "threaded", processes(list));
	of = read_line(up, "cgroup.subtree_control");
	if (find(of, "memory") || find(of, "io") || find(of, "hugetlb"))
		because("CG2-19", "the cgroup above it hands down controllers "
		    "that cannot be threaded: %-s", of);
	if (find(read_line(up, "cgroup.type"), "invalid"))
		because("CG2-19", "the cgroup above it is domain invalid "
		    "(cgroup.type)");
}

/* Names in the folder that begin as that one does. */
static void
why_no_file(const struct value *v)
{
	static char line[1024];
	struct out o = { line, line + sizeof line - 1 };
	const struct place *p = v->place;
	struct names in;
	const char *name;
	size_t n = strcspn(v->file, ".");

	if (access(p->folder, F_OK) < 0) {
		because("CG2-10", "%s was removed in the meantime", p->folder);
		try_value(v, v->text);
		return;
	}
	if (names_open(&in, p->dir, ".") < 0)
		return;
	while ((name = name_next(&in)))
		if (in.type == DT_REG && strncmp(name, v->file, n) == 0 &&
		    name[n] == '.' && o.end - o.at > 100) {
			put_text(&o, o.at > line ? ", " : "");
			put_text(&o, name);
		}
	*o.at = '\0';
	because(p->v2 ? "CG2-50" : "CG1-32", "%s has no file of this name%-s"
	    "%-s", p->folder, *line ? ", but " : "", line);
}

static void
why_refused(int err, const struct value *v)
{
	const struct place *p = v->place;
	int memory = strncmp(v->file, "memory.", 7) == 0;

	if (strncmp(v->file, "cpuset.", 7) == 0)
		why_cpuset(v);
	if (err == EINVAL || err == ERANGE)
		why_value(v);
	if (memory && (err == EBUSY || err == EINVAL))
		why_memory(err, v);
	if (err == EINVAL)
		why_quota(v);
	if (err == ENODEV)
		why_device(v);
	if (err == EOPNOTSUPP && strcmp(v->file, "cgroup.type") == 0)
		why_type(v);
	if (err == EOPNOTSUPP && strcmp(v->file, "cgroup.kill") == 0 &&
	    find(read_line(p->folder, "cgroup.type"), "threaded"))
		because("CG2-21", "%s is threaded (cgroup.type): only the "
		    "cgroup above that is not can be killed", p->folder);
	if (err == EPERM && strcmp(v->file, "devices.allow") == 0)
		because("CG1-23", "the cgroup above it does not allow that; it "
		    "allows %-s", read_line(folder_above(p->folder),
		    "devices.list"));
	if (err == EPERM && p->v2 && strcmp(p->folder, p->point) == 0)
		because("CG2-29b", "%s is the top of our cgroup namespace, "
		    "whose limits are set from outside (nsdelegate)",
		    p->folder);
}

void
why_not_set(int err, const struct value *v)
{
	const struct place *p = v->place;
	const char *path = joined(p->folder, "/", v->file);
	int subtree = strcmp(v->file, "cgroup.subtree_control") == 0;
	struct stat st;

	if (err == ENOENT && strncmp(v->file, "memory.", 7) == 0)
		why_memory(err, v);
	if ((err == ENOENT || err == ENODEV) && !reasons() && !subtree &&
	    access(path, F_OK) < 0)
		why_no_file(v);
	if (stat(path, &st) == 0 && !(st.st_mode & 0222))
		because(p->v2 ? "CG2-33" : "CG1-13", "%-s is read-only",
		    v->file);
	else if (err == EACCES || err == EROFS)
		why_not_allowed(err, p, path);
	if (subtree)
		why_subtree(err, v);
	why_refused(err, v);
	unexplained(KNOWN);
}

static long
oom_kills(const struct place *p)
{
	static char text[4096];
	const char *at;

	get(p->dir, "memory.events", text, sizeof text);
	at = find(text, "oom_kill ");
	return at ? (long)digits(at + 9, NULL, 10) : 0;
}

/*
 * Version 2 takes a limit below what is used, and kills for it: perhaps us.
 * How many it has killed before, or -1 if there is nothing to fear.
 */
long
guard_memory(const struct value *v)
{
	const struct place *p = v->place;
	long long n = bytes_of(v->text), used;

	if (!p->v2 || strcmp(v->file, "memory.max") != 0 || n < 0)
		return -1;
	used = digits(read_line(p->folder, "memory.current"), NULL, 10);
	if (used <= n)
		return -1;
	if (kin_in(p, getpid())) {
		errno = EBUSY;
		tell_set(v);
		because("CG2-30", "we are in it, and it uses %lld bytes: the "
		    "kernel would kill until it does not; memory.high only "
		    "slows down", used);
		fail();
	}
	return oom_kills(p);
}

void
check_set(const struct value *v, long ooms)
{
	const char *now = NULL;

	if (ooms >= 0 && (ooms = oom_kills(v->place) - ooms) > 0)
		say("memory.max is less than was in use: the OOM killer ended "
		    "%ld of its processes", ooms);

	if (!is_beyond(v) && (strcmp(v->file, "cpuset.cpus.partition") != 0 ||
	    !find(now = read_line(v->place->folder, v->file), "invalid")))
		return;
	errno = EINVAL;
	tell_set(v);
	if (now)
		because("CG2-26b", "it says: %-s", now);
	why_cpuset(v);
	unexplained(KNOWN);
	fail();
}
