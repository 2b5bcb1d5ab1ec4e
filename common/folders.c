/* Facts of folders, and of the IDs that own what is made in them. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/stat.h>

#include "facts.h"
#include "put.h"

/* Whether a map, the text of a uid_map or gid_map, has that ID inside. */
int
map_has(const char *map, unsigned id)
{
	unsigned first;

	for (; *map; map += strcspn(map, "\n"), map += *map == '\n') {
		first = digits(map, &map, 10);
		digits(map, &map, 10);
		if (id - first < digits(map, &map, 10))
			return 1;
	}
	return 0;
}

/* Whether the map of our user namespace lacks it: "uid_map", or "gid_map". */
int
is_unmapped(const char *map, unsigned id)
{
	char path[32], text[16384];
	int saved = errno;
	long n;

	stpcpy(stpcpy(path, "/proc/self/"), map);
	n = get(AT_FDCWD, path, text, sizeof text);
	errno = saved;
	return n >= 0 && n < (long)sizeof text - 1 && !map_has(text, id);
}

/* chattr(1) +i: nothing can be made in it, nor removed. */
int
is_immutable(const char *path)
{
	struct statx stx = { 0 };
	int saved = errno;

	syscall(SYS_statx, AT_FDCWD, path, 0, 0, &stx);
	errno = saved;
	return (stx.stx_attributes & STATX_ATTR_IMMUTABLE) != 0;
}
