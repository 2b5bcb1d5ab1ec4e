int	 cgroup_open(const char *name);
