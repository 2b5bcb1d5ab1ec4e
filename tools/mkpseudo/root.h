/*
 * What is below ROOT is reached without following a link, and what was made
 * and mounted there can be taken back.
 */
extern const char *root;	/* as the user typed it */
extern int root_fd;
extern unsigned done;		/* steps that take_back would undo */

int	 point(const char *path, int flags);
int	 folder(const char *path);
int	 unmount(const char *path, int flags);
void	 remember(const char *path, unsigned length);
void	 take_back(void);
