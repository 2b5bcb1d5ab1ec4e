/*
 * What execve(2) wants of a program, asked for below root: AT_FDCWD, or an
 * O_PATH descriptor of a root to be.
 */
#include <limits.h>

#define USUAL_PATH "/usr/local/bin:/bin:/usr/bin"	/* where none is set */
#define MOST_SCRIPTS 5	/* that may interpret one another (fs/exec.c) */

struct head {
	const char *id, *flaw;	/* why it is no program, if it is none */
	int script;		/* else it is ELF */
	int text;		/* it has no byte 0 */
	int machine, narrow;	/* e_machine; 32 bits, on 64 */
	unsigned size;		/* in bytes, up to about 1,000 */
	char next[PATH_MAX + 1];	/* interpreter or loader, or "" */
};

int	 open_in(int root, const char *path, int flags);
int	 path_here(int root, const char *path, char here[PATH_MAX]);
int	 is_not_followed(int root, const char *link);
int	 executable(int root, const char *path);
int	 read_head(int root, const char *path, struct head *h);
int	 check_program(int root, const char *path);
void	 why_exec(int err, int root, const char *name, const char *path);
