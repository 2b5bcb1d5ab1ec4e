#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/capability.h>

#include "access.h"
#include "facts.h"
#include "put.h"
#include "say.h"
#include "target.h"

/* Its ns/user is as closed as the rest; the map tells most of them apart. */
static int
shares_users(pid_t pid)
{
	char theirs[4096], ours[4096];

	return get(AT_FDCWD, proc_path(pid, "uid_map"), theirs,
	    sizeof theirs) >= 0 && get(AT_FDCWD, "/proc/self/uid_map", ours,
	    sizeof ours) >= 0 && strcmp(theirs, ours) == 0;
}

/*
 * Root may what an ordinary user may not; not inside a container, nor where
 * sudo(8) would stay who we are (no_new_privs, as under Landlock).
 */
void
try_as_root(void)
{
	if (reasons() && geteuid() != 0 && in_first("user") &&
	    status_number(0, "NoNewPrivs", 10) != 1)
		try_again("sudo ");
}

void
why_no_access(const char *operand, pid_t pid)
{
	long theirs = status_number(pid, "CapPrm", 16);
	uid_t uid = status_number(pid, "Uid", 10);
	struct stat st;

	if (stat(proc_path(pid, "ns/uts"), &st) == 0 ||
	    stat(proc_path(pid, "status"), &st) < 0)
		return;
	if (uid != geteuid() && !has_cap(CAP_SYS_PTRACE))
		because("NSE-06", "process %-s belongs to uid %u, we are uid "
		    "%u without CAP_SYS_PTRACE", operand, uid, geteuid());
	else if (st.st_uid != uid)
		because("NSE-27", "process %-s is not dumpable: it has changed "
		    "its credentials, asked for it, or runs a program that it "
		    "may not read", operand);
	else if (!has_cap(CAP_SYS_PTRACE) && shares_users(pid) &&
	    theirs & ~(long)effective_caps())
		because("NSE-26", "process %-s has capabilities that we lack, "
		    "and we have no CAP_SYS_PTRACE", operand);
	else
		because("NSE-28", "one of Landlock, another security module, "
		    "its user namespace keeps us from process %-s: its uid and "
		    "capabilities do not", operand);
}
