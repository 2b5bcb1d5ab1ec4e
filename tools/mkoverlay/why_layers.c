/* Layers that overlay takes not at all, or not together; and surprises. */
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <linux/fs.h>

#include "facts.h"
#include "layers.h"
#include "mkoverlay/overlay.h"
#include "mounts.h"
#include "put.h"
#include "say.h"
#include "why/mkoverlay.h"

#define OVERLAY 0x794c7630	/* f_type, as in linux/magic.h */
#define PROC 0x9fa0
#define HUGETLBFS 0x958458f6
#define BINFMT_MISC 0x42494e4d
#define SYSFS 0x62656572

static unsigned long
type_of(const char *path)
{
	struct statfs it;

	return statfs(path, &it) < 0 ? 0 : (unsigned long)it.f_type;
}

/* Whether -o asks for that. */
int
asked(const char *word)
{
	const char *w;

	for (w = options; *w; w += strlen(w) + 1)
		if (find(w, word))
			return 1;
	return 0;
}

/* Whether a is b, or lies below it. */
static int
is_within(const char *a, const char *b)
{
	static char path[3 * PATH_MAX];
	char *end;

	for (end = stpcpy(path, a); !same_folder(path, b);
	    end = stpcpy(end, "/.."))
		if (same_folder(path, "/") || end + 4 > path + sizeof path)
			return 0;
	return 1;
}

/* 1 and the next mount on that one, at path or below it; or 0. */
int
next_below(struct mounts *in, int id, const char *path, struct mount *m)
{
	while (mount_next(in, m))
		if (m->parent == id && m->id != id && is_within(m->point, path))
			return 1;
	mounts_close(in);
	return 0;
}

/* A folder with names that are compared in a way of its own. */
static int
ignores_case(const char *path, const char *type)
{
	static const char *const types[] = { "exfat", "msdos", "vfat" };
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), i;
	long flags = 0;

	if (fd >= 0) {
		ioctl(fd, FS_IOC_GETFLAGS, &flags);
		close(fd);
	}
	for (i = 0; i < 3; i++)
		if (strcmp(type, types[i]) == 0)
			return 1;
	return (flags & FS_CASEFOLD_FL) != 0;
}

/*
 * One layer that overlay cannot take; err is EINVAL.  Where mountinfo lacks
 * even our root (there is no /proc, or the root is no mount), what it lacks may
 * lie anywhere.
 */
static void
why_layer(const char *path)
{
	static struct mount m, other;
	struct mounts in;
	char *of;

	unsigned long type = type_of(path);

	if (type == PROC || type == SYSFS || type == HUGETLBFS ||
	    type == BINFMT_MISC)
		because("OVL-33", "%s lies on a file system of the kernel's "
		    "own, no layer for overlay", path);
	if (!mount_at(path, &m)) {
		if (access(path, F_OK) == 0 && mount_at("/", &m))
			because("OVL-51", "%s is in another mount namespace, "
			    "or outside our root", path);
		return;
	}
	while (type == OVERLAY && (of = strsep(&m.super, "=,:")))
		if (*of == '/' && type_of(of) == OVERLAY) {
			because("OVL-14", "%s is an overlay over an overlay, "
			    "and the kernel stacks two", path);
			break;
		}
	if (ignores_case(path, m.type))
		because("OVL-58", "%s lies on %-s, where upper and lower "
		    "case are the same: overlay takes no such layer",
		    path, m.type);
	if (m.unbindable) {
		because("OVL-32", "%s lies on an unbindable mount (%s)", path,
		    m.point);
		try("mount --make-private %s", m.point);
	}
	if (in_first("user") || mounts_open(&in, "/proc/self/mountinfo") < 0)
		return;
	while (next_below(&in, m.id, path, &other))
		if (is_locked(other.point))
			because("OVL-50", "%s is mounted below %s and locked: "
			    "to leave it out would show what it hides",
			    other.point, path);
}

void
why_overlap(void)
{
	const char *upper = in_dir("upper"), *work = in_dir("work");
	int i, j;

	for (i = 0; i < lowers; i++) {
		for (j = 0; j < i; j++)
			if (same_folder(lower[i], lower[j]))
				because("OVL-20", "%s is a layer twice",
				    lower[i]);
		if (same_folder(lower[i], upper))
			because("OVL-20", "%s is upper, too", lower[i]);
		else if (is_within(lower[i], upper) ||
		    is_within(lower[i], work))
			because("OVL-21", "the layer %s lies in upper or work "
			    "of %s", lower[i], dir);
	}
}

/*
 * Options of which one excludes the other (ovl_fs_params_verify).  A module
 * parameter has it whether redirect_dir=off means follow, or nofollow.
 */
static void
why_options(void)
{
	int off = asked("redirect_dir=off"), metacopy = asked("metacopy=on");
	int follow = asked("redirect_dir=follow");
	int nofollow = asked("redirect_dir=nofollow");
	char always[2];

	if (*prefix == *USERS && (asked("redirect_dir=on") || follow ||
	    metacopy || (off && get(AT_FDCWD, "/sys/module/overlay/parameters/"
	    "redirect_always_follow", always, 2) > 0 && *always == 'Y')))
		because("OVL-27", "metacopy=on, or redirect_dir other than "
		    "nofollow, needs trusted.* attributes; this overlay has "
		    "user.*");
	if (metacopy && (nofollow || (!read_only && (follow || off))))
		because("OVL-26", "metacopy=on needs redirect_dir=on");
	if (asked("nfs_export=on") && (!read_only || nofollow) &&
	    (asked("index=off") || metacopy))
		because("OVL-26", "nfs_export=on needs index=on and "
		    "metacopy=off");
}

/* Upper and work, for EINVAL. */
static void
why_upper(void)
{
	const char *upper = in_dir("upper"), *work = in_dir("work");
	static struct mount m;
	int seen = mount_at(upper, &m);

	if (!why_elsewhere(upper) && type_of(upper) == OVERLAY) {
		because("OVL-11", "%s lies on an overlay, which cannot hold "
		    "the upper folder of another", dir);
		try_tmpfs();
	} else if (mount_id(AT_FDCWD, upper) != mount_id(AT_FDCWD, work)) {
		because("OVL-08", "%s and %s are on different mounts", upper,
		    work);
		if (is_mount_point(AT_FDCWD, upper))
			work = upper;
		if (is_mount_point(AT_FDCWD, work))
			try("umount %s", work);
	} else if (is_within(work, upper) || is_within(upper, work)) {
		because("OVL-74", "of %s and %s one lies in the other", upper,
		    work);
	} else if (seen && (strncmp(m.type, "nfs", 3) == 0 ||
	    strncmp(m.type, "fuse", 4) == 0 || strcmp(m.type, "9p") == 0)) {
		because("OVL-57", "%s lies on %-s, which lacks what overlay "
		    "needs", dir, m.type);
		try_tmpfs();
	}
	if (access(in_dir("work/work/" "incompat/volatile"), F_OK) == 0) {
		because("OVL-31", "an overlay with -o volatile was mounted "
		    "here: what it wrote may be lost in part");
		try("mkoverlay -d %s", dir);
	}
}

/* For EINVAL. */
void
why_layers(void)
{
	int i;

	why_options();
	for (i = 0; i < lowers; i++)
		why_layer(lower[i]);
	if (access(in_dir("upper"), F_OK) == 0)
		why_upper();
}

/* For -v: what overlay does without a word. */
void
note_surprises(void)
{
	static const char *const flags[] = { "", "", "nosuid", "", "nodev", "",
	    "", "", "noexec" };
	static struct mount m, below;
	struct mounts in;
	struct statfs st;
	int i, flag;

	for (i = 0; i < lowers; i++) {
		if (statfs(lower[i], &st) == 0)
			for (flag = ST_NOSUID; flag <= 8; flag *= 2)
				if (st.f_flags & flag)
					note("%s is %-s, the overlay of it is "
					    "not", lower[i], flags[flag]);
		if (mount_at(lower[i], &m) &&
		    mounts_open(&in, "/proc/self/mountinfo") >= 0)
			while (next_below(&in, m.id, lower[i], &below))
				note("what is mounted at %s is not in the "
				    "overlay", below.point);
	}
	if (mount_at(root, &m) && m.shared)
		note("%s lies on a shared mount (shared:%d): the overlay "
		    "shows in other mount namespaces", root, m.shared);
}
