/* The places that take more than one mount, and what comes after all. */
int	 has_hierarchies(void);
void	 mount_hierarchies(const struct place *p);
void	 mount_dev(const struct place *p);
void	 bind_device(const char *name, unsigned number, int fd,
	    const char *path, unsigned attr);
void	 bind_node(const struct place *p);
const char	*groups(void);
const char	*pts_options(void);
void	 do_without(const struct place *p, int exact);
void	 mask_all(const char *in);
int	 is_masked(const char *path);
void	 unmount_all(const char *prefix);
