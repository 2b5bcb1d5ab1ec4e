/* Names that count from where we were called. */
#include <sys/syscall.h>

#include <linux/openat2.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "layers.h"
#include "mkoverlay/overlay.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "why/mkoverlay.h"

/* path, as it reads from everywhere, and room for "/merged" behind it. */
char *
absolute(const char *path)
{
	char *start, *p;

	if (strlen(path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		refuse("open", path);
	}
	p = start = room(2 * PATH_MAX + 16);
	if (*path != '/') {
		if (raw_getcwd(p, PATH_MAX) < 0)
			refuse("name the current folder", ".");
		p += strlen(p);
		if (p[-1] != '/')
			*p++ = '/';
	}
	while (path[0] == '.' && (path[1] == '/' || !path[1]))
		path += 1 + (path[1] == '/');
	p = stpcpy(p, path);
	while (p > start + 1 && p[-1] == '/')
		*--p = '\0';
	trim(p + 16);
	return start;
}

/* Where the caller was, and which relative names count from. */
void
go_back(int here)
{
	if (fchdir(here) < 0) {
		dir = root;	/* for undo: only such a name still holds */
		die("return to where we were called");
	}
	close(here);
}

/* The name of an open folder, without links or ".."; or path, made absolute. */
char *
true_name(int fd, const char *path)
{
	int here = open(".", O_PATH | O_CLOEXEC);
	char *name = room(PATH_MAX + 16);

	*name = '\0';
	if (here >= 0 && fchdir(fd) == 0) {
		raw_getcwd(name, PATH_MAX);
		go_back(here);
	}
	trim(name + strlen(name) + 16);
	return *name == '/' ? name : absolute(path);
}

int has_links;

/* A folder, and its name for ever: links lead elsewhere one day. */
int
open_lower(char **path)
{
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
	    .resolve = RESOLVE_NO_SYMLINKS };
	int fd = syscall(SYS_openat2, AT_FDCWD, *path, &how, sizeof how);
	int plain = fd >= 0 && !find(*path, "..");

	has_links |= !plain;
	if (fd < 0 && (fd = open(*path, how.flags)) < 0)
		refuse("open", *path);
	*path = plain ? absolute(*path) : true_name(fd, *path);
	return fd;
}
