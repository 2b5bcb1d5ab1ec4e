/* Why a number was refused that is one: by others, and what there is. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cgset/line.h"
#include "cgset/paths.h"
#include "cgset/places.h"
#include "cgset/values.h"
#include "cgset/why.h"
#include "put.h"
#include "say.h"

void
try_value(const struct value *v, const char *value)
{
	((struct value *)v)->word = joined(v->file, "=", value);
	try_line("", NULL);
}

static long long
number_in(const char *folder, const char *file)
{
	return digits(read_line(folder, file), NULL, 10);
}

#define LIST "0123456789,-"	/* what one is made of, without "0-7:1/2" */

/* The CPUs or memory nodes of "0-2,5", as bits; those beyond count as one. */
static unsigned long long
set_of(const char *list)
{
	unsigned long long set = 0, first, last;
	const char *rest;

	for (; *list; list = rest + (*rest == ',')) {
		first = last = digits(list, &rest, 10);
		if (rest == list)
			break;
		if (*rest == '-')
			last = digits(rest + 1, &rest, 10);
		for (; first <= last && first < 64; first++)
			set |= 1ULL << first;
		if (last > 63)
			set |= 1ULL << 63;
	}
	return set;
}

/*
 * Version 2 takes any set of them, and gives what there is.  A partition does
 * not show what it has handed down to others.
 */
int
is_beyond(const struct value *v)
{
	const char *folder = v->place->folder;

	return v->place->v2 && (strcmp(v->file, "cpuset.cpus") == 0 ||
	    strcmp(v->file, "cpuset.mems") == 0) &&
	    !v->text[strspn(v->text, LIST)] &&
	    *read_line(folder, "cpuset.cpus.partition") == 'm' &&
	    set_of(v->text) &
	    ~set_of(read_line(folder, joined(v->file, ".effective", "")));
}

void
why_cpuset(const struct value *v)
{
	int mems = strcmp(v->file, "cpuset.mems") == 0;
	const struct place *p = v->place;
	const char *online = read_line(mems ? "/sys/devices/system/node" :
	    "/sys/devices/system/cpu", "online");
	const char *above = read_line(folder_above(p->folder),
	    joined(v->file, p->v2 ? ".effective" : "", ""));

	if (!mems && strcmp(v->file, "cpuset.cpus") != 0)
		return;
	if (set_of(v->text) & ~set_of(online)) {
		because(!p->v2 ? "CG1-08" : mems ? "CG2-42" : "CG2-26",
		    "this machine has %-s", online);
		try_value(v, online);
	} else if (v->text[strspn(v->text, LIST)]) {
		because(!p->v2 ? "CG1-38" : "CG2-26", "%-s is a list such as "
		    "0-2,5", v->file);
	} else if (set_of(v->text) & ~set_of(above)) {
		because(p->v2 ? "CG2-56" : "CG1-07", "the cgroup above it has "
		    "%-s", above);
		try_value(v, above);
	} else if (!p->v2 && !*v->text) {
		because("CG1-06", "it holds processes, which need at least "
		    "one");
	}
}

/* Version 1 lets memory and swap be no less than memory alone. */
void
why_memory(int err, const struct value *v)
{
	const char *folder = v->place->folder;
	int sum = strcmp(v->file, "memory.memsw.limit_in_bytes") == 0;
	const char *other = sum ? "memory.limit_in_bytes" :
	    "memory.memsw.limit_in_bytes";
	long long n = bytes_of(v->text), used, limit;

	if (err == ENOENT && (strncmp(v->file, "memory.swap.", 12) == 0 ||
	    strncmp(v->file, "memory.memsw.", 13) == 0) &&
	    access(joined(folder, "/", v->file), F_OK) < 0)
		because("CG1-05", "this kernel does not account swap: it was "
		    "built without, or started with swapaccount=0");
	if (v->place->v2 || n < 0)
		return;
	used = number_in(folder, sum ? "memory.memsw.usage_in_bytes" :
	    "memory.usage_in_bytes");
	limit = number_in(folder, other);
	if (err == EBUSY && used > n) {
		because("CG1-04", "it uses %lld bytes, which cannot be "
		    "reclaimed", used);
		try_value(v, joined(words("%lld", used + (4 << 20)), "", ""));
	}
	if (err != EINVAL || (sum ? n >= limit : n <= limit))
		return;
	because("CG1-05", "memory alone may not be more than memory and swap "
	    "together, and %-s is %lld", other, limit);
	try_line(words("cgset %s %-s=%s && ", folder, other, v->text), NULL);
}

/* In version 1 no cgroup may have more than the one above it. */
void
why_quota(const struct value *v)
{
	static const char *const files[] = { "cpu.cfs_quota_us",
	    "cpu.cfs_period_us" };
	const char *folder = v->place->folder, *up = folder_above(folder);
	long long is[2], above;
	int i;

	if (v->place->v2 || strncmp(v->file, "cpu.cfs_", 8) != 0)
		return;
	for (i = 0; i < 2; i++)
		is[i] = strcmp(v->file, files[i]) == 0 ?
		    (long long)digits(v->text, NULL, 10) :
		    number_in(folder, files[i]);
	if (!(above = number_in(up, files[1])))
		return;
	above = number_in(up, files[0]) * is[1] / above;
	if (*read_line(up, files[0]) == '-' || is[0] <= above)
		return;
	because("CG1-10", "that is more than the cgroup above it has, %lld in "
	    "each %lld", above, is[1]);
	if (strcmp(v->file, files[0]) == 0)
		try_value(v, joined(words("%lld", above), "", ""));
}

/* "8:1 ...": a partition has no queue of its own, the disk has. */
void
why_device(const struct value *v)
{
	char *number = (char *)joined(v->text, "", "");
	const char *folder, *disk;

	if (!is_of_disks(v->file))
		return;
	number[strcspn(number, " ")] = '\0';
	folder = joined("/sys/dev/block/", number, "");
	if (access(folder, F_OK) < 0) {
		because("CG2-25", "there is no block device %-s", number);
		return;
	}
	disk = read_line(folder, "../dev");
	if (access(joined(folder, "/", "partition"), F_OK) < 0 || !*disk)
		return;
	because("CG2-25", "%-s is a partition, and only whole disks are "
	    "limited", number);
	try_value(v, joined(disk, v->text + strlen(number), ""));
}
