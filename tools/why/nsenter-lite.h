void	 why_open(int err, const char *path);
void	 why_enter(int err, int kind);
void	 why_fork(int err);
void	 why_groups(void);
void	 why_id(int err, const char *what, long id);
void	 warn_of_root(void);
void	 warn_of_proc(void);
