extern const char *root;	/* as the user typed it */
extern int root_fd;

const char	*below(const char *path);
void		 why_root(int err);
void		 why_point(int err, const char *path);
void		 why_mount(int err, const char *type);
void		 why_bind(int err, int from, const char *name,
		    const char *path);
void		 why_node(int dev, const char *name);
void		 why_unmount(int err, const char *path);
