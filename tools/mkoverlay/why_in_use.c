/* An upper folder that another overlay has. */
#include <sys/stat.h>
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

/*
 * 1 and the overlay of a process' mounts that has that upper folder, or lies on
 * merged; or 0.  From another root their names may lead to other folders: an
 * upper that is not to be reached there may be this one.
 */
static int
has_overlay(const char *pid, const char *upper, const char *merged,
    struct mount *m)
{
	char path[PATH_MAX + 32], *end, *p;
	const char *found = NULL;
	struct mounts mounts;
	struct stat st;

	end = stpcpy(stpcpy(path, "/proc/"), pid);
	strcpy(end, "/mountinfo");
	if (mounts_open(&mounts, path) < 0)
		return 0;
	while (!found && mount_next(&mounts, m)) {
		if (strcmp(m->type, "overlay") != 0)
			continue;
		if ((p = find(m->super, ",upperdir=")) &&
		    (is_path(p += 10, upper, 0) ||
		    (is_before(6, 13) && is_path(p, upper, 1))))
			found = upper;
		else if (strcmp(m->point, merged) == 0)
			found = merged;
	}
	mounts_close(&mounts);
	if (!found)
		return 0;
	end = stpcpy(end, "/root");
	stpcpy(stpcpy(end, found), "/..");
	return same_folder(path, end) || (found == upper &&
	    stat(path, &st) < 0);
}

/* A process that has the overlay of these two, or NULL. */
static const char *
who_mounts(const char *upper, const char *merged, struct mount *m)
{
	static struct names proc;
	char ns[32], above[PATH_MAX], on[PATH_MAX];
	const char *pid = "self";

	*above = *on = '\0';
	path_here(AT_FDCWD, upper, above);
	path_here(AT_FDCWD, merged, on);
	if (has_overlay(pid, above, on, m))
		return pid;
	if (names_open(&proc, AT_FDCWD, "/proc") < 0)
		return NULL;
	while ((pid = next_process(&proc))) {
		stpcpy(stpcpy(stpcpy(ns, "/proc/"), pid), "/ns/mnt");
		if (!same_namespace(ns, "/proc/self/ns/mnt") &&
		    has_overlay(pid, above, on, m))
			break;
	}
	return pid;
}

/* Whether a process that we can see has the overlay of this folder. */
int
mounted_elsewhere(void)
{
	static struct mount m;

	return who_mounts("upper", "merged", &m) != NULL;
}

void
why_in_use(void)
{
	const char *pid, *merged = in_dir("merged");
	static struct mount m;
	int i;

	if (is_mount_point(AT_FDCWD, merged)) {
		because("OVL-75", "%s is mounted already", merged);
		if (mount_at(merged, &m) && strcmp(m.type, "overlay") != 0)
			try("umount %s", m.point);
		else if (!is_locked(merged))
			try("mkoverlay -d %s", dir);
		return;
	}
	for (i = 0; i < lowers && asked("index=on"); i++)
		if (has_overlay("self", lower[i], "", &m)) {
			because("OVL-41", "with index=on, %s cannot be a "
			    "layer while it is the upper folder of %s",
			    lower[i], m.point);
			try("umount %s", m.point);
			return;
		}
	if (!(pid = who_mounts(in_dir("upper"), in_dir("merged"), &m))) {
		if (may(AT_FDCWD, "/proc/self", F_OK))
			because("OVL-63", "no process we see has it mounted "
			    "by that name: others have, or it was unmounted "
			    "lazily and is still used");
	} else if (*pid == 's') {
		because("OVL-19", "it is the upper folder of the overlay that "
		    "is mounted at %s", m.point);
	} else {
		because("OVL-62", "process %-s has it mounted, at %s in its "
		    "mount namespace", pid, m.point);
		try("nsenter-lite -t %-s -m umount %s", pid, m.point);
	}
}
