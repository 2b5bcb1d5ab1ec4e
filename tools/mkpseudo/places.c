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
	{ HIDE, 0, "proc", "proc/acpi" },
	{ HIDE, 0, "proc", "proc/asound" },
	{ HIDE, 0, "proc", "proc/interrupts" },
	{ HIDE, 0, "proc", "proc/kcore" },
	{ HIDE, 0, "proc", "proc/keys" },
	{ HIDE, 0, "proc", "proc/latency_stats" },
	{ HIDE, 0, "proc", "proc/sched_debug" },
	{ HIDE, 0, "proc", "proc/scsi" },
	{ HIDE, 0, "proc", "proc/timer_list" },
	{ HIDE, 0, "proc", "proc/timer_stats" },
	{ HIDE, 0, "sys", "sys/devices/virtual/powercap" },
	{ HIDE, 0, "sys", "sys/firmware" },
	{ PROTECT, 0, "proc", "proc/bus" },
	{ PROTECT, 0, "proc", "proc/fs" },
	{ PROTECT, 0, "proc", "proc/irq" },
	{ PROTECT, 0, "proc", "proc/sys" },
	{ PROTECT, 0, "proc", "proc/sysrq-trigger" },
	{ 0 }
};

/* A bit for each place that a list of names brings. */
uint64_t
places_named(const char *list)
{
	uint64_t set = 0, found;
	unsigned i;
	size_t n;

	for (;; list += n + 1) {
		n = strcspn(list, ",");
		for (found = i = 0; places[i].name; i++)
			if (strncmp(places[i].name, list, n) == 0 &&
			    !places[i].name[n])
				found |= (uint64_t)1 << i;
		if (!found)
			misuse("-m: no such name: %s", list);
		set |= found;
		if (!list[n])
			return set;
	}
}

/* Whether path below ROOT is a place where we mount. */
int
is_place(const char *path)
{
	const struct place *p;

	for (p = places; p->name; p++)
		if (strcmp(p->path, path) == 0)
			return 1;
	return strncmp(path, "sys/fs/cgroup/", 14) == 0;
}
