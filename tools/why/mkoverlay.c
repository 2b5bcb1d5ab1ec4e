/*
 * Why overlay refuses to mount: most often with EINVAL, and a sentence that
 * only the kernel log has.
 */
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>

#include "facts.h"
#include "format.h"
#include "layers.h"
#include "mkoverlay.h"
#include "mounts.h"
#include "put.h"
#include "say.h"

#define OVERLAY 0x794c7630	/* f_type, as in linux/magic.h */
#define PROC 0x9fa0
#define SYSFS 0x62656572

/* Whether this kernel is older than Linux MAJOR.MINOR. */
int
is_before(int major, int minor)
{
	struct utsname u;
	char *rest;
	long v;

	if (uname(&u) < 0)
		return 0;
	v = strtol(u.release, &rest, 10);
	return v < major || (v == major && *rest == '.' &&
	    strtol(rest + 1, NULL, 10) < minor);
}

static const char *
in(const char *dir, const char *name)
{
	static char path[2][2 * PATH_MAX];
	static int turn;

	stpcpy(stpcpy(stpcpy(path[turn ^= 1], dir), "/"), name);
	return path[turn];
}

/* The user's own command line, with one more option. */
static void
try_again_with(const char *option)
{
	char **all = command, *with[1100] = { *all, (char *)option };
	int i;

	for (i = 1; i < 1098 && all[i]; i++)
		with[i + 1] = all[i];
	command = with;
	try_again("");
	command = all;
}

static unsigned long
type_of(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) < 0 ? 0 : (unsigned long)fs.f_type;
}

/* Whether -o on the command line has such a word. */
static int
asked(const char *word)
{
	char **w;

	for (w = command + 1; *w; w++)
		if (strstr(*w, word))
			return 1;
	return 0;
}

static int
same(const char *a, const char *b)
{
	struct stat s, t;

	return stat(a, &s) == 0 && stat(b, &t) == 0 && s.st_ino == t.st_ino &&
	    s.st_dev == t.st_dev;
}

/* Whether a is b, or lies below it. */
static int
is_within(const char *a, const char *b)
{
	static char path[3 * PATH_MAX];
	char *end;

	for (end = stpcpy(path, a); !same(path, b);
	    end = stpcpy(end, "/.."))
		if (same(path, "/") || end + 4 > path + sizeof path)
			return 0;
	return 1;
}

/* The path itself: which part of it is missing, a file, or closed to us. */
static void
why_path(int err, const char *path, const char *dir)
{
	char part[PATH_MAX];
	struct stat st;
	size_t n = 0;
	int ours = dir && strncmp(path, dir, strlen(dir)) == 0;

	if (err == ENAMETOOLONG) {
		because("OVL-42", "a path has at most 4,095 bytes, and each "
		    "name in it 255");
		return;
	}
	if (strlen(path) >= sizeof part)
		return;
	if (err == ELOOP && stat(path, &st) < 0 && errno == ELOOP) {
		because("OVL-35", "symbolic links on the way to %s lead in a "
		    "circle", path);
		return;
	}
	if (err == EACCES && why_unreachable("OVL-34", path))
		return;
	if (err != ENOENT && err != ENOTDIR)
		return;
	do {
		n += strspn(path + n, "/");
		n += strcspn(path + n, "/");
		memcpy(part, path, n);
		part[n] = '\0';
		if (stat(part, &st) == 0 && !S_ISDIR(st.st_mode)) {
			because("OVL-12", "%s is not a folder", part);
			return;
		}
		if (stat(part, &st) == 0 && st.st_nlink == 0) {
			because("OVL-77", "%s was removed by somebody", part);
			return;
		}
		if (lstat(part, &st) < 0 && errno == ENOENT) {
			because(ours ? "OVL-87" : "OVL-05",
			    "%s does not exist", part);
			return;
		}
		if (stat(part, &st) < 0 && errno == ENOENT) {
			because("OVL-88", "%s is a symbolic link to something "
			    "that does not exist", part);
			return;
		}
	} while (path[n]);
}

/* DIR, or the folder that it would be made in. */
static const char *
place_of(const char *dir)
{
	static char parent[PATH_MAX];
	struct stat st;

	if (stat(dir, &st) == 0 || strlen(dir) >= sizeof parent)
		return dir;
	strcpy(parent, dir);
	return dirname(parent);
}

/* The file system that DIR lies on. */
static void
why_place(int err, const char *dir)
{
	struct statvfs st;

	if (!dir || statvfs(place_of(dir), &st) < 0)
		return;
	if (err == EROFS && st.f_flag & ST_RDONLY)
		because("OVL-10", "%s lies on a file system that is mounted "
		    "read-only", dir);
	if (err != ENOSPC)
		return;
	if (st.f_files && st.f_ffree < 8)
		because("OVL-60", "the file system of %s has %lu inodes left",
		    dir, (unsigned long)st.f_ffree);
	else if (st.f_bavail < 8)
		because("OVL-60", "the file system of %s has %lu blocks left",
		    dir, (unsigned long)st.f_bavail);
}

/* One layer that overlay cannot take; err is EINVAL. */
static void
why_layer(const char *path)
{
	static struct mount m, other;
	struct mounts in;
	size_t n = strlen(path);

	if (type_of(path) == PROC || type_of(path) == SYSFS)
		because("OVL-33", "%s lies on a file system of the kernel's "
		    "own, which cannot be a layer", path);
	if (type_of(path) == OVERLAY && mount_at(path, &m) &&
	    strstr(m.super, "lowerdir")) {
		const char *of = strstr(m.super, "lowerdir");
		char lower[PATH_MAX];

		of += strcspn(of, "=") + 1;
		n = strcspn(of, ",:");
		if (n < sizeof lower) {
			memcpy(lower, of, n);
			lower[n] = '\0';
			if (type_of(lower) == OVERLAY)
				because("OVL-14", "%s is an overlay over an "
				    "overlay, and the kernel stacks two", path);
		}
	}
	if (!mount_at(path, &m)) {
		if (access(path, F_OK) == 0)
			because("OVL-51", "%s is in another mount namespace, "
			    "or outside our root", path);
		return;
	}
	if (m.unbindable) {
		because("OVL-32", "%s lies on an unbindable mount (%s)", path,
		    m.point);
		try("mount --make-private %s", m.point);
	}
	if (in_first("user") || mounts_open(&in, "/proc/self/mountinfo") < 0)
		return;
	while (mount_next(&in, &other))
		if (other.parent == m.id && is_within(other.point, path) &&
		    is_locked(other.point)) {
			because("OVL-50", "%s is mounted below %s and locked: "
			    "to leave it out would show what it hides",
			    other.point, path);
			break;
		}
	mounts_close(&in);
}

static void
why_overlap(const char *dir, char *const lower[], int n)
{
	int i, j;

	for (i = 0; i < n; i++) {
		for (j = 0; j < i; j++)
			if (same(lower[i], lower[j]))
				because("OVL-20", "%s is a layer twice",
				    lower[i]);
		if (is_within(lower[i], in(dir, "upper")))
			because(same(lower[i], in(dir, "upper")) ? "OVL-20" :
			    "OVL-21", "the layer %s lies in %s", lower[i],
			    in(dir, "upper"));
		else if (is_within(lower[i], in(dir, "work")))
			because("OVL-21", "the layer %s lies in %s", lower[i],
			    in(dir, "work"));
	}
}

/* Options of which one excludes the other (ovl_fs_params_verify). */
static void
why_options(void)
{
	int trusted = !asked("userxattr") && in_first("user");

	if (!trusted && (asked("redirect_dir=on") || asked("metacopy=on")))
		because("OVL-27", "redirect_dir=on and metacopy=on need "
		    "trusted.* attributes; this overlay has user.* ones");
	if (asked("metacopy=on") && (asked("redirect_dir=off") ||
	    asked("redirect_dir=nofollow")))
		because("OVL-26", "metacopy=on needs redirect_dir=on");
	if (asked("nfs_export=on") && (asked("index=off") ||
	    asked("metacopy=on")))
		because("OVL-26", "nfs_export=on needs index=on and "
		    "metacopy=off");
}

/* Upper and work, for EINVAL. */
static void
why_upper(const char *dir)
{
	const char *upper = in(dir, "upper"), *work = in(dir, "work");
	static struct mount m;

	if (!mount_at(upper, &m)) {
		because("OVL-52", "%s is in another mount namespace, or "
		    "outside our root", dir);
	} else if (type_of(upper) == OVERLAY) {
		because("OVL-11", "%s lies on an overlay, which cannot hold "
		    "the upper folder of another", dir);
		if (!asked("-T"))
			try_again_with("-T");
	} else if (mount_id(AT_FDCWD, upper) != mount_id(AT_FDCWD, work)) {
		because("OVL-08", "%s and %s are on different mounts", upper,
		    work);
		if (is_mount_point(AT_FDCWD, upper))
			try("umount %s", upper);
		else if (is_mount_point(AT_FDCWD, work))
			try("umount %s", work);
	} else if (is_within(work, upper) || is_within(upper, work)) {
		because("OVL-74", "of %s and %s one lies in the other", upper,
		    work);
	} else if (strncmp(m.type, "nfs", 3) == 0 ||
	    strncmp(m.type, "fuse", 4) == 0 || strcmp(m.type, "9p") == 0) {
		because("OVL-57", "%s lies on %-s, which lacks what overlay "
		    "needs", dir, m.type);
		try_again_with("-T");
	}
	if (access(in(dir, "work/work/incompat/volatile"), F_OK) == 0) {
		because("OVL-31", "an overlay with -o volatile was mounted "
		    "here, and what it wrote may be lost in part");
		try("mkoverlay -d %s", dir);
	}
}

/* An overlay of this mount namespace with that upper folder, or 0. */
static int
has_upper(const char *mountinfo, const char *upper, struct mount *m)
{
	struct mounts in;
	const char *p;
	int found = 0;

	if (mounts_open(&in, mountinfo) < 0)
		return 0;
	while (!found && mount_next(&in, m)) {
		if (strcmp(m->type, "overlay") != 0)
			continue;
		p = strstr(m->super, ",upperdir=");
		if (p && strncmp(p += 10, upper, strlen(upper)) == 0)
			found = strchr(",", p[strlen(upper)]) != NULL;
	}
	mounts_close(&in);
	return found;
}

/* Names who has an overlay with that upper folder, an absolute path. */
static int
who_mounts(const char *upper)
{
	static struct mount m;
	struct dirent *d;
	char path[64], ns[64], last[64] = "";
	int found = 0;
	ssize_t n;
	DIR *proc;

	if (has_upper("/proc/self/mountinfo", upper, &m)) {
		because("OVL-19", "it is the upper folder of the overlay that "
		    "is mounted at %s", m.point);
		return 1;
	}
	if (!(proc = opendir("/proc")))
		return 0;
	while (!found && (d = readdir(proc))) {
		if (d->d_name[0] < '1' || d->d_name[0] > '9')
			continue;
		stpcpy(stpcpy(stpcpy(path, "/proc/"), d->d_name), "/ns/mnt");
		n = readlink(path, ns, sizeof ns - 1);
		if (n < 0)
			continue;
		ns[n] = '\0';
		if (strcmp(ns, last) == 0)
			continue;
		strcpy(last, ns);
		stpcpy(stpcpy(stpcpy(path, "/proc/"), d->d_name), "/mountinfo");
		if ((found = has_upper(path, upper, &m))) {
			because("OVL-62", "process %-s has it mounted, at %s "
			    "in its mount namespace", d->d_name, m.point);
			try("nsenter-lite -t %-s -m umount %s", d->d_name,
			    m.point);
		}
	}
	closedir(proc);
	return found;
}

static void
why_in_use(const char *dir, char *const lower[], int n)
{
	static struct mount m;
	char upper[PATH_MAX];
	int i;

	if (is_mount_point(AT_FDCWD, in(dir, "merged"))) {
		because("OVL-75", "%s is mounted already", in(dir, "merged"));
		try("mkoverlay -d %s", dir);
		return;
	}
	for (i = 0; i < n && asked("index=on"); i++)
		if (has_upper("/proc/self/mountinfo", lower[i], &m)) {
			because("OVL-41", "with index=on, %s cannot be a layer "
			    "as long as it is the upper folder of %s",
			    lower[i], m.point);
			try("umount %s", m.point);
			return;
		}
	if (!realpath(in(dir, "upper"), upper) || who_mounts(upper))
		return;
	because("OVL-63", "it belongs to an overlay that no process which we "
	    "see has mounted: one was unmounted lazily, and is still used");
}

/* It came up read-only: overlay could make no folder in work. */
static void
why_read_only(const char *dir)
{
	struct stat st;

	why_place(ENOSPC, dir);
	if (reasons() || stat(in(dir, "work"), &st) < 0)
		return;
	if (st.st_uid == 65534 && !in_first("user"))
		because("OVL-29", "the owner of %s is not mapped in this user "
		    "namespace", in(dir, "work"));
	else
		because("OVL-29", "overlay could make no folder in %s",
		    in(dir, "work"));
}

static void
why_not_permitted(void)
{
	why_powerless("mnt", "OVL-02", "OVL-02");
	if (reasons() && in_first("user"))
		try_again("unshare-lite -Urm ");
	else if (reasons() && !owns("mnt"))
		try_again("unshare-lite -m ");
	if (!in_first("user") && is_before(5, 11))
		because("OVL-44", "overlay in a user namespace needs Linux "
		    "5.11");
	if (is_filtered("fsopen") || is_filtered("mount"))
		because("OVL-40", "a seccomp filter refuses to mount");
	else if (is_confined())
		because("OVL-40", "Landlock, or another security module, "
		    "forbids to change mounts");
}

static void
why_unwritable(const char *dir)
{
	char map[64];

	get(AT_FDCWD, "/proc/self/uid_map", map, sizeof map);
	if (!*map) {
		because("OVL-59", "no uid is mapped in this user namespace, so "
		    "that overlay's own folders would be closed to us");
		return;
	}
	dir = place_of(dir);
	if (faccessat(AT_FDCWD, dir, R_OK | W_OK | X_OK, AT_EACCESS) < 0)
		because("OVL-90", "uid %u may not write to %s", geteuid(), dir);
}

/* What the kernel wrote to the file system's own log (fsopen(2)). */
static void
kernels_words(int fs)
{
	char line[512];
	ssize_t n;

	if (fs >= 0 && (n = read(fs, line, sizeof line - 1)) > 2) {
		line[n] = '\0';
		line[strcspn(line, "\n")] = '\0';
		say("the kernel says: %s", line + 2);
		if (strstr(line, "Unknown parameter"))
			because("OVL-24", "overlay has no such option, or none "
			    "in this kernel");
	}
}

void
why_mkoverlay(int err, const char *path, const char *dir, char *const lower[],
    int n, int fs)
{
	static struct mount m;
	int i;

	kernels_words(fs);
	why_path(err, path, dir);
	switch (err) {
	case ENODEV:
		because("OVL-01", "this kernel has no overlay, or not yet");
		try("modprobe overlay");
		break;
	case EPERM:
		why_not_permitted();
		break;
	case EMFILE:
		because("OVL-78", "each lower folder takes a descriptor, and "
		    "there are no more");
		try_again("ulimit -n 1024; ");
		break;
	case EBUSY:
		why_in_use(dir, lower, n);
		break;
	case ESTALE:
		because("OVL-30", "with index=on an upper folder fits only the "
		    "lower folder that it was made over, which is another");
		break;
	case EOPNOTSUPP:
		if (mount_at(dir, &m))
			because("OVL-56", "%s lies on %-s, which cannot store "
			    "the attributes of overlay", dir, m.type);
		try_again_with("-T");
		break;
	case ENOTEMPTY:
		because("OVL-89", "with -r and one lower folder it is the "
		    "second layer, which must be empty");
		break;
	case EACCES:
		if (!reasons() && dir)
			why_unwritable(dir);
		break;
	case EROFS:
		why_place(err, dir);
		if (!reasons())
			why_read_only(dir);
		break;
	case ENOSPC:
		why_place(err, dir);
		break;
	case ELOOP:
		why_overlap(dir, lower, n);
		break;
	case EINVAL:
		why_options();
		for (i = 0; i < n; i++)
			why_layer(lower[i]);
		if (dir && access(in(dir, "upper"), F_OK) == 0)
			why_upper(dir);
		break;
	}
	unexplained(40);
}

/* The command line that mounts DIR as it was. */
static void
try_with_layers(const char *dir, char *const old[], int n)
{
	static char text[LINE_SIZE];
	struct out o = { text, text + sizeof text - 1 };
	int i;

	for (i = 0; i < n; i++) {
		put_text(&o, " -l ");
		put_quoted(&o, PASTE, old[i]);
	}
	*o.at = '\0';
	try("mkoverlay%-s %s", text, dir);
}

/* Over anything else, what upper has deleted would show up again. */
void
why_not_resumed(const char *dir, const char *prefix, const char *before,
    char *const lower[], int n, char *const old[], int m)
{
	int i;

	say("resume %s: it does not fit", in(dir, "upper"));
	if (*prefix != *before) {
		because("OVL-66", "what is deleted in it is marked with "
		    "%-s* attributes, and we would look for %-s*", before,
		    prefix);
		if (*before == *USERS)
			try_again_with("-ouserxattr");
		return;
	}
	for (i = 0; i < n && i < m && same(lower[i], old[i]); i++)
		;
	if (i < m)
		because("OVL-65", "it was made over %s", old[i]);
	else
		because("OVL-65", "it was not made over %s", lower[i]);
	try_with_layers(dir, old, m);
}

/* The processes that stand on that mount: the first of them by name. */
static int
who_uses(int id)
{
	static const char *const links[] = { "cwd", "root", "exe" };
	char path[64], text[512], *end, *at;
	struct dirent *d, *f;
	int i, used = 0;
	DIR *proc, *fds;

	if (!(proc = opendir("/proc")))
		return 0;
	while (!used && (d = readdir(proc))) {
		if (d->d_name[0] < '1' || d->d_name[0] > '9' ||
		    atoi(d->d_name) == getpid())
			continue;
		end = stpcpy(stpcpy(stpcpy(path, "/proc/"), d->d_name), "/");
		for (i = 0; i < 3 && !used; i++) {
			strcpy(end, links[i]);
			used = mount_id(AT_FDCWD, path) == id;
		}
		end = stpcpy(end, "fdinfo");
		if (used || !(fds = opendir(path)))
			continue;
		while (!used && (f = readdir(fds))) {
			stpcpy(stpcpy(end, "/"), f->d_name);
			if (*f->d_name != '.' && get(AT_FDCWD, path, text,
			    sizeof text) > 0 && (at = strstr(text, "mnt_id:")))
				used = atoi(at + 7) == id;
		}
		closedir(fds);
	}
	if (used)
		because("OVL-92", "process %-s uses it", d->d_name);
	closedir(proc);
	return used;
}

/* Why merged, or the tmpfs, cannot be unmounted. */
void
why_not_unmounted(int err, const char *path, const char *type)
{
	static struct mount m, below;
	struct mounts in;
	int found = 0;

	if (err == EPERM)
		why_not_permitted();
	if (err == EINVAL && is_locked(path))
		because("OVL-93", "it is locked: it was mounted in a mount "
		    "namespace of which ours is a copy");
	if (err == EBUSY && mount_at(path, &m) && strcmp(m.type, type) != 0) {
		because("OVL-94", "%-s is mounted over it", m.type);
		try("umount %s", m.point);
	} else if (err == EBUSY && mount_at(path, &m) &&
	    mounts_open(&in, "/proc/self/mountinfo") >= 0) {
		while (!found && mount_next(&in, &below))
			found = below.parent == m.id;
		mounts_close(&in);
		if (found) {
			because("OVL-94", "%s is mounted below it",
			    below.point);
			try("mkpseudo -d %s", m.point);
		}
		found |= who_uses(m.id);
	}
	unexplained(5);
}

/* Whether a process that we can see has the overlay of this folder. */
int
mounted_elsewhere(void)
{
	char upper[PATH_MAX];

	return realpath("upper", upper) && who_mounts(upper);
}

/* Why a folder of DIR, where we are, cannot be removed. */
void
why_kept(int err, const char *name)
{
	struct stat st;

	if (err == ENOTEMPTY && access(in(name, "work"), F_OK) == 0 &&
	    stat(in(name, "work"), &st) == 0 && st.st_uid != geteuid() &&
	    geteuid() != 0) {
		because("OVL-76", "what overlay left there belongs to uid %u",
		    st.st_uid);
		try_again("unshare-lite -Ur --map-auto ");
	} else if (err == ENOTEMPTY) {
		because("OVL-95", "there is something in it that is not "
		    "overlay's");
	} else if (err == ENOTDIR) {
		because("OVL-12", "%s is not a folder", name);
	} else if (err == EACCES || err == EPERM) {
		because("OVL-90", "uid %u may not remove it", geteuid());
	}
	unexplained(4);
}

/* For -v: what overlay does without a word. */
void
note_surprises(const char *root, char *const lower[], int n)
{
	static const char *const flags[] = { "", "", "nosuid", "", "nodev", "",
	    "", "", "noexec" };
	static struct mount m, below;
	struct mounts in;
	struct statvfs st;
	int i, flag;

	for (i = 0; i < n; i++) {
		if (statvfs(lower[i], &st) == 0)
			for (flag = ST_NOSUID; flag <= 8; flag *= 2)
				if (st.f_flag & flag)
					note("%s is %-s, the overlay of it is "
					    "not", lower[i], flags[flag]);
		if (!mount_at(lower[i], &m) ||
		    mounts_open(&in, "/proc/self/mountinfo") < 0)
			continue;
		while (mount_next(&in, &below))
			if (below.parent == m.id && below.id != m.id &&
			    is_within(below.point, lower[i]))
				note("what is mounted at %s is not in the "
				    "overlay", below.point);
		mounts_close(&in);
	}
	if (mount_at(root, &m) && m.shared)
		note("%s lies on a shared mount (shared:%d): the overlay shows "
		    "in other mount namespaces, too", root, m.shared);
}
