#include <string.h>

#include "cgset/grammar.h"
#include "cgset/paths.h"
#include "cgset/places.h"
#include "cgset/values.h"
#include "put.h"
#include "say.h"

enum kind { NUMBER, BYTES, WORD };

/*
 * What the kernel takes (cgroup-v2.rst, cgroup-v1/), for those files whose
 * values people write.  Numbers are from least to most, or the word.
 */
static const struct form {
	const char *id;
	enum kind kind;
	long long least, most;
	const char *words, *files;	/* "a|b" */
} forms[] = {
	{ "CG2-23", BYTES, 0, -1, "max", "memory.max|memory.high|memory.low|"
	    "memory.min|memory.swap.max|memory.swap.high" },
	{ "CG2-22", NUMBER, 0, 1, "", "memory.oom.group|cgroup.freeze" },
	{ "CG2-23", NUMBER, 0, 1LL << 31, "max",
	    "cgroup.max.depth|cgroup.max.descendants" },
	{ "CG2-21b", NUMBER, 1, 1, "", "cgroup.kill" },
	{ "CG2-16", WORD, 0, 0, "threaded", "cgroup.type" },
	{ "CG2-24b", NUMBER, 1, 10000, "", "cpu.weight" },
	{ "CG2-23", WORD, 0, 0, "member|root|isolated",
	    "cpuset.cpus.partition" },
	{ "CG2-31", NUMBER, 0, 4194304, "max", "pids.max" },
	{ "CG1-27", WORD, 0, 0, "FROZEN|THAWED", "freezer.state" },
	{ "CG1-37", BYTES, 0, -1, "-1", "memory.limit_in_bytes|"
	    "memory.soft_limit_in_bytes|memory.memsw.limit_in_bytes" },
	{ "CG1-37", NUMBER, 0, 200, "", "memory.swappiness" },
	{ "CG1-37", NUMBER, 0, 262144, "", "cpu.shares" },
	{ "CG1-37", NUMBER, 1000, 1LL << 44, "-1", "cpu.cfs_quota_us" },
	{ "CG1-37", NUMBER, 1000, 1000000, "", "cpu.cfs_period_us" },
};

static int
is_number(const struct form *f, const char *text)
{
	const char *rest;
	long long n = digits(text, &rest, 10);

	if (rest == text)
		return 0;
	if (f->kind == BYTES)
		return !*rest || (strchr("KMGTPEkmgtpe", *rest) && !rest[1]);
	return !*rest && n >= f->least && n <= f->most;
}

/* "MAX PERIOD", in microseconds. */
static void
why_cpu_max(const char *text)
{
	const char *rest;
	unsigned long long quota, period = 100000;
	int max = strncmp(text, "max", 3) == 0;

	quota = digits(text, &rest, 10);
	if (max)
		rest = text + 3;
	else if (rest == text)
		period = 0;
	if (*rest == ' ')
		period = digits(rest + 1, &rest, 10);
	if (*rest || period < 1000 || period > 1000000 || (!max &&
	    quota < 1000))
		because("CG2-24", "cpu.max is a quota of 1000 or more, or max, "
		    "and a period from 1000 to 1000000, both in microseconds; "
		    "or N%%");
}

/* A value that its file does not take. */
void
why_value(const struct value *v)
{
	const struct form *f;

	if (strcmp(v->file, "cpu.max") == 0)
		why_cpu_max(v->text);
	if (strcmp(v->file, "io.max") == 0)
		because("CG2-25b", "io.max is MAJ:MIN, or a device's path, and "
		    "one or more of rbps, wbps, riops, wiops=N, not 0, or max");
	/* "a" is refused where there are cgroups below. */
	if (strncmp(v->file, "devices.", 8) == 0 && *v->text != 'a')
		because("CG1-22", "%-s is a, or b or c, MAJ:MIN or *, and of "
		    "the letters r, w and m those that are meant", v->file);
	for (f = forms; f < forms + sizeof forms / sizeof *forms; f++) {
		if (!has_word(f->files, v->file, strlen(v->file)) ||
		    has_word(f->words, v->text, strlen(v->text)) ||
		    (f->kind != WORD && is_number(f, v->text)))
			continue;
		if (f->kind == WORD)
			because(f->id, "%-s is one of %-s", v->file, f->words);
		else if (f->kind == BYTES)
			because(f->id, "%-s is a number of bytes, with K, M, G "
			    "or T, or %-s", v->file, f->words);
		else
			because(f->id, "%-s is a number from %lld to %lld%-s"
			    "%-s", v->file, f->least, f->most, *f->words ?
			    ", or " : "", f->words);
	}
}
