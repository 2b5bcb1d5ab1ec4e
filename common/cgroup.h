/*
 * The cgroups that CGROUP names (cgroups(7)): a path, a name below the mount
 * point, or ./NAME below our own; the latter two in each hierarchy that has
 * one.  cgroup_open returns the folder of version 2, to start a process in, or
 * -1; the others are joined by that process itself, in cgroup_join.
 */
int		 cgroup_open(const char *cgroup);
const char	*cgroup_path(void);	/* of that folder */
void		 cgroup_by_write(void);	/* it is joined as well */
int		 cgroup_joins(void);	/* how many are */
void		 cgroup_join(void);
