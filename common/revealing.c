/*
 * "VFS: Mount too revealing": in a user namespace a new proc or sysfs may show
 * no more than one that is in sight (mount_too_revealing() of fs/namespace.c).
 */
#include <string.h>

#include "facts.h"
#include "mounts.h"
#include "put.h"
#include "say.h"

/* Some folders are kept empty for a mount: sysfs_create_mount_point() et al. */
static int
is_kept_empty(const char *path)
{
	static const char *const empty[] = {
		"/firmware/efi/efivars", "/fs/bpf", "/fs/cgroup",
		"/fs/fuse/connections", "/fs/nfsd", "/fs/pstore",
		"/fs/resctrl", "/fs/selinux", "/fs/smackfs",
		"/hypervisor/s390", "/kernel/config", "/kernel/debug",
		"/kernel/security", "/kernel/tracing", "/openprom",
		"/sys/fs/binfmt_misc", "/xen",
	};
	unsigned i;

	for (i = 0; i < sizeof empty / sizeof *empty; i++)
		if (strcmp(path, empty[i]) == 0)
			return 1;
	return 0;
}

/*
 * Whether a mount on m, a proc or a sysfs, hides something of it.  One that we
 * can take away does not.
 */
static int
is_covered(const struct mount *m, struct mount *cover)
{
	static struct mounts in;
	size_t n = strlen(m->point);
	int yes = 0;

	if (mounts_open(&in, "/proc/self/mountinfo") < 0)
		return 0;
	while (!yes && mount_next(&in, cover))
		yes = cover->parent == m->id &&
		    !(strncmp(cover->point, m->point, n) == 0 &&
		    is_kept_empty(cover->point + n)) &&
		    is_locked(cover->point);
	mounts_close(&in);
	return yes;
}

/* Why none that is in sight will do; 0 if there is none. */
int
why_revealing(const char *type)
{
	static struct mount m, cover;
	struct mounts in;
	int seen = 0, proc = *type == 'p';

	if (mounts_open(&in, "/proc/self/mountinfo") < 0)
		return 0;
	while (mount_next(&in, &m)) {
		if (strcmp(m.type, type) != 0 || strcmp(m.root, "/") != 0)
			continue;
		seen = 1;
		if (is_covered(&m, &cover))
			because(proc ? "PSE-02" : "PSE-06", "%s, mounted on "
			    "the %-s that we see, hides a part of it, and a "
			    "new one would not", cover.point, type);
		else if (strncmp(m.options, "ro", 2) == 0 ||
		    strncmp(m.super, "ro", 2) == 0)
			because(proc ? "PSE-04" : "PSE-56", "%s is read-only, "
			    "and a new one would not be", m.point);
		else if (!find(m.options, "relatime") ||
		    find(m.options, "nodiratime"))
			because("PSE-57", "%s is mounted with other atime "
			    "options (%s)", m.point, m.options);
	}
	mounts_close(&in);
	return seen;
}
