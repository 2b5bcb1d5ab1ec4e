#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cgset/places.h"
#include "cgset/values.h"
#include "format.h"
#include "put.h"
#include "say.h"

enum how {
	SAME,		/* the value, too */
	LIMIT,		/* -1 is max */
	SHARES,		/* 1024 is 100 */
	WEIGHT,		/* 500 is 100 */
	QUOTA, PERIOD,	/* two files are one: "QUOTA PERIOD" */
	SUM,		/* memory and swap, or swap alone */
	STATE,		/* FROZEN is 1 */
	RATE,		/* "8:0 N" is "8:0 key=N" */
	ROOT, ISOLATED,	/* a flag is a word of cpuset.cpus.partition */
	NAME,		/* to read only, or of another form */
};

/*
 * Files of version 1 and what version 2 has in their place (the kernel's
 * cgroup-v1/ and cgroup-v2.rst), for the same controller.  The first that fits
 * counts, either way.  A name that both have is not in it.  * is a size.
 */
static const struct twin {
	const char *v1, *v2;
	enum how how;
	const char *key;
} twins[] = {
	{ "memory.limit_in_bytes", "memory.max", LIMIT },
	{ "memory.soft_limit_in_bytes", "memory.low", LIMIT },
	{ "memory.memsw.limit_in_bytes", "memory.swap.max", SUM },
	{ "memory.usage_in_bytes", "memory.current", NAME },
	{ "memory.max_usage_in_bytes", "memory.peak", NAME },
	{ "memory.memsw.usage_in_bytes", "memory.swap.current", NAME },
	{ "memory.memsw.max_usage_in_bytes", "memory.swap.peak", NAME },
	{ "memory.memsw.failcnt", "memory.swap.events", NAME },
	{ "memory.failcnt", "memory.events", NAME },
	{ "memory.oom_control", "memory.events", NAME },
	{ "memory.force_empty", "memory.reclaim", NAME },
	{ "memory.pressure_level", "memory.pressure", NAME },
	{ "memory.swappiness", NULL, NAME },
	{ "memory.use_hierarchy", NULL, NAME },
	{ "memory.move_charge_at_immigrate", NULL, NAME },
	{ "memory.kmem.limit_in_bytes", NULL, NAME },
	{ "memory.kmem.tcp.limit_in_bytes", NULL, NAME },
	{ NULL, "memory.high", NAME },
	{ NULL, "memory.min", NAME },
	{ NULL, "memory.oom.group", NAME },
	{ NULL, "memory.swap.high", NAME },
	{ NULL, "memory.zswap.max", NAME },

	{ "cpu.shares", "cpu.weight", SHARES },
	{ "cpu.cfs_quota_us", "cpu.max", QUOTA },
	{ "cpu.cfs_period_us", "cpu.max", PERIOD },
	{ "cpu.cfs_burst_us", "cpu.max.burst", SAME },
	{ "cpu.shares", "cpu.weight.nice", NAME },
	{ "cpu.rt_runtime_us", NULL, NAME },
	{ "cpu.rt_period_us", NULL, NAME },

	{ "cpuset.cpu_exclusive", "cpuset.cpus.partition", ROOT },
	{ "cpuset.sched_load_balance", "cpuset.cpus.partition", ISOLATED },
	{ "cpuset.effective_cpus", "cpuset.cpus.effective", NAME },
	{ "cpuset.effective_mems", "cpuset.mems.effective", NAME },
	{ "cpuset.mem_exclusive", NULL, NAME },
	{ "cpuset.mem_hardwall", NULL, NAME },
	{ "cpuset.memory_migrate", NULL, NAME },
	{ "cpuset.memory_spread_page", NULL, NAME },
	{ "cpuset.memory_spread_slab", NULL, NAME },
	{ "cpuset.sched_relax_domain_level", NULL, NAME },

	{ "cpuacct.usage", "cpu.stat", NAME },
	{ "cpuacct.usage_user", "cpu.stat", NAME },
	{ "cpuacct.usage_sys", "cpu.stat", NAME },
	{ "cpuacct.stat", "cpu.stat", NAME },

	{ "blkio.throttle.read_bps_device", "io.max", RATE, "rbps" },
	{ "blkio.throttle.write_bps_device", "io.max", RATE, "wbps" },
	{ "blkio.throttle.read_iops_device", "io.max", RATE, "riops" },
	{ "blkio.throttle.write_iops_device", "io.max", RATE, "wiops" },
	{ "blkio.bfq.weight", "io.bfq.weight", SAME },
	{ "blkio.bfq.weight_device", "io.bfq.weight", SAME },
	{ "blkio.weight", "io.weight", WEIGHT },
	{ "blkio.weight_device", "io.weight", WEIGHT },
	{ "blkio.throttle.io_service_bytes", "io.stat", NAME },
	{ "blkio.throttle.io_serviced", "io.stat", NAME },
	{ "blkio.reset_stats", NULL, NAME },
	{ NULL, "io.latency", NAME },

	{ "freezer.state", "cgroup.freeze", STATE },
	{ "freezer.self_freezing", "cgroup.events", NAME },
	{ "freezer.parent_freezing", "cgroup.events", NAME },

	{ "hugetlb.*.limit_in_bytes", "hugetlb.*.max", LIMIT },
	{ "hugetlb.*.rsvd.limit_in_bytes", "hugetlb.*.rsvd.max", LIMIT },
	{ "hugetlb.*.usage_in_bytes", "hugetlb.*.current", NAME },
	{ "hugetlb.*.rsvd.usage_in_bytes", "hugetlb.*.rsvd.current", NAME },
	{ "hugetlb.*.failcnt", "hugetlb.*.events", NAME },

	{ "notify_on_release", "cgroup.events", NAME },
	{ "cgroup.clone_children", NULL, NAME },
	{ "devices.allow", NULL, NAME },
	{ "devices.deny", NULL, NAME },
	{ "net_cls.classid", NULL, NAME },
	{ "net_prio.ifpriomap", NULL, NAME },
};

/* Whether name is what the pattern says; *size: what its * stands for. */
static int
fits(const char *pattern, const char *name, const char **size)
{
	size_t head, n;

	if (!pattern)
		return 0;
	head = strcspn(pattern, "*");
	if (strncmp(pattern, name, head) != 0)
		return 0;
	if (!pattern[head])
		return !name[head];
	*size = name + head;
	n = strcspn(*size, ".");
	return n > 0 && strcmp(pattern + head + 1, *size + n) == 0;
}

static const struct twin *
twin_of(const struct value *v, const char **size)
{
	const struct twin *t;

	for (t = twins; t < twins + sizeof twins / sizeof *twins; t++)
		if (fits(v->place->v2 ? t->v1 : t->v2, v->file, size))
			return t;
	return NULL;
}

/* The name of the other version, its * filled in. */
static const char *
other_name(const struct value *v, const struct twin *t, const char *size)
{
	const char *name = v->place->v2 ? t->v2 : t->v1;
	size_t head;
	char *cut;

	if (!name || !name[head = strcspn(name, "*")])
		return name;
	name = joined(name, size, "");
	cut = (char *)name + head;
	size = joined(size, "", "");
	((char *)size)[strcspn(size, ".")] = '\0';
	size = joined(size, (v->place->v2 ? t->v2 : t->v1) + head + 1, "");
	*cut = '\0';
	return joined(name, size, "");
}

/* Bytes, with the suffixes that the kernel takes; -1: no number. */
long long
bytes_of(const char *text)
{
	static const char units[] = "KMGT";
	const char *rest, *unit;
	unsigned long long n = digits(text, &rest, 10);

	if (rest == text)
		return -1;
	if (*rest && (unit = strchr(units, *rest & ~0x20))) {
		n <<= 10 * (unit - units + 1);
		rest++;
	}
	return *rest ? -1 : (long long)n;
}

/* What another operand says, or the file as it is now. */
static const char *
value_of(const char *typed, const struct place *p, const char *now)
{
	static char text[256];
	int i;

	for (i = 0; i < n_values; i++)
		if (typed && strcmp(values[i].file, typed) == 0)
			return values[i].text;
	if (!now || get(AT_FDCWD, joined(p->folder, "/", now), text,
	    sizeof text) <= 0)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return joined(text, "", "");
}

static void
put_word(struct out *o, const char *file, const char *text)
{
	put_text(o, " ");
	put_quoted(o, PASTE, joined(file, "=", text));
}

static const char *
decimal(unsigned long long n)
{
	char text[24];
	struct out o = { text, text + sizeof text - 1 };

	put_number(&o, n, 10);
	*o.at = '\0';
	return joined(text, "", "");
}

/* n times a ratio, rounded, but from least to most. */
static const char *
scaled(const char *text, unsigned times, unsigned by, unsigned least,
    unsigned most)
{
	unsigned long long n = (digits(text, NULL, 10) * times + by / 2) / by;

	return decimal(n < least ? least : n > most ? most : n);
}

/*
 * Swap alone is limited in version 2, memory and swap together in version 1:
 * without a limit of memory, the one that was asked for is for both.
 */
static int
put_sum(struct out *o, const struct value *v, const char *file)
{
	const char *limit = value_of(v->place->v2 ? "memory.limit_in_bytes" :
	    "memory.max", v->place, v->place->v2 ? "memory.max" :
	    "memory.limit_in_bytes");
	long long n = bytes_of(v->text), most = limit ? bytes_of(limit) : -1;

	if (strcmp(v->text, v->place->v2 ? "-1" : "max") == 0) {
		put_word(o, file, v->place->v2 ? "max" : "-1");
		return 1;
	}
	if (n < 0)
		return 0;
	if (v->place->v2 && most < 0) {
		put_word(o, "memory.max", v->text);
		put_word(o, file, "0");
	} else if (v->place->v2) {
		put_word(o, file, decimal(n > most ? n - most : 0));
	} else if (most >= 0 && most < 1LL << 62) {
		put_word(o, file, decimal(n + most));
	} else {
		return 0;
	}
	return 1;
}

static int
put_cpu(struct out *o, const struct value *v, enum how how)
{
	const char *other, *gap = strchr(v->text, ' ');
	char *quota;

	if (!v->place->v2) {
		quota = (char *)joined(v->text, "", "");
		if (gap) {
			quota[gap - v->text] = '\0';
			put_word(o, "cpu.cfs_period_us", gap + 1);
		}
		put_word(o, "cpu.cfs_quota_us", strcmp(quota, "max") == 0 ?
		    "-1" : quota);
		return 1;
	}
	if (how == PERIOD) {
		if (value_of("cpu.cfs_quota_us", v->place, NULL))
			return 1;
		other = value_of(NULL, v->place, "cpu.max");
		quota = (char *)joined(other ? other : "max", "", "");
		quota[strcspn(quota, " ")] = '\0';
		other = v->text;
	} else {
		quota = *v->text == '-' ? "max" : (char *)v->text;
		other = value_of("cpu.cfs_period_us", v->place, NULL);
	}
	put_word(o, "cpu.max", other ? joined(quota, " ", other) : quota);
	return 1;
}

/* "8:0 1048576", or "8:0 rbps=1048576 wiops=max" with a word for each key. */
static int
put_rates(struct out *o, const struct value *v, const struct twin *t)
{
	size_t device = strcspn(v->text, " ");
	const char *text = v->text + device;
	const struct twin *of;
	char *line;
	int found = 0;
	size_t n;

	if (!*text)
		return 0;
	line = (char *)joined(v->text, "", "");
	line[device + 1] = '\0';
	if (v->place->v2) {
		put_word(o, "io.max", joined(joined(line, t->key, "="),
		    strcmp(text, " 0") == 0 ? "max" : text + 1, ""));
		return 1;
	}
	for (; *text; text += n) {
		text += strspn(text, " ");
		n = strcspn(text, " ");
		for (of = t; of->how == RATE; of++) {
			const char *number = text + strlen(of->key);
			char *value;

			if (strncmp(text, of->key, number - text) != 0 ||
			    *number != '=')
				continue;
			value = (char *)joined(number + 1, "", "");
			value[text + n - number - 1] = '\0';
			put_word(o, of->v1, joined(line, strcmp(value, "max") ==
			    0 ? "0" : value, ""));
			found = 1;
		}
	}
	return found;
}

static int
put_weight(struct out *o, const struct value *v, const char *file)
{
	const char *space = strrchr(v->text, ' ');
	const char *n = space ? space + 1 : v->text;
	char *device = (char *)joined(v->text, "", "");

	device[n - v->text] = '\0';
	if (strcmp(device, "default ") == 0)
		*device = '\0';
	if (!v->place->v2 && *device)
		file = "blkio.weight_device";
	put_word(o, file, joined(device, v->place->v2 ?
	    scaled(n, 100, 500, 1, 10000) : scaled(n, 500, 100, 10, 1000),
	    ""));
	return 1;
}

static int
put_partition(struct out *o, const struct value *v, enum how how)
{
	const char *word = how == ROOT ? "root" : "isolated";
	int on = how == ROOT;

	if (v->place->v2) {
		put_word(o, "cpuset.cpus.partition",
		    *v->text == '0' + on ? word : "member");
	} else if (strcmp(v->text, "isolated") == 0) {
		put_word(o, "cpuset.cpu_exclusive", "1");
		put_word(o, "cpuset.sched_load_balance", "0");
	} else {
		put_word(o, "cpuset.cpu_exclusive",
		    strcmp(v->text, "root") == 0 ? "1" : "0");
	}
	return 1;
}

/* The value as the other version has it; 0 if it has no such thing. */
static int
put_twin(struct out *o, const struct value *v, const struct twin *t,
    const char *file)
{
	int v2 = v->place->v2;

	if (!file)
		return 0;
	switch (t->how) {
	case SAME:
		put_word(o, file, v->text);
		return 1;
	case LIMIT:
		put_word(o, file, v2 && *v->text == '-' ? "max" :
		    !v2 && *v->text == 'm' ? "-1" : v->text);
		return 1;
	case SHARES:
		put_word(o, file, v2 ? scaled(v->text, 100, 1024, 1, 10000) :
		    scaled(v->text, 1024, 100, 2, 262144));
		return 1;
	case STATE:
		put_word(o, file, v2 ? (*v->text == 'F' ? "1" : "0") :
		    *v->text == '1' ? "FROZEN" : "THAWED");
		return 1;
	case WEIGHT: return put_weight(o, v, file);
	case QUOTA:
	case PERIOD: return put_cpu(o, v, t->how);
	case SUM: return put_sum(o, v, file);
	case RATE: return put_rates(o, v, t);
	case ROOT:
	case ISOLATED: return put_partition(o, v, t->how);
	case NAME: break;
	}
	return 0;
}

/* " FILE=VALUE", in the words of the version that the hierarchy is of. */
int
put_value(struct out *o, const struct value *v)
{
	const char *size = "";
	const struct twin *t = v->place ? twin_of(v, &size) : NULL;

	if (t)
		return put_twin(o, v, t, other_name(v, t, size));
	put_text(o, " ");
	put_quoted(o, PASTE, v->word);
	return 1;
}

/* Says which names are the other version's, if any are. */
int
tell_misnamed(void)
{
	const struct twin *t;
	const char *size, *name;
	struct value *v;
	int found = 0;

	for (v = values; v < values + n_values; v++) {
		if (!(t = twin_of(v, &size)))
			continue;
		errno = ENOENT;
		if (!found++)
			tell("set %-s", v->file);
		name = other_name(v, t, size);
		because(v->place->v2 ? "CG2-46" : "CG1-01", "%-s is of version "
		    "%d; here, %-s is of version %d%-s%-s", v->file,
		    2 - v->place->v2, v->place->folder, v->place->v2 + 1,
		    name ? ", which has " : " and has nothing like it",
		    name ? name : "");
	}
	return found;
}
