/*
 * ovldiff - show what was added, changed and deleted in an overlay
 *
 *	ovldiff DIR
 *
 * Reads DIR/upper as mkoverlay leaves it, whether mounted or not, and the
 * lower folders that DIR/layers names:
 *
 *	ovldiff demo
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/openat2.h>

#include "facts.h"
#include "format.h"
#include "layers.h"
#include "names.h"
#include "say.h"
#include "start.h"

static const char text[] =
"usage: ovldiff DIR\n"
"\n"
"Print what DIR/upper changes in the lower folders of an overlay, sorted:\n"
"A and the path of what is new, C of what is changed, D of what is deleted.\n"
"\n"
"  -v, --verbose          show each system call that changes something: none\n"
"  -h, --help  -V, --version\n"
"\n"
"Examples:\n"
"  ovldiff demo\n"
"  ovldiff demo | grep '^D'\n";

static const struct option longs[] = { COMMON_OPTIONS };

#define UPPER 0			/* the lower layers are 1 and up */

enum what { NOTHING, WHITEOUT, OTHER, FOLDER };

struct entry {
	enum what what;
	struct stat st;
	int opaque;
	char *redirect;
};

/* Memory that ends where it is full; the kernel gives what is touched. */
struct area {
	char *start, *top, *end;
};

static const char *dir, *prefix;
static int root[MOST_LAYERS + 1], layers, may_read;
static char **tops;			/* the roots of the lower layers */
static struct area scratch, record;	/* record: all that will be printed */

static void
reserve(struct area *a)
{
	size_t size = (size_t)1 << 36;
	void *p;

	do
		p = mmap(NULL, size /= 2, PROT_READ | PROT_WRITE, MAP_PRIVATE |
		    MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	while (p == MAP_FAILED && size > 1 << 20);
	if (p == MAP_FAILED)
		die("reserve memory");
	a->start = a->top = p;
	a->end = a->start + size;
}

static void
guard_room(const struct area *a, size_t n)
{
	if (n + 16 < (size_t)(a->end - a->top))
		return;
	errno = ENOMEM;
	die("remember so many names");
}

/* Kept until the caller sets scratch.top back. */
static void *
keep(size_t n)
{
	scratch.top += -(size_t)scratch.top & 15;
	guard_room(&scratch, n);
	scratch.top += n;
	return scratch.top - n;
}

/* For each lower layer the path of a folder below its root, or NULL. */
static char **
keep_places(void)
{
	size_t n = (layers + 1) * sizeof(char *);

	return memset(keep(n), 0, n);
}

static char *
join(const char *a, const char *b)
{
	char *s = keep(strlen(a) + strlen(b) + 2);

	stpcpy(stpcpy(stpcpy(s, a), "/"), b);
	return s;
}

static void
refuse(const char *what, const char *path)
{
	tell("%-s %s", what, path);
	if (errno == EACCES) {
		because("DIF-04", "uid %u may not read it", geteuid());
		try_again(in_first("user") ? "sudo " :
		    "unshare-lite -Ur --map-auto ");
	}
	if (errno == ENOENT)
		because("DIF-05", "%s does not exist", path);
	unexplained(5);
	fail();
}

/* Whether the last call said that there is no such name, or no such folder. */
static int
is_missing(void)
{
	return errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
}

/*
 * The folder of a layer becomes the current one; -1 if it is none, or lies
 * behind a symbolic link.  A path may be longer than the kernel takes at once.
 */
static int
enter(int layer, const char *path)
{
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
	    .resolve = RESOLVE_NO_SYMLINKS };
	char part[PATH_MAX];
	size_t n;
	int fd;

	if (fchdir(root[layer]) < 0)
		refuse("enter the layer of", *path ? path : "/");
	for (; *(path += strspn(path, "/")); path += n) {
		n = strnlen(path, sizeof part - 1);
		while (path[n] && path[n] != '/')
			n--;
		memcpy(part, path, n);
		part[n] = '\0';
		if ((fd = syscall(SYS_openat2, AT_FDCWD, part, &how,
		    sizeof how)) < 0 && is_missing())
			return -1;
		if (fd < 0 || fchdir(fd) < 0)
			refuse("enter", path);
		close(fd);
	}
	return 0;
}

/* The value of an attribute of overlay's, or NULL. */
static char *
attribute(const char *name, const char *key)
{
	static char value[PATH_MAX];
	char full[64];
	ssize_t n;

	if (!may_read) {
		say("look at %s: whether it replaces a folder of a lower layer "
		    "cannot be told", name);
		because("DIF-03", "that is in %-s%-s, which only root in the "
		    "first user namespace may read", prefix, key);
		try_again("sudo ");
		fail();
	}
	stpcpy(stpcpy(full, prefix), key);
	n = lgetxattr(name, full, value, sizeof value - 1);
	if (n < 0 && errno != ENODATA && errno != EOPNOTSUPP)
		refuse("read the attributes of", name);
	if (n < 0)
		return NULL;
	value[n] = '\0';
	return value;
}

static void
look(int layer, char *path, struct entry *e)
{
	char *name = strrchr(path, '/'), *value;
	int entered;

	memset(e, 0, sizeof *e);
	*name = '\0';
	entered = enter(layer, path) == 0;
	*name++ = '/';
	if (!entered)
		return;
	if (fstatat(AT_FDCWD, name, &e->st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (!is_missing())
			refuse("look at", path);
		return;
	}
	e->what = S_ISDIR(e->st.st_mode) ? FOLDER : OTHER;
	if ((S_ISCHR(e->st.st_mode) && e->st.st_rdev == 0) ||
	    (S_ISREG(e->st.st_mode) && e->st.st_size == 0 && may_read &&
	    attribute(name, "whiteout")))
		e->what = WHITEOUT;
	if (e->what != FOLDER || layer == layers)
		return;
	e->opaque = (value = attribute(name, "opaque")) && *value == 'y';
	if ((value = attribute(name, "redirect")))
		e->redirect = strcpy(keep(strlen(value) + 1), value);
}

/*
 * Looks name up in the folders of in that lie below a layer, as overlay does:
 * what shows is *e, and, if it is a folder, the folders that it is made of.
 */
static void
find(char *const in[], const char *name, int above, struct entry *e,
    char *out[])
{
	struct entry x;
	char *path;
	int i;

	if (*name == '/') {		/* a redirect */
		in = tops;
		name++;
	}
	for (i = above + 1; i <= layers; i++) {
		if (!in[i])
			continue;
		path = join(in[i], name);
		look(i, path, &x);
		if (e->what == NOTHING && x.what != WHITEOUT)
			*e = x;
		if (x.what == FOLDER)
			out[i] = path;
		if (x.what == WHITEOUT || x.what == OTHER || x.opaque)
			return;
		if (x.redirect) {
			find(in, x.redirect, i, e, out);
			return;
		}
	}
}

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
	if (errno)
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

static void	walk(const char *path, int upper, char *const from[],
		    char *const base[]);

/*
 * One name in a folder, as it shows now, which is upper (if that has the
 * folder) over from; and before, which is base.  The two differ below a
 * folder that is opaque or was renamed.
 */
static void
visit(const char *folder, const char *name, int upper, char *const from[],
    char *const base[])
{
	struct entry now = { 0 }, below = { 0 }, before = { 0 };
	char *mark = scratch.top, *path = join(folder, name);
	char **under = keep_places(), **place = keep_places();

	find(base, name, UPPER, &before, place);
	if (upper)
		look(UPPER, path, &now);
	upper = now.what == FOLDER;
	if (now.what == NOTHING || (upper && !now.opaque))
		find(from, now.redirect ? now.redirect : name, UPPER, &below,
		    under);
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

static void
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

static void
open_layers(void)
{
	static char *lower[MOST_LAYERS];
	int i, at, flags = O_PATH | O_DIRECTORY | O_CLOEXEC;

	if ((at = open(dir, flags)) < 0)
		refuse("open", dir);
	if ((root[UPPER] = openat(at, "upper", flags)) < 0) {
		tell("open %s/upper", dir);
		if (errno == ENOENT)
			because("DIF-01", "no overlay that can be changed was "
			    "made there; one with -T shows only in its own "
			    "mount namespace");
		fail();
	}
	if ((layers = layers_read(at, &prefix, lower)) == 0) {
		say("%s: what its upper folder was made over is not known",
		    dir);
		because("DIF-02", "it has no file layers, as mkoverlay leaves "
		    "it");
		fail();
	}
	tops = keep_places();
	for (i = 1; i <= layers; i++) {
		if ((root[i] = open(lower[i - 1], flags)) < 0)
			refuse("open the lower folder", lower[i - 1]);
		tops[i] = "";
	}
	may_read = *prefix == *USERS ||
	    (has_cap(CAP_SYS_ADMIN) && in_first("user"));
}

int
main(int argc, char **argv)
{
	int c;

	start("ovldiff", text, argv);
	while ((c = getopt_long(argc, argv, "+:hvV", longs, NULL)) != -1)
		common_option(c, argv);
	if (!argv[optind])
		misuse("DIR is missing");
	if (argv[optind + 1])
		misuse("one DIR at a time");
	dir = argv[optind];
	reserve(&scratch);
	reserve(&record);
	open_layers();
	walk("", 1, tops, tops);
	hand_on(record.start);
	return 0;
}
