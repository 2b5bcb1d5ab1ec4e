/* ROOT, and the way from there to a place: what is missing, or in the way. */
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "mkpseudo/root.h"
#include "mounts.h"
#include "put.h"
#include "say.h"
#include "why/mkpseudo.h"

/* ROOT and what lies below it, as one path. */
const char *
below(const char *path)
{
	static char joined[2 * PATH_MAX];
	size_t n = strlen(root);

	stpcpy(stpcpy(stpcpy(joined, root), n && root[n - 1] != '/' && *path ?
	    "/" : ""), path);
	return joined;
}

/* Where root_fd lies: nothing can be mounted on what is gone or elsewhere. */
void
why_place(void)
{
	static struct mount m;
	struct stat st;

	if (fstat(root_fd, &st) == 0 && st.st_nlink == 0) {
		because("PSE-78", "%s has been removed", root);
		return;
	}
	if (!proc_is_readable() || mount_by_id(mount_id(root_fd, ""), &m))
		return;
	because("PSE-65", "%s lies in another mount namespace", root);
	if (strncmp(root, "/proc/", 6) == 0 && digits(root + 6, NULL, 10) > 0)
		try("nsenter-lite -t %llu -m mkpseudo /",
		    digits(root + 6, NULL, 10));
}

/* The part of path below ROOT that is in the way, if any. */
static void
why_part(const char *path)
{
	char part[256], *end = part;
	struct stat st;

	if (strlen(path) >= sizeof part)
		return;
	strcpy(part, path);
	for (;;) {
		end += strcspn(end, "/");
		*end = '\0';
		if (fstatat(root_fd, part, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return;
		if (!S_ISDIR(st.st_mode))
			break;
		if (!path[end - part])
			return;
		*end++ = '/';
	}
	if (S_ISLNK(st.st_mode))
		because("PSE-45", "%s is a symbolic link: nothing is mounted "
		    "through one", below(part));
	else
		because("PSE-76", "%s is not a folder", below(part));
	try("rm %s", below(part));
}

void
why_root(int err, int deleting)
{
	struct stat st;

	if (err == ENOENT && stat(root, &st) < 0) {
		because("PSE-15", "%s does not exist", root);
		if (*root && !deleting)
			try("mkdir -p %s", root);
	}
	if (stat(root, &st) == 0 && !S_ISDIR(st.st_mode))
		because("PSE-76", "%s is not a folder", root);
	if (err == EACCES)
		because("PSE-74", "uid %u may not search a folder on the way "
		    "to %s", geteuid(), root);
	unexplained(3);
}

void
why_point(int err, const char *path)
{
	struct statfs fs;
	struct stat st;
	char map[64];

	if (err == ELOOP || err == ENOTDIR)
		why_part(path);
	if (err == EROFS && fstatfs(root_fd, &fs) == 0 &&
	    fs.f_flags & ST_RDONLY)
		because("PSE-72", "%s is read-only, and lacks the folder %-s",
		    root, path);
	if (err == EOVERFLOW && get(AT_FDCWD, "/proc/self/uid_map", map,
	    sizeof map) == 0) {
		because("PSE-73", "no uid is mapped in this user namespace, so "
		    "that nobody could own a new folder");
		try_again("unshare-lite -Urmp ");
	}
	if ((err == EACCES || err == EOVERFLOW) && fstat(root_fd, &st) == 0 &&
	    st.st_uid != geteuid())
		because("PSE-74", "%s belongs to uid %u, and uid %u may not "
		    "write to it", root, st.st_uid, geteuid());
	if (err == ENOENT)
		why_place();
	unexplained(6);
}

/* A node of the caller's /dev that is missing or false. */
void
why_node(int dev, const char *name)
{
	struct stat st;

	if (fstatat(dev, name, &st, 0) < 0)
		because("PSE-16", "/dev/%-s does not exist", name);
	else if (!S_ISCHR(st.st_mode))
		because("PSE-79", "/dev/%-s is a file, not a device", name);
}

void
refuse(const char *call, const char *path)
{
	tell("%-s %s", call, below(path));
	why_point(errno, path);
	fail();
}
