/* The names of pins, and their end. */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <linux/magic.h>

#include "kinds.h"
#include "pins.h"
#include "say.h"
#include "why/nspin.h"

int
is_folder(const char *path)
{
	return path[strlen(path) - 1] == '/';
}

/* PATH, or DIR/net; NAME becomes /run/netns/NAME. */
const char *
path_in(const char *where, int i)
{
	static char path[sizeof NETNS + PATH_MAX + 16];

	stpcpy(stpcpy(stpcpy(path, strchr(where, '/') ? "" : NETNS "/"),
	    where), is_folder(where) ? kinds[i].file : "");
	return path;
}

int
unpin(const char *path)
{
	return did(umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW),
	    "umount2(%s, MNT_DETACH|UMOUNT_NOFOLLOW)", path);
}

int
is_namespace(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && fs.f_type == NSFS_MAGIC;
}

/* A file that takes pins, without a permission, or with those it has. */
static int
is_empty(const char *path, mode_t permissions)
{
	struct stat st;

	return lstat(path, &st) == 0 && st.st_size == 0 &&
	    (st.st_mode & ~(UNFINISHED | permissions)) == S_IFREG;
}

static int
cannot_delete(const char *path)
{
	tell("unpin %s", path);
	why_unpin(errno, path);
	return 1;
}

/* What a pin lay on is removed with it, unless it is somebody's file. */
static int
delete_pin(const char *path)
{
	int pinned;

	for (pinned = 0; is_namespace(path); pinned = 1)
		if (unpin(path) < 0)
			return cannot_delete(path);
	if (!is_empty(path, pinned ? 0777 : 0)) {
		if (pinned)
			return 0;
		errno = access(path, F_OK) < 0 ? errno : EINVAL;
		return cannot_delete(path);
	}
	if (!pinned)
		say("%s: only the file was left of it, here", path);
	if (did(unlink(path), "unlink(%s)", path) < 0)
		return cannot_delete(path);
	return 0;
}

int
delete_pins(const char *operand)
{
	int i, there = 0, failed = 0;
	struct stat st;

	if (!is_folder(operand))
		return delete_pin(path_in(operand, 0));
	for (i = 0; i < KINDS; i++)
		if (lstat(path_in(operand, i), &st) == 0) {
			there = 1;
			failed |= delete_pin(path_in(operand, i));
		}
	return there ? failed : cannot_delete(operand);
}
