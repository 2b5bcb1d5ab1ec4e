/*
 * Why pivot_root(2), or the bind before it, was refused.  The kernel reports
 * the first condition that is violated (fs/namespace.c); here are all.
 */
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>

#include "apparmor.h"
#include "facts.h"
#include "mounts.h"
#include "program.h"
#include "put.h"
#include "pivot.h"
#include "raw.h"
#include "say.h"

enum { UNKNOWN, ABSENT, PRESENT, BELOW_SHARED };

/* As mount_by_id(), where the current folder is /proc; in a child. */
static int
find_mount(int id, struct mount *m)
{
	static struct mounts in;
	int found = 0;

	if (mounts_open(&in, "self/mountinfo") < 0)
		_exit(UNKNOWN);
	while (!found && mount_next(&in, m))
		found = m->id == id;
	mounts_close(&in);
	return found;
}

static int
look_from_top(const void *path)
{
	static struct mount m;
	int id = mount_id(AT_FDCWD, path);
	int proc = open("/proc", O_PATH | O_CLOEXEC);
	int ns = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (id < 0 || setns(ns, CLONE_NEWNS) < 0 || fchdir(proc) < 0)
		return UNKNOWN;
	if (!find_mount(id, &m))
		return ABSENT;
	return find_mount(m.parent, &m) && m.shared ? BELOW_SHARED : PRESENT;
}

/*
 * What our mount namespace has of the mount that path lies on, be that outside
 * of our root: a child enters the namespace anew, which leads to the
 * namespace's own root, and from there mountinfo shows all.
 */
static int
seen_from_top(const char *path)
{
	return ask_child(look_from_top, path);
}

/* The folder that path is a name in. */
static const char *
folder_of(const char *path)
{
	static char folder[PATH_MAX];

	if (strlen(path) >= sizeof folder)
		return path;
	strcpy(folder, path);
	return dirname(folder);
}

/* A symbolic link that cannot be followed, as errno says. */
static void
why_link(const char *link)
{
	if (errno == EACCES)
		because("PIV-29", "we may not go where the symbolic link %s "
		    "leads", link);
	if (errno == ENOENT || errno == ENOTDIR)
		because("PIV-40", "%s is a symbolic link to what does not "
		    "exist", link);
	if (errno != ELOOP)
		return;
	if (is_not_followed(AT_FDCWD, link))
		because("PIV-43", "%s is a symbolic link on a mount with "
		    "nosymfollow", link);
	else
		because("PIV-41", "the symbolic link %s leads to one of: a "
		    "circle, more than 40 links, a mount with nosymfollow",
		    link);
}

/* The path itself: which part of it is missing, no folder, or closed to us. */
static void
why_path(int err, const char *path)
{
	static char part[PATH_MAX];
	struct stat st, link;
	size_t n = 0;

	if (err == ENAMETOOLONG)
		because("PIV-42", "a path has at most 4,095 bytes, a name in "
		    "it 255");
	if (strlen(path) >= sizeof part)
		return;
	do {
		n += strspn(path + n, "/");
		n += strcspn(path + n, "/");
		memcpy(part, path, n);
		part[n] = '\0';
		if (lstat(part, &link) < 0) {
			if (err == ENOENT && errno == ENOENT)
				because("PIV-11", "%s does not exist", part);
			if (err == EACCES)
				why_unreachable("PIV-29", part);
			return;
		}
		if (stat(part, &st) < 0) {
			why_link(part);
			return;
		}
		if (!S_ISDIR(st.st_mode)) {
			because("PIV-10", "%s is not a folder", part);
			return;
		}
	} while (path[n]);
	if (err == ENOENT && st.st_nlink == 0)
		because("PIV-28", "the folder %s was removed", path);
}

/* With every folder of the path open, nothing else gives EACCES. */
static void
why_module(void)
{
	const char *profile = apparmor_profile();

	if (profile)
		because("PIV-38", "AppArmor refuses it, which confines us to "
		    "its profile %s", profile);
	else
		because("PIV-38", "%-sa security module refuses it: no "
		    "folder on the way is closed",
		    prctl(PR_GET_SECCOMP) == 0 ? "" : "a seccomp filter or ");
}

/* The folder that PUT_OLD is to be made in, and its file system. */
static void
why_place(int err, const char *folder)
{
	static struct mount m;
	struct statfs fs;
	int inodes;

	if (err == EOVERFLOW) {
		if (is_unmapped("uid_map", geteuid()) ||
		    is_unmapped("gid_map", getegid()))
			because("PIV-46", "our uid or gid is not mapped in "
			    "this user namespace");
		else if (mount_at(folder, &m) && find(m.options, "idmapped"))
			because("PIV-46", "%s lies on an idmapped mount (%s), "
			    "whose map lacks uid %u or gid %u", folder,
			    m.point, geteuid(), getegid());
	}
	if (err == EPERM && is_immutable(folder)) {
		because("PIV-47", "the folder %s is immutable (lsattr(1))",
		    folder);
		try("chattr -i %s", folder);
	}
	if (statfs(folder, &fs) < 0)
		return;
	inodes = fs.f_files && fs.f_ffree < 8;
	if (err == EROFS && fs.f_flags & ST_RDONLY)
		because("PIV-44", "%s lies on a file system mounted read-only",
		    folder);
	if (err == ENOSPC && (inodes || fs.f_bavail < 8))
		because("PIV-45", "the file system of %s has %lu %-s left",
		    folder, (unsigned long)(inodes ? fs.f_ffree : fs.f_bavail),
		    inodes ? "inodes" : "blocks");
}

/* The folder PUT_OLD could not be made. */
void
why_not_made(int err, const char *put_old)
{
	const char *folder;

	why_path(err, put_old);
	folder = folder_of(put_old);
	why_place(err, folder);
	if (err == EACCES && !reasons()) {
		if (may(AT_FDCWD, folder, W_OK | X_OK))
			why_module();
		else
			because("PIV-11", "%s does not exist, and uid %u may "
			    "not make it", put_old, geteuid());
	}
	unexplained(32);
}

/* The mount that root lies on cannot be found in /proc/self/mountinfo. */
static void
why_elsewhere(const char *root)
{
	int found = seen_from_top(root);

	if (seen_from_top("/") == ABSENT)
		because("PIV-27", "our root belongs to another mount namespace "
		    "than we do");
	else if (found == ABSENT)
		because("PIV-16", "%s is no mount below the root of our mount "
		    "namespace: it belongs to another one, or was unmounted",
		    root);
	else if (found != UNKNOWN)
		because("PIV-17", "%s is in our mount namespace, but outside "
		    "our root: we are chrooted", root);
}

/* At the prompt of an ordinary user, too, whose user namespace we are in. */
static void
try_private(void)
{
	try_again(in_first("user") && has_cap(CAP_SYS_ADMIN) ?
	    "unshare-lite -m " : "unshare-lite -rm ");
}

/*
 * The parent of the mount that root is, or would become by the bind; and the
 * mount itself, on which the old root is put if nowhere else.
 */
static void
why_shared(const char *root, const struct mount *m, const char *put_old)
{
	static struct mount parent;
	int found = reasons(), itself = is_mount_point(AT_FDCWD, root);

	for (;; itself = 0, m = &parent) {
		if (m->shared && !(itself && put_old))
			because("PIV-05", "%s %-s a shared mount (%s, "
			    "shared:%d)", root, itself ? "is" : "lies below",
			    m->point, m->shared);
		if (!itself || !mount_by_id(m->parent, &parent))
			break;
	}
	if (reasons() > found)
		try_private();
}

/* A folder of such a mount cannot be bound; the mount itself needs no bind. */
static void
why_unbindable(const char *root, const struct mount *m)
{
	if (!m->unbindable || is_mount_point(AT_FDCWD, root))
		return;
	because("PIV-25", "%s lies on an unbindable mount (%s)", root,
	    m->point);
	try("mount --make-private %s", m->point);
}

static void
why_put_old(const char *root, const char *put_old, const struct mount *new)
{
	static struct mount m;
	int id;

	if (!mount_at(put_old, &m))
		return;
	if (m.shared) {
		because("PIV-06", "PUT_OLD %s lies on a shared mount (%s, "
		    "shared:%d)", put_old, m.point, m.shared);
		try_private();
	}
	if (m.id == mount_id(AT_FDCWD, "/")) {
		because("PIV-03", "PUT_OLD %s lies on the current root, not "
		    "in %s", put_old, root);
		return;
	}
	for (id = m.id; id != new->id; id = m.parent)
		if (!mount_by_id(id, &m)) {
			because("PIV-04", "PUT_OLD %s is not at or below %s",
			    put_old, root);
			return;
		}
}

static void
why_root(void)
{
	static struct mount m;

	if (!is_mount_point(AT_FDCWD, "/"))
		because("PIV-08", "our root is no mount point: we are chrooted "
		    "into a plain folder");
	else if (mount_at("/", &m) && m.id == m.parent) {
		because("PIV-09", "our root is rootfs (initramfs), which has "
		    "no mount below it to move to");
		try("switch_root NEW_ROOT INIT");
	} else if (seen_from_top("/") == BELOW_SHARED)
		because("PIV-07", "the mount below our root is shared");
}

static void
why_not_permitted(int err)
{
	int found = reasons();

	if (err == EPERM)
		why_powerless("mnt", in_first("user") ? "PIV-23" : "PIV-24",
		    "PIV-14");
	if (reasons() > found) {
		try_again("unshare-lite -rm ");
		return;
	}
	/* A filter answers what it likes. */
	if (is_filtered("pivot_root"))
		because("PIV-33", "a seccomp filter refuses pivot_root(2)");
	if (is_filtered("mount"))
		because("PIV-33", "a seccomp filter refuses mount(2)");
	if (err == EPERM && is_confined())
		because("PIV-19", "Landlock, or another security module, "
		    "forbids to change mounts");
	if (err == EACCES && !reasons())
		why_module();
	if (err == ENOSPC && !reasons())
		because("PIV-35", "this namespace would hold more mounts "
		    "than fs.mount-max");
}

/* put_old is NULL, too, as long as ROOT is no mount that could hold it. */
void
why_pivot(int err, const char *root, const char *put_old)
{
	static struct mount m;

	why_path(err, root);
	if (put_old && !reasons())
		why_path(err, put_old);
	if (err == EPERM || !reasons())
		why_not_permitted(err);
	if (err == EMFILE)
		because("PIV-48", "no descriptor is left below the limit, "
		    "ulimit -n");
	if (err == EINVAL || err == EBUSY || err == ENOENT) {
		if (mount_at(root, &m)) {
			if (is_mount_point(AT_FDCWD, root) &&
			    m.id == mount_id(AT_FDCWD, "/"))
				because("PIV-02", "%s is the current root",
				    root);
			why_shared(root, &m, put_old);
			why_unbindable(root, &m);
			if (put_old)
				why_put_old(root, put_old, &m);
		} else if (access(root, F_OK) == 0)
			why_elsewhere(root);
		why_root();
	}
	unexplained(32);
}
