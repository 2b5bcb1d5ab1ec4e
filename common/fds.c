#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fds.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "start.h"

#define MOST_FDS (1 << 20)	/* fs.nr_open, unless it was raised */

static void
close_from(unsigned fd, unsigned last)
{
	struct rlimit most = { .rlim_max = MOST_FDS };

	if (fd > last || syscall(SYS_close_range, fd, last, 0) == 0)
		return;
	/*
	 * A seccomp filter refuses it.  No /proc in there is to be trusted, and
	 * the limit may have been lowered since some were opened.
	 */
	raw_getrlimit(RLIMIT_NOFILE, &most);
	for (; fd <= last && fd <= MOST_FDS &&
	    (fd < 65536 || fd < most.rlim_max); fd++)
		close(fd);
}

/* Closes every descriptor from 3 up but these two (-1: none), and a list's. */
void
close_fds(unsigned keep, unsigned also, const char *list)
{
	unsigned fd, n, next;
	const char *at;

	for (fd = 3;; fd = next + 1) {
		next = keep >= fd ? keep : ~0U;
		if (also >= fd && also < next)
			next = also;
		for (at = list; at && *at; at += *at == ',')
			if ((n = digits(at, &at, 10)) >= fd && n < next)
				next = n;
		close_from(fd, next - 1);
		if (next == ~0U)
			break;
	}
}

/*
 * Has an exec keep the descriptors that list names ("4,7", or NULL), which
 * may be none of ours: the others are for close_fds(), before anything in the
 * new root is looked up, since one inherited folder leads out of any root.
 * For the same reason 0, 1 and 2 may not be folders.
 */
void
keep_fds(const char *keep)
{
	static char list[4096];
	char *rest = list, *word;
	struct stat st;
	int fd;

	for (fd = 0; fd < 3; fd++)
		if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
			misuse("descriptor %d is a folder, and a way out of "
			    "the new root", fd);
	if (!keep)
		return;
	if (strlen(keep) >= sizeof list)
		misuse("--keep-fd: the list is too long");
	strcpy(list, keep);
	while ((word = strsep(&rest, ","))) {
		fd = number(word, MOST_FDS, "descriptor");
		if (raw_fcntl(fd, F_SETFD, 0) < 0)
			die("keep descriptor %d", fd);
	}
}
