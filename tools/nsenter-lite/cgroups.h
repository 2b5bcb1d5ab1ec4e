#include <sys/types.h>

int	 cgroups_of(pid_t pid);	/* how many we are not in */
pid_t	 cgroup_fork(void);
void	 why_full(void);
