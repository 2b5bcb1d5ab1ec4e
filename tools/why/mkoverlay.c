/*
 * Why overlay refuses to mount: most often with EINVAL, and a sentence that
 * only the kernel log has.
 */
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>

#include "facts.h"
#include "format.h"
#include "layers.h"
#include "mkoverlay.h"
#include "mounts.h"
#include "names.h"
#include "program.h"
#include "put.h"
#include "say.h"

#define OVERLAY 0x794c7630	/* f_type, as in linux/magic.h */
#define PROC 0x9fa0
#define SYSFS 0x62656572

/* Whether this kernel is older than Linux MAJOR.MINOR. */
int
is_before(unsigned major, unsigned minor)
{
	struct utsname u;
	const char *rest;
	unsigned v;

	if (uname(&u) < 0)
		return 0;
	v = digits(u.release, &rest, 10);
	return v < major || (v == major && digits(rest + 1, NULL, 10) < minor);
}

static const char *
in(const char *dir, const char *name)
{
	static char path[2][2 * PATH_MAX];
	static int turn;

	stpcpy(stpcpy(stpcpy(path[turn ^= 1], dir), "/"), name);
	return path[turn];
}

/* The user's own command line, with one more option, in the name's place. */
static void
try_again_with(char *option)
{
	*command-- = option;
	try_again("");
	command++;
}

static unsigned long
type_of(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) < 0 ? 0 : (unsigned long)fs.f_type;
}

/* Whether the command line has such a word. */
static int
asked(const char *word)
{
	char **w;

	for (w = command + 1; *w; w++)
		if (find(*w, word))
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
static int
next_below(struct mounts *in, int id, const char *path, struct mount *m)
{
	while (mount_next(in, m))
		if (m->parent == id && m->id != id && is_within(m->point, path))
			return 1;
	mounts_close(in);
	return 0;
}

/* The path itself: which part of it is missing, a file, or closed to us. */
static void
why_path(int err, const char *path, const char *dir)
{
	int missing, ours = dir && strncmp(path, dir, strlen(dir)) == 0;
	char part[PATH_MAX];
	struct stat st;
	size_t n = 0;

	if (err == ENAMETOOLONG)
		because("OVL-42", "a path has at most 4,095 bytes, and each "
		    "name in it 255");
	if (strlen(path) >= sizeof part)
		return;
	if (err == ELOOP && stat(path, &st) < 0 && errno == ELOOP)
		because("OVL-35", "symbolic links on the way to %s lead in a "
		    "circle", path);
	if (err == EACCES)
		why_unreachable("OVL-34", path);
	if (err != ENOENT && err != ENOTDIR)
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
		else if (missing && lstat(part, &st) == 0)
			because("OVL-88", "%s is a symbolic link to something "
			    "that does not exist", part);
		else if (missing && errno == ENOENT)
			because(ours ? "OVL-87" : "OVL-05",
			    "%s does not exist", part);
	} while (!missing && !reasons() && path[n]);
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
	int inodes;

	if (statvfs(place_of(dir), &st) < 0)
		return;
	inodes = st.f_files && st.f_ffree < 8;
	if (err == EROFS && st.f_flag & ST_RDONLY)
		because("OVL-10", "%s lies on a file system that is mounted "
		    "read-only", dir);
	if (err == ENOSPC && (inodes || st.f_bavail < 8))
		because("OVL-60", "the file system of %s has %lu %-s left", dir,
		    (unsigned long)(inodes ? st.f_ffree : st.f_bavail),
		    inodes ? "inodes" : "blocks");
}

/* One layer that overlay cannot take; err is EINVAL. */
static void
why_layer(const char *path)
{
	static struct mount m, other;
	struct mounts in;
	char *of;

	if (type_of(path) == PROC || type_of(path) == SYSFS)
		because("OVL-33", "%s lies on a file system of the kernel's "
		    "own, which cannot be a layer", path);
	if (!mount_at(path, &m)) {
		if (access(path, F_OK) == 0)
			because("OVL-51", "%s is in another mount namespace, "
			    "or outside our root", path);
		return;
	}
	if (type_of(path) == OVERLAY && (of = find(m.super, "lowerdir"))) {
		of += strcspn(of, "=") + 1;
		of[strcspn(of, ",:")] = '\0';
		if (type_of(of) == OVERLAY)
			because("OVL-14", "%s is an overlay over an overlay, "
			    "and the kernel stacks two", path);
	}
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

static void
why_overlap(const char *dir, char *const lower[], int n)
{
	const char *upper = in(dir, "upper"), *work = in(dir, "work");
	int i, j;

	for (i = 0; i < n; i++) {
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
			work = upper;
		if (is_mount_point(AT_FDCWD, work))
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

/* 1 and the overlay of a process' mounts that has that upper folder, or 0. */
static int
has_upper(const char *pid, const char *upper, struct mount *m)
{
	size_t n = strlen(upper);
	struct mounts mounts;
	char path[32], *p;
	int found = 0;

	stpcpy(stpcpy(stpcpy(path, "/proc/"), pid), "/mountinfo");
	if (mounts_open(&mounts, path) < 0)
		return 0;
	while (!found && mount_next(&mounts, m))
		found = strcmp(m->type, "overlay") == 0 &&
		    (p = find(m->super, ",upperdir=")) &&
		    strncmp(p += 10, upper, n) == 0 && (!p[n] || p[n] == ',');
	mounts_close(&mounts);
	return found;
}

/* The next process that is not us, or NULL. */
static const char *
next_process(struct names *proc)
{
	const char *pid;

	while ((pid = name_next(proc)))
		if (*pid > '0' && *pid <= '9' &&
		    digits(pid, NULL, 10) != (unsigned)getpid())
			break;
	return pid;
}

/* A process that has an overlay with that upper folder, or NULL. */
static const char *
who_mounts(const char *path, struct mount *m)
{
	static struct names proc;
	char ns[32], upper[PATH_MAX];
	const char *pid = "self";

	if (!path_here(AT_FDCWD, path, upper))
		return NULL;
	if (has_upper(pid, upper, m))
		return pid;
	if (names_open(&proc, AT_FDCWD, "/proc") < 0)
		return NULL;
	while ((pid = next_process(&proc))) {
		stpcpy(stpcpy(stpcpy(ns, "/proc/"), pid), "/ns/mnt");
		if (!same_namespace(ns, "/proc/self/ns/mnt") &&
		    has_upper(pid, upper, m))
			break;
	}
	return pid;
}

static void
why_in_use(const char *dir, char *const lower[], int n)
{
	static struct mount m;
	const char *pid;
	int i;

	if (is_mount_point(AT_FDCWD, in(dir, "merged"))) {
		because("OVL-75", "%s is mounted already", in(dir, "merged"));
		try("mkoverlay -d %s", dir);
		return;
	}
	for (i = 0; i < n && asked("index=on"); i++)
		if (has_upper("self", lower[i], &m)) {
			because("OVL-41", "with index=on, %s cannot be a layer "
			    "as long as it is the upper folder of %s",
			    lower[i], m.point);
			try("umount %s", m.point);
			return;
		}
	if (!(pid = who_mounts(in(dir, "upper"), &m))) {
		because("OVL-63", "it belongs to an overlay that no process "
		    "which we see has mounted: one was unmounted lazily, and "
		    "is still used");
	} else if (*pid == 's') {
		because("OVL-19", "it is the upper folder of the overlay that "
		    "is mounted at %s", m.point);
	} else {
		because("OVL-62", "process %-s has it mounted, at %s in its "
		    "mount namespace", pid, m.point);
		try("nsenter-lite -t %-s -m umount %s", pid, m.point);
	}
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

	if (get(AT_FDCWD, "/proc/self/uid_map", map, sizeof map) == 0)
		because("OVL-59", "no uid is mapped in this user namespace, so "
		    "that overlay's own folders would be closed to us");
	else if (faccessat(AT_FDCWD, place_of(dir), R_OK | W_OK | X_OK,
	    AT_EACCESS) < 0)
		because("OVL-90", "uid %u may not write to %s", geteuid(),
		    place_of(dir));
}

/* What the kernel wrote to the file system's own log (fsopen(2)). */
static void
kernels_words(int fs)
{
	char line[512];
	ssize_t n = fs < 0 ? 0 : read(fs, line, sizeof line - 1);

	if (n <= 2)
		return;
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	say("the kernel says: %s", line + 2);
	if (find(line, "Unknown parameter"))
		because("OVL-24", "overlay has no such option, or none in this "
		    "kernel");
}

void
why_mkoverlay(int err, const char *path, const char *dir, char *const lower[],
    int n, int fs)
{
	static struct mount m;
	int i;

	kernels_words(fs);
	why_path(err, path, dir);
	why_place(err, dir);
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
		if (!reasons())
			why_unwritable(dir);
		break;
	case EROFS:
		if (!reasons())
			why_read_only(dir);
		break;
	case ELOOP:
		why_overlap(dir, lower, n);
		break;
	case EINVAL:
		why_options();
		for (i = 0; i < n; i++)
			why_layer(lower[i]);
		if (access(in(dir, "upper"), F_OK) == 0)
			why_upper(dir);
		break;
	}
	unexplained(40);
}

/*
 * Over anything else, what upper has deleted would show up again.  other is the
 * lower folder that is not among the n old ones, or NULL: old[i] is missing.
 */
void
why_not_resumed(const char *dir, const char *prefix, const char *before,
    const char *other, int i, char *const old[], int n)
{
	static char text[LINE_SIZE];
	struct out o = { text, text + sizeof text - 1 };

	say("resume %s: it does not fit", in(dir, "upper"));
	if (*prefix != *before) {
		because("OVL-66", "what is deleted in it is marked with "
		    "%-s* attributes, and we would look for %-s*", before,
		    prefix);
		if (*before == *USERS)
			try_again_with("-ouserxattr");
		return;
	}
	if (other)
		because("OVL-65", "it was not made over %s", other);
	else
		because("OVL-65", "it was made over %s", old[i]);
	for (i = 0; i < n; i++) {
		put_text(&o, " -l ");
		put_quoted(&o, PASTE, old[i]);
	}
	*o.at = '\0';
	try("mkoverlay%-s %s", text, dir);
}

/* Whether a process stands on that mount. */
static int
uses(const char *pid, int id)
{
	static const char *const links[] = { "cwd", "root", "exe" };
	static struct names fds;
	char path[32], *end = stpcpy(stpcpy(path, "/proc/"), pid);
	const char *fd;
	int i, used = 0;

	*end++ = '/';
	for (i = 0; i < 3 && !used; i++) {
		strcpy(end, links[i]);
		used = mount_id(AT_FDCWD, path) == id;
	}
	strcpy(end, "fd");
	if (!used && names_open(&fds, AT_FDCWD, path) >= 0)
		while (!used && (fd = name_next(&fds)))
			used = mount_id(fds.fd, fd) == id;
	return used;
}

/* Why merged, or the tmpfs, cannot be unmounted. */
void
why_not_unmounted(int err, const char *path, const char *type)
{
	static struct mount m, below;
	static struct names proc;
	struct mounts mounts;
	const char *pid;

	if (err == EPERM)
		why_not_permitted();
	if (err == EINVAL && is_locked(path))
		because("OVL-93", "it is locked: it was mounted in a mount "
		    "namespace of which ours is a copy");
	if (err != EBUSY || !mount_at(path, &m)) {
		unexplained(5);
		return;
	}
	if (strcmp(m.type, type) != 0) {
		because("OVL-94", "%-s is mounted over it", m.type);
		try("umount %s", m.point);
		return;
	}
	if (mounts_open(&mounts, "/proc/self/mountinfo") >= 0 &&
	    next_below(&mounts, m.id, path, &below)) {
		because("OVL-94", "%s is mounted below it", below.point);
		try("mkpseudo -d %s", m.point);
	}
	if (names_open(&proc, AT_FDCWD, "/proc") >= 0)
		while ((pid = next_process(&proc)))
			if (uses(pid, m.id)) {
				because("OVL-92", "process %-s uses it", pid);
				break;
			}
	unexplained(5);
}

/* Whether a process that we can see has the overlay of this folder. */
int
mounted_elsewhere(void)
{
	static struct mount m;

	return who_mounts("upper", &m) != NULL;
}

/* Why a folder of DIR, where we are, cannot be removed. */
void
why_kept(int err, const char *name)
{
	struct stat st;

	if (err == ENOTEMPTY && stat(in(name, "work"), &st) == 0 &&
	    st.st_uid != geteuid() && geteuid() != 0) {
		because("OVL-76", "what overlay left there belongs to uid %u",
		    st.st_uid);
		try_again("unshare-lite -Ur --map-auto ");
	} else if (err == ENOTEMPTY)
		because("OVL-95", "there is something in it that is not "
		    "overlay's");
	if (err == ENOTDIR)
		because("OVL-12", "%s is not a folder", name);
	if (err == EACCES || err == EPERM)
		because("OVL-90", "uid %u may not remove it", geteuid());
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
		if (mount_at(lower[i], &m) &&
		    mounts_open(&in, "/proc/self/mountinfo") >= 0)
			while (next_below(&in, m.id, lower[i], &below))
				note("what is mounted at %s is not in the "
				    "overlay", below.point);
	}
	if (mount_at(root, &m) && m.shared)
		note("%s lies on a shared mount (shared:%d): the overlay shows "
		    "in other mount namespaces, too", root, m.shared);
}
