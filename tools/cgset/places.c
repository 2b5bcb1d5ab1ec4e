#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cgset/line.h"
#include "cgset/paths.h"
#include "cgset/places.h"
#include "cgset/processes.h"
#include "cgset/why.h"
#include "format.h"
#include "mounts.h"
#include "put.h"
#include "say.h"

struct place places[MOST_PLACES], *handle_of;
int n_places;

static const char *name;	/* what CGROUP is below each of them */
static struct place *named;	/* by a path */

/*
 * Where we are in the hierarchy, below its mount point; NULL if that does not
 * show us, as one from before our cgroup namespace.
 */
static const char *
own_path(const struct place *p)
{
	static char text[65536];

	get(AT_FDCWD, "/proc/self/cgroup", text, sizeof text);
	return path_in(p, text);
}

/*
 * The same hierarchy may be mounted twice: the first counts, or the one that
 * the path leads to or that shows us.
 */
static void
add(const struct mount *m, const char *operand)
{
	int v2 = strcmp(m->type, "cgroup2") == 0;
	const char *options = v2 ? "" : m->super + 3;	/* behind "rw," */
	struct place *p = places;

	if (mount_id(AT_FDCWD, m->point) != m->id)
		return;		/* something is mounted over it */
	while (p < places + n_places && (p->v2 != v2 ||
	    strcmp(p->controllers, options) != 0))
		p++;
	if (p == places + MOST_PLACES || (p < places + n_places && p->folder &&
	    !rest_below(m->point, operand)))
		return;
	if (p == places + n_places)
		n_places++;
	p->v2 = v2;
	p->controllers = joined(options, "", "");
	p->point = joined(m->point, "", "");
	p->root = joined(m->root, "", "");
	p->folder = strncmp(operand, "./", 2) == 0 ? own_path(p) : "";
	if (p->folder)
		p->folder = joined(p->folder, "", "");
}

static struct place *
place_above(const char *path)
{
	struct place *p, *found = NULL;

	for (p = places; p < places + n_places; p++)
		if (rest_below(p->point, path) && (!found ||
		    strlen(p->point) > strlen(found->point)))
			found = p;
	return found;
}

static struct place *
place_by_path(const char **path)
{
	struct place *p = place_above(*path);

	if (!p)
		p = place_above(*path = real_path(*path));
	if (!p) {
		errno = EBADF;
		tell("find cgroup %s", *path);
		because("UNS-31", "no hierarchy of cgroups is mounted at it or "
		    "above it");
		fail();
	}
	return p;
}

static _Noreturn void
no_hierarchy(void)
{
	errno = ENODEV;
	tell("find cgroups");
	because("CG1-25", "no hierarchy of them is mounted");
	try_line("mkdir -p /sys/fs/cgroup && mount -t cgroup2 none "
	    "/sys/fs/cgroup && ", NULL);
	fail();
}

/* The same name below the mount point of each hierarchy. */
void
find_places(const char *operand)
{
	static struct mount m;
	static struct mounts in;
	struct place *p;
	int lines = 0;

	name = operand = checked(operand);
	if (mounts_open(&in, "/proc/self/mountinfo") < 0) {
		tell("open /proc/self/mountinfo");
		why_no_proc();
	}
	for (; mount_next(&in, &m); lines++)
		if (strcmp(m.type, "cgroup") == 0 ||
		    strcmp(m.type, "cgroup2") == 0)
			add(&m, operand);
	if (!lines)
		die("read %s", "/proc/self/mountinfo");
	mounts_close(&in);
	if (!n_places)
		no_hierarchy();

	if (*operand == '/') {
		p = place_by_path(&name);
		name = rest_below(p->point, name);
		take(named = p);
	} else if (strncmp(operand, "./", 2) == 0) {
		name += 2;
	}
	name += strspn(name, "/");
	for (p = places; p < places + n_places; p++) {
		if (p->folder)
			p->folder = joined(p->point, p->folder, "");
		if (p->folder && *name)
			p->folder = joined(p->folder, "/", name);
		p->dir = -1;
	}
}

/*
 * What covers the mount, as the kernel mounts no file system on itself, and
 * that again; in mounts of our own: others in these would lose theirs.
 */
static _Noreturn void
no_own_folder(const struct place *p)
{
	struct place whole = *p;

	whole.root = "/";
	errno = ENOENT;
	tell("find our own cgroup");
	if (!own_path(&whole)) {
		because("NSE-41", "it lies outside our cgroup namespace, where "
		    "it has no name");
		fail();
	}
	because("NSE-41", "what is mounted at %s is another cgroup, %s, and "
	    "does not show it", p->point, p->root);
	try_line(words("unshare-lite -m sh -c 'mount -t tmpfs none \"$0\" && "
	    "mount -t cgroup%-s none \"$0\" && exec \"$@\"' %s ", p->v2 ?
	    "2" : joined(" -o ", p->controllers, ""), p->point), NULL);
	fail();
}

struct place *
unified(void)
{
	struct place *p;

	for (p = places; p < places + n_places; p++)
		if (p->v2)
			return p;
	return NULL;
}

/*
 * The hierarchy that has a controller, whose name is n bytes long; version 2
 * has what no other has.  NULL: there is none.
 */
struct place *
place_of(const char *controller, size_t n)
{
	struct place *p;

	for (p = places; p < places + n_places; p++)
		if (!p->v2 && has_word(p->controllers, controller, n))
			return p;
	if (has_word("io", controller, n))
		return place_of("blkio", 5);
	if (has_word("cgroup", controller, n) && !unified())
		return place_of("freezer", 7);
	return unified();
}

/* Files that every hierarchy has are in the one that a path names. */
struct place *
place_of_file(const char *file)
{
	size_t n = strcspn(file, ".");

	return named && (!file[n] || strncmp(file, "cgroup.", 7) == 0) ?
	    named : place_of(file, n);
}

/* It takes part; the first that does gives the handle. */
void
take(struct place *p)
{
	if (!p->folder)
		no_own_folder(p);
	p->taken = 1;
	if (!handle_of)
		handle_of = p;
}

/* The folder, but of its name only the first n bytes. */
static const char *
part_of(const struct place *p, size_t n)
{
	char *path = (char *)joined(p->folder, "", "");

	path[strlen(path) - strlen(name) + n] = '\0';
	return path;
}

/*
 * So do the hierarchies that have such a cgroup already, or, if none has been
 * asked for, those where the most of its name is there.
 */
void
take_existing(void)
{
	struct place *p;
	size_t left;

	for (left = strlen(name); left > 0;) {
		for (p = places; p < places + n_places; p++)
			if (!p->taken && p->folder &&
			    access(part_of(p, left), F_OK) == 0)
				take(p);
		if (handle_of)
			return;
		while (--left > 0 && name[left] != '/')
			;
	}
}
