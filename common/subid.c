#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "idmap.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "subid.h"

#define FIELDS 4
#define HIGH 0x7fff0000	/* what is beyond was not counted up to */

/* A file of any size, as a string to be cut up; NULL if it cannot be read. */
static char *
slurp(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t n = 0;
	ssize_t got;
	char *text = NULL;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0) {
		text = raw_mmap(st.st_size + 1, 0);
		if (text == MAP_FAILED)
			text = NULL;
	}
	while (text && n < (size_t)st.st_size &&
	    (got = read(fd, text + n, st.st_size - n)) > 0)
		n += got;
	close(fd);
	return text;
}

/* 1 and the first fields of the next line, or 0 after the last. */
static int
next_fields(char **rest, char *field[FIELDS])
{
	static char none[] = "";
	char *line = strsep(rest, "\n");
	int i;

	if (!line)
		return 0;
	for (i = 0; i < FIELDS; i++)
		field[i] = line ? strsep(&line, ":") : none;
	return 1;
}

/* Whether text is a number that fits an ID. */
static int
is_id(const char *text, unsigned *id)
{
	unsigned long long n;
	const char *end;

	n = digits(text, &end, 10);
	*id = n;
	return *text >= '0' && *text <= '9' && !*end && n == *id;
}

/* The caller's name and group in /etc/passwd, or NULL. */
const char *
user_name(unsigned *group)
{
	static const char *name;
	static unsigned gid;
	static int asked;
	char *rest, *field[FIELDS];
	unsigned uid;

	rest = asked++ ? NULL : slurp("/etc/passwd");
	while (rest && !name && next_fields(&rest, field))
		if (is_id(field[2], &uid) && uid == geteuid() &&
		    is_id(field[3], &gid))
			name = field[0];
	*group = gid;
	return name;
}

const char *
subid_file(enum id id)
{
	return id == USER ? "/etc/subuid" : "/etc/subgid";
}

/* Whether a line of /etc/subuid with this owner is the caller's. */
static int
is_ours(const char *owner)
{
	unsigned uid, gid;
	const char *name = user_name(&gid);

	/* Users of a directory service are not in /etc/passwd. */
	if (!name)
		name = getenv("LOGNAME");
	return (name && strcmp(owner, name) == 0) ||
	    (is_id(owner, &uid) && uid == geteuid());
}

/* Whether all IDs of the one are in the other, too. */
static int
is_within(const struct extent *a, const struct extent *b)
{
	return a->outside >= b->outside && a->outside - b->outside < b->count &&
	    a->count <= b->count - (a->outside - b->outside);
}

/* What is given twice, by name, say, and by number, counts once. */
static void
add_range(struct idmap *ranges, unsigned first, unsigned count)
{
	struct extent *e, new = { .outside = first, .count = count };

	for (e = ranges->e; e < ranges->e + ranges->n; e++) {
		if (is_within(&new, e))
			return;
		if (is_within(e, &new)) {
			*e = new;
			return;
		}
	}
	map_extent(ranges, 0, first, count);
}

/* What we may not read is not said to lack a line. */
static void
refuse_closed(const char *path)
{
	if (access(path, R_OK) < 0 && errno != ENOENT)
		die("open %s", path);
}

/* The caller's ranges: e[].outside and count. */
void
subid_ranges(enum id id, struct idmap *ranges)
{
	char *rest = slurp(subid_file(id)), *field[FIELDS];
	unsigned first, count;

	if (!rest)
		refuse_closed(subid_file(id));
	ranges->n = 0;
	while (rest && next_fields(&rest, field))
		if (is_ours(field[0]) && is_id(field[1], &first) &&
		    is_id(field[2], &count) && count &&
		    ranges->n < MOST_EXTENTS)
			add_range(ranges, first, count);
	/* By its name there may be one. */
	if (ranges->n == 0)
		refuse_closed("/etc/passwd");
}

/* From 100000 up, the first ID behind all that somebody has. */
unsigned
subid_free(enum id id)
{
	char *given = slurp(subid_file(id)), *users = slurp("/etc/passwd");
	char *field[FIELDS];
	unsigned first, count, base = 100000;

	while (given && next_fields(&given, field))
		if (is_id(field[1], &first) && is_id(field[2], &count) &&
		    first < HIGH && count < HIGH && first + count > base)
			base = first + count;
	while (users && next_fields(&users, field))
		if (is_id(field[2], &first) && first < HIGH && first >= base)
			base = first + 1;
	return base;
}

/* Whether the ranges come from elsewhere (nsswitch.conf(5), "subid: sss"). */
int
subid_elsewhere(void)
{
	char *rest = slurp("/etc/nsswitch.conf"), *field[FIELDS], *source;

	while (rest && next_fields(&rest, field))
		if (strcmp(field[0], "subid") == 0) {
			source = field[1] + strspn(field[1], " \t");
			return strncmp(source, "files", 5) != 0;
		}
	return 0;
}
