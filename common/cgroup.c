#include <sys/stat.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <linux/magic.h>

#include "cgroup.h"
#include "mounts.h"
#include "put.h"
#include "raw.h"
#include "say.h"

#define MOST 32		/* hierarchies: v1 has at most 14 controllers */

static int v2 = -1, v2_procs;	/* the folder of version 2 */
static int tasks[MOST], n;	/* the files that take our "0" */

char *
cgroup_path(void)
{
	static char path[3 * PATH_MAX];

	return path;
}

int
cgroup_folder(void)
{
	return v2;
}

int
cgroup_joins(void)
{
	return n;
}

/* In a frozen cgroup, or below one, PROG would never run. */
void
cgroup_guard_frozen(int dir, const char *path)
{
	static char at[3 * PATH_MAX];
	char state[4096];
	int v1 = get(dir, "freezer.state", state, sizeof state) > 0;

	if (v1 ? strncmp(state, "THAWED", 6) == 0 : get(dir, "cgroup.events",
	    state, sizeof state) < 0 || !find(state, "frozen 1"))
		return;
	errno = EBUSY;
	tell("join cgroup %s", path);
	while (get(dir, v1 ? "freezer.self_freezing" : "cgroup.freeze", state,
	    sizeof state) > 0 && *state == '0')
		dir = openat(dir, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* Its own name: path may be a link, or end in a slash. */
	if (*state == '1' && fchdir(dir) == 0 &&
	    raw_getcwd(at, sizeof at) == 0) {
		because("NSE-39", "%s is frozen: PROG would never run", at);
		try(v1 ? "echo THAWED >%s/freezer.state" :
		    "echo 0 >%s/cgroup.freeze", at);
	} else {
		because("NSE-39", "it is frozen, by one above what is mounted "
		    "here: PROG would never run");
	}
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

void
cgroup_add(const char *path)
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
	cgroup_guard_frozen(dir, path);
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

/* Whether it begins with "/..", as what lies outside our cgroup namespace. */
int
cgroup_leads_out(const char *path)
{
	return strncmp(path, "/..", 3) == 0 &&
	    (path[3] == '/' || path[3] == '\0');
}

/* What leads from a mount's root down to path, "" or "/..."; NULL: nothing. */
const char *
cgroup_under(const char *root, const char *path)
{
	size_t skip = strcmp(root, "/") == 0 ? 0 : strlen(root);

	if (strncmp(root, path, skip) != 0 ||
	    (path[skip] != '/' && path[skip] != '\0') ||
	    cgroup_leads_out(path + skip))
		return NULL;
	return path + skip;
}

/*
 * The same for a mount of the hierarchy of these controllers (none: version 2),
 * or NULL if it shows another one.
 */
const char *
cgroup_below(const struct mount *m, const char *controllers, const char *path)
{
	if (strcmp(m->type, *controllers ? "cgroup" : "cgroup2") != 0 ||
	    (*controllers && !has_part(m->super, controllers, ',')))
		return NULL;
	return cgroup_under(m->root, path);
}

/* Cuts up a line "4:cpu,cpuacct:/path"; NULL if it is none. */
char *
cgroup_line(char *line, char **controllers)
{
	strsep(&line, ":");
	*controllers = strsep(&line, ":");
	return line;
}

/* Where we are below the root of this mount, or NULL: it does not show us. */
const char *
cgroup_own(const struct mount *m)
{
	static char text[65536];
	char *rest = text, *line, *controllers, *path;
	const char *at;

	get(AT_FDCWD, "/proc/self/cgroup", text, sizeof text);
	while ((line = strsep(&rest, "\n")))
		if ((path = cgroup_line(line, &controllers)) &&
		    (at = cgroup_below(m, controllers, path)))
			return at;
	return NULL;
}

/* The rest: a v1 hierarchy takes "0", for ourselves, in tasks at once. */
void
cgroup_join(void)
{
	int i;

	for (i = 0; i < n; i++)
		if (did(write(tasks[i], "0", 1), "write(%d, \"0\", 1)",
		    tasks[i]) < 0) {
			tell("join the cgroup");
			if (errno == ENOSPC)
				because("CG1-06", "its cpuset.cpus or "
				    "cpuset.mems is empty");
			fail();
		}
}
