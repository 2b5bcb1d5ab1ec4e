#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "names.h"

/* The descriptor of the folder, or -1. */
int
names_open(struct names *in, int dir, const char *path)
{
	in->at = in->end = 0;
	in->fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	return in->fd;
}

/* The next name; or NULL, and the folder is closed, as it is to be. */
const char *
name_next(struct names *in)
{
	struct dirent *d;

	do {
		if (in->at >= in->end) {
			in->at = 0;
			in->end = syscall(SYS_getdents64, in->fd, in->buf,
			    sizeof in->buf);
			if (in->end <= 0) {
				close(in->fd);
				return NULL;
			}
		}
		d = (struct dirent *)(in->buf + in->at);
		in->at += d->d_reclen;
	} while (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0);
	return d->d_name;
}
