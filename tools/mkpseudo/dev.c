/* dev: a tmpfs with links, and the caller's devices bound on empty files. */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "mkpseudo/mount.h"
#include "mkpseudo/parts.h"
#include "mkpseudo/root.h"
#include "mounts.h"
#include "put.h"
#include "say.h"
#include "why/mkpseudo.h"

#define TERMINALS "newinstance,ptmxmode=0666,mode=0620"

static const char *const links[][2] = {
	{ "/proc/self/fd", "fd" },
	{ "/proc/self/fd/0", "stdin" },
	{ "/proc/self/fd/1", "stdout" },
	{ "/proc/self/fd/2", "stderr" },
	{ "pts/ptmx", "ptmx" },
};

/* Leaves us in dev, where the nodes come next. */
void
mount_dev(const struct place *p)
{
	struct statfs fs;
	unsigned i;

	if (statfs("/dev/null", &fs) == 0 && fs.f_flags & ST_NODEV) {
		say("the devices of /dev cannot be opened");
		because("PSE-80", "/dev/null lies on a mount with nodev");
		fail();
	}
	if ((dev_is_new = mount_place(p, p->type, p->data)) < 0)
		refuse_mount(p->type, p->path);
	if (fchdir(folder(p->path)) < 0)
		die("enter %s", below(p->path));
	for (i = 0; i < sizeof links / sizeof *links; i++)
		if (symlink(links[i][0], links[i][1]) == 0)
			did(0, "symlink(%s, %s)", links[i][0], links[i][1]);
		else if (errno != EEXIST)
			die("symlink %s", links[i][1]);
}

static int
is_device(int dir, const char *name, unsigned number)
{
	struct stat st;

	return fstatat(dir, name, &st, 0) == 0 && S_ISCHR(st.st_mode) &&
	    st.st_rdev == number;
}

/* Binds a device of the caller's on fd, if it is that device. */
void
bind_device(const char *name, unsigned number, int fd, const char *path,
    unsigned attr)
{
	if (is_device(source, name, number)) {
		bind(source, name, fd, path, attr);
		return;
	}
	say("/dev/%-s is not the device %u:%u", name, number >> 8,
	    number & 0xff);
	why_node(source, name);
	fail();
}

/*
 * The caller's /dev may be ROOT's own, and then lies below the new one.  In a
 * dev that was there somebody may have made a link of what we mount on.
 */
void
bind_node(const struct place *p)
{
	const char *name = p->path + strlen("dev/");
	int fd = -1;

	if (mknod(name, S_IFREG | 0666, 0) == 0)
		did(0, "mknod(%s, S_IFREG|0666, 0)", p->path);
	else if (errno != EEXIST)
		refuse("mknod", p->path);
	if (!dev_is_new && (fd = point(p->path, 0)) < 0)
		refuse("open", p->path);
	if (!dev_is_new && is_mount_point(fd, ""))
		return;
	if (dev_is_new && is_device(AT_FDCWD, p->type, p->flags)) {
		if (did(mount(p->type, name, NULL, MS_BIND, NULL),
		    "mount(%s, %s, NULL, MS_BIND, NULL)", p->type, p->path) < 0)
			refuse_bind(source, name, p->path);
		remember(p->path, 0);
	} else {
		bind_device(name, p->flags, fd < 0 ? point(p->path, 0) : fd,
		    p->path, 0);
	}
}

static char map[6 * 33 + 1];

/*
 * /proc/self/gid_map.  More than five extents the kernel shows in order: a
 * group 5 is in one of the first six, or in none.
 */
const char *
groups(void)
{
	if (!*map)
		get(AT_FDCWD, "/proc/self/gid_map", map, sizeof map);
	return map;
}

/* Terminals belong to the group tty, where there is a group 5. */
const char *
pts_options(void)
{
	return map_has(groups(), 5) ? TERMINALS ",gid=5" : TERMINALS;
}
