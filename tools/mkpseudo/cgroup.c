/* The hierarchies of cgroups of version 1, which only -m cgroup mounts. */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "mkpseudo/mount.h"
#include "mkpseudo/parts.h"
#include "mkpseudo/root.h"
#include "put.h"
#include "say.h"
#include "why/mkpseudo.h"

/*
 * Whether the host has hierarchies of version 1, which only -m cgroup mounts:
 * these ten mounts are a tenth of what the start of a container costs.
 */
int
has_hierarchies(void)
{
	struct statfs fs;

	return statfs("/sys/fs/cgroup", &fs) == 0 && fs.f_type == TMPFS_MAGIC;
}

/* Not by its name, which somebody may have made a link. */
static int
mount_in(int dir, const char *name, const char *type, const char *data)
{
	int fd = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC), ret, err;

	if (fd < 0 || fchdir(fd) < 0)
		return -1;
	ret = mount_here(".", name, type, SAFE | read_only, data);
	err = errno;
	close(fd);
	if (fchdir(dir) < 0)
		die("return to %s", below("sys/fs/cgroup"));
	errno = err;
	return ret;
}

/* One of them, named as the host names it. */
static int
mount_hierarchy(int dir, char *name)
{
	const char *data = name, *type = *name ? "cgroup" : "cgroup2";
	char link[256], *part, *rest = link;

	if (strncmp(name, "name=", 5) == 0)
		name += 5;
	if (!*name)
		name = "unified";
	if (mkdir(name, 0755) < 0 && errno != EEXIST)
		return -1;
	if (mount_in(dir, name, type, data) < 0 && errno != EBUSY) {
		rmdir(name);
		return -1;
	}
	if (!strchr(name, ',') || strlen(name) >= sizeof link)
		return 0;
	strcpy(link, name);
	while ((part = strsep(&rest, ",")))
		symlink(name, part);
	return 0;
}

/* To /proc/self/cgroup they are lines, "4:cpu,cpuacct:/path"; 2 is "0::/". */
void
mount_hierarchies(const struct place *p)
{
	static char lines[65536];
	char *rest = lines, *line, *name;
	int dir, some = 0, err = EPERM;

	get(AT_FDCWD, "/proc/self/cgroup", lines, sizeof lines);
	if (mount_place(p, "tmpfs", "mode=755") < 0 ||
	    fchdir(dir = folder(p->path)) < 0)
		refuse_mount("tmpfs", p->path);
	while ((line = strsep(&rest, "\n")) && strsep(&line, ":") &&
	    (name = strsep(&line, ":"))) {
		if (mount_hierarchy(dir, name) == 0)
			some = 1;
		else if ((err = errno) != EPERM)
			tell("cgroup: %s is left out", name);
	}
	errno = err;
	if (!some)
		refuse_mount("cgroup", p->path);
	if (read_only && did(mount(NULL, ".", NULL, MS_REMOUNT | MS_BIND |
	    MS_RDONLY | SAFE, NULL), "mount(NULL, %s, NULL, MS_REMOUNT|MS_BIND|"
	    "MS_RDONLY|MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)", p->path) < 0)
		die("make %s read-only", below(p->path));
}
