/* Why the file of a pin cannot be made. */
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>

#include "facts.h"
#include "format.h"
#include "mounts.h"
#include "nspin/pins.h"
#include "raw.h"
#include "say.h"
#include "why/nspin.h"

static struct mount m;

/* The command line behind words of ours, in which % stands for a path. */
void
try_after(const char *words, const char *path)
{
	static char text[LINE_SIZE];
	struct out o = { text, text + sizeof text - 1 };
	char word[2] = "";

	for (; *words; words++)
		if ((*word = *words) == '%')
			put_quoted(&o, PASTE, path);
		else
			put_text(&o, word);
	*o.at = '\0';
	try_again(text);
}

/* The folder that path is in. */
const char *
folder_of(const char *path)
{
	static char folder[PATH_MAX + 32];
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	while (n && path[n - 1] != '/')
		n--;
	while (n > 1 && path[n - 1] == '/')
		n--;
	memcpy(folder, path, n);
	strcpy(folder + n, n ? "" : ".");
	return folder;
}

/* Something else is mounted on a pin. */
int
is_covered(const char *path, const char *words)
{
	if (!mount_at(path, &m) || !mount_by_id(m.parent, &m) ||
	    strcmp(m.type, "nsfs") != 0)
		return 0;
	because("PIN-32", "something else is mounted on the pin %s", path);
	try_after(words, path);
	return 1;
}

/* The name is taken: by what? */
static void
why_taken(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return;
	if (S_ISDIR(st.st_mode)) {
		because("PIN-02", "%s is a folder: with a slash at the end, "
		    "pins go into it", path);
	} else if (S_ISLNK(st.st_mode)) {
		because("PIN-17", "%s is a symbolic link, which is not "
		    "followed", path);
	} else if (is_namespace(path)) {
		because("PIN-14", "a namespace is pinned to %s already", path);
		if (mount_at(path, &m))
			try_after("nspin -d % && ", path);
	} else if (is_covered(path, "umount % && nspin -d % && ")) {
		return;
	} else if (S_ISREG(st.st_mode) && st.st_size == 0 &&
	    !(st.st_mode & 0777)) {
		because("PIN-18", "%s is left of a pin, or is one in another "
		    "mount namespace, which -d would end there", path);
		try_after("nspin -d % && ", path);
	} else if (S_ISREG(st.st_mode) && st.st_size == 0) {
		because("PIN-19", "%s is an empty file: a new one is wanted",
		    path);
		try_after("rm % && ", path);
	} else {
		because("PIN-19", "%s is a file, and no pin", path);
	}
}

static void
why_read_only(const char *folder)
{
	int all;

	if (!mount_at(folder, &m))
		return;
	all = strncmp(m.super, "ro", 2) == 0 && strchr(",", m.super[2]);
	because("PIN-15", "%s is on a %-s that is read-only (%s)", folder,
	    all ? "filesystem" : "mount", m.point);
	if (has_cap(CAP_SYS_ADMIN) && in_first("user"))
		try_after(all ? "mount -o remount,rw % && " :
		    "mount -o remount,bind,rw % && ", m.point);
}

static void
why_immutable(const char *folder)
{
	if (!is_immutable(folder))
		return;
	because("PIN-29", "the folder %s is immutable (lsattr(1))", folder);
	try_after("chattr -i % && ", folder);
}

/* Nothing may be made in the folder, or removed from it. */
void
why_folder(int err, const char *folder)
{
	if (err == EROFS)
		why_read_only(folder);
	if (err == EPERM)
		why_immutable(folder);
	if (err == EACCES && !why_unreachable("PIN-21", folder) &&
	    !may(AT_FDCWD, folder, W_OK))
		because("PIN-21", "uid %u may not write to the folder %s",
		    geteuid(), folder);
}

/* The file of a pin, or /run/netns, cannot be made. */
void
why_file(int err, const char *path)
{
	const char *folder = folder_of(path);
	struct statvfs fs;

	if (err == EEXIST || err == EISDIR)
		why_taken(path);
	if (err == ENOENT && access(folder, F_OK) < 0) {
		because("PIN-01", "the folder %s does not exist", folder);
		try_after("mkdir -p % && ", folder);
	}
	if (err == ENOTDIR)
		because("PIN-20", "a part of %s is not a folder", folder);
	why_folder(err, folder);
	if (err == ENOSPC && statvfs(folder, &fs) == 0 &&
	    (fs.f_bavail == 0 || fs.f_favail == 0))
		because("PIN-23", "the filesystem of %s is full", folder);
	unexplained(13);
}
