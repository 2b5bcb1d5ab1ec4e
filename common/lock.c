#include <errno.h>
#include <sys/file.h>
#include <time.h>

#include "mounts.h"

/*
 * Two at once would each see that nothing is mounted yet.  The lock ends with
 * our descriptors, at the exec, and so within a second: a longer one is not
 * ours, and anybody who may read the file can have it.
 */
void
take_lock(int fd)
{
	static const struct timespec moment = { .tv_nsec = 10000000 };
	int i;

	for (i = 0; i < 100 && flock(fd, LOCK_EX | LOCK_NB) < 0 &&
	    errno == EWOULDBLOCK; i++)
		nanosleep(&moment, NULL);
}
