/* What is asked for, and what there is of it already. */
extern char **lower;		/* of -l, the first is topmost */
extern int *layer, lowers;	/* their descriptors, and how many */
extern const char *dir;		/* DIR, and as it reads from everywhere */
extern char *root;
extern const char *prefix;	/* of overlay's attributes: TRUSTED or USERS */
extern char *options;		/* of -o, for the kernel, each with its '\0' */
extern int attributes;		/* of the mount (fsmount(2)) */
extern const char *size;	/* behind -T */
extern int on_tmpfs, read_only;
extern int nested;		/* we are in a user namespace */

extern int at, upper_fd, work_fd;	/* DIR, and what is in it */
extern int made_upper, made_work, made_merged, mounted;
extern char *recorded[];	/* the lower folders that DIR/layers names */
extern int fs;			/* the new file system, or -1 */

void	 take_options(const char *list), take_size(const char *s);
int	 asks_for_index(void);
char	*absolute(const char *path), *true_name(int fd, const char *path);
int	 open_lower(char **path);
extern int has_links;		/* in a LOWER, as the user typed it */
void	 go_back(int here);
int	 open_folder(const char *name), is_empty(const char *name);
void	 make_folders(void), delete_all(void);
int	 remove_one(int parent, const char *name, int how);
void	 remove_overlays(int parent, const char *name);
void	 begin(void), mount_overlay(void), mount_by_names(void);
void	 check_writable(int tree);
const char	*layers_text(void);
int	 layers_are(const char *text);
int	 same_folder(const char *a, const char *b);
