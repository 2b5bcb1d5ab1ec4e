/* What goes wrong, or not as one thinks, once the namespaces are entered. */
#include <sys/ioctl.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>

#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/nsfs.h>

#include "facts.h"
#include "nsenter-lite/cgroups.h"
#include "nsenter-lite/entry.h"
#include "nsenter-lite/inside.h"
#include "put.h"
#include "say.h"
#include "why/nsenter-lite.h"

/* Since Linux 6.11. */
#define PID_FROM_PIDNS	_IOR(NSIO, 0x6, int)

void
why_fork(int err)
{
	int i = kind_of('p') - kinds;

	if (err == ENOMEM && entry.file[i] &&
	    ioctl(entry.fd[i], PID_FROM_PIDNS, 1) < 0 && errno == ESRCH)
		because("NSE-30", "process 1 of the PID namespace %s has "
		    "ended: nothing starts in it any more", entry.file[i]);
	if (err == EAGAIN)
		why_full();
	if (err == EAGAIN && !reasons())
		why_no_process();
	unexplained(4);
}

void
why_groups(void)
{
	char text[8];

	if (!has_cap(CAP_SETGID))
		because("NSE-45", "we have no CAP_SETGID here");
	else if (get(AT_FDCWD, "/proc/self/setgroups", text, sizeof text) > 0 &&
	    *text == 'd')
		because("NSE-49", "setgroups(2) is denied in this user "
		    "namespace");
	/* What else is asked for must be allowed, too. */
	if (reasons() && has_cap(CAP_SETUID) &&
	    (gid < 0 || has_cap(CAP_SETGID)))
		try_with(" --preserve-credentials", NULL);
	unexplained(2);
}

void
why_id(int err, const char *what, long id)
{
	if (err == EINVAL)
		because("NSE-15", "%-s %ld is not mapped in the user namespace",
		    what, id);
	else if (err == EPERM && !has_cap(*what == 'u' ? CAP_SETUID :
	    CAP_SETGID))
		because("NSE-45", "we have no CAP_SET%-s here",
		    *what == 'u' ? "UID" : "GID");
}

void
warn_of_root(void)
{
	say("process %-s has another root than its mount namespace, which is "
	    "what PROG gets", entry.operand);
	because("NSE-35", "process %-s is chrooted", entry.operand);
	try_with(" -r", NULL);
}

/* Who reads /proc in there would take one process for another. */
void
warn_of_proc(void)
{
	struct statfs fs;

	if (proc_is_ours() || statfs("/proc", &fs) < 0 ||
	    fs.f_type != PROC_SUPER_MAGIC)
		return;
	say("/proc shows other processes than those in PROG's PID namespace");
	because("NSE-36", "the /proc that is mounted here belongs to another "
	    "PID namespace");
	if (entry.pid)
		try_with(" -m", NULL);
}
