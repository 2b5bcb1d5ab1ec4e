/* After a refusal: these end. */
_Noreturn void	 refuse(const char *call, const char *path);
_Noreturn void	 refuse_mount(const char *type, const char *path);
_Noreturn void	 refuse_bind(int from, const char *name, const char *path);

/* These say why, or only words for it. */
const char	*below(const char *path);
int		 proc_is_readable(void);
int		 why_no_mounts(const char *call);
void		 why_root(int err, int deleting);
void		 why_place(void);
void		 why_node(int dev, const char *name);
void		 why_unmount(int err, const char *path);
