#include <sys/auxv.h>

#include <errno.h>
#include <string.h>

#include "idmap.h"
#include "say.h"
#include "subid.h"

#define LAST_ID 4294967294	/* 4294967295 is -1: no ID */

/* The ID that we started with: in a new user namespace we may be nobody. */
unsigned
own_id(enum id id)
{
	return getauxval(id == USER ? AT_EUID : AT_EGID);
}

/* A map that would be refused, as the kernel would say it. */
void
map_refused(enum id id, int err)
{
	errno = err;
	tell("%-s map", id == USER ? "user" : "group");
}

void
map_extent(struct idmap *m, unsigned inside, unsigned outside, unsigned count)
{
	if (m->n < MOST_EXTENTS)
		m->e[m->n] = (struct extent){ inside, outside, count };
	m->n++;
}

/* The caller's own ID, which newuidmap(1) has in no range and takes alone. */
static int
is_own(enum id id, const struct extent *e)
{
	return e->outside == own_id(id) && e->count == 1;
}

/* What continues the one before it becomes one with it. */
static void
add_extent(struct idmap *m, enum id id, const struct extent *e)
{
	struct extent *last;

	if (m->n && m->n <= MOST_EXTENTS) {
		last = &m->e[m->n - 1];
		if (!is_own(id, last) && !is_own(id, e) &&
		    e->inside == last->inside + last->count &&
		    e->outside == last->outside + last->count) {
			last->count += e->count;
			return;
		}
	}
	map_extent(m, e->inside, e->outside, e->count);
}

/*
 * The kernel cuts its numbers to 32 bits, by which 4294967296 becomes root:
 * what is more is refused here.
 */
static unsigned
next_number(const char **at, const char *operand)
{
	unsigned long long n = 0;
	const char *s = *at;

	if (*s < '0' || *s > '9')
		misuse("%s is no map: IN:OUT:COUNT[,...], root, current, "
		    "auto or block", operand);
	for (; *s >= '0' && *s <= '9'; s++)
		if ((n = n * 10 + (*s - '0')) > LAST_ID + 1)
			misuse("%s is no map: the last ID is %lu", operand,
			    LAST_ID);
	*at = s;
	return n;
}

static void
expect(const char **at, const char *operand)
{
	if (**at != ':')
		misuse("%s is no map: IN:OUT:COUNT[,...]", operand);
	++*at;
}

static void
refuse_beyond(const struct extent *e, enum id id)
{
	if (e->count <= LAST_ID + 1 - e->inside &&
	    e->count <= LAST_ID + 1 - e->outside)
		return;
	map_refused(id, EINVAL);
	because("MAP-34", "'%u:%u:%u' goes beyond the last ID, %lu", e->inside,
	    e->outside, e->count, LAST_ID);
	fail();
}

static void
add_list(struct idmap *m, enum id id, const char *operand)
{
	const char *at = operand;
	struct extent e;

	for (;; at++) {
		e.inside = next_number(&at, operand);
		expect(&at, operand);
		e.outside = next_number(&at, operand);
		expect(&at, operand);
		e.count = next_number(&at, operand);
		if (*at && *at != ',')
			misuse("%s is no map: IN:OUT:COUNT[,...]", operand);
		if (e.count == 0) {
			map_refused(id, EINVAL);
			because("MAP-03", "'%u:%u:0' has a COUNT of 0",
			    e.inside, e.outside);
			fail();
		}
		refuse_beyond(&e, id);
		add_extent(m, id, &e);
		if (!*at)
			return;
	}
}

/* The caller's ranges, all of them or the first, from this inside ID on. */
static void
add_ranges(struct idmap *m, enum id id, unsigned inside, int all)
{
	static struct idmap ranges;
	struct extent *e;

	subid_ranges(id, &ranges);
	if (ranges.n == 0) {
		map_refused(id, EPERM);
		why_no_range(id, -1);
		fail();
	}
	for (e = ranges.e; e < ranges.e + (all ? ranges.n : 1); e++) {
		e->inside = inside;
		refuse_beyond(e, id);
		add_extent(m, id, e);
		inside += e->count;
	}
}

void
map_add(struct idmap *m, enum id id, const char *operand)
{
	unsigned mine = own_id(id);

	if (strcmp(operand, "root") == 0)
		map_extent(m, 0, mine, 1);
	else if (strcmp(operand, "current") == 0)
		map_extent(m, mine, mine, 1);
	else if (strcmp(operand, "auto") == 0) {
		map_extent(m, 0, mine, 1);
		add_ranges(m, id, 1, 1);
	} else if (strcmp(operand, "block") == 0)
		add_ranges(m, id, 0, 0);
	else
		add_list(m, id, operand);
}

/* Whether it is one ID only, the caller's own, which needs no privilege. */
int
map_own(const struct idmap *m, enum id id)
{
	return m->n == 1 && m->e[0].count == 1 &&
	    m->e[0].outside == own_id(id);
}
