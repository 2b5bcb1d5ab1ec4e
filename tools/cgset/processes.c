#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

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

/* Whether the process is in the cgroup, or below it, in this hierarchy. */
int
is_in(pid_t pid, const struct place *p)
{
	static char text[65536];
	size_t n = strlen(p->folder) - strlen(p->point);
	const char *path = p->folder + strlen(p->point);
	char *rest = text, *line, *names;

	get(AT_FDCWD, proc_path(pid, "cgroup"), text, sizeof text);
	while ((line = strsep(&rest, "\n"))) {
		strsep(&line, ":");
		names = strsep(&line, ":");
		if (!line || (p->v2 ? *names : !*names ||
		    !find(p->controllers, names)))
			continue;
		if (strcmp(p->root, "/") != 0)
			line += strlen(p->root);
		return strncmp(line, path, n) == 0 &&
		    (line[n] == '/' || line[n] == '\0');
	}
	return 0;
}

/* Ourselves, or who waits for us, and so on up, if one is in it; or 0. */
pid_t
kin_in(const struct place *p)
{
	pid_t pid;

	for (pid = getpid(); pid > 0; pid = status_number(pid, "PPid", 10))
		if (is_in(pid, p))
			return pid;
	return 0;
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
