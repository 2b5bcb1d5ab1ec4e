#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "cgroup.h"
#include "mounts.h"
#include "put.h"
#include "say.h"
#include "start.h"

#define MOST 32		/* hierarchies: v1 has at most 14 controllers */

static char v2_path[3 * PATH_MAX];
static int v2 = -1;
static int tasks[MOST], n;	/* the files that take our "0" */

const char *
cgroup_path(void)
{
	return v2_path;
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
	tell("start in cgroup %s", path);
	because("UNS-45", "it is frozen, or one above it: PROG would never "
	    "run");
	try(*state == 'F' ? "echo THAWED >%s/freezer.state" :
	    "echo 0 >%s/cgroup.freeze", path);
	fail();
}

static void
refuse(const char *path)
{
	tell("open cgroup %s", path);
	if (errno == ENOENT) {
		because("UNS-44", "there is no such cgroup");
		try("cgset %s", path);
	} else if (errno == EACCES)
		because("UNS-30", "its files are closed to uid %u", geteuid());
	fail();
}

static void
add_tasks(int dir, const char *file, const char *path)
{
	if (n == MOST)
		misuse("cgroup %s: in more than %d hierarchies", path, MOST);
	if ((tasks[n] = openat(dir, file, O_WRONLY | O_CLOEXEC)) < 0)
		refuse(path);
	n++;
}

void
cgroup_by_write(void)
{
	add_tasks(v2, "cgroup.procs", v2_path);
}

static void
open_one(const char *path)
{
	struct statfs fs;
	int dir;

	if ((dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
	    fstatfs(dir, &fs) < 0)
		refuse(path);
	if (fs.f_type != CGROUP2_SUPER_MAGIC &&
	    fs.f_type != CGROUP_SUPER_MAGIC) {
		errno = EBADF;
		tell("open cgroup %s", path);
		because("UNS-31", "it is no cgroup, but a plain folder");
		fail();
	}
	guard_frozen(dir, path);
	if (fs.f_type == CGROUP_SUPER_MAGIC) {
		add_tasks(dir, "tasks", path);
		close(dir);
	} else if (v2 < 0) {
		v2 = dir;
		strcpy(v2_path, path);
	}
}

/* Whether word is in the list "rw,cpu,cpuacct". */
static int
listed(const char *list, const char *word)
{
	size_t n_word = strlen(word);

	for (; *list; list += strcspn(list, ","), list += *list == ',')
		if (strncmp(list, word, n_word) == 0 &&
		    (list[n_word] == ',' || list[n_word] == '\0'))
			return 1;
	return 0;
}

/* Where we are in the hierarchy of this mount, below its root. */
static const char *
own(const struct mount *m)
{
	static char text[65536];
	char *rest = text, *line, *list, *path;
	size_t root = strcmp(m->root, "/") == 0 ? 0 : strlen(m->root);

	get(AT_FDCWD, "/proc/self/cgroup", text, sizeof text);
	while ((line = strsep(&rest, "\n")) && (list = strchr(line, ':'))) {
		line = ++list;
		strsep(&line, ":");
		if (!(path = line))
			break;
		list[strcspn(list, ",")] = '\0';
		if ((*list ? listed(m->super, list) :
		    strcmp(m->type, "cgroup2") == 0) &&
		    strncmp(path, m->root, root) == 0)
			return path + root;
	}
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
			end = stpcpy(end, own(&m));
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
		because("UNS-44", "no hierarchy that is mounted here has one "
		    "of this name");
		try("cgset %s", cgroup);
		fail();
	}
	return v2;
}

void
cgroup_join(void)
{
	int i;

	for (i = 0; i < n; i++)
		if (did(write(tasks[i], "0", 1), "write(%d, \"0\", 1)",
		    tasks[i]) < 0)
			die("join the cgroup");
}
