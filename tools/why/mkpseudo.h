const char	*below(const char *root, const char *path);
void		 why_root(int err, const char *root);
void		 why_point(int err, int root_fd, const char *root,
		    const char *path);
void		 why_mount(int err, const char *type, int root_fd,
		    const char *root, const char *prefix);
void		 why_bind(int err, int from, const char *name, int root_fd,
		    const char *root, const char *path);
void		 why_node(int dev, const char *name);
void		 why_unmount(int err, int root_fd, const char *root,
		    const char *path);
