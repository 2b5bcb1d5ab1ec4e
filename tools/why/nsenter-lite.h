#include <sys/types.h>

/* What shall be entered: kinds of the target, and of files. */
struct entry {
	const char *operand;		/* -t */
	pid_t pid;
	int pidfd, flags;
	const char *file[KINDS];
};

void	 why_open(int err, const struct entry *e, const char *path);
void	 why_enter(int err, const struct entry *e, int kind);
void	 why_fork(int err, const struct entry *e, const int *files);
void	 why_id(int err, const char *what, long id);
void	 warn_of_root(const struct entry *e);
void	 warn_of_proc(void);
