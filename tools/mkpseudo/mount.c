/* One place: a file system of its own, or what the caller has there. */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "flags.h"
#include "mkpseudo/mount.h"
#include "mkpseudo/root.h"
#include "mounts.h"
#include "put.h"
#include "say.h"
#include "why/mkpseudo.h"

/* open_tree(2), mount_setattr(2): not in every libc's sys/mount.h. */
#define RECURSIVE (AT_EMPTY_PATH | 0x8000)

unsigned read_only;
int dev_is_new, source;

/*
 * Those of the hierarchy of version 2, which is one for the machine: a mount in
 * the first cgroup namespace sets them anew, and without nsdelegate, say, those
 * in cgroups of their own could leave them.
 */
static const char *
options_of_hierarchy(void)
{
	static struct mounts in;
	static struct mount m;
	const char *rest = NULL;

	if (mounts_open(&in, "/proc/self/mountinfo") < 0)
		return NULL;
	while (!rest && mount_next(&in, &m) > 0)
		if (strcmp(m.type, "cgroup2") == 0)
			rest = strchr(m.super, ',');
	mounts_close(&in);
	return rest ? rest + 1 : NULL;
}

/*
 * On "." a mount lands where we stand, whatever becomes of the names that led
 * here; another name is one that only we can have made.
 */
int
mount_here(const char *name, const char *path, const char *type,
    unsigned flags, const char *data)
{
	if (read_only && strcmp(type, "cgroup2") == 0)
		data = options_of_hierarchy();
	return did(mount(MARK, name, type, flags, data),
	    "mount(\"" MARK "\", %s, %s, %-sMS_NOSUID%-s%-s, %s)", path, type,
	    flags & MS_RDONLY ? "MS_RDONLY|" : "",
	    flags & MS_NODEV ? "|MS_NODEV" : "",
	    flags & MS_NOEXEC ? "|MS_NOEXEC" : "", data);
}

int
mount_on(int fd, const char *path, const char *type, unsigned flags,
    const char *data)
{
	if (fchdir(fd) < 0 || mount_here(".", path, type, flags, data) < 0)
		return -1;
	remember(path, 0);
	return 0;
}

/*
 * Binds what lies at name in from, with what is mounted below it, on fd; it has
 * its attributes before anybody sees it.
 */
void
bind(int from, const char *name, int fd, const char *path, unsigned attr)
{
	uint64_t attrs[4] = { attr };
	int tree;

	tree = did(syscall(SYS_open_tree, from, name, RECURSIVE | O_CLOEXEC |
	    1 /* OPEN_TREE_CLONE */), "open_tree(%d, %s, OPEN_TREE_CLONE|"
	    "OPEN_TREE_CLOEXEC|AT_EMPTY_PATH|AT_RECURSIVE)", from, name);
	if (tree < 0 || (attr && did(syscall(SYS_mount_setattr, tree, "",
	    RECURSIVE, attrs, sizeof attrs), "mount_setattr(%d, \"\", "
	    "AT_EMPTY_PATH|AT_RECURSIVE, {attr_set=%-s})", tree,
	    flags_text("MOUNT_ATTR_", attr)) < 0) ||
	    did(syscall(SYS_move_mount, tree, "", fd, "", 0x44),
	    "move_mount(%d, \"\", %d, \"\", MOVE_MOUNT_F_EMPTY_PATH|"
	    "MOVE_MOUNT_T_EMPTY_PATH)", tree, fd) < 0)
		refuse_bind(from, name, path);
	close(tree);
	remember(path, 0);
}

static int
is_marked(int fd)
{
	static struct mount m;

	return mount_by_id(mount_id(fd, ""), &m) && strcmp(m.source, MARK) == 0;
}

/*
 * Whether what is mounted there already is what we would mount.  Of sysfs,
 * cgroup2 and mqueue the kernel itself says so, with EBUSY.
 */
static int
is_right(const struct place *p, int fd)
{
	struct statfs fs;
	char pid[16] = "";

	if (p->kind == SYS || p->kind == MQUEUE || !is_mount_point(fd, "") ||
	    fstatfs(fd, &fs) < 0)
		return 0;
	if (p->kind == PROC)
		return fs.f_type == PROC_SUPER_MAGIC &&
		    readlinkat(fd, "self", pid, sizeof pid - 1) > 0 &&
		    digits(pid, NULL, 10) == (unsigned)getpid();
	if (p->kind == MEMORY)
		return fs.f_type == TMPFS_MAGIC;
	return is_marked(fd);
}

/* 1: mounted; 0: it was there already; -1 */
int
mount_place(const struct place *p, const char *type, const char *data)
{
	unsigned flags = p->flags, before = done;
	int fd, ret;

	if (strcmp(type, "sysfs") == 0 || strcmp(type, "cgroup2") == 0)
		flags |= read_only;
	if (dev_is_new && strncmp(p->path, "dev/", 4) == 0)
		return did(mkdir(p->path + 4, 0755), "mkdir(%s, 0755)",
		    p->path) < 0 || mount_here(p->path + 4, p->path, type,
		    flags, data) < 0 ? -1 : 1;
	fd = folder(p->path);
	if (done != before || !is_right(p, fd)) {
		ret = mount_on(fd, p->path, type, flags, data);
		if (ret == 0 || errno != EBUSY)
			return ret < 0 ? -1 : 1;
	}
	note("%s is there already", p->path);
	return 0;
}

/*
 * A folder of the caller's, read-only.  A bind has the source of its original:
 * a tmpfs with our mark lies below it, for -d.
 */
void
bind_folder(const char *name, const char *path, unsigned attr)
{
	struct statfs fs;
	int fd = folder(path);
	int from = openat(AT_FDCWD, name, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (from < 0)
		refuse_bind(AT_FDCWD, name, path);
	if (is_mount_point(fd, "") && fstatfs(fd, &fs) == 0 &&
	    fs.f_flags & ST_RDONLY && !is_marked(fd)) {
		note("%s is there already", path);
		return;
	}
	if (mount_on(fd, path, "tmpfs", SAFE | MS_RDONLY, NULL) < 0)
		refuse_mount("tmpfs", path);
	bind(from, "", folder(path), path, attr);
}

/* The folder of the program that runs. */
void
bind_tools(const char *path)
{
	static char self[PATH_MAX];

	if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
		refuse_bind(AT_FDCWD, "/proc", path);
	strrchr(self, '/')[1] = '\0';
	bind_folder(self, path, RDONLY | NOSUID | NODEV);
}
