/*
 * Why clone(2), clone3(2) or unshare(2), or a step after it, was refused.
 * The order of looks is that of user_namespaces(7) and namespaces(7): who may,
 * then how many, then what fits together.
 */
#include <sys/ioctl.h>
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

#include "apparmor.h"
#include "facts.h"
#include "kinds.h"
#include "mounts.h"
#include "put.h"
#include "say.h"
#include "target.h"
#include "unshare-lite.h"

#define MOST_LEVELS 32		/* of PID namespaces */

/* The number in a file of /proc/sys, or -1. */
static long
sysctl(const char *name)
{
	char path[96], text[64];

	stpcpy(stpcpy(path, "/proc/sys/"), name);
	return get(AT_FDCWD, path, text, sizeof text) > 0 ?
	    (long)digits(text, NULL, 10) : -1;
}

/*
 * Whether our PID namespace belongs to a user namespace below ours, whose
 * descriptor we then get; for one above or beside, the kernel says EPERM.
 */
static int
is_of_descendant(void)
{
	int fd = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC), owner;

	if (fd < 0)
		return 0;
	owner = ioctl(fd, NS_GET_USERNS);
	close(fd);
	if (owner < 0)
		return 0;
	close(owner);
	return !owns("pid");
}

/* The levels of PID namespaces that we are in: the numbers after NSpid. */
static int
pid_levels(void)
{
	char text[STATUS_SIZE], *p;
	int n = 0;

	get_status(0, text);
	if ((p = find(text, "NSpid:")))
		for (p += 6; *p && *p != '\n'; p++)
			n += *p == '\t';
	return n;
}

/* Who enters the mount namespace anew is at the namespace's own root. */
static int
has_other_root(const void *root)
{
	int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	return fd >= 0 && setns(fd, CLONE_NEWNS) == 0 &&
	    mount_id(AT_FDCWD, "/") != *(const int *)root;
}

/* Whether our root is not that of our mount namespace. */
static int
is_chrooted(void)
{
	int root = mount_id(AT_FDCWD, "/");

	return !is_mount_point(AT_FDCWD, "/") ||
	    ask_child(has_other_root, &root);
}

static void
why_no_user_namespace(void)
{
	if (sysctl("kernel/unprivileged_userns_clone") == 0 &&
	    !has_cap(CAP_SYS_ADMIN))
		because("UNS-08", "kernel.unprivileged_userns_clone is 0: "
		    "only root may make user namespaces");
	if (is_unmapped("uid_map", geteuid()))
		because("UNS-07", "our uid is not mapped in our user "
		    "namespace");
	if (is_unmapped("gid_map", getegid()))
		because("UNS-07", "our gid is not mapped in our user "
		    "namespace");
	if (is_chrooted()) {
		because("UNS-06", "we are chrooted, where no user namespace "
		    "can be made");
		try("pivot NEW_ROOT PROG");
	}
}

/* flags: those of namespaces that it was called with. */
static int
why_filtered(const char *call, int flags)
{
	if (!is_filtered_for(call, flags))
		return 0;
	if (flags)
		because("UNS-10", "a seccomp filter refuses %-s(2) with %-s",
		    call, kinds_text(flags));
	else
		because("UNS-10", "a seccomp filter refuses %-s(2)", call);
	return 1;
}

static void
why_not_permitted(int asked)
{
	if (asked & CLONE_NEWUSER) {
		if (!why_hollow())
			why_no_user_namespace();
		return;
	}
	if (has_cap(CAP_SYS_ADMIN))
		return;
	if (in_first("user")) {
		because("UNS-33", "uid %u has no CAP_SYS_ADMIN, and asks for "
		    "no user namespace to have it in", geteuid());
		if (reasons() == 1)
			try_with(" -r", NULL);
	} else {
		why_powerless("user", "UNS-34", "UNS-34");
	}
}

static void
why_no_space(int asked)
{
	char file[64], *end;
	int i, found = reasons();

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
	if (reasons() > found)
		return;
	/* What lies above our own user namespace is hidden from us. */
	because(asked & CLONE_NEWUSER ? "UNS-04" : "UNS-02", "one of: %-sa "
	    "limit user.max_*_namespaces is used up, here or above, and none "
	    "here is 0", asked & CLONE_NEWUSER ? "user namespaces are nested "
	    "33 deep, and cannot be deeper; " : "");
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
		because("UNS-13", "we have unshared a PID namespace before, "
		    "which our first child enters");
		try_again("sh -c '\"$0\" \"$@\"; exit $?' ");
	} else if (asked & CLONE_NEWPID && is_of_descendant())
		because("UNS-14", "our PID namespace belongs to a user "
		    "namespace below ours");
}

/* Nothing passes the border of a cgroup namespace (nsdelegate, cgroups(7)). */
static void
why_delegated(const char *cgroup)
{
	static struct mount m;

	if (!mount_at(cgroup, &m) || !find(m.super, "nsdelegate"))
		return;
	because("UNS-46", "cgroup %s, or ours, lies outside our cgroup "
	    "namespace, whose border is closed by the option nsdelegate of %s",
	    cgroup, m.point);
	if (in_first("user") && has_cap(CAP_SYS_ADMIN) &&
	    !same_namespace("/proc/self/ns/cgroup", "/proc/1/ns/cgroup"))
		try_again("nsenter-lite -t 1 -C ");
}

static void
why_not_in_cgroup(int err, const char *cgroup)
{
	char text[256];
	int dir = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0 || access(cgroup, F_OK) < 0)
		because("UNS-44", "cgroup %s was removed meanwhile", cgroup);
	else if (err == EBUSY && get(dir, "cgroup.subtree_control", text,
	    sizeof text) > 1) {
		text[strcspn(text, "\n")] = '\0';
		because("UNS-28", "cgroup %s shares out %s to cgroups below "
		    "it, and so holds no processes itself", cgroup, text);
	} else if (err == EOPNOTSUPP && get(dir, "cgroup.type", text,
	    sizeof text) > 0) {
		text[strcspn(text, "\n")] = '\0';
		because("UNS-29", "the type of cgroup %s is %s", cgroup, text);
		if (strcmp(text, "domain invalid") == 0)
			try("echo threaded >%s/cgroup.type", cgroup);
	} else if (err == ENOENT)
		why_delegated(cgroup);
	else if (err == EACCES)
		because("UNS-30", "we may not write cgroup.procs of the cgroup "
		    "that is above both %s and ours", cgroup);
	if (dir >= 0)
		close(dir);
}

void
why_unshare(int err, const char *call, int asked, const char *cgroup)
{
	int filtered = !cgroup && why_filtered(call, asked);

	if (cgroup)
		why_not_in_cgroup(err, cgroup);
	if (err == EPERM)
		why_not_permitted(asked);
	else if (filtered)
		return;
	else if (err == ENOSPC)
		why_no_space(asked);
	else if (err == EINVAL)
		why_invalid(asked);
	else if (err == ENOMEM && waits_for_child("pid"))
		because("UNS-43", "the PID namespace unshared before has "
		    "lost its first process: none can follow");
	else if (err == EAGAIN)
		why_no_process();
	else if (err == EACCES && !cgroup && asked & CLONE_NEWUSER)
		because("UNS-48", "a security module refuses user "
		    "namespaces: nothing else gives EACCES");
	unexplained(20);
}

void
why_offsets(int err, const char *offset)
{
	if (err == ENOENT && access("/proc/self", F_OK) < 0)
		why_proc_is_not_ours("UNS-37", "UNS-36");
	if (err == EPERM && !has_cap(CAP_SYS_TIME))
		because("UNS-16", "we have no CAP_SYS_TIME");
	if (err == ERANGE)
		because("UNS-17", "the clock would be below 0, or above half "
		    "of what it can show: offset %-s s", offset);
	if (err == EROFS)
		because("MAP-21", "/proc is mounted read-only");
	unexplained(4);
}

void
why_hostname(void)
{
	if (!why_filtered("sethostname", 0))
		why_hollow();
	unexplained(2);
}

static int
why_confined(void)
{
	if (why_filtered("mount", 0))
		return 1;
	if (!is_confined())
		return 0;
	because("UNS-51", "Landlock, or another security module, forbids to "
	    "change mounts");
	return 1;
}

/* The user's word for an option that begins like this, or NULL. */
static const char *
word_of(const char *option)
{
	char **word;

	for (word = command + 1; word < command + optind; word++)
		if (strncmp(*word, option, strlen(option)) == 0)
			return *word;
	return NULL;
}

void
why_propagation(int err, const char *path)
{
	const char *word;

	if (err == EINVAL && !is_mount_point(AT_FDCWD, path)) {
		if (strcmp(path, "/") == 0) {
			because("UNS-15", "our root is no mount point: we are "
			    "chrooted into a plain folder");
			word = word_of("--pro");
			if (!word || strchr(word, '='))
				try_with(" --propagation=unchanged", word);
		} else
			because("UNS-52", "%s is no mount point, and a proc on "
			    "it would show in other namespaces", path);
	} else
		why_confined();
	unexplained(4);
}

void
why_proc(int err, const char *dir)
{
	struct stat st;
	int there = stat(dir, &st) == 0;

	if (!there && err == ENOENT)
		because("PSE-15", "%s does not exist", dir);
	else if (!there && err == EACCES)
		why_unreachable("UNS-53", dir);
	else if (err == ENOTDIR)
		because("PSE-15", "%s is not a folder", dir);
	/* The machine's own root may have any proc. */
	else if (!why_confined() && err == EPERM && !in_first("user")) {
		if (owns("pid") || is_of_descendant()) {
			if (!why_revealing("proc"))
				because("PSE-03", "no proc is in sight that a "
				    "new one could be measured by");
		} else if (access("/proc/self/ns/pid", F_OK) == 0) {
			because("PSE-01", "our PID namespace belongs to "
			    "another user namespace");
			/* Only a child enters the new one. */
			try_with(" -p", word_of("--no"));
		}
	}
	unexplained(9);
}
