#include <sys/types.h>

/*
 * Cgroups to start a process in (cgroups(7)), opened while their names lead to
 * them: those of another process, or what CGROUP names: a path, a name below
 * the mount point, or ./NAME below our own; the latter two in each hierarchy
 * that has one.  A process is born in the folder of version 2; the others it
 * joins itself, in cgroup_join.
 */
int		 cgroup_open(const char *cgroup);	/* version 2, or -1 */
int		 cgroups_of(pid_t pid);	/* how many we are not in */
char		*cgroup_path(void);	/* of the folder of version 2 */
void		 cgroup_by_write(void);	/* it is joined as well */
int		 cgroup_joins(void);	/* how many are */
void		 cgroup_join(void);
pid_t		 cgroup_fork(void);
void		 why_full(void);

struct mount;
const char	*cgroup_own(const struct mount *m);
