/* An upper folder that another overlay has. */
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "mkoverlay/overlay.h"
#include "mounts.h"
#include "process.h"
#include "program.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "why/mkoverlay.h"

/*
 * Whether an overlay has upper of the current folder, in whichever mount
 * namespace.  Asked for index=on the kernel tells (EBUSY), or goes on to find
 * that work cannot be upper, and leaves no trace.
 */
int
upper_in_use(void)
{
	enum { STRING = 1, CREATE = 6 };	/* fsconfig(2) */
	static const char *const wanted[][2] = { { "lowerdir", "work" },
	    { "upperdir", "upper" }, { "workdir", "upper" },
	    { "index", "on" } };
	int probe = syscall(430 /* SYS_fsopen */, "overlay", 1), busy, i;

	for (i = 0; i < 4 && probe >= 0; i++)
		syscall(431, probe, STRING, wanted[i][0], wanted[i][1], 0);
	busy = syscall(431, probe, CREATE, NULL, NULL, 0) < 0 && errno == EBUSY;
	close(probe);
	return busy;
}

/* Whether the option is that path; escaped: as mount(2) has it, "\\,". */
static int
is_path(const char *option, const char *path, int escaped)
{
	for (; *path; option++, path++) {
		option += escaped && *option == '\\';
		if (*option != *path)
			return 0;
	}
	return !*option || *option == ',';
}

/* 1 and the overlay of a process' mounts that has that upper folder, or 0. */
static int
has_upper(const char *pid, const char *upper, struct mount *m)
{
	struct mounts mounts;
	char path[32], *p;
	int found = 0;

	stpcpy(stpcpy(stpcpy(path, "/proc/"), pid), "/mountinfo");
	if (mounts_open(&mounts, path) < 0)
		return 0;
	while (!found && mount_next(&mounts, m))
		found = strcmp(m->type, "overlay") == 0 &&
		    (p = find(m->super, ",upperdir=")) &&
		    (is_path(p += 10, upper, 0) ||
		    (is_before(6, 13) && is_path(p, upper, 1)));
	mounts_close(&mounts);
	return found;
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

/* Whether a process that we can see has the overlay of this folder. */
int
mounted_elsewhere(void)
{
	static struct mount m;

	return who_mounts("upper", &m) != NULL;
}

void
why_in_use(void)
{
	static struct mount m;
	const char *pid;
	int i;

	if (is_mount_point(AT_FDCWD, in_dir("merged"))) {
		because("OVL-75", "%s is mounted already", in_dir("merged"));
		try("mkoverlay -d %s", dir);
		return;
	}
	for (i = 0; i < lowers && asked("index=on"); i++)
		if (has_upper("self", lower[i], &m)) {
			because("OVL-41", "with index=on, %s cannot be a "
			    "layer while it is the upper folder of %s",
			    lower[i], m.point);
			try("umount %s", m.point);
			return;
		}
	if (!(pid = who_mounts(in_dir("upper"), &m))) {
		if (may(AT_FDCWD, "/proc/self", F_OK))
			because("OVL-63", "it belongs to an overlay that no "
			    "process we see has mounted: others have, or it "
			    "was unmounted lazily and is still used");
	} else if (*pid == 's') {
		because("OVL-19", "it is the upper folder of the overlay that "
		    "is mounted at %s", m.point);
	} else {
		because("OVL-62", "process %-s has it mounted, at %s in its "
		    "mount namespace", pid, m.point);
		try("nsenter-lite -t %-s -m umount %s", pid, m.point);
	}
}
