void	 why_unshare(int err, const char *call, int asked, const char *cgroup);
void	 why_hostname(void);
void	 why_offsets(int err, const char *offset);
void	 why_propagation(int err, const char *path);
void	 why_proc(int err, const char *dir);
