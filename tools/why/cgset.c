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

#include "cgset/grammar.h"
#include "cgset/line.h"
#include "cgset/make.h"
#include "cgset/places.h"
#include "cgset/processes.h"
#include "cgset/values.h"
#include "facts.h"
#include "format.h"
#include "names.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "target.h"
#include "why/cgset.h"

#define KNOWN 60

static char text[65536];

/* The first line of a file, or "". */
static const char *
read_line(const char *folder, const char *file)
{
	get(AT_FDCWD, joined(folder, "/", file), text, 4096);
	text[strcspn(text, "\n")] = '\0';
	return joined(text, "", "");
}

static const char *
folder_above(const char *folder)
{
	char *up = (char *)joined(folder, "", "");

	*strrchr(up, '/') = '\0';
	return up;
}

/* "memory" in "cpuset cpu memory". */
static int
has_word(const char *list, const char *word, size_t n)
{
	for (; *list; list += strcspn(list, " "), list += *list == ' ')
		if (strcspn(list, " ") == n && strncmp(list, word, n) == 0)
			return 1;
	return 0;
}

/* The line of /proc/cgroups: its hierarchy, -1 if the kernel has no such. */
static int
hierarchy_of(const char *controller, size_t n, int *enabled)
{
	static char list[8192];
	char *rest = list, *line;
	const char *at;
	int hierarchy;

	get(AT_FDCWD, "/proc/cgroups", list, sizeof list);
	while ((line = strsep(&rest, "\n")))
		if (strncmp(line, controller, n) == 0 && line[n] == '\t') {
			hierarchy = digits(line + n, &at, 10);
			digits(at, &at, 10);
			*enabled = digits(at, NULL, 10);
			return hierarchy;
		}
	return -1;
}

/* "12 (sleep), 34 (sh) and 5 more", of a list of PIDs. */
static const char *
processes(const char *list)
{
	static char line[4096];
	struct out o = { line, line + sizeof line - 1 };
	const char *end;
	char name[64];
	int n = 0, more = 0, pid;

	for (; *list; list = end + (*end == '\n')) {
		pid = digits(list, &end, 10);
		if (end == list)
			break;
		if (n == 8) {
			more++;
			continue;
		}
		put_text(&o, n++ ? ", " : "");
		put_number(&o, pid, 10);
		name[0] = '\0';
		if (pid)
			get(AT_FDCWD, proc_path(pid, "comm"), name,
			    sizeof name);
		name[strcspn(name, "\n")] = '\0';
		put_text(&o, pid ? " (" : " (of another PID namespace");
		put_text(&o, name);
		put_text(&o, ")");
	}
	if (more) {
		put_text(&o, " and ");
		put_number(&o, more, 10);
		put_text(&o, " more");
	}
	*o.at = '\0';
	return line;
}

/* Who may, for whom: root, or systemd's own way of giving cgroups away. */
static void
try_as_root(void)
{
	const char *name = strrchr(cgroup, '/');
	unsigned uid = geteuid(), gid = getegid();

	if (!uid || !in_first("user"))
		return;
	if (*prog)
		before_prog = joined(words(" setpriv --reuid=%u --regid=%u "
		    "--init-groups", uid, gid), "", "");
	else if (!owner && !process && !deleting)
		owner = joined(words("%u:%u", uid, gid), "", "");
	try_line("sudo ", NULL);
	if (deleting || process || access("/run/systemd/system", F_OK) < 0)
		return;
	before_prog = *prog ? NULL : " sh";
	owner = NULL;
	try_line("systemd-run --user --scope -p Delegate=yes ",
	    joined("./", name ? name + 1 : cgroup, ""));
}

/* We may not write the folder or file. */
static void
why_not_allowed(int err, const struct place *p, const char *path)
{
	struct statvfs fs;
	struct stat st;

	if (err == EROFS && statvfs(p->point, &fs) == 0 &&
	    fs.f_flag & ST_RDONLY) {
		because(p->v2 ? "CG2-48" : "CG1-20", "%s is mounted read-only",
		    p->point);
		try_line(words("mount -o remount,bind,rw %s && ", p->point),
		    NULL);
	}
	if ((err != EACCES && err != EPERM) || may(AT_FDCWD, path, W_OK) ||
	    stat(path, &st) < 0)
		return;
	because(p->v2 ? "CG2-28" : "CG1-17", "only uid %u may write %s, and we "
	    "are %u", st.st_uid, path, geteuid());
	try_as_root();
}

/* No hierarchy has it, and version 2 is mounted nowhere. */
void
why_no_place(const char *controller, size_t n)
{
	char *name = (char *)joined(controller, "", "");
	int enabled;

	name[n] = '\0';
	if (strcmp(name, "cgroup") == 0)
		misuse("-c CTRL is missing: version 2 of cgroups is not "
		    "mounted, and each controller has a hierarchy of its own");
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

/* How far the limits of the cgroups above are used up (cgroup-v2.rst). */
static void
why_too_many(const struct place *p)
{
	const char *up = folder_above(p->folder), *most, *now;
	unsigned long long depth;
	size_t top = strlen(p->point);

	for (depth = 0; strlen(up) > top; up = folder_above(up)) {
		if (access(up, F_OK) < 0) {
			depth++;
			continue;
		}
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
		depth++;
	}
}

static const char *
existing(const struct place *p)
{
	const char *up = folder_above(p->folder);

	while (strlen(up) > strlen(p->point) && access(up, F_OK) < 0)
		up = folder_above(up);
	return up;
}

/* Its folder was not made, or cannot be opened. */
void
why_no_folder(int err, struct place *p)
{
	const char *up = p->folder;
	struct stat st;

	for (; strlen(up) > strlen(p->point); up = folder_above(up))
		if (stat(up, &st) == 0 && !S_ISDIR(st.st_mode))
			because(p->v2 ? "CG2-40" : "CG1-33", "%s is a file of "
			    "the kernel's", up);
	if (strchr(p->folder, '\n'))
		because(p->v2 ? "CG2-41" : "CG1-29", "no cgroup's name may "
		    "hold a newline");
	if (err == EAGAIN && p->v2)
		why_too_many(p);
	why_not_allowed(err, p, existing(p));
	unexplained(KNOWN);
}

/* The topmost folder whose controllers lack it. */
static void
why_no_controller(const struct place *p, const char *controller)
{
	size_t n = strlen(controller);
	int enabled = 1, hierarchy = hierarchy_of(controller, n, &enabled);

	if (has_word(read_line(p->point, "cgroup.controllers"), controller, n))
		return;
	if (hierarchy < 0)
		because("CG2-01", "this kernel has no such controller; %s has "
		    "%-s", p->point, read_line(p->point, "cgroup.controllers"));
	else if (!enabled)
		because("CG2-39", "it was disabled when the machine was "
		    "started (cgroup_disable)");
	else if (hierarchy > 0)
		because("CG1-28", "it belongs to a hierarchy of version 1, "
		    "number %d, that is not mounted here", hierarchy);
	else if (access(joined(p->point, "/", "cgroup.type"), F_OK) == 0)
		because("CG2-02", "it is not handed down to %s, the topmost "
		    "cgroup that is to be seen here", p->point);
	else
		because("CG2-01", "version 2 has no controller of this name, "
		    "only version 1; %s has %-s", p->point,
		    read_line(p->point, "cgroup.controllers"));
}

static void
why_inner(const char *folder)
{
	static char list[65536];

	if (get(AT_FDCWD, joined(folder, "/", "cgroup.procs"), list,
	    sizeof list) <= 0)
		return;
	because("CG2-04", "%s holds %-s: a cgroup that has processes cannot "
	    "hand down controllers", folder, processes(list));
	try_line(words("for p in $(cat %s/cgroup.procs); do cgset -t $p "
	    "%s/leaf; done; ", folder, folder), NULL);
}

static int
is_threaded(const char *folder)
{
	return find(read_line(folder, "cgroup.type"), "threaded") != NULL;
}

static void
why_threaded(const char *folder, const char *controller)
{
	static const char threaded[] = "cpu cpuset perf_event pids";

	if (is_threaded(folder) &&
	    !has_word(threaded, controller, strlen(controller)))
		because("CG2-18", "%s is threaded (cgroup.type): it has only "
		    "%-s", folder, threaded);
}

void
why_not_enabled(int err, struct place *p, const char *controller)
{
	const char *at = refused_at ? refused_at : p->folder;

	if (err == ENOENT || err == EINVAL)
		why_no_controller(p, controller);
	if (err == EBUSY)
		why_inner(at);
	if (err == EOPNOTSUPP)
		why_threaded(at, controller);
	why_not_allowed(err, p, joined(at, "/", "cgroup.subtree_control"));
	unexplained(KNOWN);
}

/* The CPUs or memory nodes of "0-2,5", as bits; those beyond count as one. */
static unsigned long long
set_of(const char *list)
{
	unsigned long long set = 0, first, last;
	const char *rest;

	for (; *list; list = rest + (*rest == ',')) {
		first = last = digits(list, &rest, 10);
		if (rest == list)
			break;
		if (*rest == '-')
			last = digits(rest + 1, &rest, 10);
		for (; first <= last && first < 64; first++)
			set |= 1ULL << first;
		if (last > 63)
			set |= 1ULL << 63;
	}
	return set;
}

static void
try_value(const struct value *v, const char *value)
{
	struct value *mended = (struct value *)v;

	mended->word = joined(v->file, "=", value);
	try_line("", NULL);
}

static void
why_cpuset(const struct value *v)
{
	int mems = strcmp(v->file, "cpuset.mems") == 0;
	const struct place *p = v->place;
	const char *online = read_line(mems ? "/sys/devices/system/node" :
	    "/sys/devices/system/cpu", "online");
	const char *above = read_line(folder_above(p->folder), v->file);

	if (!mems && strcmp(v->file, "cpuset.cpus") != 0)
		return;
	if (set_of(v->text) & ~set_of(online)) {
		because(!p->v2 ? "CG1-08" : mems ? "CG2-42" : "CG2-26",
		    "this machine has %-s", online);
		try_value(v, online);
	} else if (v->text[strspn(v->text, "0123456789,-")]) {
		because(!p->v2 ? "CG1-38" : "CG2-26", "%-s is a list such as "
		    "0-2,5", v->file);
	} else if (!p->v2 && set_of(v->text) & ~set_of(above)) {
		because("CG1-07", "the cgroup above it has %-s", above);
		try_value(v, above);
	} else if (!p->v2 && !*v->text) {
		because("CG1-06", "it holds processes, which need at least "
		    "one");
	}
}

/* Version 1 lets memory and swap be no less than memory alone. */
static void
why_memory(int err, const struct value *v)
{
	const char *folder = v->place->folder;
	int sum = strcmp(v->file, "memory.memsw.limit_in_bytes") == 0;
	long long n = bytes_of(v->text);
	long long used = digits(read_line(folder, sum ?
	    "memory.memsw.usage_in_bytes" : "memory.usage_in_bytes"), NULL, 10);
	const char *other = sum ? "memory.limit_in_bytes" :
	    "memory.memsw.limit_in_bytes";
	long long limit = digits(read_line(folder, other), NULL, 10);

	if (err == ENOENT && find(v->file, "sw") &&
	    access(joined(folder, "/", v->file), F_OK) < 0)
		because("CG1-05", "this kernel does not account swap: it was "
		    "built without, or started with swapaccount=0");
	if (v->place->v2 || n < 0)
		return;
	if (err == EBUSY && used > n) {
		because("CG1-04", "it uses %lld bytes, which cannot be "
		    "reclaimed", used);
		try_value(v, joined(words("%lld", used + (4 << 20)), "", ""));
	}
	if (err != EINVAL || (sum ? n >= limit : n <= limit))
		return;
	because("CG1-05", "memory alone may not be more than memory and swap "
	    "together, and %-s is %lld", other, limit);
	try_line(words("cgset %s %-s=%s && ", cgroup, other, v->text), NULL);
}

/* In version 1 no cgroup may have more than the one above it. */
static void
why_quota(const struct value *v)
{
	const char *folder = v->place->folder, *up = folder_above(folder);
	long long period, quota, above;

	if (v->place->v2 || strncmp(v->file, "cpu.cfs_", 8) != 0)
		return;
	quota = digits(strcmp(v->file, "cpu.cfs_quota_us") == 0 ? v->text :
	    read_line(folder, "cpu.cfs_quota_us"), NULL, 10);
	period = digits(strcmp(v->file, "cpu.cfs_period_us") == 0 ? v->text :
	    read_line(folder, "cpu.cfs_period_us"), NULL, 10);
	above = digits(read_line(up, "cpu.cfs_quota_us"), NULL, 10) * period /
	    (long long)digits(read_line(up, "cpu.cfs_period_us"), NULL, 10);
	if (*read_line(up, "cpu.cfs_quota_us") == '-' || quota <= above)
		return;
	because("CG1-10", "that is more than the cgroup above it has, %lld in "
	    "each %lld", above, period);
	if (strcmp(v->file, "cpu.cfs_quota_us") == 0)
		try_value(v, joined(words("%lld", above), "", ""));
}

/* "8:1 ...": a partition has no queue of its own, the disk has. */
static void
why_device(const struct value *v)
{
	char *number = (char *)joined(v->text, "", "");
	const char *folder;
	char disk[32];

	number[strcspn(number, " ")] = '\0';
	folder = joined("/sys/dev/block/", number, "");
	if (access(folder, F_OK) < 0) {
		because("CG2-25", "there is no block device %-s", number);
		return;
	}
	if (access(joined(folder, "/", "partition"), F_OK) < 0 ||
	    get(AT_FDCWD, joined(folder, "/../", "dev"), disk,
	    sizeof disk) <= 0)
		return;
	disk[strcspn(disk, "\n")] = '\0';
	because("CG2-25", "%-s is a partition, and only whole disks are "
	    "limited", number);
	try_value(v, joined(disk, v->text + strlen(number), ""));
}

static void
why_type(const struct value *v)
{
	const char *folder = v->place->folder;
	const char *up = folder_above(folder), *of;

	of = read_line(folder, "cgroup.subtree_control");
	if (*of)
		because("CG2-19", "it hands down controllers: %-s", of);
	get(AT_FDCWD, joined(folder, "/", "cgroup.procs"), text, sizeof text);
	if (*text)
		because("CG2-19", "it holds %-s: only an empty cgroup becomes "
		    "threaded", processes(text));
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
	struct names in;
	const char *name;
	size_t n = strcspn(v->file, ".");
	struct stat st;

	if (fstat(v->place->dir, &st) < 0 || access(v->place->folder,
	    F_OK) < 0) {
		because("CG2-10", "%s was removed in the meantime",
		    v->place->folder);
		try_line("", NULL);
		return;
	}
	if (names_open(&in, v->place->dir, ".") < 0)
		return;
	while ((name = name_next(&in)))
		if (strncmp(name, v->file, n) == 0 && name[n] == '.' &&
		    o.end - o.at > 100) {
			put_text(&o, o.at > line ? ", " : "");
			put_text(&o, name);
		}
	*o.at = '\0';
	because(v->place->v2 ? "CG2-50" : "CG1-32", "%s has no file of this "
	    "name%-s%-s", v->place->folder, *line ? ", but " : "", line);
}

/* cgroup.subtree_control is set by -c, or as a file: "+memory -io". */
static void
why_subtree(int err, const struct value *v)
{
	char *rest = (char *)joined(v->text, "", ""), *word;

	refused_at = v->place->folder;
	while ((word = strsep(&rest, " "))) {
		if (*word != '+' && *word != '-') {
			because("CG2-01", "%s lacks a + or - before it", word);
			continue;
		}
		if (err == EBUSY && *word == '+')
			why_inner(v->place->folder);
		if (err == EOPNOTSUPP)
			why_threaded(v->place->folder, word + 1);
		if (err == ENOENT || err == EINVAL)
			why_no_controller(v->place, word + 1);
		if (err == ENOENT && !reasons()) {
			because("CG2-02", "%s does not hand %-s down to it",
			    folder_above(v->place->folder), word + 1);
			try_line(words("cgset -c %-s %s && ", word + 1,
			    v->place->folder), NULL);
		}
	}
}

/* nsdelegate: who is at the top of a cgroup namespace has his limits from
   outside. */
static void
why_outside(const struct place *p)
{
	if (p->v2 && strcmp(p->folder, p->point) == 0)
		because("CG2-29b", "%s is the top of our cgroup namespace, "
		    "whose limits are set from outside "
		    "(nsdelegate)", p->folder);
}

void
why_not_set(int err, const struct value *v)
{
	const struct place *p = v->place;
	const char *path = joined(p->folder, "/", v->file);
	struct stat st;

	if (err == ENOENT || err == ENODEV) {
		if (strncmp(v->file, "memory.", 7) == 0)
			why_memory(err, v);
		if (!reasons() && (err == ENOENT || access(path, F_OK) < 0) &&
		    strcmp(v->file, "cgroup.subtree_control") != 0)
			why_no_file(v);
	}
	if (stat(path, &st) == 0 && !(st.st_mode & 0222))
		because(p->v2 ? "CG2-33" : "CG1-13", "%-s is read-only",
		    v->file);
	else if (err == EACCES)
		why_not_allowed(err, p, path);
	if (err == EROFS)
		why_not_allowed(err, p, path);
	if (strcmp(v->file, "cgroup.subtree_control") == 0)
		why_subtree(err, v);
	if (strncmp(v->file, "cpuset.", 7) == 0)
		why_cpuset(v);
	if (err == EINVAL || err == ERANGE)
		why_value(v);
	if (err == EBUSY || err == EINVAL) {
		if (strncmp(v->file, "memory.", 7) == 0)
			why_memory(err, v);
		why_quota(v);
	}
	if (err == ENODEV)
		why_device(v);
	if (err == EOPNOTSUPP && strcmp(v->file, "cgroup.type") == 0)
		why_type(v);
	if (err == EOPNOTSUPP && strcmp(v->file, "cgroup.kill") == 0 &&
	    is_threaded(p->folder))
		because("CG2-21", "%s is threaded (cgroup.type): only the "
		    "cgroup above that is not can be killed", p->folder);
	if (err == EPERM && strcmp(v->file, "devices.allow") == 0)
		because("CG1-23", "the cgroup above it does not allow that; it "
		    "allows %-s", read_line(folder_above(p->folder),
		    "devices.list"));
	if (err == EPERM)
		why_outside(p);
	unexplained(KNOWN);
}

void
why_not_given(int err, struct place *p)
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

/* Version 2: the cgroup above both that is nearest must be ours, too. */
static void
why_not_across(struct place *p)
{
	const char *old = old_folder(p);
	char *common;
	size_t n = 0, i;

	if (!old)
		return;
	for (i = 0; old[i] && old[i] == p->folder[i]; i++)
		if (old[i] == '/')
			n = i;
	if (!old[i] && p->folder[i] == '/')
		n = i;
	common = (char *)joined(p->folder, "", "");
	common[n] = '\0';
	common = (char *)joined(common, "/cgroup.procs", "");
	if (may(AT_FDCWD, common, W_OK))
		return;
	because("CG2-27", "from %s to %s only who may write %s moves a process",
	    old, p->folder, common);
	try_as_root();
}

static void
why_not_theirs(pid_t pid)
{
	long uid = status_number(pid, "Uid", 10);

	if (!pid || !geteuid() || uid == geteuid())
		return;
	because("CG1-18", "process %d is uid %ld's, and we are %u", pid, uid,
	    geteuid());
	try_as_root();
}

static void
why_empty_cpuset(const struct place *p)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
	const char *prefix = "", *above;
	int i;

	for (i = 0; i < 2; i++) {
		if (*read_line(p->folder, files[i]))
			continue;
		above = read_line(folder_above(p->folder), files[i]);
		because("CG1-06", "%-s of %s is empty", files[i], p->folder);
		prefix = joined(prefix, words("cgset %s %-s=%s && ", cgroup,
		    files[i], above), "");
	}
	if (*prefix)
		try_line(prefix, NULL);
}

static int
is_kernel_thread(pid_t pid)
{
	const char *rest;
	int i;

	get(AT_FDCWD, proc_path(pid, "stat"), text, 4096);
	rest = strrchr(text, ')');
	for (i = 0; rest && i < 7; i++)
		rest = strchr(rest + 1, ' ');
	return rest && digits(rest, NULL, 10) & 0x00200000;
}

/* pid: 0 for ourselves. */
void
why_not_joined(int err, struct place *p, pid_t pid)
{
	const char *file = joined(p->folder, pid || p->v2 ? "/cgroup.procs" :
	    "/tasks", "");
	const char *down = p->v2 ? read_line(p->folder,
	    "cgroup.subtree_control") : "";

	why_not_allowed(err, p, file);
	if (err == EACCES && !reasons()) {
		if (p->v2)
			why_not_across(p);
		else
			why_not_theirs(pid);
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
		try_line(words("cgset %s cgroup.type=threaded && ", cgroup),
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

void
why_not_removed(int err, struct place *p)
{
	static char list[65536];
	pid_t kin;

	if (err == ENOENT)
		because("CG1-26", "there is no such cgroup");
	if (err == EBUSY && (kin = kin_in(p))) {
		because(p->v2 ? "CG2-52" : "CG1-35", "we are in it, by process "
		    "%-s, and neither -d nor -k touches that", processes(words(
		    "%d", kin)));
		try_line(words("cgset -t %d %s && ", kin, p->point), NULL);
	} else if (err == EBUSY && processes_of(p, list, sizeof list)) {
		because(p->v2 ? "CG2-47" : "CG1-31", "it holds %-s%-s",
		    processes(list), killing ? ", none of which ended for 10 "
		    "seconds after a SIGKILL" : "");
		if (!killing) {
			killing = 1;
			try_line("", NULL);
		}
	}
	if (err == EBUSY && !reasons() && !in_first("pid"))
		because("CG2-51", "no process of this PID namespace is in it: "
		    "those of another are");
	why_not_allowed(err, p, folder_above(p->folder));
	unexplained(KNOWN);
}

static long
oom_kills(const struct place *p)
{
	get(p->dir, "memory.events", text, 4096);
	return find(text, "oom_kill ") ?
	    (long)digits(find(text, "oom_kill ") + 9, NULL, 10) : 0;
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
	if (kin_in(p)) {
		errno = EBUSY;
		tell("set %-s of %s to %s", v->file, p->folder, v->text);
		because("CG2-30", "we are in it, and it uses %lld bytes: the "
		    "kernel would kill until it does not; memory.high only "
		    "slows down", used);
		fail();
	}
	return oom_kills(p);
}

/* What the kernel took, and yet does not do; or does without a word. */
void
check_set(const struct value *v, long ooms)
{
	const char *now;

	if (ooms >= 0 && (ooms = oom_kills(v->place) - ooms) > 0)
		say("memory.max is less than was in use: the OOM killer ended "
		    "%ld of its processes", ooms);

	if (strcmp(v->file, "cpuset.cpus.partition") != 0 ||
	    !find(now = read_line(v->place->folder, v->file), "invalid"))
		return;
	errno = EINVAL;
	tell("set %-s of %s to %s", v->file, v->place->folder, v->text);
	because("CG2-26b", "it says: %-s", now);
	fail();
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
	if (!same_namespace(proc_path(pid, "ns/cgroup"),
	    "/proc/self/ns/cgroup"))
		say("process %d keeps the cgroup namespace that it has: only "
		    "what starts here (unshare-lite --into-cgroup) sees itself "
		    "at /", pid);
}
