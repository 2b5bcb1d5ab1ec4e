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
#include "mkpseudo/mount.h"
#include "mkpseudo/parts.h"
#include "mkpseudo/root.h"
#include "mounts.h"
#include "program.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "why/mkpseudo.h"

/* ROOT and what lies below it, as one path, which no command takes for -x. */
const char *
below(const char *path)
{
	static char joined[2 * PATH_MAX];
	size_t n = strlen(root);

	stpcpy(stpcpy(stpcpy(stpcpy(joined, *root == '-' ? "./" : ""), root),
	    n && root[n - 1] != '/' && *path ? "/" : ""), path);
	return joined;
}

/* Where root_fd lies: nothing can be mounted on what is gone or elsewhere. */
void
why_place(void)
{
	static struct mount m;
	struct stat st;
	const char *rest;
	char prefix[64], **word;

	if (fstat(root_fd, &st) == 0 && st.st_nlink == 0) {
		because("PSE-78", "%s has been removed", root);
		return;
	}
	if (!proc_is_readable() || mount_by_id(mount_id(root_fd, ""), &m))
		return;
	because("PSE-65", "%s lies in another mount namespace", root);
	if (strncmp(root, "/proc/", 6) != 0 || !digits(root + 6, &rest, 10) ||
	    strncmp(rest, "/root", 5) != 0)
		return;
	stpcpy(mempcpy(stpcpy(prefix, "nsenter-lite -t "), root + 6,
	    rest - root - 6), " -m ");
	for (word = command; *word; word++)
		if (*word == root) {
			*word = rest[5] ? (char *)rest + 5 : "/";
			try_again(prefix);
		}
}

/* Whether the folder may be written that holds what cut() has found. */
static int writable;

/*
 * Cuts path behind its first part that is no folder, or that we cannot see
 * (st_mode is 0 then), if any, and returns what stood there.
 */
static char
cut(int dir, char *path, int flags, struct stat *st)
{
	char *end = path, c;

	writable = may(dir, *path == '/' ? "/" : ".", W_OK);
	for (;; *end = c) {
		end += strspn(end, "/");
		end += strcspn(end, "/");
		c = *end;
		*end = '\0';
		if (fstatat(dir, path, st, flags) < 0)
			st->st_mode = 0;
		if (!S_ISDIR(st->st_mode) || !c)
			return c;
		writable = may(dir, path, W_OK);
	}
}

/* The symbolic link at path cannot be followed. */
static void
why_link(const char *path)
{
	if (is_not_followed(AT_FDCWD, path))
		because("PSE-88", "the symbolic link %s lies on a mount with "
		    "nosymfollow", path);
	else
		because("PSE-87", "more than 40 symbolic links lead through "
		    "%s, as in a circle, or one lies on a mount with "
		    "nosymfollow", path);
}

void
why_root(int err, int deleting)
{
	char *part = (char *)root, c;
	struct stat st, link;
	int makes = 0;

	c = cut(AT_FDCWD, part, 0, &st);
	if (st.st_mode) {
		if (!S_ISDIR(st.st_mode))
			because("PSE-76", "%s is not a folder", part);
	} else {
		err = errno;
		if (lstat(part, &link) < 0)
			link.st_mode = 0;
		if (err == EACCES)
			because("PSE-74", "uid %u may not %-s %s", geteuid(),
			    link.st_mode ? "follow the symbolic link" :
			    "search the folder of", part);
		if (err == ELOOP)
			why_link(part);
		if (err == ENOENT && link.st_mode)
			because("PSE-86", "%s is a symbolic link to what does "
			    "not exist", part);
		else if (err == ENOENT) {
			because("PSE-15", "%s does not exist", part);
			makes = *part && writable && !deleting &&
			    strncmp(part, "/proc/", 6) != 0;
		}
	}
	part[strlen(part)] = c;
	if (makes)
		try("mkdir -p %s", below(""));
	unexplained(6);
}

/* Why nothing can be made in the folder where we stand, which is dir. */
static void
why_not_made(int err, const char *dir)
{
	static struct mount m;
	struct statfs fs;
	const char *lacks;

	if (statfs(".", &fs) < 0)
		return;
	if (err == EROFS && fs.f_flags & ST_RDONLY)
		because("PSE-72", "%s is read-only, and lacks a folder", dir);
	if (err == ENOSPC && (!fs.f_bavail ||
	    (fs.f_files && !fs.f_ffree)))
		because("PSE-91", "the file system of %s is out of blocks or "
		    "inodes", dir);
	if (err == EPERM && is_immutable("."))
		because("PSE-92", "%s is immutable", dir);
	if (err != EOVERFLOW)
		return;
	if (mount_by_id(mount_id(AT_FDCWD, "."), &m) &&
	    find(m.options, "idmapped")) {
		because("PSE-89", "%s, an idmapped mount, has no ID for our "
		    "uid or gid", m.point);
		return;
	}
	if (is_unmapped("uid_map", geteuid()))
		lacks = "uid";
	else if (is_unmapped("gid_map", getegid()))
		lacks = "gid";
	else {
		why_place();
		return;
	}
	because(*lacks == 'u' ? "PSE-73" : "PSE-90", "our %-s is not mapped in "
	    "this user namespace, and could own no new folder", lacks);
	try_again("unshare-lite -Urmp ");
}

void
why_point(int err, const char *path)
{
	struct stat st;
	char part[256], *slash;
	const char *dir, *verb;

	if (is_filtered("openat2"))
		because("PSE-85", "a seccomp filter refuses %-s(2)", "openat2");
	strcpy(part, path);
	cut(root_fd, part, AT_SYMLINK_NOFOLLOW, &st);
	if ((err == ELOOP || err == ENOTDIR) && st.st_mode &&
	    !S_ISDIR(st.st_mode)) {
		if (S_ISLNK(st.st_mode))
			because("PSE-45", "%s is a symbolic link: nothing is "
			    "mounted through one", below(part));
		else
			because("PSE-76", "%s is not a folder", below(part));
		if (writable)
			try("rm %s", below(part));
	}
	/* What is missing was to be made in the folder that holds it. */
	slash = strrchr(part, '/');
	*(slash ? slash : part) = '\0';
	dir = *part ? part : ".";
	verb = !may(root_fd, dir, X_OK) ? "search" :
	    !may(root_fd, dir, W_OK) ? "write to" : NULL;
	if (err == EACCES && verb &&
	    fstatat(root_fd, part, &st, AT_EMPTY_PATH) == 0)
		because("PSE-74", "%s belongs to uid %u and has mode %o, and "
		    "uid %u may not %-s it", below(part), st.st_uid,
		    st.st_mode & 07777, geteuid(), verb);
	else if (err == EACCES && is_confined())
		because("PSE-49", "Landlock, or another security module, "
		    "forbids to change mounts");
	why_not_made(err, below(part));
	if (err == ENOENT)
		why_place();
	unexplained(12);
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
