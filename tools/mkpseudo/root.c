#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/openat2.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "mkpseudo/root.h"
#include "say.h"
#include "why/mkpseudo.h"

const char *root;
int root_fd;

/* What was done, to be taken back last first. */
static struct step {
	const char *path;
	unsigned length;	/* of a folder that was made; 0: a mount */
} steps[64];
unsigned done;

void
remember(const char *path, unsigned length)
{
	steps[done++] = (struct step){ path, length };
}

/* Opens what lies at path below ROOT and is reached without any link. */
int
point(const char *path, int flags)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC | flags,
	    .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH };

	return syscall(SYS_openat2, root_fd, path, &how, sizeof how);
}

/* Goes to the folder that holds the last part of path, and returns that. */
static const char *
enter(const char *path, unsigned length)
{
	static char part[256];
	char *slash;
	int fd, gone;

	*(char *)mempcpy(part, path, length) = '\0';
	if (!(slash = strrchr(part, '/')))
		return fchdir(root_fd) < 0 ? NULL : part;
	*slash = '\0';
	if ((fd = point(part, O_DIRECTORY)) < 0)
		return NULL;
	gone = fchdir(fd);
	close(fd);
	return gone < 0 ? NULL : slash + 1;
}

int
unmount(const char *path, int flags)
{
	const char *name = enter(path, strlen(path));

	return !name ? -1 : did(umount2(name, flags | UMOUNT_NOFOLLOW),
	    "umount2(%s, %-sUMOUNT_NOFOLLOW)", path,
	    flags ? "MNT_DETACH|" : "");
}

void
take_back(void)
{
	const char *name;

	while (done > 0) {
		struct step *s = &steps[--done];

		if (!s->length)
			unmount(s->path, MNT_DETACH);
		else if ((name = enter(s->path, s->length)))
			did(rmdir(name), "rmdir(%s)", name);
	}
}

/* Opens the folder at path below ROOT; what is missing of it is made. */
int
folder(const char *path)
{
	const char *end = path, *name;
	int fd = point(path, O_DIRECTORY);

	if (fd < 0 && errno == ENOENT) {
		do {
			end += 1 + strcspn(end + 1, "/");
			if (!(name = enter(path, end - path)))
				refuse("open", path);
			if (did(mkdir(name, 0755), "mkdir(%s, 0755)",
			    name) == 0)
				remember(path, end - path);
			else if (errno != EEXIST)
				refuse("mkdir", path);
		} while (*end);
		fd = point(path, O_DIRECTORY);
	}
	if (fd < 0)
		refuse("open", path);
	return fd;
}
