#include <dirent.h>
#include <errno.h>
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

/* The next name; or NULL, errno (0 at the end), and the folder is closed. */
const char *
name_next(struct names *in)
{
	struct dirent *d;
	int err;

	do {
		if (in->at >= in->end) {
			in->at = 0;
			in->end = syscall(SYS_getdents64, in->fd, in->buf,
			    sizeof in->buf);
			if (in->end <= 0) {
				err = in->end < 0 ? errno : 0;
				close(in->fd);
				errno = err;
				return NULL;
			}
		}
		d = (struct dirent *)(in->buf + in->at);
		in->at += d->d_reclen;
		in->type = d->d_type;
	} while (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0);
	return d->d_name;
}
