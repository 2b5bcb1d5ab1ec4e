#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <string.h>

#include "cgset/places.h"
#include "cgset/values.h"
#include "format.h"
#include "put.h"
#include "say.h"

struct value values[MOST_VALUES];
int n_values;

/* "50%" of one CPU, as cpu.max has it: microseconds of each 100,000. */
static const char *
percent(const char *text)
{
	static char quota[32];
	struct out o = { quota, quota + sizeof quota - 1 };
	const char *rest;
	unsigned long long n = digits(text, &rest, 10) * 1000;
	unsigned unit = 100;

	if (rest == text)
		return text;
	if (*rest == '.')
		for (rest++; *rest >= '0' && *rest <= '9'; rest++, unit /= 10)
			n += (*rest - '0') * unit;
	if (strcmp(rest, "%") != 0)
		return text;
	put_number(&o, n, 10);
	*o.at = '\0';
	return joined(quota, " 100000", "");
}

/* 1024 for "1K", where the kernel wants a plain number. */
static void
put_plain(struct out *o, const char *s, const char *end)
{
	static const char units[] = "KMGT";
	const char *unit, *rest;
	unsigned long long n = digits(s, &rest, 10);

	if (rest == s || rest + 1 != end || !(unit = strchr(units, *rest &
	    ~0x20))) {
		while (s < end && o->at < o->end)
			*o->at++ = *s++;
		return;
	}
	put_number(o, n << 10 * (unit - units + 1), 10);
}

/* "/dev/vda rbps=1M" becomes "254:0 rbps=1048576". */
static const char *
device(const char *text)
{
	static char path[4096], line[4096];
	struct out o = { line, line + sizeof line - 1 };
	size_t n = strcspn(text, " ");
	const char *end;
	struct stat st;

	if (n >= sizeof path)
		return text;
	memcpy(path, text, n);
	path[n] = '\0';
	if (stat(path, &st) < 0)
		die("find the device of %s", text);
	if (!S_ISBLK(st.st_mode))
		misuse("%s is not a block device", path);
	put_number(&o, major(st.st_rdev), 10);
	put_text(&o, ":");
	put_number(&o, minor(st.st_rdev), 10);
	for (text += n; *text; text = end) {
		for (; *text && *text != '='; text++)
			if (o.at < o.end)
				*o.at++ = *text;
		end = text + strcspn(text, " ");
		if (*text)
			put_text(&o, "=");
		if (*text)
			put_plain(&o, text + 1, end);
	}
	*o.at = '\0';
	return joined(line, "", "");
}

/* One operand, in the kernel's words. */
void
add_value(const char *word)
{
	const char *equals = strchr(word, '=');
	struct value *v = &values[n_values];
	size_t n = equals - word;

	if (n == 0 || memchr(word, '/', n))
		misuse("%s: not FILE=VALUE", word);
	if (n_values == MOST_VALUES)
		misuse("more than %d times FILE=VALUE", MOST_VALUES);
	n_values++;
	v->word = word;
	((char *)(v->file = joined(word, "", "")))[n] = '\0';
	v->text = equals + 1;
	if (strcmp(v->file, "cpu.max") == 0)
		v->text = percent(v->text);
	if (*v->text == '/' && (strncmp(word, "io.", 3) == 0 ||
	    strncmp(word, "blkio.", 6) == 0))
		v->text = device(v->text);
	if (strcmp(v->file, "tasks") == 0 ||
	    strcmp(v->file, "cgroup.procs") == 0 ||
	    strcmp(v->file, "cgroup.threads") == 0)
		misuse("%s: a process is moved by -t PID", word);
}

/* Which hierarchy each belongs to. */
void
place_values(void)
{
	struct value *v;

	for (v = values; v < values + n_values; v++) {
		v->place = place_of(v->file, strcspn(v->file, "."));
		if (!v->place)
			return;
		take(v->place);
	}
}
