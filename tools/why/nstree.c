/*
 * Why namespaces could not be looked at, all or some of them.
 */
#include <sys/vfs.h>

#include <errno.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/magic.h>

#include "access.h"
#include "facts.h"
#include "nstree.h"
#include "nstree/nstree.h"
#include "say.h"
#include "target.h"

void
why_closed(int err, const char *operand, pid_t pid)
{
	if (err == ESRCH || err == ENOENT)
		because("NSE-10", "process %-s has ended meanwhile", operand);
	else
		why_no_access(operand, pid);
	try_as_root();
	unexplained(8);
}

void
why_unasked(int err)
{
	if (is_filtered("ioctl"))
		because("NST-01", "a seccomp filter refuses ioctl(2)");
	if (err == EMFILE) {
		because("NST-02", "no more than %d files may be open at a time",
		    most_fds());
		if (has_cap(CAP_SYS_RESOURCE) && in_first("user"))
			try_again("prlimit --nofile=4096 ");
		else if (geteuid() != 0 && in_first("user"))
			try_again("sudo prlimit --nofile=4096 ");
	}
	unexplained(8);
}

void
why_no_proc(int err)
{
	struct statfs fs;

	if (err == EMFILE || err == ENFILE) {
		why_unasked(err);
		return;
	}
	if (statfs("/proc", &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC) {
		because("NSE-19", "/proc is not mounted");
		try("mount -t proc proc /proc");
	}
	unexplained(8);
}

/* No refusal: what is shown is right, but not all. */
void
say_unseen(void)
{
	char operand[16];

	if (unseen) {
		say("processes that could not be looked into: %d", unseen);
		put_pid(operand, one_unseen);
		why_no_access(operand, one_unseen);
	}
	/* Not from root, nor from the group that may see all. */
	if (access("/proc/1", F_OK) < 0 && proc_hides()) {
		if (!unseen)
			say("processes of others are not seen at all");
		because("NSE-18", "/proc is mounted with hidepid");
	}
	if (!proc_is_ours()) {
		say("the PIDs are not those of our PID namespace");
		because("NSE-17", "/proc belongs to another one");
	}
	try_as_root();
}
