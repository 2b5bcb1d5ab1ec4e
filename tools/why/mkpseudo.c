/*
 * Why the kernel refused to mount, to bind or to unmount.  A mount(2) that was
 * refused is made again in the steps of fsopen(2), since the step that fails,
 * and the sentence that the kernel leaves there, say more than the errno.
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "mkpseudo.h"
#include "mounts.h"
#include "put.h"
#include "say.h"

enum step { OPEN, CREATE, MOUNT, DONE };

/* Which steps of a mount succeed; the kernel's sentence is passed on. */
static enum step
replay(const char *type)
{
	char log[256];
	enum step step = CREATE;
	ssize_t n;
	int fs, tree;

	if ((fs = syscall(SYS_fsopen, type, 1 /* FSOPEN_CLOEXEC */)) < 0)
		return OPEN;
	if (syscall(SYS_fsconfig, fs, 6 /* FSCONFIG_CMD_CREATE */, NULL, NULL,
	    0) == 0) {
		step = MOUNT;
		if ((tree = syscall(SYS_fsmount, fs, 1, 0)) >= 0) {
			step = DONE;
			close(tree);
		}
	}
	while ((n = read(fs, log, sizeof log - 1)) > 2) {	/* "e TEXT" */
		log[n] = '\0';
		log[strcspn(log, "\n")] = '\0';
		say("the kernel: %-s", log + 2);
	}
	close(fs);
	return step;
}

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

static int
proc_is_readable(void)
{
	return same_namespace("/proc/self/ns/mnt", "/proc/self/ns/mnt");
}

/* 1 if a reason was found that concerns every change of a mount. */
static int
why_no_mounts(const char *call)
{
	int before = reasons();

	if (!proc_is_readable())
		return 0;
	why_powerless("mnt", "PSE-70", "PSE-70");
	if (reasons() > before) {
		try_again("unshare-lite -Urmp ");
	} else if (is_filtered(call)) {
		because("PSE-85", "a seccomp filter refuses %-s(2)", call);
	} else if (is_confined()) {
		because("PSE-49", "Landlock, or another security module, "
		    "forbids to change mounts");
	}
	return reasons() > before;
}

/* Where root_fd lies: nothing can be mounted on what is gone or elsewhere. */
static void
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
why_root(int err)
{
	struct stat st;

	if (err == ENOENT && stat(root, &st) < 0) {
		because("PSE-15", "%s does not exist", root);
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
	struct statvfs fs;
	struct stat st;
	char map[64];

	if (err == ELOOP || err == ENOTDIR)
		why_part(path);
	if (err == EROFS && fstatvfs(root_fd, &fs) == 0 &&
	    fs.f_flag & ST_RDONLY)
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

/* The mounts on m that hide some of it. */
static int
is_covered(const char *type, const struct mount *m)
{
	static struct mount cover;
	struct mounts in;
	size_t n = strlen(m->point);
	int some = 0;

	if (mounts_open(&in, "/proc/self/mountinfo") < 0)
		return 0;
	while (mount_next(&in, &cover))
		if (cover.parent == m->id && !(strncmp(cover.point, m->point,
		    n) == 0 && strcmp(cover.point + n, "/fs/cgroup") == 0) &&
		    some++ == 0)
			because(*type == 'p' ? "PSE-02" : "PSE-06", "%s, "
			    "mounted on the %-s that we see, hides a part of "
			    "it, and a new one would not", cover.point, type);
	mounts_close(&in);
	return some;
}

/* "VFS: Mount too revealing": a new one must show no more than an old one. */
static void
why_revealing(const char *type)
{
	static struct mount m;
	struct mounts in;
	int seen = 0, proc = *type == 'p';
	const char *name = proc ? "proc" : "sys";

	if (mounts_open(&in, "/proc/self/mountinfo") >= 0) {
		while (mount_next(&in, &m)) {
			if (strcmp(m.type, type) != 0 || strcmp(m.root, "/"))
				continue;
			seen = 1;
			if (is_covered(type, &m))
				continue;
			if (strncmp(m.options, "ro", 2) == 0)
				because(proc ? "PSE-04" : "PSE-56", "%s is "
				    "read-only, and a new one would not be",
				    m.point);
			else if (!find(m.options, "relatime"))
				because("PSE-57", "%s is mounted with other "
				    "atime options (%s)", m.point, m.options);
		}
		mounts_close(&in);
	}
	if (seen) {
		try("mkdir -p %s && mount --rbind /%-s %s", below(name), name,
		    below(name));
		return;
	}
	because(proc ? "PSE-03" : "PSE-06", "no %-s is in sight in this mount "
	    "namespace, to measure a new one by: mkpseudo comes before pivot, "
	    "or before the unmount of its PUT_OLD", type);
}

/* The namespace that a filesystem shows must be of our user namespace. */
static const struct owner {
	const char *type, *kind, *id;
} owners[] = {
	{ "proc", "pid", "PSE-01" },
	{ "sysfs", "net", "PSE-05" },
	{ "cgroup2", "cgroup", "PSE-07" },
	{ "cgroup", "cgroup", "PSE-58" },
	{ "mqueue", "ipc", "PSE-08" },
};

static void
why_refused(const char *type)
{
	const struct owner *o;

	if (why_no_mounts("mount"))
		return;
	if (replay(type) == MOUNT) {
		why_revealing(type);
		return;
	}
	for (o = owners; o < owners + sizeof owners / sizeof *owners; o++)
		if (strcmp(o->type, type) == 0 && proc_is_readable() &&
		    !owns(o->kind)) {
			because(o->id, "the %-s namespace, which %-s shows, "
			    "belongs to another user namespace than ours",
			    o->kind, type);
			try_again("unshare-lite -ar ");
		}
}

static int
is_full(void)
{
	static struct mount m;
	struct mounts in;
	char text[32];
	long n = 0;

	if (get(AT_FDCWD, "/proc/sys/fs/mount-max", text, sizeof text) <= 0 ||
	    mounts_open(&in, "/proc/self/mountinfo") < 0)
		return 0;
	while (mount_next(&in, &m))
		n++;
	mounts_close(&in);
	return n >= (long)digits(text, NULL, 10) - 1;
}

void
why_mount(int err, const char *type)
{
	if (err == EPERM)
		why_refused(type);
	if (err == ENODEV)
		because("PSE-21", "this kernel has no %-s", type);
	if (err == ENOSPC && is_full())
		because("PSE-44", "the mount namespace holds as many mounts as "
		    "fs.mount-max allows");
	if (err == EINVAL || err == ENOENT)
		why_place();
	unexplained(16);
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
why_bind(int err, int from, const char *name, const char *path)
{
	static struct mount m;
	struct stat st;

	if (err == ENOSYS)
		because("PSE-85", "mount_setattr(2) needs Linux 5.12, or is "
		    "refused by a seccomp filter");
	if (err == EPERM)
		why_no_mounts("mount");
	if (err == ENOENT && fstatat(from, name, &st, 0) < 0)
		because("PSE-16", "%s does not exist", name);
	if (err == EINVAL && mount_by_id(mount_id(from, name), &m) &&
	    m.unbindable) {
		because("PSE-64", "what is to be bound lies on %s, which is "
		    "unbindable", m.point);
		try("mount --make-private %s", m.point);
	}
	if ((err == EINVAL || err == ENOTDIR) &&
	    fstatat(root_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(st.st_mode) && strncmp(path, "dev/", 4) == 0)
		because("PSE-17", "%s is a folder", below(path));
	if (err == EINVAL || err == ENOENT)
		why_place();
	unexplained(9);
}

/* The entries of a folder that fit, as getdents64(2) has them. */
static char *
list(const char *path, char *entries, char *end)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long n = syscall(SYS_getdents64, fd, entries, end - entries);

	close(fd);
	return entries + (n > 0 ? n : 0);
}

#define NEXT(entry) ((entry) + *(unsigned short *)((entry) + 16))
#define NAME(entry) ((entry) + 19)

/* Whether a process stands in the mount, or has something of it open. */
static int
is_in(char path[300], char *part, int id)
{
	static _Alignas(8) char fds[16384];
	static const char *const links[] = { "/root", "/cwd", "/exe" };
	char *e, *end;
	unsigned i;

	for (i = 0; i < 3; i++) {
		strcpy(part, links[i]);
		if (mount_id(AT_FDCWD, path) == id)
			return 1;
	}
	strcpy(part, "/fd");
	end = list(path, fds, fds + sizeof fds);
	for (e = fds; e < end; e = NEXT(e)) {
		stpcpy(stpcpy(part, "/fd/"), NAME(e));
		if (*NAME(e) != '.' && mount_id(AT_FDCWD, path) == id)
			return 1;
	}
	return 0;
}

static void
why_busy(int id, const char *where)
{
	static _Alignas(8) char pids[65536];
	static struct mount m;
	struct mounts in;
	char path[300] = "/proc/", name[32], *e, *end, *part;

	if (mounts_open(&in, "/proc/self/mountinfo") >= 0) {
		while (mount_next(&in, &m))
			if (m.parent == id) {
				because("PSE-30", "%s is mounted in it, and "
				    "not by mkpseudo", m.point);
				try("umount %s", m.point);
			}
		mounts_close(&in);
	}
	end = list("/proc", pids, pids + sizeof pids);
	for (e = pids; e < end; e = NEXT(e)) {
		if (*NAME(e) < '1' || *NAME(e) > '9')
			continue;
		part = stpcpy(path + strlen("/proc/"), NAME(e));
		if (digits(NAME(e), NULL, 10) == (unsigned)getpid() ||
		    !is_in(path, part, id))
			continue;
		strcpy(part, "/comm");
		get(AT_FDCWD, path, name, sizeof name);
		name[strcspn(name, "\n")] = '\0';
		because("PSE-31", "process %-s (%s) is in %s", NAME(e), name,
		    where);
	}
}

void
why_unmount(int err, const char *path)
{
	const char *where = below(path);

	if (err == EPERM)
		why_no_mounts("umount2");
	if (err == EBUSY)
		why_busy(mount_id(root_fd, path), where);
	if (err == EINVAL && fchdir(root_fd) == 0 && is_locked(path))
		because("PSE-28", "%s came from a more privileged mount "
		    "namespace, and can be unmounted only there", where);
	unexplained(6);
}
