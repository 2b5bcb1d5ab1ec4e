/*
 * /proc/PID/mountinfo (proc_pid_mountinfo(5)), a line at a time.  Strings
 * are decoded and lie in text; what is longer is cut off at the end, which is
 * the super block's options.
 */
struct mount {
	int id, parent;
	int shared, master;	/* peer groups, or 0 */
	int unbindable;
	char *root, *point, *options, *type, *source, *super;
	char text[32768];
};

struct mounts {
	int fd;
	unsigned at, end;
	char buf[16384];
};

int	 mounts_open(struct mounts *in, const char *path);
int	 mount_next(struct mounts *in, struct mount *m);
void	 mounts_close(struct mounts *in);
int	 mount_id(int dir, const char *path);
int	 mount_by_id(int id, struct mount *m);
int	 mount_at(const char *path, struct mount *m);
int	 is_mount_point(int dir, const char *path);
int	 step_up(void);
void	 take_lock(int fd);
int	 why_revealing(const char *type);
