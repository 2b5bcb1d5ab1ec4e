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
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <linux/capability.h>

#include "facts.h"
#include "layers.h"
#include "ovldiff/entry.h"
#include "ovldiff/memory.h"
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

static const char longs[] = COMMON_OPTIONS;

const char *dir, *prefix;
int root[MOST_LAYERS + 1], layers, may_read;
char **tops;

/* Root of another user namespace is no help, nor is his sudo(8). */
void
try_as_root(void)
{
	if (in_first("user"))
		try_again("sudo ");
}

void
refuse(const char *what, const char *path)
{
	tell("%-s %s", what, path);
	if (errno == EACCES) {
		because("DIF-04", "uid %u may not read it", geteuid());
		try_as_root();
	}
	if (errno == ENOENT)
		because("DIF-05", "%s does not exist", path);
	if (errno == ENOTDIR)
		because("DIF-06", "%s is no folder", path);
	unexplained(7);
	fail();
}

/* Whether what was given as DIR is that folder of the one above. */
static int
is_part(int at, const char *name)
{
	struct stat given, part;

	return faccessat(at, "../layers", F_OK, 0) == 0 &&
	    fstat(at, &given) == 0 && fstatat(at, name, &part, 0) == 0 &&
	    given.st_ino == part.st_ino && given.st_dev == part.st_dev;
}

static void
open_layers(void)
{
	static char *lower[MOST_LAYERS];
	int i, at, flags = O_PATH | O_DIRECTORY | O_CLOEXEC;

	if ((at = open(dir, flags)) < 0)
		refuse("open", dir);
	root[UPPER] = openat(at, "upper", flags);
	if (root[UPPER] < 0 && errno != ENOENT)
		refuse("open", join(dir, "upper"));
	if (root[UPPER] < 0) {
		tell("open upper in %s", dir);
		if (is_part(at, "../merged") || is_part(at, "../upper")) {
			because("DIF-07", "it is a folder that mkoverlay made "
			    "in DIR, not DIR");
			try("ovldiff %-s%s/..", *dir == '-' ? "-- " : "", dir);
		} else
			because("DIF-01", "no overlay that can be changed was "
			    "made there; one with -T shows only in its own "
			    "mount namespace");
		fail();
	}
	if (openat(at, "layers", O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC) < 0 && errno != ENOENT && errno != ELOOP)
		refuse("open", join(dir, "layers"));
	if ((layers = layers_read(at, &prefix, lower)) == 0) {
		say("%s: what its upper folder was made over is not known",
		    dir);
		because("DIF-02", "it has no file layers, or none that "
		    "mkoverlay wrote whole");
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
	while ((c = option(argc, argv, "hvV", longs)) != -1)
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
