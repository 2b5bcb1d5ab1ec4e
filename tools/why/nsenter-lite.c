/*
 * Why setns(2), or what goes before and after it, was refused.  One EPERM
 * stands for ptrace access to the target, for the rights over each namespace,
 * and for filters; here are all that are missing.
 */
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/nsfs.h>

#include "access.h"
#include "facts.h"
#include "format.h"
#include "nsenter-lite/entry.h"
#include "put.h"
#include "say.h"
#include "start.h"
#include "target.h"
#include "why/nsenter-lite.h"

/* Since Linux 6.11. */
#define TGID_IN_PIDNS	_IOR(NSIO, 0x9, int)

/* The option that gave this FILE, or asked for that letter. */
static const char *
word_of(const char *file, int letter)
{
	int i;

	for (i = 1; i < optind; i++) {
		const char *word = command[i];
		size_t length = strlen(word), tail = file ? strlen(file) : 0;

		if (*word != '-')
			continue;
		if (file ? length > tail &&
		    strcmp(word + length - tail, file) == 0 :
		    word[1] != '-' && !strchr(word, '/') &&
		    strchr(word, letter))
			return word;
	}
	return NULL;
}

static int
is_ours(int fd, const char *kind)
{
	struct stat them, us;
	char path[32];

	stpcpy(stpcpy(path, "/proc/self/ns/"), kind);
	return fstat(fd, &them) == 0 && stat(path, &us) == 0 &&
	    them.st_ino == us.st_ino;
}

static void
why_wrong_pids(int fd)
{
	if (ioctl(fd, TGID_IN_PIDNS, getpid()) > 0)
		because("NSE-04", "this PID namespace is above ours, and one "
		    "can only go down");
	else if (errno == ESRCH)
		because("NSE-05", "this PID namespace is not below ours: from "
		    "a common ancestor it could be entered");
	else
		because("NSE-04", "this PID namespace is above or beside ours, "
		    "and one can only go down");
}

/* EINVAL: what fd is, or is not. */
static void
why_unfit(int fd, int i)
{
	const char *file = entry.file[i], *name;
	struct statfs fs;
	char option[4200];
	int type, j;

	if (fstatfs(fd, &fs) == 0 && fs.f_type != NSFS_MAGIC) {
		if (strncmp(file, "/run/netns/", 11) == 0) {
			name = file + 11;
			because("NSE-12", "the name %s is left over: no "
			    "namespace is mounted on it", name);
			try("ip netns delete %s; ip netns add %s", name, name);
		} else {
			because("NSE-01", "%s is no namespace file", file);
		}
		return;
	}
	type = ioctl(fd, NS_GET_NSTYPE);
	for (j = 0; type != kinds[i].flag && j < KINDS; j++)
		if (kinds[j].flag == type) {
			because("NSE-02", "it is a namespace of kind %-s, not "
			    "%-s", kinds[j].name, kinds[i].name);
			if (strlen(file) > 4096)
				return;
			stpcpy(stpcpy(stpcpy(stpcpy(option, " --"),
			    kinds[j].name), "="), file);
			if (word_of(file, 0) && !file[strcspn(file, " '\\\n")])
				try_with(option, word_of(file, 0));
			return;
		}
	if (type == CLONE_NEWUSER && is_ours(fd, "user")) {
		because("NSE-03", "it is the user namespace that we are in");
		if (!file && word_of(NULL, 'U'))
			try_with(" -a", word_of(NULL, 'U'));
	}
	if (type == CLONE_NEWPID)
		why_wrong_pids(fd);
}

/*
 * Who makes a child of our user namespace may all in it, and in those below it:
 * whether we have made fd, or what it lies in.
 */
static int
is_made_by_us(int fd)
{
	uid_t uid = -1;
	int up;

	while ((up = ioctl(fd, NS_GET_PARENT)) >= 0) {
		if (is_ours(up, "user"))
			return ioctl(fd, NS_GET_OWNER_UID, &uid) == 0 &&
			    uid == geteuid();
		fd = up;
	}
	return 0;
}

/* EPERM: whose fd is. */
static void
why_forbidden(int fd, int i)
{
	int entering = entry.flags & CLONE_NEWUSER || entry.file[0], owner;
	uid_t uid = -1;

	if ((owner = ioctl(fd, NS_GET_USERNS)) < 0) {
		if (errno == EPERM)
			because("NSE-46", "the %-s namespace belongs to a user "
			    "namespace that is not ours, nor below it",
			    kinds[i].name);
		return;
	}
	if (kinds[i].flag == CLONE_NEWUSER) {
		ioctl(fd, NS_GET_OWNER_UID, &uid);
		if (uid != geteuid() && !has_cap(CAP_SYS_ADMIN) &&
		    !is_made_by_us(fd))
			because("NSE-29", "uid %u made the user namespace, we "
			    "are uid %u without CAP_SYS_ADMIN", uid, geteuid());
	} else if (is_ours(owner, "user")) {
		if (!has_cap(CAP_SYS_ADMIN))
			because("NSE-08", "the %-s namespace belongs to our "
			    "user namespace, where we have no CAP_SYS_ADMIN",
			    kinds[i].name);
	} else if (!entering && !has_cap(CAP_SYS_ADMIN) &&
	    is_made_by_us(owner)) {
		because("NSE-07", "the %-s namespace belongs to a user "
		    "namespace of ours, which must be entered, too",
		    kinds[i].name);
		if (reasons() == 1 && entry.pid)
			try_with(" -U", NULL);
	}
	if (kinds[i].flag == CLONE_NEWNS && !has_cap(CAP_SYS_CHROOT) &&
	    has_cap(CAP_SYS_ADMIN))
		because("NSE-09", "a mount namespace wants CAP_SYS_CHROOT, "
		    "too, which we lack");
	close(owner);
}

/* kind: of a FILE; -1: the kinds of the target, in one call. */
void
why_enter(int err, int kind)
{
	char file[16];
	int i, fd, closed;
	int flags = kind < 0 ? entry.flags : kinds[kind].flag;

	if (kind < 0 && err == ESRCH)
		because("NSE-22", "process %-s has ended", entry.operand);
	if (flags && is_filtered_for("setns", flags))
		because("NSE-20", "a seccomp filter refuses setns(2) with %-s",
		    kinds_text(flags));
	closed = reasons();
	if (kind < 0 && (err == EPERM || err == EACCES))
		why_no_access(entry.operand, entry.pid);
	closed = reasons() - closed;
	for (i = 0; i < KINDS; i++) {
		if (kind >= 0 ? i != kind : !(entry.flags & kinds[i].flag))
			continue;
		stpcpy(stpcpy(file, "ns/"), kinds[i].file);
		fd = open(kind < 0 ? proc_path(entry.pid, file) : entry.file[i],
		    O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && err == EINVAL)
			why_unfit(fd, i);
		if (fd >= 0 && err == EPERM)
			why_forbidden(fd, i);
		close(fd);
	}
	if (closed)
		try_as_root();
	unexplained(20);
}

/* A name as ip-netns(8) has them, that is not there. */
static void
why_no_name(const char *name)
{
	static char prefix[LINE_SIZE / 2];
	struct out o = { prefix, prefix + sizeof prefix - 1 };

	because("NSE-47", "there is no network namespace of that name");
	put_text(&o, "ip netns add ");
	put_quoted(&o, PASTE, name);
	put_text(&o, " && ");
	*o.at = '\0';
	try_again(prefix);
}

void
why_open(int err, const char *path)
{
	if (err == ENOENT && strncmp(path, "/run/netns/", 11) == 0 &&
	    !strchr(path + 11, '/'))
		why_no_name(path + 11);
	if (err == EACCES && entry.pid)
		why_no_access(entry.operand, entry.pid);
	if (err == EACCES && !reasons() && strncmp(path, "/proc/", 6) == 0)
		because("NSE-06", "what is in /proc/PID is closed to who may "
		    "not ptrace(2) the process");
	else if (err == EACCES && !reasons())
		why_unreachable("NSE-48", path);
	if (err == EACCES)
		try_as_root();
}
