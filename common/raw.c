#include <sys/syscall.h>

#include <signal.h>
#include <unistd.h>

#include "raw.h"

/* fork(2) */
pid_t
raw_fork(void)
{
	return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

/* setgroups(2), to none */
int
raw_drop_groups(void)
{
	return syscall(SYS_setgroups, 0, 0);
}

/* setresgid(2), all three */
int
raw_setgid(gid_t gid)
{
	return syscall(SYS_setresgid, gid, gid, gid);
}

/* setresuid(2), all three */
int
raw_setuid(uid_t uid)
{
	return syscall(SYS_setresuid, uid, uid, uid);
}
