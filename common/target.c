#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/magic.h>

#include "facts.h"
#include "format.h"
#include "mounts.h"
#include "put.h"
#include "say.h"
#include "start.h"
#include "target.h"

/* Of the file, and so near (layout.ld): a start with a map writes to them. */
static char paths[2][64];
static int turn;

/* "/proc/PID/file", or "/proc/self/file" for 0; two results live at a time. */
char *
proc_path(pid_t pid, const char *file)
{
	char *p = paths[turn ^= 1];
	struct out o = { p, p + sizeof paths[0] - 1 };

	put_text(&o, "/proc/");
	if (pid)
		put_number(&o, pid, 10);
	else
		put_text(&o, "self");
	put_text(&o, "/");
	put_text(&o, file);
	*o.at = '\0';
	return p;
}

/* Whether the process has not ended, not even as a zombie. */
int
alive(int pidfd)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };

	return poll(&end, 1, 0) == 0;
}

/* Whether /proc hides the processes of others (hidepid, proc(5)). */
int
proc_hides(void)
{
	static struct mount m;

	return mount_at("/proc", &m) && find(m.super, "hidepid=");
}

static int
has_proc(void)
{
	struct statfs fs;

	return statfs("/proc", &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

/*
 * A /proc where there is none; where it is another PID namespace's, in mounts
 * of our own: others in these would lose theirs.
 */
static void
try_proc(void)
{
	if (!may_mount())
		return;
	if (has_proc())
		try_again("unshare-lite -m --mount-proc ");
	else
		try("mount -t proc proc /proc");
}

/* Why there is no /proc of ours, by these names of the two causes. */
void
why_proc_is_not_ours(const char *id_missing, const char *id_foreign)
{
	if (has_proc())
		because(id_foreign, "/proc belongs to another PID namespace "
		    "than ours");
	else
		because(id_missing, "/proc is not mounted");
	try_proc();
}

static void
why_target(int err, const char *operand, pid_t pid)
{
	long thread_of = status_number(pid, "Tgid", 10);
	char process[16];
	struct out o = { process, process + sizeof process - 1 };

	if (is_filtered("pidfd_open"))
		because("TGT-01", "a seccomp filter refuses pidfd_open(2)");
	else if (err == ESRCH)
		because("NSE-10", "there is no process %s in this PID "
		    "namespace", operand);
	else if (thread_of > 0 && thread_of != pid) {
		because("TGT-03", "%s is a thread of process %ld", operand,
		    thread_of);
		put_number(&o, thread_of, 10);
		*o.at = '\0';
		try_instead(operand, process, NULL);
	}
}

/*
 * The process that an operand names ("-" is read before), held from here on
 * by a pidfd: the number may be reused, the descriptor never is.
 */
int
target(const char *operand, pid_t *pid)
{
	int fd;

	*pid = number(operand, 4194304, "PID");
	if (*pid == 0)
		misuse("PID %s: no process has it", operand);
	if ((fd = syscall(434 /* SYS_pidfd_open */, *pid, 0)) < 0) {
		tell("pidfd_open %-s", operand);
		why_target(errno, operand, *pid);
		fail();
	}
	if (!alive(fd)) {
		errno = ESRCH;
		tell("process %-s", operand);
		because("NSE-11", "it has ended, and a zombie has no "
		    "namespaces");
		fail();
	}
	if (!has_proc() || !proc_is_ours()) {
		errno = has_proc() ? ESRCH : ENOENT;
		tell("look at process %-s", operand);
		why_proc_is_not_ours("NSE-19", "NSE-17");
		fail();
	}
	if (access(proc_path(*pid, ""), F_OK) < 0 && alive(fd)) {
		tell("look at process %-s", operand);
		if (proc_hides())
			because("NSE-18", "/proc is mounted with hidepid, "
			    "which hides the processes of others");
		fail();
	}
	return fd;
}
