#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "mounts.h"
#include "process.h"
#include "put.h"

/* The next PID in /proc, or NULL: ours, too, who may have inherited a file. */
const char *
next_process(struct names *proc)
{
	const char *pid;

	while ((pid = name_next(proc)) && (*pid < '1' || *pid > '9'))
		;
	return pid;
}

/*
 * Whether a file of the mount is in /proc/PID/maps: mapped, and perhaps closed
 * since, or removed.  A read(2) of that ends at the end of a line.
 */
static int
maps_file_of(const struct mount *m, const char *file)
{
	static struct mounts in;
	size_t n = strlen(m->point);
	char *line, *rest, *path;
	int found = 0;
	ssize_t got;

	if (mounts_open(&in, file) < 0)
		return 0;
	while (!found && (got = read(in.fd, in.buf, sizeof in.buf - 1)) > 0) {
		in.buf[got] = '\0';
		for (rest = in.buf; !found && (line = strsep(&rest, "\n"));)
			found = (path = strchr(line, '/')) &&
			    strncmp(path, m->point, n) == 0 &&
			    (mount_id(AT_FDCWD, path) == m->id ||
			    (path[n] == '/' && find(path, " (deleted)") &&
			    (*strrchr(path, '/') = '\0',
			    mount_id(AT_FDCWD, path) == m->id)));
	}
	mounts_close(&in);
	return found;
}

/* Whether it stands on the mount with that ID, or has something of it open. */
int
stands_on(const char *pid, int mount)
{
	static const char *const links[] = { "/cwd", "/root", "/exe" };
	static struct mount m;
	static struct names fds;
	char path[300], *end = stpcpy(stpcpy(path, "/proc/"), pid);
	const char *fd;
	int i, found = 0;

	for (i = 0; i < 3 && !found; i++) {
		strcpy(end, links[i]);
		found = mount_id(AT_FDCWD, path) == mount;
	}
	strcpy(end, "/fd");
	if (found || names_open(&fds, AT_FDCWD, path) < 0)
		return found;
	while (!found && (fd = name_next(&fds)))
		found = mount_id(fds.fd, fd) == mount;
	/* A path is of our mount namespace, or of another. */
	strcpy(end, "/ns/mnt");
	if (found || !same_namespace(path, "/proc/self/ns/mnt") ||
	    (m.id != mount && !mount_by_id(mount, &m)))
		return found;
	strcpy(end, "/maps");
	return maps_file_of(&m, path);
}

/* The path of a socket that is bound on the mount with that ID, or NULL. */
const char *
socket_on(int mount)
{
	static char text[32768];
	char *line, *rest = text;
	int i;

	get(AT_FDCWD, "/proc/net/unix", text, sizeof text);
	while ((line = strsep(&rest, "\n")) && rest) {
		for (i = 0; i < 7; i++) {	/* words before its path */
			line += strcspn(line, " ");
			line += strspn(line, " ");
		}
		if (*line == '/' && mount_id(AT_FDCWD, line) == mount)
			return line;
	}
	return NULL;
}
