#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "mounts.h"
#include "process.h"
#include "put.h"

/* The next PID in /proc that is not ours, or NULL. */
const char *
next_process(struct names *proc)
{
	const char *pid;

	while ((pid = name_next(proc)))
		if (*pid > '0' && *pid <= '9' &&
		    digits(pid, NULL, 10) != (unsigned)getpid())
			break;
	return pid;
}

/* Whether it stands on the mount with that ID, or has something of it open. */
int
stands_on(const char *pid, int mount)
{
	static const char *const links[] = { "/cwd", "/root", "/exe" };
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
	return found;
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
