/*
 * What is wrong with a map, and known before anything is written.
 */
#include <errno.h>
#include <string.h>

#include <linux/capability.h>

#include "facts.h"
#include "idmap.h"
#include "say.h"
#include "subid.h"

int map_root_refused;

static int
overlap(unsigned a, unsigned na, unsigned b, unsigned nb)
{
	return a <= b ? b - a < na : a - b < nb;
}

static void
refuse_overlaps(const struct idmap *m, enum id id)
{
	const struct extent *a, *b;
	int in, out;

	for (b = m->e; b < m->e + m->n; b++)
		for (a = m->e; a < b; a++) {
			in = overlap(a->inside, a->count, b->inside, b->count);
			out = overlap(a->outside, a->count, b->outside,
			    b->count);
			if (!in && !out)
				continue;
			map_refused(id, EINVAL);
			because("MAP-04", "'%u:%u:%u' and '%u:%u:%u' overlap "
			    "%-s", a->inside, a->outside, a->count, b->inside,
			    b->outside, b->count, in && out ? "inside and "
			    "outside" : in ? "inside" : "outside");
			fail();
		}
}

/* The extent of the namespace above ours that has this ID. */
static const struct extent *
above_of(const struct idmap *above, unsigned outside)
{
	const struct extent *a;

	for (a = above->e; a < above->e + above->n; a++)
		if (overlap(outside, 1, a->inside, a->count))
			return a;
	return NULL;
}

/*
 * The kernel wants each extent to lie in one extent of the namespace above
 * ours, though IDs may be mapped there by several: cut at its borders.
 */
static void
fit(struct idmap *m, enum id id)
{
	static struct idmap above, typed;
	const struct extent *a;
	struct extent *e;
	unsigned n;

	if (map_read(0, id, &above) <= 0)
		return;
	typed = *m;
	m->n = 0;
	for (e = typed.e; e < typed.e + typed.n; e += !e->count) {
		if (!(a = above_of(&above, e->outside))) {
			map_refused(id, EPERM);
			because("MAP-12", "%u is not mapped in this user "
			    "namespace", e->outside);
			fail();
		}
		n = a->count - (e->outside - a->inside);
		if (n > e->count)
			n = e->count;
		map_extent(m, e->inside, e->outside, n);
		e->inside += n;
		e->outside += n;
		e->count -= n;
	}
}

static void
refuse_size(const struct idmap *m, enum id id)
{
	size_t bytes;

	if (m->n > MOST_EXTENTS) {
		map_refused(id, EINVAL);
		because("MAP-05", "it has %d extents, and the kernel takes %d",
		    m->n, MOST_EXTENTS);
		fail();
	}
	if ((bytes = strlen(map_text(m))) > MOST_BYTES) {
		map_refused(id, EINVAL);
		because("MAP-40", "it has %d extents, fewer than %d, but %lu "
		    "bytes, and the kernel takes %d", m->n, MOST_EXTENTS,
		    (unsigned long)bytes, MOST_BYTES);
		fail();
	}
}

/* 0 outside, which is the machine's root if this is the first namespace. */
static void
look_for_root(const struct idmap *m)
{
	const struct extent *e;

	for (e = m->e; e < m->e + m->n; e++) {
		if (e->outside)
			continue;
		map_root_refused = !has_cap(CAP_SETFCAP);
		if (verbose && in_first("user"))
			note("%u inside is root of the machine: this map is no "
			    "boundary", e->inside);
	}
}

void
map_check(struct idmap *m, enum id id)
{
	if (m->n == 0)
		return;
	if (m->n > 1)
		refuse_size(m, id);
	if (id == USER)
		look_for_root(m);
	if (map_own(m, id))
		return;
	refuse_overlaps(m, id);
	fit(m, id);
	refuse_size(m, id);
	if (!has_cap(id == USER ? CAP_SETUID : CAP_SETGID))
		refuse_undelegated(id, m);
}
