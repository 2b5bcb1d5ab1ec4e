/* What upper makes of the lower layers, folder by folder. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "names.h"
#include "ovldiff/entry.h"
#include "ovldiff/memory.h"
#include "say.h"

/* Adds the names in a folder to those that end at scratch.top. */
static int
list(int layer, const char *path)
{
	struct names in;
	const char *name;
	int n = 0;

	if (enter(layer, path) < 0)
		return 0;
	if (names_open(&in, AT_FDCWD, ".") < 0)
		refuse("open", *path ? path : "/");
	for (; (name = name_next(&in)); n++) {
		guard_room(&scratch, strlen(name));
		scratch.top = stpcpy(scratch.top, name) + 1;
	}
	if (errno && errno != ENOENT)	/* it was removed meanwhile */
		refuse("list", *path ? path : "/");
	return n;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* One line; a path that cannot be on one is quoted as sh(1) reads it. */
static void
print(char letter, const char *path)
{
	char *mark = record.top + 2;
	struct out o = { mark, record.end - 1 };

	guard_room(&record, 4 * strlen(path) + 16);
	record.top[0] = letter;
	record.top[1] = ' ';
	put_quoted(&o, QUOTE, path);
	if (*mark != '$')
		o.at = stpcpy(mark, path);
	record.top = stpcpy(o.at, "\n");
}

static int
differs(const struct entry *a, const struct entry *b)
{
	if (a->what != FOLDER || b->what != FOLDER)
		return a->st.st_ino != b->st.st_ino ||
		    a->st.st_dev != b->st.st_dev;
	return a->st.st_mode != b->st.st_mode ||
	    a->st.st_uid != b->st.st_uid || a->st.st_gid != b->st.st_gid;
}

static int
same_places(char *const a[], char *const b[])
{
	int i;

	for (i = 1; i <= layers; i++)
		if (!a[i] != !b[i] || (a[i] && strcmp(a[i], b[i]) != 0))
			return 0;
	return 1;
}

/*
 * One name in a folder, as it shows now, which is upper (if that has the
 * folder) over from; and before, which is base.  The two differ below a
 * folder that is opaque or was renamed.
 */
static void
visit(const char *folder, char *name, int upper, char *const from[],
    char *const base[])
{
	struct entry now = { 0 }, below = { 0 }, before = { 0 };
	char *mark = scratch.top, *path = join(folder, name);
	char **under = keep_places(), **place = keep_places();

	look_below(base, name, UPPER, &before, place);
	if (upper)
		look(UPPER, path, &now);
	upper = now.what == FOLDER;
	if (now.what == NOTHING || (upper && !now.opaque))
		look_below(from, now.redirect ? now.redirect : name, UPPER,
		    &below, under);
	if (now.what == NOTHING)
		now = below;

	if (now.what == NOTHING || now.what == WHITEOUT) {
		if (before.what != NOTHING)
			print('D', path);
	} else if (before.what == NOTHING)
		print('A', path);
	else if (differs(&now, &before))
		print('C', path);
	if (now.what == FOLDER)
		walk(path, upper, under, place);
	scratch.top = mark;
}

void
walk(const char *path, int upper, char *const from[], char *const base[])
{
	char *mark = scratch.top, *name = mark, **names;
	int i, n = 0, lower = same_places(from, base) ? 0 : layers;

	if (upper)
		n += list(UPPER, path);
	for (i = 1; i <= lower; i++) {
		if (from[i])
			n += list(i, from[i]);
		if (base[i])
			n += list(i, base[i]);
	}
	names = keep(n * sizeof *names);
	for (i = 0; i < n; i++, name += strlen(name) + 1)
		names[i] = name;
	qsort(names, n, sizeof *names, by_name);
	for (i = 0; i < n; i++)
		if (i == 0 || strcmp(names[i], names[i - 1]) != 0)
			visit(path, names[i], upper, from, base);
	scratch.top = mark;
}
