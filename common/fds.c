#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fds.h"
#include "names.h"
#include "raw.h"
#include "say.h"
#include "start.h"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4
#endif

static void
close_one(int fd, int how)
{
	if (how)
		raw_fcntl(fd, F_SETFD, FD_CLOEXEC);
	else
		close(fd);
}

static void
close_from(unsigned fd, unsigned last, int how)
{
	static struct names in;
	const char *name;
	unsigned n;

	/* On exec since Linux 5.11; before, those that there are. */
	if (fd > last || syscall(SYS_close_range, fd, last, how) == 0)
		return;
	if (names_open(&in, AT_FDCWD, "/proc/self/fd") >= 0) {
		while ((name = name_next(&in)))
			if ((n = atoi(name)) >= fd && n <= last &&
			    (int)n != in.fd)
				close_one(n, how);
		if (!errno)
			return;
	}
	for (; fd <= last && fd < 65536; fd++)
		close_one(fd, how);
}

/* Closes every descriptor from 3 up but these two (-1: none). */
void
close_fds(int keep, int also)
{
	int low = keep < also ? keep : also, high = keep < also ? also : keep;

	if (low >= 3)
		close_from(3, low - 1, 0);
	if (high >= 3)
		close_from(low >= 3 ? low + 1 : 3, high - 1, 0);
	close_from(high >= 3 ? high + 1 : 3, ~0U, 0);
}

/*
 * Has the next exec close every descriptor from 3 up except those that keep
 * lists ("4,7", or NULL): one inherited folder leads out of any root.  For
 * the same reason 0, 1 and 2 may not be folders.
 */
void
seal_fds(const char *keep)
{
	static char list[4096];
	char *rest = list, *word;
	struct stat st;
	int fd;

	for (fd = 0; fd < 3; fd++)
		if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
			misuse("descriptor %d is a folder, and a way out of "
			    "the new root", fd);
	close_from(3, ~0U, CLOSE_RANGE_CLOEXEC);
	if (!keep)
		return;
	if (strlen(keep) >= sizeof list)
		misuse("--keep-fd: the list is too long");
	strcpy(list, keep);
	while ((word = strsep(&rest, ","))) {
		fd = number(word, 1 << 20, "descriptor");
		if (raw_fcntl(fd, F_SETFD, 0) < 0)
			die("keep descriptor %d", fd);
	}
}
