#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <string.h>

#include "cgset/paths.h"
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

/* Bytes, with the suffixes that the kernel takes; -1: no number. */
long long
bytes_of(const char *text)
{
	static const char units[] = "KMGT";
	const char *rest, *unit;
	unsigned long long n = digits(text, &rest, 10);

	if (rest == text)
		return -1;
	if (*rest > ' ' && (unit = strchr(units, *rest & ~0x20))) {
		n <<= 10 * (unit - units + 1);
		rest++;
	}
	return rest[strspn(rest, " ")] ? -1 : (long long)n;
}

/*
 * 1024 for "1K": of that, the kernel would take the 1, and drop the K.  whole:
 * it would do the same with what follows the number in "1.5M", or "10MB".
 */
static void
put_plain(struct out *o, char *s, int whole)
{
	long long n = bytes_of(s);

	if (n >= 0)
		put_number(o, n, 10);
	else if (!whole || *s < '0' || *s > '9')
		put_text(o, s);
	else
		misuse("%s: not a number, nor one with K, M, G or T", s);
}

/* "/dev/vda rbps=1M" becomes "254:0 rbps=1048576". */
static const char *
rates(const char *text, int whole)
{
	char line[4096], *rest = (char *)joined(text, "", ""), *word;
	struct out o = { line, line + sizeof line - 1 };
	struct stat st;

	word = strsep(&rest, " \t");
	if (*word != '/') {
		if (strchr(word, ':'))
			put_text(&o, word);
		else
			put_plain(&o, word, whole);
	} else {
		if (stat(word, &st) < 0)
			die("find the device of %s", text);
		if (!S_ISBLK(st.st_mode))
			misuse("%s is not a block device", word);
		put_number(&o, major(st.st_rdev), 10);
		put_text(&o, ":");
		put_number(&o, minor(st.st_rdev), 10);
	}
	while ((word = strsep(&rest, " \t"))) {
		put_text(&o, " ");
		if (strchr(word, '=')) {
			put_text(&o, strsep(&word, "="));
			put_text(&o, "=");
		}
		put_plain(&o, word, whole);
	}
	*o.at = '\0';
	return joined(line, "", "");
}

int
is_of_disks(const char *file)
{
	return has_word("io|blkio", file, strcspn(file, "."));
}

/* One operand, in the kernel's words. */
void
add_value(const char *word)
{
	struct value *v = &values[n_values];
	size_t n = strcspn(word, "=");

	if (!word[n] || n == 0 || *word == '.' || !is_plain(word, n))
		misuse("%s: not FILE=VALUE", word);
	if (n_values == MOST_VALUES)
		misuse("more than %d times FILE=VALUE", MOST_VALUES);
	n_values++;
	v->word = word;
	((char *)(v->file = joined(word, "", "")))[n] = '\0';
	v->text = word + n + 1;
	if (strcmp(v->file, "cpu.max") == 0)
		v->text = percent(v->text);
	/* io.cost.qos takes decimals. */
	if (is_of_disks(word) || strcmp(v->file, "cpu.max") == 0)
		v->text = rates(v->text, strncmp(word, "io.cost.", 8) != 0);
	if (!*v->text && has_word("memory|hugetlb", word, strcspn(word, ".")))
		misuse("%s: VALUE is missing", word);	/* it would be 0 */
	if (has_word("tasks|cgroup.procs|cgroup.threads", word, n))
		misuse("%s: a process is moved by -t PID", word);
}

/* Which hierarchy each belongs to. */
void
place_values(void)
{
	struct value *v;

	for (v = values; v < values + n_values; v++) {
		v->place = place_of_file(v->file);
		if (!v->place)
			return;
		take(v->place);
	}
}
