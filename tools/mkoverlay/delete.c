/* -d: what mkoverlay has mounted and made goes; upper and layers are data. */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "layers.h"
#include "mkoverlay/overlay.h"
#include "mounts.h"
#include "names.h"
#include "raw.h"
#include "say.h"
#include "start.h"
#include "why/mkoverlay.h"

int
remove_one(int parent, const char *name, int how)
{
	if (unlinkat(parent, name, how) < 0)
		return -1;
	return did(0, "unlinkat(%d, %s, %-s)", parent, name,
	    how ? "AT_REMOVEDIR" : "0");
}

static void
remove_tree(int parent, const char *name)
{
	const char *below;
	struct names in;

	if (remove_one(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return;
	if (names_open(&in, parent, name) < 0 && (errno != EACCES ||
	    did(syscall(SYS_fchmodat, parent, name, 0700),
	    "fchmodat(%d, %s, 0700)", parent, name) < 0 ||
	    names_open(&in, parent, name) < 0))
		return;
	while ((below = name_next(&in)))
		if (remove_one(in.fd, below, 0) < 0)
			remove_tree(in.fd, below);
	remove_one(parent, name, AT_REMOVEDIR);
}

/*
 * What overlay makes in work has mode 0.  Where mkoverlay has been, it may be
 * one that an earlier -d opened.
 */
void
remove_overlays(int parent, const char *name)
{
	int work = openat(parent, "work", O_PATH | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	struct stat st;

	if (fstatat(work, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(st.st_mode) && (!(st.st_mode & 07777) ||
	    may(parent, "layers", F_OK)))
		remove_tree(work, name);
	close(work);
}

static int
remove_folder(const char *name)
{
	struct stat st;

	/* To the kernel a read-only file system comes first. */
	if (lstat(name, &st) < 0 && errno == ENOENT)
		return 0;
	if (did(rmdir(name), "rmdir(%s)", name) == 0)
		return 1;
	if (errno == ENOENT)
		return 0;
	tell("remove %-s in %s", name, dir);
	why_kept(errno, name);
	fail();
}

static int
unmount(const char *path, const char *type)
{
	static struct mount m;

	if (mount_at(path, &m) && strcmp(m.type, type) != 0)
		errno = EBUSY;
	else if (did(umount2(path, UMOUNT_NOFOLLOW),
	    "umount2(%s, UMOUNT_NOFOLLOW)", path) == 0)
		return 1;
	tell("unmount %s of %s", path, dir);
	why_not_unmounted(errno, path, type);
	fail();
}

/* upper and layers are data; all else goes, even halves of it. */
void
delete_all(void)
{
	static char path[PATH_MAX];	/* of DIR, which may be a link */
	static struct mount m;
	int found = 0, here = open(".", O_PATH | O_CLOEXEC), lock;

	if (here < 0)
		refuse("open", ".");
	hold_signals();
	if (chdir(dir) < 0)
		refuse("chdir", dir);
	/* Where "." is below what -T has mounted, its name leads to that. */
	if (raw_getcwd(path, sizeof path) < 0 || *path != '/' ||
	    chdir(path) < 0)
		*path = '\0';
	take_lock(lock = open(".", O_RDONLY | O_CLOEXEC));
	while (is_mount_point(AT_FDCWD, "merged"))
		found = unmount("merged", "overlay");
	if (upper_in_use() || mounted_elsewhere()) {
		errno = EBUSY;
		if (fchdir(here) == 0)
			refuse_in("remove", "work");
	}
	remove_overlays(AT_FDCWD, "index");
	remove_overlays(AT_FDCWD, "work");
	found += remove_folder("work");
	found += remove_folder("merged");
	if (access("upper", F_OK) < 0 && errno == ENOENT &&
	    layers_read(AT_FDCWD, &prefix, recorded))
		remove_one(AT_FDCWD, "layers", 0);
	go_back(here);
	close(lock);
	while (*path && mount_at(path, &m) && is_mount_point(AT_FDCWD, path) &&
	    strcmp(m.source, "mkoverlay") == 0)
		found = unmount(path, "tmpfs");
	did(rmdir(dir), "rmdir(%s)", dir);
	if (!found) {
		say("%s: there is nothing to delete", dir);
		fail();
	}
	let_signals();
	_exit(0);
}
