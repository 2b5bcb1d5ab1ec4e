#include <sys/types.h>

/*
 * System calls without what libc does around them for threads, of which we
 * have none: it is 4 kB, and not for a child that shares its parent's memory.
 */
struct rlimit;

pid_t	 raw_fork(void);
int	 raw_drop_groups(void);
int	 raw_setgid(gid_t gid);
int	 raw_setuid(uid_t uid);
void	*raw_mmap(size_t size, int flags);
int	 raw_getrlimit(int what, struct rlimit *limit);
int	 raw_fcntl(int fd, int command, long value);
int	 raw_getcwd(char *path, size_t size);
int	 may(int dir, const char *path, int mode);
