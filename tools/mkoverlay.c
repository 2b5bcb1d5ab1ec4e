/*
 * mkoverlay - union mounts: folders laid over one another
 *
 *	mkoverlay -l LOWER [-l LOWER]... [-fr] [-T[SIZE]] [-o OPT,...] DIR [PROG [ARG]...]
 *	mkoverlay -d DIR
 *
 * Wraps fsopen(2) and its kin, or mount(2).  Needs CAP_SYS_ADMIN over the
 * mount namespace:
 *
 *	unshare-lite -Urm mkoverlay -l rootfs demo ls demo/merged
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "facts.h"
#include "format.h"
#include "layers.h"
#include "mounts.h"
#include "say.h"
#include "start.h"
#include "why/mkoverlay.h"

static const char text[] =
"usage: mkoverlay -l LOWER [-l LOWER]... [-fr] [-T[SIZE]] [-o OPT,...] DIR [PROG [ARG]...]\n"
"       mkoverlay -d DIR\n"
"\n"
"Mount the folders LOWER, the first one topmost, and DIR/upper, which takes the\n"
"changes, at DIR/merged.  Print that path, or run PROG.\n"
"\n"
"  -l, --lower=LOWER    a folder to be seen and never changed; up to 500\n"
"  -r, --read-only      no upper folder: nothing can be changed\n"
"  -T, --tmpfs[=SIZE]   changes go to memory, and end with the mount\n"
"  -o, --options=OPT    more of the kernel's options; nosuid, nodev, noexec, ro\n"
"  -f, --force          -T even on the mounts of the machine itself\n"
"  -d, --delete         unmount, remove merged and work; upper stays\n"
"  -v, --verbose        show each system call that changes something\n"
"  -h, --help  -V, --version\n"
"\n"
"Examples:\n"
"  unshare-lite -Urm mkoverlay -l rootfs demo ls demo/merged\n"
"  root=$(mkoverlay -l fixes -l rootfs demo) && ls $root; mkoverlay -d demo\n";

static const struct option longs[] = {
	{ "delete", no_argument, NULL, 'd' },
	{ "force", no_argument, NULL, 'f' },
	{ "lower", required_argument, NULL, 'l' },
	{ "options", required_argument, NULL, 'o' },
	{ "read-only", no_argument, NULL, 'r' },
	{ "tmpfs", optional_argument, NULL, 'T' },
	COMMON_OPTIONS
};

/* The commands of fsconfig(2). */
enum { SET_FLAG, SET_STRING, SET_FD = 5, CREATE };

static const char *dir;
static char *lower[MOST_LAYERS];	/* as the user names them */
static char *whole[MOST_LAYERS];	/* as they read from everywhere */
static int layer[MOST_LAYERS], lowers;	/* open */
static char *words[64];			/* of -o, for the kernel */
static int nwords, attributes;
static int user, read_only, on_tmpfs;
static const char *size;

static int at = -1, fs = -1, tree = -1;	/* DIR, the new file system, its mount */
static int made_dir, made_tmpfs, made_upper, made_layers, made_work,
    made_merged, mounted;

static void
refuse(const char *what, const char *path)
{
	tell("%-s %s", what, path);
	why_mkoverlay(errno, dir, lower, lowers, fs);
	fail();
}

/* "/proc/self/fd/N" */
static const char *
fd_path(int fd)
{
	static char path[2][32];
	static int turn;
	struct out o = { path[turn ^= 1], path[turn] + 31 };

	put_text(&o, "/proc/self/fd/");
	put_number(&o, fd, 10);
	*o.at = '\0';
	return path[turn];
}

/* path, as it reads from everywhere. */
static char *
absolute(const char *path)
{
	static char names[MOST_LAYERS + 1][2 * PATH_MAX], cwd[PATH_MAX];
	static int n;
	char *p = names[n++], *start = p;

	if (strlen(path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		refuse("open", path);
	}
	if (*path != '/') {
		if (!*cwd && !getcwd(cwd, sizeof cwd))
			die("name the current folder");
		p = stpcpy(p, cwd);
		while (path[0] == '.' && (path[1] == '/' || !path[1]))
			path += 1 + (path[1] == '/');
		if (*path && p[-1] != '/')
			*p++ = '/';
	}
	p = stpcpy(p, path);
	while (p > start + 1 && p[-1] == '/')
		*--p = '\0';
	return start;
}

static int
config(int command, const char *key, const char *value)
{
	static const char *const names[] = { "FLAG", "STRING" };

	return did(syscall(431 /* SYS_fsconfig */, fs, command, key, value, 0),
	    "fsconfig(%d, FSCONFIG_SET_%-s, %s, %s, 0)", fs, names[command],
	    key, value);
}

/* A folder by descriptor: a name may be long, or hold what an option cannot. */
static int
give(const char *key, int fd, const char *path)
{
	return did(syscall(431, fs, SET_FD, key, NULL, fd),
	    "fsconfig(%d, FSCONFIG_SET_FD, %s, NULL, %d<%s>)", fs, key, fd,
	    path);
}

/* The kernel's own options go to the kernel, those of mounts to the mount. */
static void
take_options(char *list)
{
	static const char *const flags[] = { "ro", "nosuid", "nodev", "noexec" };
	char *word;
	size_t n;
	int i;

	while ((word = strsep(&list, ","))) {
		for (i = 0; i < 4 && strcmp(word, flags[i]) != 0; i++)
			;
		n = strcspn(word, "=+");
		if (i < 4)
			attributes |= 1 << i;
		else if (strcmp(word, "userxattr") == 0)
			user = 1;
		else if (n >= 7 && strncmp(word + n - 3, "dir", 3) == 0 &&
		    strchr("lduw", *word))
			misuse("-o %s: the folders come from -l and DIR", word);
		else if (nwords == 64)
			misuse("-o: too many options");
		else if (*word)
			words[nwords++] = word;
	}
}


static int
configure(void)
{
	char *value;
	int i, err;

	for (i = 0; i < nwords; i++) {
		if ((value = strchr(words[i], '=')))
			*value = '\0';
		err = config(value ? SET_STRING : SET_FLAG, words[i],
		    value ? value + 1 : NULL);
		if (value)
			*value = '=';
		if (err < 0)
			refuse("fsconfig", words[i]);
	}
	if (user && config(SET_FLAG, "userxattr", NULL) < 0)
		refuse("fsconfig", "userxattr");
	if (config(SET_STRING, "source", "overlay") < 0)
		refuse("fsconfig", "source");
	return 1;
}

/*
 * As much as leaves no trace, so that a wrong name is found before the first
 * effect.  Overlay takes descriptors since Linux 6.13; names may be longer
 * than the 255 bytes of a string, or hold what an option cannot.
 */
static void
begin(void)
{
	int i;

	for (i = 0; i < lowers; i++)
		if ((layer[i] = open(lower[i], O_PATH | O_DIRECTORY |
		    O_CLOEXEC)) < 0)
			refuse("open", lower[i]);
	if ((fs = syscall(430 /* SYS_fsopen */, "overlay", 1)) < 0) {
		if (errno != ENOSYS)
			refuse("fsopen", "overlay");
		return;
	}
	note("fsopen(\"overlay\", FSOPEN_CLOEXEC) = %d", fs);
	for (i = 0; i < lowers; i++)
		if (give("lowerdir+", layer[i], whole[i]) < 0) {
			if (errno != EINVAL || !is_before(6, 13))
				refuse("fsconfig lowerdir+", lower[i]);
			close(fs);
			fs = -1;
			return;
		}
	configure();
}

static void
take_back(void)
{
	int here = open(".", O_PATH | O_CLOEXEC);

	if (fchdir(at) == 0) {
		if (mounted)
			did(umount2("merged", UMOUNT_NOFOLLOW),
			    "umount2(\"merged\", UMOUNT_NOFOLLOW)");
		if (made_merged)
			did(rmdir("merged"), "rmdir(\"merged\")");
		if (made_work) {
			rmdir("work/work");
			did(rmdir("work"), "rmdir(\"work\")");
		}
		if (made_layers)
			did(unlink("layers"), "unlink(\"layers\")");
		if (made_upper)
			did(rmdir("upper"), "rmdir(\"upper\")");
	}
	if (here < 0 || fchdir(here) < 0)
		return;
	close(at);
	if (made_tmpfs)
		did(umount2(dir, UMOUNT_NOFOLLOW),
		    "umount2(%s, UMOUNT_NOFOLLOW)", dir);
	if (made_dir)
		did(rmdir(dir), "rmdir(%s)", dir);
}

static void
open_dir(void)
{
	at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (at < 0)
		refuse("open", dir);
}

static void
mount_tmpfs(void)
{
	char options[64], *p = stpcpy(options, "mode=0755");

	if (size)
		stpcpy(stpcpy(p, ",size="), size);
	if (did(mount("mkoverlay", dir, "tmpfs", MS_NOSUID | MS_NODEV,
	    options), "mount(\"mkoverlay\", %s, \"tmpfs\", "
	    "MS_NOSUID|MS_NODEV, %s)", dir, options) < 0)
		refuse("mount a tmpfs on", dir);
	made_tmpfs = 1;
	close(at);
	open_dir();
}

/* DIR, and in it nothing of another overlay that is mounted. */
static void
make_dir(void)
{
	if (mkdir(dir, 0777) == 0) {
		did(0, "mkdir(%s, 0777)", dir);
		made_dir = 1;
		undo = take_back;
	} else if (errno != EEXIST)
		refuse("mkdir", dir);
	open_dir();
	if (!made_dir && is_mount_point(at, "merged")) {
		errno = EBUSY;
		refuse("mount on the merged folder of", dir);
	}
	undo = take_back;
}

/* Open, and made if need be; whatever the umask, all may pass. */
static int
make(const char *name, int *made)
{
	mode_t mask = umask(022);
	int fd;

	*made = mkdirat(at, name, 0755) == 0;
	umask(mask);
	if (*made)
		did(0, "mkdirat(%d, %s, 0755)", at, name);
	else if (errno != EEXIST)
		refuse_in("mkdir", name);
	fd = openat(at, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		refuse_in("open", name);
	return fd;
}

/* What the upper is made over; or was, and then it must be the same. */
static void
remember(void)
{
	const char *prefix = user ? USERS : TRUSTED;
	const char *record = layers_text(prefix, whole, lowers);
	int fd;

	fd = openat(at, "layers", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    0644);
	if (fd < 0 && errno == EEXIST) {
		if (same_layers(at, prefix, whole, lowers))
			return;
		
	}
	made_layers = 1;
	if (fd < 0 || write)
	put(at, "layers", record)
}
