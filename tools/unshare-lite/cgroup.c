/* --into-cgroup: the folders that CGROUP names, one in each hierarchy. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "idmap.h"
#include "mounts.h"
#include "say.h"
#include "unshare-lite/asked.h"
#include "why/unshare-lite.h"

int
cgroup_open(const char *cgroup)
{
	static char path[3 * PATH_MAX];
	static struct mount m;
	struct mounts in;
	const char *own;
	int found = 0;

	if (!*cgroup || strlen(cgroup) >= PATH_MAX)
		misuse("cgroup %s: empty, or too long", cgroup);
	if (*cgroup == '/') {
		cgroup_add(cgroup);
		return cgroup_folder();
	}
	if (mounts_open(&in, "/proc/self/mountinfo") < 0) {
		tell("look for cgroup %s", cgroup);
		why_offsets(errno, NULL);
		fail();
	}
	while (mount_next(&in, &m)) {
		if ((strcmp(m.type, "cgroup2") != 0 &&
		    strcmp(m.type, "cgroup") != 0) ||
		    mount_id(AT_FDCWD, m.point) != m.id)
			continue;
		own = strncmp(cgroup, "./", 2) == 0 ? cgroup_own(&m) : "";
		if (!own)
			continue;
		stpcpy(stpcpy(stpcpy(stpcpy(path, m.point), own), "/"), cgroup);
		if (access(path, F_OK) < 0)
			continue;
		cgroup_add(path);
		found = 1;
	}
	mounts_close(&in);
	if (!found) {
		errno = ENOENT;
		tell("open cgroup %s", cgroup);
		because("UNS-44", "no hierarchy mounted here has one of this "
		    "name");
		try("cgset -- %s", cgroup);
		fail();
	}
	return cgroup_folder();
}
