#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "cgset/line.h"
#include "cgset/paths.h"
#include "cgset/places.h"
#include "cgset/processes.h"
#include "facts.h"
#include "names.h"
#include "put.h"
#include "target.h"

static char *list_at, *list_end;

/* For each folder below dir, from the leaves up, until one says no. */
int
each_folder(int dir, int (*act)(int dir, const char *name))
{
	struct names in;
	struct stat st;
	const char *name;
	int below, ret = 0;

	/* kernfs counts folders as links: most cgroups have none below. */
	if (fstat(dir, &st) == 0 && st.st_nlink == 2)
		return 0;
	if (names_open(&in, dir, ".") < 0)
		return -1;
	while (!ret && (name = name_next(&in))) {
		if (in.type != DT_DIR)
			continue;
		if ((below = openat(dir, name, O_RDONLY | O_DIRECTORY |
		    O_CLOEXEC)) < 0) {
			ret = errno == ENOENT ? 0 : -1;
			continue;
		}
		if ((ret = each_folder(below, act)) == 0)
			ret = act(dir, name);
		close(below);
	}
	if (ret)
		close(in.fd);
	return ret;
}

/*
 * The path below the mount point of the cgroup that the lines of
 * /proc/PID/cgroup name for this hierarchy; NULL if the mount does not show it,
 * or shows it by names that our cgroup namespace does not tell.
 */
const char *
path_in(const struct place *p, char *rest)
{
	char *line, *names;
	const char *path;

	while ((line = strsep(&rest, "\n"))) {
		line = cgroup_line(line, &names);
		if (!line || (p->v2 ? *names : !*names ||
		    !has_part(p->controllers, names, ',')))
			continue;
		path = cgroup_under(p->root, line);
		return path && strcmp(path, "/") == 0 ? "" : path;
	}
	return NULL;
}

/*
 * Whether the process is in the cgroup, or below it; -1 if there is no way to
 * know, but by the list of those that are.
 */
int
is_in(pid_t pid, const struct place *p)
{
	static char text[65536];
	const char *path = p->folder + strlen(p->point), *line;
	size_t n = strlen(path);

	get(AT_FDCWD, proc_path(pid, "cgroup"), text, sizeof text);
	if (!(line = path_in(p, text)))
		return cgroup_leads_out(p->root) ? -1 : 0;
	return strncmp(line, path, n) == 0 &&
	    (line[n] == '/' || line[n] == '\0');
}

static int
add_processes(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	/* A threaded cgroup has no processes, only threads. */
	if (get(fd, "cgroup.procs", list_at, list_end - list_at) <= 0)
		get(fd, "cgroup.threads", list_at, list_end - list_at);
	list_at += strlen(list_at);
	close(fd);
	return 0;
}

/* The PIDs of those in it and below it, one a line; how many bytes. */
size_t
processes_of(const struct place *p, char *list, size_t size)
{
	int fd = open(p->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*list = '\0';
	list_at = list;
	list_end = list + size;
	if (fd < 0)
		return 0;
	add_processes(fd, ".");
	each_folder(fd, add_processes);
	close(fd);
	return list_at - list;
}

static int
is_listed(const char *list, pid_t pid)
{
	const char *word = words("%d", pid);

	return has_word(list, word, strlen(word));
}

/* The process, or who waits for it, and so on up, if one is in it; or 0. */
pid_t
kin_in(const struct place *p, pid_t pid)
{
	static char list[1 << 20];
	int in, listed = 0;

	for (; pid > 0; pid = status_number(pid, "PPid", 10)) {
		if ((in = is_in(pid, p)) < 0 && !listed++)
			processes_of(p, list, sizeof list);
		if (in < 0 ? is_listed(list, pid) : in)
			return pid;
	}
	return 0;
}
