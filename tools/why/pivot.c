/*
 * Why pivot_root(2), or the bind before it, was refused.  The kernel reports
 * the first condition that is violated (fs/namespace.c); here are all.
 */
#include <sys/mount.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "apparmor.h"
#include "facts.h"
#include "mounts.h"
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

static void
why_not_a_folder(const char *id, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		because(id, "%s is not a folder", path);
}

/* PUT_OLD is not there, and we may not make it. */
static int
why_not_made(const char *put_old)
{
	static char parent[PATH_MAX];
	char *slash;

	if (!put_old || strlen(put_old) >= sizeof parent ||
	    access(put_old, F_OK) == 0)
		return 0;
	strcpy(parent, put_old);
	for (slash = parent + strlen(parent);
	    slash > parent && slash[-1] == '/';)
		*--slash = '\0';
	slash = strrchr(parent, '/');
	strcpy(slash ? slash + 1 : parent, ".");
	if (may(AT_FDCWD, parent, W_OK | X_OK))
		return 0;
	because("PIV-11", "%s does not exist, and uid %u may not make it",
	    put_old, geteuid());
	return 1;
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
		because("PIV-38", "a security module (LSM) refuses it; with "
		    "every folder of the path open, nothing else gives EACCES");
}

/* The parts of a root and PUT_OLD that are no matter of mounts. */
static void
why_path(int err, const char *root, const char *put_old)
{
	struct stat st;

	if (err == EACCES && !why_unreachable("PIV-29", root) &&
	    !why_not_made(put_old))
		why_module();
	if (err != ENOENT)
		return;
	if (lstat(root, &st) < 0 && errno == ENOENT)
		because("PIV-11", "%s does not exist", root);
	else if (stat(root, &st) == 0 && st.st_nlink == 0)
		because("PIV-28", "the folder %s was removed", root);
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
	try_again(in_first("user") ? "unshare-lite -m " : "unshare-lite -rm ");
}

/* The parent of the mount that root is, or would become by the bind. */
static void
why_shared(const char *root, const struct mount *m)
{
	static struct mount parent;

	if (is_mount_point(AT_FDCWD, root)) {
		if (!mount_by_id(m->parent, &parent))
			return;
		m = &parent;
	}
	if (!m->shared)
		return;
	because("PIV-05", "%s lies below a shared mount (%s, shared:%d)",
	    root, m->point, m->shared);
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

	if (access(put_old, F_OK) < 0) {
		because("PIV-11", "%s does not exist, nor the folder to make "
		    "it in", put_old);
		return;
	}
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
why_not_permitted(void)
{
	static const char *const calls[] = { "pivot_root", "mount", "umount2" };
	int i, found = reasons();

	why_powerless("mnt", in_first("user") ? "PIV-23" : "PIV-24", "PIV-14");
	if (reasons() > found) {
		try_again("unshare-lite -rm ");
		return;
	}
	for (i = 0; i < 3; i++)
		if (is_filtered(calls[i]))
			because("PIV-33", "a seccomp filter refuses %-s(2)",
			    calls[i]);
	if (is_confined())
		because("PIV-19", "Landlock, or another security module, "
		    "forbids to change mounts");
}

void
why_pivot(int err, const char *root, const char *put_old)
{
	static struct mount m;

	why_not_a_folder("PIV-10", root);
	if (put_old)
		why_not_a_folder("PIV-10", put_old);
	why_path(err, root, put_old);
	if (err == EPERM)
		why_not_permitted();
	if (err == ENOSPC)
		because("PIV-35", "this mount namespace would hold more mounts "
		    "than the sysctl fs.mount-max allows");
	if (err == EINVAL || err == EBUSY || err == ENOENT) {
		if (mount_at(root, &m)) {
			if (is_mount_point(AT_FDCWD, root) &&
			    m.id == mount_id(AT_FDCWD, "/"))
				because("PIV-02", "%s is the current root",
				    root);
			why_shared(root, &m);
			why_unbindable(root, &m);
			if (put_old)
				why_put_old(root, put_old, &m);
		} else if (access(root, F_OK) == 0)
			why_elsewhere(root);
		why_root();
	}
	unexplained(21);
}
