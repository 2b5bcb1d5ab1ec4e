/* The path itself, and the file system that DIR lies on. */
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <linux/capability.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "mkoverlay/overlay.h"
#include "mounts.h"
#include "program.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "why/mkoverlay.h"

/* The path itself: which part of it is missing, a file, or closed to us. */
void
why_path(int err, const char *path)
{
	size_t n = strlen(dir);
	int i, missing, ours = strncmp(path, dir, n) == 0 &&
	    (!path[n] || path[n] == '/');
	char part[PATH_MAX];
	struct stat st;

	for (n = i = 0; i < lowers; i++)
		ours &= path != lower[i];
	if (err == ENAMETOOLONG)
		because("OVL-42", "a path has at most 4,095 bytes, a name in "
		    "it 255");
	if (strlen(path) >= sizeof part)
		return;
	if (err == EACCES)
		why_unreachable("OVL-34", path);
	if (err != ENOENT && err != ENOTDIR && (err != ELOOP ||
	    stat(path, &st) == 0))
		return;
	do {
		n += strspn(path + n, "/");
		n += strcspn(path + n, "/");
		memcpy(part, path, n);
		part[n] = '\0';
		missing = stat(part, &st) < 0;
		if (!missing && !S_ISDIR(st.st_mode))
			because("OVL-12", "%s is not a folder", part);
		else if (!missing && st.st_nlink == 0)
			because("OVL-77", "%s was removed by somebody", part);
		else if (missing && errno == ELOOP &&
		    is_not_followed(AT_FDCWD, part))
			because("OVL-98", "%s is a symbolic link on a mount "
			    "with nosymfollow", part);
		else if (missing && errno == ELOOP)
			because("OVL-35", "the symbolic link %s leads in a "
			    "circle, or to one on a mount with nosymfollow",
			    part);
		else if (missing && lstat(part, &st) == 0)
			because("OVL-88", "%s is a symbolic link to what "
			    "does not exist", part);
		else if (missing && errno == ENOENT)
			because(ours ? "OVL-87" : "OVL-05",
			    "%s does not exist", part);
	} while (!missing && !reasons() && path[n]);
	if (!reasons() && strcmp(path, in_dir("merged")) == 0 &&
	    lstat(path, &st) == 0 && S_ISLNK(st.st_mode)) {
		because("OVL-96", "%s is a symbolic link, and the overlay "
		    "would be mounted where it leads", path);
		try("rm %s", path);
	}
}

/* DIR, or the folder that it would be made in. */
static const char *
place_of(void)
{
	static char parent[PATH_MAX];
	size_t n = strlen(dir);
	struct stat st;

	if (stat(dir, &st) == 0 || n >= sizeof parent)
		return dir;
	while (n && dir[n - 1] == '/')
		n--;
	while (n && dir[n - 1] != '/')
		n--;
	memcpy(parent, dir, n);
	return n ? parent : ".";
}

/* The file system that DIR lies on. */
void
why_place(int err)
{
	struct statfs st;
	int inodes;

	if (statfs(place_of(), &st) < 0)
		return;
	inodes = st.f_files && st.f_ffree < 8;
	if (err == EROFS && st.f_flags & ST_RDONLY)
		because("OVL-10", "%s lies on a file system mounted read-only",
		    dir);
	if (err == ENOSPC && (inodes || st.f_bavail < 8))
		because("OVL-60", "the file system of %s has %lu %-s left", dir,
		    (unsigned long)(inodes ? st.f_ffree : st.f_bavail),
		    inodes ? "inodes" : "blocks");
}

/* It came up read-only: overlay could make no folder in work. */
void
why_read_only(void)
{
	struct stat st;

	why_place(ENOSPC);
	if (reasons() || stat(in_dir("work"), &st) < 0)
		return;
	if (is_unmapped("uid_map", st.st_uid))
		because("OVL-29", "the owner of %s is not mapped in this user "
		    "namespace", in_dir("work"));
	else
		because("OVL-29", "overlay could make no folder in %s",
		    in_dir("work"));
}

/* For EACCES, EOVERFLOW, and EPERM. */
void
why_unwritable(int err)
{
	static struct mount m;
	const char *place = place_of();
	int no_uid = is_unmapped("uid_map", geteuid());

	if (err == EPERM) {
		if (is_immutable(place))
			because("OVL-43", "%s is immutable (chattr(1))", place);
	} else if (err == EACCES && !may(AT_FDCWD, place, R_OK | W_OK | X_OK)) {
		because("OVL-90", "uid %u may not read, write and search %s",
		    geteuid(), place);
	} else if (no_uid || is_unmapped("gid_map", getegid())) {
		because("OVL-59", "our %-s is not mapped in this user "
		    "namespace: overlay's own folders would be closed to us",
		    no_uid ? "uid" : "gid");
		try_again("unshare-lite -Urm ");
	} else if (err == EOVERFLOW) {
		if (mount_at(place, &m) && find(m.options, "idmapped"))
			because("OVL-99", "%s lies on an idmapped mount (%s), "
			    "which does not map our uid or gid", place,
			    m.point);
	} else if (work_fd >= 0 && !has_cap(CAP_DAC_OVERRIDE)) {
		because("OVL-97", "overlay makes a folder of mode 000 in %s, "
		    "and without CAP_DAC_OVERRIDE we may not use it",
		    in_dir("work"));
	}
}
