#include <sys/types.h>

/*
 * The cgroups of another process (cgroups(7)), opened while their names lead
 * to them, and joined by a child.
 */
int	 cgroups_of(pid_t pid);
pid_t	 fork_into(void);
void	 join(void);
void	 why_full(void);
