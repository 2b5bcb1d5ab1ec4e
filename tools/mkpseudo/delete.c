/* -d: what is mounted below ROOT and ours goes, deepest first. */
#include <sys/mount.h>

#include <errno.h>
#include <string.h>

#include "mkpseudo/mount.h"
#include "mkpseudo/parts.h"
#include "mkpseudo/root.h"
#include "mounts.h"
#include "say.h"
#include "why/mkpseudo.h"

/* Whether path below ROOT is a place where we mount. */
static int
is_place(const char *path)
{
	const struct place *p;

	for (p = places; p->name; p++)
		if (strcmp(p->path, path) == 0)
			return 1;
	return is_masked(path) || strncmp(path, "sys/fs/cgroup/", 14) == 0;
}

/*
 * What lies at our places below prefix and has our mark, or lies on what has.
 * Parents come first in mountinfo.
 */
void
unmount_all(const char *prefix)
{
	static struct {
		int id, marked;
		char path[128];
	} ours[1024];
	static struct mount m;
	static struct mounts in;
	size_t length = strlen(prefix);
	unsigned n = 0, i;
	int id;
	const char *path, *covered = NULL;

	if (mounts_open(&in, "/proc/self/mountinfo") < 0)
		die("open /proc/self/mountinfo");
	errno = 0;
	while (n < sizeof ours / sizeof *ours && mount_next(&in, &m)) {
		path = m.point + length + 1;
		if (strncmp(m.point, prefix, length) || path[-1] != '/' ||
		    strlen(path) >= sizeof ours->path || !is_place(path))
			continue;
		ours[n].id = m.id;
		ours[n].marked = strcmp(m.source, MARK) == 0;
		strcpy(ours[n].path, path);
		for (i = 0; i < n; i++)
			if (ours[i].marked && ours[i].id == m.parent)
				break;
		n += ours[n].marked || i < n;
	}
	if (errno)
		die("read /proc/self/mountinfo");
	mounts_close(&in);
	if (n == 0)
		say("nothing of mkpseudo's is mounted in %s", root);
	while (n-- > 0) {
		path = ours[n].path;
		id = mount_id(root_fd, path);
		if (id != ours[n].id && (id >= 0 || errno != EACCES)) {
			if (mount_by_id(ours[n].id, &m))
				covered = path;
			continue;
		}
		/* The caller's sysfs has mounts of its own on it. */
		if (unmount(path, ours[n].marked ? 0 : MNT_DETACH) == 0)
			continue;
		tell("unmount %s", below(path));
		why_unmount(errno, path);
		fail();
	}
	if (covered) {
		errno = EBUSY;
		tell("unmount %s", below(covered));
		because("PSE-110", "another mount lies over it, or over ROOT");
		try("findmnt -R %s", below(""));
		fail();
	}
}
