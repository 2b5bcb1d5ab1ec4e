/* One name in one layer, and in all lower ones, as overlay looks it up. */
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <linux/openat2.h>

#include "ovldiff/entry.h"
#include "ovldiff/memory.h"
#include "say.h"

/* Whether the last call said that there is no such name, or no such folder. */
static int
is_missing(void)
{
	return errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
}

/*
 * The folder of a layer becomes the current one; -1 if it is none, or lies
 * behind a symbolic link.  A path may be longer than the kernel takes at once.
 */
int
enter(int layer, const char *path)
{
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
	    .resolve = RESOLVE_NO_SYMLINKS };
	char part[PATH_MAX];
	size_t n;
	int fd;

	if (fchdir(root[layer]) < 0)
		refuse("enter the layer of", *path ? path : "/");
	for (; *(path += strspn(path, "/")); path += n) {
		n = strnlen(path, sizeof part - 1);
		while (path[n] && path[n] != '/')
			n--;
		memcpy(part, path, n);
		part[n] = '\0';
		if ((fd = syscall(SYS_openat2, AT_FDCWD, part, &how,
		    sizeof how)) < 0 && is_missing())
			return -1;
		if (fd < 0 || fchdir(fd) < 0)
			refuse("enter", path);
		close(fd);
	}
	return 0;
}

/* The value of an attribute of overlay's, or NULL. */
static char *
attribute(const char *name, const char *key)
{
	static char value[PATH_MAX];
	char full[64];
	ssize_t n;

	if (!may_read) {
		say("look at %s: whether it replaces a folder of a lower layer "
		    "cannot be told", name);
		because("DIF-03", "that is in %-s%-s, which only root in the "
		    "first user namespace may read", prefix, key);
		try_as_root();
		fail();
	}
	stpcpy(stpcpy(full, prefix), key);
	n = lgetxattr(name, full, value, sizeof value - 1);
	if (n < 0 && errno != ENODATA && errno != EOPNOTSUPP && !is_missing())
		refuse("read the attributes of", name);
	if (n < 0)
		return NULL;
	value[n] = '\0';
	return value;
}

void
look(int layer, char *path, struct entry *e)
{
	char *name = strrchr(path, '/'), *value;
	int entered;

	memset(e, 0, sizeof *e);
	*name = '\0';
	entered = enter(layer, path) == 0;
	*name++ = '/';
	if (!entered)
		return;
	if (fstatat(AT_FDCWD, name, &e->st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (!is_missing())
			refuse("look at", path);
		return;
	}
	e->what = S_ISDIR(e->st.st_mode) ? FOLDER : OTHER;
	if ((S_ISCHR(e->st.st_mode) && e->st.st_rdev == 0) ||
	    (S_ISREG(e->st.st_mode) && e->st.st_size == 0 && may_read &&
	    attribute(name, "whiteout")))
		e->what = WHITEOUT;
	if (e->what != FOLDER || layer == layers)
		return;
	e->opaque = (value = attribute(name, "opaque")) && *value == 'y';
	if ((value = attribute(name, "redirect")))
		e->redirect = strcpy(keep(strlen(value) + 1), value);
}

/*
 * Looks name up in the folders of in that lie below a layer, as overlay does:
 * what shows is *e, and, if it is a folder, the folders that it is made of.
 * A redirect may be a path from the root, of which each folder may be opaque,
 * or have a redirect of its own.
 */
void
look_below(char *const in[], char *name, int above, struct entry *e,
    char *out[])
{
	struct entry x = { 0 };
	char *path, *rest, **places;
	int i;

	if (*name == '/') {
		in = tops;
		name++;
	}
	if ((rest = strchr(name, '/'))) {
		*rest = '\0';
		places = keep_places();
		look_below(in, name, above, &x, places);
		look_below(places, rest + 1, above, e, out);
		return;
	}
	for (i = above + 1; i <= layers; i++) {
		if (!in[i])
			continue;
		path = join(in[i], name);
		look(i, path, &x);
		if (e->what == NOTHING && x.what != WHITEOUT)
			*e = x;
		if (x.what == FOLDER)
			out[i] = path;
		if (x.what == WHITEOUT || x.what == OTHER || x.opaque)
			return;
		if (x.redirect) {
			look_below(in, x.redirect, i, e, out);
			return;
		}
	}
}
