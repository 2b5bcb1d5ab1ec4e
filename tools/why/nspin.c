/*
 * Why a namespace cannot be pinned, or a pin be removed.  Of the namespace's
 * file, the file below the pin, and the mount between them, each has its own
 * conditions (fs/nsfs.c, fs/namespace.c).
 */
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/nsfs.h>

#include "access.h"
#include "facts.h"
#include "kinds.h"
#include "mounts.h"
#include "nspin.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "target.h"

/*
 * Since Linux 6.11.  It is what the kernel goes by itself: older namespaces
 * have smaller ones, since Linux 6.18 among those that one CPU has made.
 */
#define MNTNS_ID	_IOR(NSIO, 0x5, unsigned long long)

static const char *
number_of(pid_t pid)
{
	static char text[16];

	strcpy(text, proc_path(pid, "") + strlen("/proc/"));
	text[strcspn(text, "/")] = '\0';
	return text;
}

static int
is_zombie(pid_t pid)
{
	char status[STATUS_SIZE];

	get_status(pid, status);
	return find(status, "\nState:\tZ") != NULL;
}

/* A file in /proc/PID/ns cannot be opened. */
void
why_closed(int err, pid_t pid, int pidfd, int kind)
{
	if (!alive(pidfd))
		because("PIN-05", "the process has ended in the meantime");
	else if (err == EACCES || err == EPERM)
		why_no_access(number_of(pid), pid);
	else if (err == ENOENT && !(kinds_known() & kinds[kind].flag))
		because("PIN-16", "this kernel has no %-s namespaces",
		    kinds[kind].name);
	else if (err == ENOENT && is_zombie(pid))
		because("PIN-30", "the first thread of process %d has ended; "
		    "the namespaces of the others are in /proc/%d/task", pid,
		    pid);
	if (err == EACCES || err == EPERM)
		try_as_root();
	unexplained(7);
}

/* A zombie, and who is closed to us, is not known to be. */
static int
is_elsewhere(pid_t pid)
{
	char ours[32], *file = stpcpy(ours, "/proc/self/");
	int i;

	for (i = 0; i < KINDS; i++) {
		stpcpy(stpcpy(file, "ns/"), kinds[i].file);
		if (may(AT_FDCWD, proc_path(pid, file), F_OK) &&
		    !same_namespace(ours, proc_path(pid, file)))
			return 1;
	}
	return 0;
}

/* Who makes namespaces for a program may wait for it outside of them. */
void
why_none_differs(const char *operand, pid_t pid)
{
	char file[48], child[64];

	stpcpy(stpcpy(stpcpy(file, "task/"), number_of(pid)), "/children");
	get(AT_FDCWD, proc_path(pid, file), child, sizeof child);
	child[strcspn(child, " ")] = '\0';
	if (*child && is_elsewhere(digits(child, NULL, 10))) {
		because("PIN-31", "its first child, process %-s, for which it "
		    "may wait, is not", child);
		try_instead(operand, child, NULL);
	}
}

/* Nothing may be mounted; but an open file keeps a namespace as well. */
static void
why_not_permitted(pid_t pid, const char *kind)
{
	static const char *const calls[] = { "mount", "umount2" };
	int i;

	why_powerless("mnt", "PIN-04", "PIN-13");
	for (i = 0; i < 2; i++)
		if (is_filtered(calls[i]))
			because("PIN-24", "a seccomp filter refuses %-s(2)",
			    calls[i]);
	if (is_confined())
		because("PIN-25", "Landlock, or another security module, "
		    "forbids to change mounts");
	if (kind && reasons())
		try("exec 9</proc/%d/ns/%-s", pid, kind);
}

static unsigned long long
mount_namespace_id(int fd)
{
	unsigned long long id;

	return ioctl(fd, MNTNS_ID, &id) < 0 ? 0 : id;
}

/* The ID of a process's mount namespace, if nsenter-lite could enter that. */
static unsigned long long
enterable_id(pid_t pid)
{
	int fd = open(proc_path(pid, "ns/mnt"), O_RDONLY | O_CLOEXEC);
	struct stat owner, ours;

	return has_cap(CAP_SYS_CHROOT) &&
	    fstat(ioctl(fd, NS_GET_USERNS), &owner) == 0 &&
	    stat("/proc/self/ns/user", &ours) == 0 &&
	    owner.st_ino == ours.st_ino ? mount_namespace_id(fd) : 0;
}

/*
 * The process above us that is in the nearest mount namespace with an ID below
 * that one; the oldest, for the nearest may be gone when the line is pasted.
 */
static pid_t
older_ancestor(unsigned long long than)
{
	unsigned long long id, found = 0;
	pid_t pid, oldest = 0;

	for (pid = getppid(); pid > 0; pid = status_number(pid, "PPid", 10)) {
		id = enterable_id(pid);
		if (id && id < than && (!found || id == found)) {
			found = id;
			oldest = pid;
		}
	}
	return oldest;
}

/*
 * A mount namespace that has its own file mounted would hold itself for ever,
 * and so would two that have each other's: hence one is pinned only where the
 * IDs are smaller.
 */
static void
why_loop(int fd, pid_t pid, const char *path)
{
	int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	unsigned long long ours = mount_namespace_id(own);
	unsigned long long theirs = mount_namespace_id(fd);
	static char here[2 * PATH_MAX];
	pid_t ancestor;

	if (same_namespace("/proc/self/ns/mnt", proc_path(pid, "ns/mnt")))
		because("PIN-03", "the mount namespace of process %d is ours: "
		    "it can be pinned only outside", pid);
	else if (theirs && theirs < ours)
		because("PIN-03", "the mount namespace of process %d has the "
		    "ID %llu, ours %llu: it can be pinned only in one that "
		    "has a smaller ID", pid, theirs, ours);
	else
		return;
	if (*path != '/' && getcwd(here, PATH_MAX))
		path = strcat(strcat(here, "/"), path);
	if (*path == '/' && (ancestor = older_ancestor(theirs)))
		try("nsenter-lite -t %d -m nspin -t %d -m %s", ancestor, pid,
		    path);
}

static struct mount m;

static int
is_foreign(const char *path)
{
	if (mount_at(path, &m))
		return 0;
	because("PIN-26", "%s is in another mount namespace than ours, or on "
	    "a mount that was detached", path);
	return 1;
}

/* The mount of a namespace's file fails; path is the file to lie on. */
void
why_bind(int err, pid_t pid, int fd, int kind, const char *path)
{
	int found;

	if (err == EPERM)
		why_not_permitted(pid, kinds[kind].file);
	if (err == ENOSPC)
		because("PIN-27", "this mount namespace holds as many mounts "
		    "as fs.mount-max allows");
	found = (err == EINVAL || err == ENOENT) && access(path, F_OK) == 0 &&
	    !is_foreign(path);
	if (err == EINVAL && kinds[kind].flag == CLONE_NEWNS) {
		why_loop(fd, pid, path);
		if (found && m.shared) {
			because("PIN-03b", "%s lies on a shared mount (%s, "
			    "shared:%d): its copies would be pins, too", path,
			    m.point, m.shared);
			try_after("mount --bind % % && mount --make-private % "
			    "&& ", folder_of(path));
		}
		if (!reasons() && found && !mount_namespace_id(fd))
			because("PIN-03", "the mount namespace of process %d "
			    "is older than ours: nothing else is left", pid);
	}
	unexplained(8);
}

void
why_shared(int err, pid_t pid)
{
	if (err == EPERM)
		why_not_permitted(pid, "net");
	unexplained(4);
}

static void
why_not_pinned(const char *path)
{
	if (is_locked(path))
		because("PIN-28", "the pin %s came with the mounts of another "
		    "user namespace, and is locked", path);
	else
		because("PIN-08", "no namespace is pinned to %s in this mount "
		    "namespace", path);
}

/* A pin cannot be removed. */
void
why_unpin(int err, const char *path)
{
	struct stat st;

	if (err == EPERM)
		why_not_permitted(0, NULL);
	if (err == ENOENT || err == ENOTDIR)
		because("PIN-08", "there is no pin %s", path);
	if (err == EINVAL && lstat(path, &st) == 0) {
		if (S_ISLNK(st.st_mode))
			because("PIN-17", "%s is a symbolic link, which is not "
			    "followed", path);
		else if (!is_foreign(path) &&
		    !is_covered(path, "umount % && "))
			why_not_pinned(path);
	}
	why_folder(err, folder_of(path));
	unexplained(9);
}

/* Who pins such a namespace of a process may have meant its children's. */
void
warn_of_children(pid_t pid, const char *kind)
{
	char own[16], later[32];

	stpcpy(stpcpy(own, "ns/"), kind);
	stpcpy(stpcpy(later, own), "_for_children");
	if (same_namespace(proc_path(pid, own), proc_path(pid, later)))
		return;
	say("the children of process %d will be in another %-s namespace than "
	    "the one that was pinned", pid, kind);
	because("PIN-11", "process %d has made or entered a %-s namespace for "
	    "its children, but not for itself", pid, kind);
}
