#include <sys/types.h>

/*
 * Cgroups to start a process in (cgroups(7)), opened while their names lead to
 * them: those of another process, or what CGROUP names: a path, a name below
 * the mount point, or ./NAME below our own; the latter two in each hierarchy
 * that has one.  A process is born in the folder of version 2; the others it
 * joins itself, in cgroup_join.
 */
void		 cgroup_add(const char *path);
int		 cgroup_folder(void);	/* of version 2, or -1 */
char		*cgroup_path(void);	/* of this folder */
void		 cgroup_by_write(void);	/* it is joined as well */
int		 cgroup_joins(void);	/* how many are */
void		 cgroup_join(void);
void		 cgroup_guard_frozen(int dir, const char *path);

struct mount;
const char	*cgroup_own(const struct mount *m);
const char	*cgroup_under(const char *root, const char *path);
const char	*cgroup_below(const struct mount *m, const char *controllers,
		    const char *path);
int		 cgroup_leads_out(const char *path);
char		*cgroup_line(char *line, char **controllers);
