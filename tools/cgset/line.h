/* What the command line asks for, and how it is said once more, mended. */
extern const char *controllers, *owner, *process, *cgroup;
extern int deleting, killing;	/* killing: 2 once somebody was */
extern char **prog;
extern const char *before_prog;	/* words of ours for a try */

const char	*words(const char *fmt, ...);
void	 try_line(const char *prefix, const char *name);
