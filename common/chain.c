#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>

#include "chain.h"
#include "say.h"
#include "start.h"

extern char **environ;

/*
 * Opens path as a process with that root would: absolute names and symbolic
 * links stay below it (openat2(2), RESOLVE_IN_ROOT).  AT_FDCWD: our own root.
 */
int
open_in(int root, const char *path, int flags)
{
	struct open_how how = { .flags = flags | O_CLOEXEC,
	    .resolve = root == AT_FDCWD ? 0 : RESOLVE_IN_ROOT };

	return syscall(SYS_openat2, root, path, &how, sizeof how);
}

/* Whether path is a file that we may execute; else errno. */
static int
executable(int root, const char *path)
{
	struct stat st;
	int fd, ok;

	if (root == AT_FDCWD) {
		if (faccessat(root, path, X_OK, AT_EACCESS) < 0 ||
		    stat(path, &st) < 0)
			return 0;
	} else {
		if ((fd = open_in(root, path, O_PATH)) < 0)
			return 0;
		ok = fstat(fd, &st) == 0 && syscall(SYS_faccessat2, fd, "",
		    X_OK, AT_EACCESS | AT_EMPTY_PATH) == 0;
		close(fd);
		if (!ok)
			return 0;
	}
	errno = EACCES;
	return S_ISREG(st.st_mode);
}

/*
 * Finds name as execvp(3) does, below root: in $PATH unless it has a slash.
 * A relative folder counts from the new root's "/".  path takes PATH_MAX
 * bytes and is set even on failure, then to the best candidate.
 */
int
find_program(int root, const char *name, char *path)
{
	const char *dir = getenv("PATH"), *end;
	int err = ENOENT;
	size_t n;

	if (strlen(name) >= PATH_MAX) {
		*path = '\0';
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(path, name);
	if (*name == '\0' || strchr(name, '/')) {
		errno = ENOENT;
		return *name && executable(root, path) ? 0 : -1;
	}
	for (dir = dir ? dir : "/usr/local/bin:/bin:/usr/bin";; dir = end + 1) {
		char try[PATH_MAX];

		end = strchrnul(dir, ':');
		n = end - dir;
		if (n + 1 + strlen(name) < PATH_MAX) {
			memcpy(try, dir, n);
			if (n)
				try[n++] = '/';
			strcpy(try + n, name);
			if (executable(root, try)) {
				strcpy(path, try);
				return 0;
			}
			if (errno == EACCES && err == ENOENT) {
				strcpy(path, try);
				err = EACCES;
			}
		}
		if (!*end)
			break;
	}
	errno = err;
	return -1;
}

/* Ends: 127 where there is no such program, 126 where it cannot be run. */
void
cannot_run(int root, const char *name, const char *path)
{
	void (*back)(void) = undo;
	int err = errno;

	tell("exec %s", name);
	why_exec(err, root, path);
	undo = NULL;
	if (back)
		back();
	_exit(126 + (err == ENOENT && open_in(root, path, O_PATH) < 0));
}

/*
 * The path of PROG below root, known to be executable, with its interpreter
 * or loader, before anything is changed.
 */
const char *
look_up(int root, const char *name)
{
	static char path[PATH_MAX];

	if (find_program(root, name, path) < 0 ||
	    (root != AT_FDCWD && check_program(root, path) < 0))
		cannot_run(root, name, path);
	return path;
}

/* Becomes PROG, with the caller's signals. */
void
chain(const char *path, char **argv)
{
	let_signals();
	let_pipe();
	execve(path, argv, environ);
	cannot_run(AT_FDCWD, argv[0], path);
}
