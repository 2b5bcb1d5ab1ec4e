#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <linux/magic.h>

#include "cgroup.h"
#include "mounts.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "start.h"
#include "target.h"

#define MOST 32		/* hierarchies: v1 has at most 14 controllers */

static int v2 = -1, v2_procs;
static int tasks[MOST], n;	/* the files that take our "0" */

char *
cgroup_path(void)
{
	static char path[3 * PATH_MAX];

	return path;
}

int
cgroup_joins(void)
{
	return n;
}

/* In a frozen cgroup PROG would never run. */
static void
guard_frozen(int dir, const char *path)
{
	char state[4096];

	if ((get(dir, "cgroup.events", state, sizeof state) < 0 ||
	    !find(state, "frozen 1")) &&
	    (get(dir, "freezer.state", state, sizeof state) < 0 ||
	    strncmp(state, "THAWED", 6) == 0))
		return;
	errno = EBUSY;
	tell("join cgroup %s", path);
	because("NSE-39", "it is frozen, or one above it: PROG would never "
	    "run");
	try(*state == 'F' ? "echo THAWED >%s/freezer.state" :
	    "echo 0 >%s/cgroup.freeze", path);
	fail();
}

static void
refuse(const char *path, int dir, const char *file)
{
	struct stat st;

	tell("open cgroup %s", path);
	if (errno == ENOENT) {
		because("UNS-44", "there is no such cgroup");
		try("cgset %s", path);
	} else if (errno == EACCES && fstatat(dir, file, &st, 0) == 0)
		because(*file == 't' ? "CG1-17" : "CG2-28", "only uid %u may "
		    "join it, and we are %u", st.st_uid, geteuid());
	fail();
}

static void
add(int fd, const char *path)
{
	if (n == MOST)
		misuse("cgroup %s: in more than %d hierarchies", path, MOST);
	tasks[n++] = fd;
}

void
cgroup_by_write(void)
{
	add(v2_procs, cgroup_path());
}

static void
open_one(const char *path)
{
	struct statfs fs;
	const char *file;
	int dir, fd;

	if ((dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
	    fstatfs(dir, &fs) < 0)
		refuse(path, AT_FDCWD, path);
	if (fs.f_type != CGROUP2_SUPER_MAGIC &&
	    fs.f_type != CGROUP_SUPER_MAGIC) {
		errno = EBADF;
		tell("open cgroup %s", path);
		because("UNS-31", "it is no cgroup, but a plain folder");
		fail();
	}
	guard_frozen(dir, path);
	file = fs.f_type == CGROUP_SUPER_MAGIC ? "tasks" : "cgroup.procs";
	if ((fd = openat(dir, file, O_WRONLY | O_CLOEXEC)) < 0)
		refuse(path, dir, file);
	if (*file == 't') {
		add(fd, path);
		close(dir);
	} else if (v2 < 0) {
		v2 = dir;
		v2_procs = fd;
		strcpy(cgroup_path(), path);
	}
}

/* Whether the first word of words is in the list "rw,cpu,cpuacct". */
static int
listed(const char *list, const char *words)
{
	size_t length = strcspn(words, ",");

	for (; *list; list += strcspn(list, ","), list += *list == ',')
		if (strcspn(list, ",") == length &&
		    memcmp(list, words, length) == 0)
			return 1;
	return 0;
}

/*
 * What leads from the mount down to path ("" or "/...") in the hierarchy of
 * these controllers (none: version 2), or NULL if it shows another one.
 */
static const char *
below(const struct mount *m, const char *controllers, const char *path)
{
	size_t root = strcmp(m->root, "/") == 0 ? 0 : strlen(m->root);

	if (strcmp(m->type, *controllers ? "cgroup" : "cgroup2") != 0 ||
	    (*controllers && !listed(m->super, controllers)) ||
	    strncmp(m->root, path, root) != 0 ||
	    (path[root] != '/' && path[root] != '\0') ||
	    strncmp(path + root, "/..", 3) == 0)
		return NULL;
	return path + root;
}

/* Cuts up a line "4:cpu,cpuacct:/path"; NULL if it is none. */
static char *
path_in(char *line, char **controllers)
{
	strsep(&line, ":");
	*controllers = strsep(&line, ":");
	return line;
}

/* Where we are in the hierarchy of this mount, below its root. */
const char *
cgroup_own(const struct mount *m)
{
	static char text[65536];
	char *rest = text, *line, *controllers, *path;
	const char *at;

	get(AT_FDCWD, "/proc/self/cgroup", text, sizeof text);
	while ((line = strsep(&rest, "\n")))
		if ((path = path_in(line, &controllers)) &&
		    (at = below(m, controllers, path)))
			return at;
	return "";
}

int
cgroup_open(const char *cgroup)
{
	static char path[3 * PATH_MAX];
	static struct mount m;
	struct mounts in;
	char *end;
	int found = 0;

	if (!*cgroup)
		misuse("CGROUP is empty");
	if (strlen(cgroup) >= PATH_MAX)
		misuse("cgroup %s: the name is too long", cgroup);
	if (*cgroup == '/') {
		open_one(cgroup);
		return v2;
	}
	mounts_open(&in, "/proc/self/mountinfo");
	while (mount_next(&in, &m)) {
		if (strcmp(m.type, "cgroup2") != 0 &&
		    strcmp(m.type, "cgroup") != 0)
			continue;
		end = stpcpy(path, m.point);
		if (strncmp(cgroup, "./", 2) == 0)
			end = stpcpy(end, cgroup_own(&m));
		stpcpy(stpcpy(end, "/"), cgroup);
		if (access(path, F_OK) < 0)
			continue;
		open_one(path);
		found = 1;
	}
	mounts_close(&in);
	if (!found) {
		errno = ENOENT;
		tell("open cgroup %s", cgroup);
		because("UNS-44", "no hierarchy mounted here has one of this "
		    "name");
		try("cgset %s", cgroup);
		fail();
	}
	return v2;
}

/* Opens the cgroup where it is mounted. */
static void
open_mounted(const char *controllers, const char *path)
{
	static char folder[3 * PATH_MAX];
	static struct mount m;
	struct mounts in;
	const char *at = NULL;

	mounts_open(&in, "/proc/self/mountinfo");
	while (!at && mount_next(&in, &m))
		at = below(&m, controllers, path);
	mounts_close(&in);
	if (at && strlen(m.point) + strlen(at) < sizeof folder) {
		stpcpy(stpcpy(folder, m.point), at);
		open_one(folder);
		return;
	}
	errno = ENOENT;
	tell("find cgroup %s", path);
	if (strncmp(path, "/..", 3) == 0)
		because("NSE-41", "it lies outside our cgroup namespace, where "
		    "it has no name");
	else
		because("NSE-43", "no mount here shows it; the hierarchy is "
		    "%-s", *controllers ? controllers : "cgroup2");
	fail();
}

static int
has_line(const char *text, const char *line)
{
	size_t length = strlen(line);

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (strcspn(text, "\n") == length &&
		    memcmp(text, line, length) == 0)
			return 1;
	return 0;
}

int
cgroups_of(pid_t pid)
{
	static char theirs[65536], ours[65536];
	char *rest = theirs, *line, *controllers, *path;

	if (get(AT_FDCWD, proc_path(pid, "cgroup"), theirs,
	    sizeof theirs) < 0 ||
	    get(AT_FDCWD, "/proc/self/cgroup", ours, sizeof ours) < 0)
		die("look for the cgroups of process %d", pid);
	while ((line = strsep(&rest, "\n")))
		if (!has_line(ours, line) &&
		    (path = path_in(line, &controllers)))
			open_mounted(controllers, path);
	return n + (v2 >= 0);
}

/* The rest: a v1 hierarchy takes "0", for ourselves, in tasks at once. */
void
cgroup_join(void)
{
	int i;

	for (i = 0; i < n; i++)
		if (did(write(tasks[i], "0", 1), "write(%d, \"0\", 1)",
		    tasks[i]) < 0)
			die("join the cgroup");
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
	    .signal = SIGCHLD, .cgroup = v2 };
	pid_t child;

	if (v2 < 0)
		return raw_fork();
	child = syscall(435 /* SYS_clone3 */, &args, sizeof args);
	/* EAGAIN: pids.max.  Else whoever may not, may still write. */
	if (child < 0 && errno != EAGAIN) {
		cgroup_by_write();
		return raw_fork();
	}
	if (child != 0)
		did(child, "clone3({flags=CLONE_INTO_CGROUP, cgroup=%d})", v2);
	return child;
}

/* Why cgroup_fork() met EAGAIN: the limit of a cgroup on the way. */
void
why_full(void)
{
	char most[32], now[32];
	int dir, up;

	for (dir = v2; dir >= 0 && get(dir, "pids.max", most,
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
