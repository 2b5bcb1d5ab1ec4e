/* A value as the other version has it: as operands, for a try. */
#include <fcntl.h>
#include <string.h>

#include "cgset/paths.h"
#include "cgset/places.h"
#include "cgset/twins.h"
#include "cgset/values.h"
#include "format.h"
#include "put.h"
#include "say.h"

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

static int
put_word(struct out *o, const char *file, const char *text)
{
	put_text(o, " ");
	put_quoted(o, PASTE, joined(file, "=", text));
	return 1;
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
	static const char *const limits[] = { "memory.limit_in_bytes",
	    "memory.max" };
	int v2 = v->place->v2;
	const char *limit = value_of(limits[!v2], v->place, limits[v2]);
	long long n = bytes_of(v->text), most = limit ? bytes_of(limit) : -1;

	if (strcmp(v->text, v2 ? "-1" : "max") == 0)
		return put_word(o, file, v2 ? "max" : "-1");
	if (n < 0 || (!v2 && (most < 0 || most >= 1LL << 62)))
		return 0;
	if (v2 && most < 0)
		most = put_word(o, limits[1], v->text) * n;
	return put_word(o, file, decimal(!v2 ? n + most : n > most ?
	    n - most : 0));
}

/* Quota and period are two files, or the two words of cpu.max. */
static int
put_cpu(struct out *o, const struct value *v, int is_period)
{
	const char *period;
	char *quota;

	if (!v->place->v2) {
		quota = (char *)joined(v->text, "", "");
		if ((period = strchr(v->text, ' '))) {
			quota[period - v->text] = '\0';
			put_word(o, "cpu.cfs_period_us", period + 1);
		}
		return put_word(o, "cpu.cfs_quota_us", *quota == 'm' ? "-1" :
		    quota);
	}
	if (!is_period) {
		period = value_of("cpu.cfs_period_us", v->place, NULL);
		quota = *v->text == '-' ? "max" : (char *)v->text;
		return put_word(o, "cpu.max", period ? joined(quota, " ",
		    period) : quota);
	}
	if (value_of("cpu.cfs_quota_us", v->place, NULL))
		return 1;
	quota = (char *)value_of(NULL, v->place, "cpu.max");
	if (quota)
		quota[strcspn(quota, " ")] = '\0';
	return put_word(o, "cpu.max", joined(quota ? quota : "max", " ",
	    v->text));
}

/* "8:0 1048576", or "8:0 rbps=1048576 wiops=max" with a word for each key. */
static int
put_rates(struct out *o, const struct value *v, const char *how)
{
	size_t device = strcspn(v->text, " ");
	char *line = (char *)joined(v->text, "", ""), *rest, *key, *number;

	if (!line[device])
		return 0;
	rest = line + device + 1;
	line[device] = '\0';
	if (v->place->v2) {
		key = (char *)joined(how, "", "");
		key[strcspn(key, "\n")] = '\0';
		return put_word(o, "io.max", joined(joined(line, " ", key), "=",
		    strcmp(rest, "0") == 0 ? "max" : rest));
	}
	while ((number = strsep(&rest, " "))) {
		key = strsep(&number, "=");
		if (!number || !strchr("rw", *key))
			return 0;
		put_word(o, joined(joined("blkio.throttle.", *key == 'r' ?
		    "read" : "write", key[1] == 'b' ? "_bps" : "_iops"),
		    "_device", ""), joined(line, " ", *number == 'm' ? "0" :
		    number));
	}
	return 1;
}

/* Of a device, or by default. */
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
	return put_word(o, file, joined(device, v->place->v2 ?
	    scaled(n, 100, 500, 1, 10000) : scaled(n, 500, 100, 10, 1000),
	    ""));
}

/* A flag of version 1 is a word of cpuset.cpus.partition. */
static int
put_partition(struct out *o, const struct value *v, const char *word, int on)
{
	int isolated = *v->text == 'i';

	if (v->place->v2)
		return put_word(o, "cpuset.cpus.partition", *v->text == '0' +
		    on ? word : "member");
	put_word(o, "cpuset.cpu_exclusive", *v->text == 'm' ? "0" : "1");
	return !isolated || put_word(o, "cpuset.sched_load_balance", "0");
}

/* The value as the other version has it; 0 if it has no such thing. */
static int
put_twin(struct out *o, const struct value *v, const struct twin *t)
{
	int v2 = v->place->v2;
	const char *text = v->text;

	switch (t->name ? *t->how : '\n') {
	case '=':
		break;
	case 'l':
		if (v2 ? *text == '-' : *text == 'm')
			text = v2 ? "max" : "-1";
		break;
	case 's':
		text = v2 ? scaled(text, 100, 1024, 1, 10000) :
		    scaled(text, 1024, 100, 2, 262144);
		break;
	case 'f':
		if (v2)
			text = *text == 'F' ? "1" : "0";
		else
			text = *text == '1' ? "FROZEN" : "THAWED";
		break;
	case 'd': return put_weight(o, v, t->name);
	case 'q':
	case 'p': return put_cpu(o, v, *t->how == 'p');
	case 'm': return put_sum(o, v, t->name);
	case 'r':
	case 'w': return put_rates(o, v, t->how);
	case 'e': return put_partition(o, v, "root", 1);
	case 'b': return put_partition(o, v, "isolated", 0);
	default: return 0;
	}
	return put_word(o, t->name, text);
}

/* " FILE=VALUE", in the words of the version that the hierarchy is of. */
int
put_value(struct out *o, const struct value *v)
{
	struct twin t;

	if (v->place && has_twin(v, &t))
		return put_twin(o, v, &t);
	put_text(o, " ");
	put_quoted(o, PASTE, v->word);
	return 1;
}
