/* Names that count from where we were called. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "layers.h"
#include "mkoverlay/overlay.h"
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
