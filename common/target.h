#include <sys/types.h>

/*
 * The process that -t names, held by a pidfd (pidfd_open(2)): whatever is
 * read from /proc/PID counts only while alive(pidfd) still says so.
 */
int	 target(const char *operand, pid_t *pid);
int	 alive(int pidfd);
char	*proc_path(pid_t pid, const char *file);
int	 proc_hides(void);
void	 why_proc_is_not_ours(const char *id_missing, const char *id_foreign);
