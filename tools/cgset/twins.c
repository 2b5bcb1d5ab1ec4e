#include <errno.h>
#include <string.h>

#include "cgset/paths.h"
#include "cgset/places.h"
#include "cgset/twins.h"
#include "cgset/values.h"
#include "say.h"

/*
 * Files of version 1 and what version 2 has in their place (the kernel's
 * cgroup-v1/ and cgroup-v2.rst), below the name of their controller.  A line
 * is the name in either, - for none, and how convert.c converts the value, if
 * it can.  The first that fits counts, either way.  A name that both have is
 * not in it.
 */
static const struct group {
	const char *v1, *v2, *files;
} groups[] = {
	{ "memory", "memory",
	    "limit_in_bytes max l\n"
	    "soft_limit_in_bytes low l\n"
	    "memsw.limit_in_bytes swap.max m\n"
	    "usage_in_bytes current\n"
	    "max_usage_in_bytes peak\n"
	    "memsw.usage_in_bytes swap.current\n"
	    "memsw.max_usage_in_bytes swap.peak\n"
	    "memsw.failcnt swap.events\n"
	    "failcnt events\n"
	    "oom_control events\n"
	    "force_empty reclaim\n"
	    "pressure_level pressure\n"
	    "swappiness -\n"
	    "use_hierarchy -\n"
	    "move_charge_at_immigrate -\n"
	    "kmem.limit_in_bytes -\n"
	    "kmem.tcp.limit_in_bytes -\n"
	    "- high\n"
	    "- min\n"
	    "- oom.group\n"
	    "- swap.high\n"
	    "- zswap.max\n" },
	{ "cpu", "cpu",
	    "shares weight s\n"
	    "cfs_quota_us max q\n"
	    "cfs_period_us max p\n"
	    "cfs_burst_us max.burst =\n"
	    "shares weight.nice\n"
	    "rt_runtime_us -\n"
	    "rt_period_us -\n" },
	{ "cpuset", "cpuset",
	    "cpu_exclusive cpus.partition e\n"
	    "sched_load_balance cpus.partition b\n"
	    "effective_cpus cpus.effective\n"
	    "effective_mems mems.effective\n"
	    "mem_exclusive -\n"
	    "mem_hardwall -\n"
	    "memory_migrate -\n"
	    "memory_spread_page -\n"
	    "memory_spread_slab -\n"
	    "sched_relax_domain_level -\n" },
	{ "cpuacct", "cpu",
	    "usage stat\n"
	    "usage_user stat\n"
	    "usage_sys stat\n"
	    "stat stat\n" },
	{ "blkio", "io",
	    "throttle.read_bps_device max rbps\n"
	    "throttle.write_bps_device max wbps\n"
	    "throttle.read_iops_device max riops\n"
	    "throttle.write_iops_device max wiops\n"
	    "bfq.weight bfq.weight =\n"
	    "bfq.weight_device bfq.weight =\n"
	    "weight weight d\n"
	    "weight_device weight d\n"
	    "throttle.io_service_bytes stat\n"
	    "throttle.io_serviced stat\n"
	    "reset_stats -\n"
	    "- latency\n" },
	{ "freezer", "cgroup",
	    "state freeze f\n"
	    "self_freezing events\n"
	    "parent_freezing events\n" },
	{ "hugetlb", "hugetlb",	/* .SIZE, as part of the controller's name */
	    "limit_in_bytes max l\n"
	    "rsvd.limit_in_bytes rsvd.max l\n"
	    "usage_in_bytes current\n"
	    "rsvd.usage_in_bytes rsvd.current\n"
	    "failcnt events\n" },
	{ "cgroup", "cgroup", "clone_children -\n" },
	{ "devices", "devices", "allow -\ndeny -\n" },
	{ "net_cls", "net_cls", "classid -\n" },
	{ "net_prio", "net_prio", "ifpriomap -\n" },
};

/* How much of a file's name is the controller's; 0: it is another's. */
static size_t
head_of(const char *file, const char *controller)
{
	size_t n = strlen(controller);

	if (strncmp(file, controller, n) != 0 || file[n] != '.')
		return 0;
	if (*controller == 'h')
		n += 1 + strcspn(file + n + 1, ".");
	return n;
}

/* The first n bytes. */
static char *
cut(const char *text, size_t n)
{
	char *copy = (char *)joined(text, "", "");

	copy[n] = '\0';
	return copy;
}

static int
look_in(const struct group *g, const char *file, int v2, struct twin *t)
{
	const char *own = v2 ? g->v1 : g->v2, *new = v2 ? g->v2 : g->v1;
	size_t head = head_of(file, own), n[2], length;
	const char *line, *name[2];

	if (!head || !file[head])
		return 0;
	length = strlen(file + head + 1);
	for (line = g->files; *line; line = strchr(line, '\n') + 1) {
		n[0] = strcspn(name[0] = line, " ");
		n[1] = strcspn(name[1] = line + n[0] + 1, " \n");
		if (n[!v2] != length ||
		    strncmp(name[!v2], file + head + 1, length) != 0)
			continue;
		t->how = name[1] + n[1] + (name[1][n[1]] == ' ');
		t->name = *name[v2] == '-' ? NULL : joined(strcmp(own,
		    new) == 0 ? cut(file, head) : new, ".",
		    cut(name[v2], n[v2]));
		return 1;
	}
	return 0;
}

/* Whether a file is of the version that its hierarchy is not of. */
int
has_twin(const struct value *v, struct twin *t)
{
	const struct group *g = groups;

	for (; g < groups + sizeof groups / sizeof *groups; g++)
		if (look_in(g, v->file, v->place->v2, t))
			return 1;
	return 0;
}

/* Says which names are the other version's, if any are. */
int
tell_misnamed(void)
{
	struct twin t;
	struct value *v;
	int found = 0;

	for (v = values; v < values + n_values; v++) {
		if (!has_twin(v, &t))
			continue;
		errno = ENOENT;
		if (!found++)
			tell("set %-s", v->file);
		because(v->place->v2 ? "CG2-46" : "CG1-01", "%-s is of version "
		    "%d; here, %s is of version %d%-s%-s", v->file,
		    2 - v->place->v2, v->place->folder, v->place->v2 + 1,
		    t.name ? ", which has " : " and has nothing like it",
		    t.name ? t.name : "");
	}
	return found;
}
