#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
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

/* mmap(2), of new memory */
void *
raw_mmap(size_t size, int flags)
{
	return (void *)syscall(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0L);
}

/* getrlimit(2) */
int
raw_getrlimit(int what, struct rlimit *limit)
{
	return syscall(SYS_prlimit64, 0, what, NULL, limit);
}

/* fcntl(2) */
int
raw_fcntl(int fd, int command, long value)
{
	return syscall(SYS_fcntl, fd, command, value);
}

/* getcwd(2), which libc's would have malloc(3) for; 0, or -1. */
int
raw_getcwd(char *path, size_t size)
{
	if (syscall(SYS_getcwd, path, size) < 0)
		return -1;
	errno = ENOENT;		/* "(unreachable)/..." */
	return *path == '/' ? 0 : -1;
}

/*
 * faccessat(2) by our effective IDs; "" is dir itself.  Since Linux 5.8, and
 * many a seccomp filter refuses what it does not know: the older call is by
 * our real IDs, and has no "", of which nothing is known then.
 */
int
may(int dir, const char *path, int mode)
{
	int ret = syscall(SYS_faccessat2, dir, path, mode,
	    AT_EACCESS | (*path ? 0 : AT_EMPTY_PATH));

	if (ret < 0 && (errno == ENOSYS || errno == EPERM))
		ret = *path ? syscall(SYS_faccessat, dir, path, mode) : 0;
	return ret == 0;
}
