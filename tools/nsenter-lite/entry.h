#include <sys/types.h>

#include "kinds.h"

/* What shall be entered: kinds of the target, and of files. */
extern struct entry {
	const char *operand;		/* -t */
	pid_t pid;
	int pidfd, flags;
	const char *file[KINDS];
	int fd[KINDS];			/* of the files */
} entry;

extern int joining, joined;	/* -c, and how many cgroups that makes */

void	 choose(int letter, const char *file);
void	 choose_by_letters(int letter, const char *rest);
void	 choose_all(void);
int	 open_or_fail(const char *path, int flags);

int	 enters(int flag);
void	 enter(void);
void	 fork_and_wait(void);
