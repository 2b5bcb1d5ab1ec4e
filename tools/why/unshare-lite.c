/*
 * Why clone(2), clone3(2) or unshare(2), or a step after it, was refused.
 * The order of looks is that of user_namespaces(7) and namespaces(7): who may,
 * then how many, then what fits together.
 */
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/nsfs.h>

#include "facts.h"
#include "kinds.h"
#include "mounts.h"
#include "put.h"
#include "say.h"
#include "unshare-lite.h"

#define MOST_LEVELS 32		/* of user and of PID namespaces */

/* The number in a file of /proc/sys, or -1. */
static long
sysctl(const char *name)
{
	char path[96], text[64];

	stpcpy(stpcpy(path, "/proc/sys/"), name);
	return get(AT_FDCWD, path, text, sizeof text) > 0 ?
	    strtol(text, NULL, 10) : -1;
}

/* How many user namespaces lie above ours, as far as we may look. */
static int
levels(void)
{
	int fd = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC), up, n = 0;

	for (; fd >= 0; fd = up, n++) {
		up = ioctl(fd, NS_GET_PARENT);
		close(fd);
	}
	return n;
}

/* The levels of PID namespaces that we are in: the numbers after NSpid. */
static int
pid_levels(void)
{
	char text[4096], *p;
	int n = 0;

	get(AT_FDCWD, "/proc/self/status", text, sizeof text);
	if ((p = strstr(text, "NSpid:")))
		for (p += 6; *p && *p != '\n'; p++)
			n += *p == '\t';
	return n;
}

static void
why_no_user_namespace(void)
{
	char map[64];

	if (sysctl("kernel/unprivileged_userns_clone") == 0 &&
	    !has_cap(CAP_SYS_ADMIN))
		because("UNS-08", "the sysctl "
		    "kernel.unprivileged_userns_clone is 0: only root may make "
		    "user namespaces here");
	get(AT_FDCWD, "/proc/self/uid_map", map, sizeof map);
	if (!*map)
		because("UNS-07", "our uid is not mapped in the user namespace "
		    "that we are in");
	if (is_chrooted()) {
		because("UNS-06", "we are chrooted, where no user namespace "
		    "can be made");
		try("pivot NEW_ROOT PROG");
	}
}

static void
why_not_permitted(int asked)
{
	if (is_filtered("clone3") && is_filtered("unshare"))
		because("UNS-10", "a seccomp filter refuses to make "
		    "namespaces");
	if (asked & CLONE_NEWUSER) {
		why_no_user_namespace();
		return;
	}
	if (has_cap(CAP_SYS_ADMIN))
		return;
	if (in_first("user")) {
		because("UNS-33", "uid %u has no CAP_SYS_ADMIN, and asks for "
		    "no user namespace, which gives it", geteuid());
		try_again("unshare-lite -r ");
	} else {
		why_powerless("user", "UNS-34", "UNS-34");
	}
}

static void
why_no_space(int asked)
{
	char file[64], *end;
	int i, found = reasons();

	if (asked & CLONE_NEWUSER && levels() >= MOST_LEVELS)
		because("UNS-04", "user namespaces are nested %d deep, and "
		    "cannot be deeper", levels());
	if (asked & CLONE_NEWPID && pid_levels() >= MOST_LEVELS)
		because("UNS-05", "PID namespaces are nested %d deep, and "
		    "cannot be deeper", pid_levels());
	for (i = 0; i < KINDS; i++) {
		if (!(asked & kinds[i].flag))
			continue;
		end = stpcpy(stpcpy(file, "user/max_"), kinds[i].file);
		stpcpy(end, "_namespaces");
		if (sysctl(file) != 0)
			continue;
		because(kinds[i].letter == 'U' ? "UNS-03" : "UNS-02",
		    "the sysctl user.max_%-s_namespaces is 0", kinds[i].file);
		try("sysctl user.max_%-s_namespaces=1000   # as root: lets "
		    "every user take that much of the kernel's memory",
		    kinds[i].file);
	}
	if (reasons() == found)
		because("UNS-02", "one of: a limit user.max_*_namespaces of a "
		    "namespace above us, or 32 levels of which we see %d; our "
		    "own limits are not 0", levels());
}

/* kind: "pid", say: is ns/pid_for_children another than ns/pid? */
static int
waits_for_child(const char *kind)
{
	char a[64], b[64];

	stpcpy(stpcpy(a, "/proc/self/ns/"), kind);
	stpcpy(stpcpy(b, a), "_for_children");
	return access(a, F_OK) == 0 && !same_namespace(a, b);
}

static void
why_invalid(int asked)
{
	int i, known = kinds_known();

	for (i = 0; i < KINDS && known; i++)
		if (asked & kinds[i].flag & ~known)
			because("UNS-11", "this kernel has no %-s namespaces",
			    kinds[i].name);
	if (asked & CLONE_NEWPID && waits_for_child("pid")) {
		because("UNS-13", "a PID namespace was unshared before, and no "
		    "process is in it yet");
		try_again("unshare-lite -p ");
	} else if (asked & CLONE_NEWPID && !owns("pid"))
		because("UNS-14", "our PID namespace belongs to another user "
		    "namespace than the one that we are in");
}

static void
why_no_process(void)
{
	struct rlimit most;

	if (waits_for_child("pid"))
		because("UNS-43", "the first process of the PID namespace that "
		    "was unshared before has ended: none can follow");
	if (getrlimit(RLIMIT_NPROC, &most) == 0 &&
	    most.rlim_cur != RLIM_INFINITY)
		because("UNS-41", "one of: uid %u may have %lu processes "
		    "(ulimit -u); pids.max of a cgroup; the sysctls "
		    "kernel.pid_max and kernel.threads-max", getuid(),
		    (unsigned long)most.rlim_cur);
	else
		because("UNS-21", "one of: pids.max of our cgroup, of one "
		    "above it or of the one to start in; the sysctls "
		    "kernel.pid_max and kernel.threads-max");
}

static void
why_not_in_cgroup(int err, const char *cgroup)
{
	char text[256];
	int dir = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (err == EBUSY && get(dir, "cgroup.subtree_control", text,
	    sizeof text) > 1) {
		text[strcspn(text, "\n")] = '\0';
		because("UNS-28", "cgroup %s shares out %s to cgroups below "
		    "it, and so holds no processes itself", cgroup, text);
	}
	if (err == EOPNOTSUPP && get(dir, "cgroup.type", text, sizeof text) > 0)
		because("UNS-29", "the type of cgroup %s is %-.*s", cgroup,
		    (int)strcspn(text, "\n"), text);
	if (err == EACCES)
		because("UNS-30", faccessat(dir, "cgroup.procs", W_OK,
		    AT_EACCESS) < 0 ? "we may not write cgroup.procs of %s" :
		    "we may not write cgroup.procs of the cgroup that is above "
		    "both %s and ours", cgroup);
	if (err == ENOENT || err == ENODEV)
		because("UNS-44", "cgroup %s was removed meanwhile", cgroup);
	if (dir >= 0)
		close(dir);
}

void
why_unshare(int err, int asked, const char *cgroup)
{
	if (cgroup)
		why_not_in_cgroup(err, cgroup);
	if (err == EPERM)
		why_not_permitted(asked);
	else if (err == ENOSPC)
		why_no_space(asked);
	else if (err == EINVAL)
		why_invalid(asked);
	else if (err == EAGAIN || err == ENOMEM)
		why_no_process();
	else if (err == EACCES && !cgroup)
		because("UNS-48", "a security module (LSM) refuses user "
		    "namespaces; nothing else gives EACCES here");
	unexplained(20);
}

void
why_offsets(int err, const char *offset)
{
	if (err == ENOENT && access("/proc/self", F_OK) < 0)
		because("UNS-37", "/proc is not mounted");
	if (err == EPERM && !has_cap(CAP_SYS_TIME))
		because("UNS-16", "we have no CAP_SYS_TIME");
	if (err == ERANGE)
		because("UNS-17", "the clock would be below 0, or above half "
		    "of what it can show: offset %-s s", offset);
	unexplained(3);
}

void
why_propagation(int err)
{
	if (err == EINVAL && !is_mount_point(AT_FDCWD, "/")) {
		because("UNS-15", "our root is no mount point: we are chrooted "
		    "into a plain folder");
		try_again("unshare-lite -m --propagation=unchanged ");
	} else if (is_confined())
		because("UNS-51", "Landlock, or another security module, "
		    "forbids to change mounts");
	unexplained(2);
}

void
why_proc(int err, const char *dir)
{
	static struct mount m;
	struct stat st;

	if (stat(dir, &st) < 0 || !S_ISDIR(st.st_mode))
		because("PSE-15", "%s is not a folder", dir);
	else if (err == EPERM && !owns("pid")) {
		because("PSE-01", "our PID namespace belongs to another user "
		    "namespace");
		try_again("unshare-lite -p ");
	} else if (err == EPERM && !mount_at("/proc/self", &m))
		because("PSE-03", "no proc is mounted here that a new one "
		    "could be measured by");
	else if (err == EPERM && strcmp(m.type, "proc") == 0)
		because("PSE-02", "the /proc in sight is covered in part, and "
		    "a new one would show it");
	unexplained(4);
}
