#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "program.h"
#include "say.h"
#include "start.h"

extern char **environ;

/* path becomes "dir/name", for n bytes of dir; 0 if that is too long. */
static int
join_name(char *path, const char *dir, size_t n, const char *name)
{
	if (n + 2 + strlen(name) > PATH_MAX)
		return 0;
	memcpy(path, dir, n);
	if (n == 0)
		path[n++] = '.';	/* an empty word of PATH */
	path[n++] = '/';
	strcpy(path + n, name);
	return 1;
}

/*
 * Finds name as execvp(3) does, below root: in $PATH unless it has a slash.
 * A relative folder counts from the new root's "/".  path takes PATH_MAX
 * bytes and is set even on failure, then to the best candidate; without a
 * slash if there was none.
 */
int
find_program(int root, const char *name, char *path)
{
	const char *dir = getenv("PATH"), *closed = NULL;

	*path = '\0';
	errno = strlen(name) >= PATH_MAX ? ENAMETOOLONG : ENOENT;
	if (!*name || errno == ENAMETOOLONG)
		return -1;
	if (strchr(name, '/')) {
		strcpy(path, name);
		return executable(root, path) ? 0 : -1;
	}
	for (dir = dir ? dir : USUAL_PATH;; dir++) {
		size_t n = strcspn(dir, ":");

		if (join_name(path, dir, n, name)) {
			if (executable(root, path))
				return 0;
			if (errno == EACCES && !closed)
				closed = dir;
			else if (errno != EACCES && errno != ENOENT &&
			    errno != ENOTDIR)
				return -1;
		}
		dir += n;
		if (!*dir)
			break;
	}
	if (closed)
		join_name(path, closed, strcspn(closed, ":"), name);
	else
		strcpy(path, name);
	errno = closed ? EACCES : ENOENT;
	return -1;
}

/* What no permission hides, and is not there either. */
static int
is_missing(int root, const char *path)
{
	int fd;

	if (!strchr(path, '/'))
		return 1;
	if ((fd = open_in(root, path, O_PATH)) < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ||
		    errno == ENAMETOOLONG;
	close(fd);
	return 0;
}

/* Ends: 127 where there is no such program, 126 where it cannot be run. */
static _Noreturn void
cannot_run(int root, const char *name, const char *path)
{
	void (*back)(void) = undo;
	int err = errno, missing = is_missing(root, path);

	errno = err;
	tell("exec %s", name);
	why_exec(err, root, name, path);
	undo = NULL;
	if (back)
		back();
	_exit(126 + missing);
}

int moved;

/*
 * The path of PROG below root, known to be executable, with its interpreter
 * or loader, before anything is changed.
 */
const char *
look_up(int root, const char *name)
{
	static char found[PATH_MAX];
	const char *path = found;
	int ok;

	moved |= root != AT_FDCWD;
	if (strchr(name, '/') && strlen(name) < PATH_MAX)
		ok = executable(root, path = name);	/* and no copy of it */
	else
		ok = find_program(root, name, found) == 0;
	if (!ok || (root != AT_FDCWD && check_program(root, path) < 0))
		cannot_run(root, name, path);
	return path;
}

/*
 * Becomes PROG, with the caller's signals; or takes back what was done, with
 * ours once more.
 */
void
chain(const char *path, char **argv)
{
	let_signals();
	let_writes();
	execve(path, argv, environ);
	hold_writes();
	hold_signals();
	cannot_run(AT_FDCWD, argv[0], path);
}

/* PROG, or without one the caller's shell, if it is there. */
char **
or_shell(char **argv)
{
	static char path[PATH_MAX];
	static char *shell[] = { "/bin/sh", NULL };
	char *env = getenv("SHELL");

	if (*argv)
		return argv;
	if (env && *env == '/' && find_program(AT_FDCWD, env, path) == 0)
		shell[0] = env;
	return shell;
}
