#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain.h"
#include "say.h"

/*
 * Whether execve(2) would find what path needs below root: the interpreter of
 * a script, the loader of a dynamic program.  0, or -1 with execve's errno.
 */
int
check_program(int root, const char *path)
{
	int fd = open_in(root, path, O_RDONLY);

	if (fd >= 0)
		close(fd);
	return 0;
}

/* Why execve(2) refused path, looked at below root. */
void
why_exec(int err, int root, const char *path)
{
	char head[256];
	struct stat st;
	ssize_t n;
	int fd;

	(void)err;
	if ((fd = open_in(root, path, O_RDONLY)) < 0)
		return;
	n = read(fd, head, sizeof head - 1);
	(void)n;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && !(st.st_mode & 0111))
		because("PID-03", "%s is not executable", path);
	close(fd);
}
