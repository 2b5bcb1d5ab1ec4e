#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include <linux/magic.h>

#include "cgroup.h"
#include "mounts.h"
#include "put.h"
#include "say.h"
#include "start.h"

/*
 * Opens a cgroup of version 2 (cgroups(7)) to start a process in: an absolute
 * path, a name below the mount point, or ./NAME below our own cgroup.
 */
int
cgroup_open(const char *cgroup)
{
	static char path[3 * PATH_MAX], own[PATH_MAX];
	static struct mount m;
	struct mounts in;
	struct statfs fs;
	char *line = own;
	int fd, found = 0;

	if (strlen(cgroup) >= PATH_MAX)
		misuse("cgroup %s: the name is too long", cgroup);
	strcpy(path, cgroup);
	if (*cgroup != '/' && mounts_open(&in, "/proc/self/mountinfo") >= 0) {
		while (!found && mount_next(&in, &m))
			found = strcmp(m.type, "cgroup2") == 0;
		mounts_close(&in);
		if (strncmp(cgroup, "./", 2) == 0) {
			get(AT_FDCWD, "/proc/self/cgroup", own, sizeof own);
			line = strncmp(own, "0::", 3) == 0 ? own :
			    strstr(own, "\n0::");
			line = line ? strchr(line, '/') : "";
			line[strcspn(line, "\n")] = '\0';
		} else {
			*own = '\0';
		}
		stpcpy(stpcpy(stpcpy(stpcpy(path, found ? m.point : ""), line),
		    "/"), cgroup);
	}
	if ((fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
	    fstatfs(fd, &fs) < 0)
		die("open cgroup %s", path);
	if (fs.f_type != CGROUP2_SUPER_MAGIC) {
		errno = EBADF;
		tell("open cgroup %s", path);
		because("UNS-31", fs.f_type == CGROUP_SUPER_MAGIC ? "it is a "
		    "cgroup of version 1, which processes can only join "
		    "themselves" : "it is no cgroup, but a plain folder");
		fail();
	}
	if (get(fd, "cgroup.events", own, sizeof own) > 0 &&
	    strstr(own, "frozen 1")) {
		errno = EBUSY;
		tell("start in cgroup %s", path);
		because("UNS-45", "it is frozen: PROG would never run");
		try("echo 0 >%s/cgroup.freeze", path);
		fail();
	}
	return fd;
}
