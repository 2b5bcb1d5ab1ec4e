#include <sys/mount.h>

#include <string.h>

#include "mkpseudo/places.h"
#include "say.h"

/* In the order in which they are mounted: what holds others comes first. */
const struct place places[] = {
	{ PROC, SAFE, "proc", "proc", "proc" },
	{ SYS, SAFE, "sys", "sys", "sysfs" },
	{ CGROUP, SAFE, "cgroup", "sys/fs/cgroup", "cgroup2" },
	{ DEV, MS_NOSUID | MS_NOEXEC, "dev", "dev", "tmpfs", "mode=755" },
	{ NODE, 0x103, "dev", "dev/null", "/dev/null" },
	{ NODE, 0x105, "dev", "dev/zero", "/dev/zero" },
	{ NODE, 0x107, "dev", "dev/full", "/dev/full" },
	{ NODE, 0x108, "dev", "dev/random", "/dev/random" },
	{ NODE, 0x109, "dev", "dev/urandom", "/dev/urandom" },
	{ NODE, 0x500, "dev", "dev/tty", "/dev/tty" },
	{ PTS, MS_NOSUID | MS_NOEXEC, "pts", "dev/pts", "devpts", "mode=0620" },
	{ MQUEUE, SAFE, "mqueue", "dev/mqueue", "mqueue" },
	{ MEMORY, SAFE, "shm", "dev/shm", "tmpfs", "mode=1777" },
	{ MEMORY, MS_NOSUID | MS_NODEV, "tmp", "tmp", "tmpfs", "mode=1777" },
	{ MEMORY, MS_NOSUID | MS_NODEV, "run", "run", "tmpfs", "mode=755" },
	{ TOOLS, SAFE, "tools", "run/cooperage", "tmpfs" },
	{ 0 },
};

/* A bit for each place that a list of names brings. */
unsigned
places_named(const char *list)
{
	unsigned i, set = 0, found;
	size_t n;

	for (;; list += n + 1) {
		n = strcspn(list, ",");
		for (found = i = 0; places[i].name; i++)
			if (strncmp(places[i].name, list, n) == 0 &&
			    !places[i].name[n])
				found |= 1U << i;
		if (!found)
			misuse("-m: no such name: %s", list);
		set |= found;
		if (!list[n])
			return set;
	}
}
