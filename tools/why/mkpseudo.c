/*
 * Why the kernel refused to mount or to bind.  A mount(2) that was refused is
 * made again in the steps of fsopen(2), since the step that fails, and the
 * sentence that the kernel leaves there, say more than the errno.
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "mkpseudo/root.h"
#include "mounts.h"
#include "put.h"
#include "say.h"
#include "why/mkpseudo.h"

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

int
proc_is_readable(void)
{
	return same_namespace("/proc/self/ns/mnt", "/proc/self/ns/mnt");
}

/* 1 if a reason was found that concerns every change of a mount. */
int
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

/* A new one must show no more than an old one. */
static void
why_too_revealing(const char *type)
{
	const char *name = *type == 'p' ? "proc" : "sys";

	if (why_revealing(type))
		try("mkdir -p %s && mount --rbind /%-s %s", below(name), name,
		    below(name));
	else
		because(*type == 'p' ? "PSE-03" : "PSE-06", "no %-s is in "
		    "sight in this mount namespace, to measure a new one by: "
		    "mkpseudo comes before pivot, or before the unmount of its "
		    "PUT_OLD", type);
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
		why_too_revealing(type);
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

/* Whether the kernel's list of filesystems has it. */
static int
is_known(const char *type)
{
	char list[4096], line[32];

	stpcpy(stpcpy(stpcpy(line, "\t"), type), "\n");
	get(AT_FDCWD, "/proc/filesystems", list, sizeof list);
	return find(list, line) != NULL;
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
	else if (err == EACCES || is_filtered("mount"))
		why_no_mounts("mount");
	if (err == ENODEV && !is_known(type))
		because("PSE-21", "this kernel has no %-s", type);
	if (err == ENOSPC && is_full())
		because("PSE-44", "the mount namespace holds as many mounts as "
		    "fs.mount-max allows");
	if (err == EINVAL || err == ENOENT)
		why_place();
	unexplained(16);
}

void
why_bind(int err, int from, const char *name, const char *path)
{
	static const char *const calls[] = { "open_tree", "mount_setattr",
	    "move_mount", "mount" };
	static struct mount m;
	struct stat st;
	unsigned i;

	for (i = 0; i < sizeof calls / sizeof *calls; i++)
		if (is_filtered(calls[i]))
			because("PSE-85", "a seccomp filter refuses %-s(2)",
			    calls[i]);
	if (!reasons() && (err == EPERM || err == EACCES))
		why_no_mounts("mount");
	if (err == ENOSYS && is_before(5, 12))
		because("PSE-85", "mount_setattr(2) needs Linux 5.12");
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

void
refuse_mount(const char *type, const char *path)
{
	tell("mount %-s on %s", type, below(path));
	why_mount(errno, type);
	fail();
}

void
refuse_bind(int from, const char *name, const char *path)
{
	tell("bind on %s", below(path));
	why_bind(errno, from, name, path);
	fail();
}
