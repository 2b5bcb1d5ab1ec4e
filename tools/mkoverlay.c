/*
 * mkoverlay - mount folders over one another, and make what that takes
 *
 *	mkoverlay -l LOWER [-l LOWER]... [-fr] [-T[SIZE]] [-o OPT,...] DIR
 *	          [PROG [ARG]...]
 *	mkoverlay -d DIR
 *
 * Wraps fsopen(2), fsconfig(2), fsmount(2) and move_mount(2).  Needs
 * CAP_SYS_ADMIN over the mount namespace:
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
#include "names.h"
#include "say.h"
#include "start.h"
#include "why/mkoverlay.h"

static const char text[] =
"usage: mkoverlay -l LOWER [-l LOWER]... [-fr] [-T[SIZE]] [-o OPT,...] DIR\n"
"                 [PROG [ARG]...]\n"
"       mkoverlay -d DIR\n"
"\n"
"Mount the folders LOWER, the first one topmost, and over them DIR/upper,\n"
"which takes all changes, at DIR/merged.  Print that path, or run PROG.\n"
"\n"
"  -l, --lower=LOWER    a folder that is seen, and never changed; up to 500\n"
"  -r, --read-only      no upper: nothing can be changed\n"
"  -T, --tmpfs[=SIZE]   upper is in memory, and ends with the mount\n"
"  -o, --options=OPT    ro, nosuid, nodev, noexec, and those of the kernel\n"
"  -f, --force          -T even on the mounts of the machine itself\n"
"  -d, --delete         unmount, remove merged and work; upper stays\n"
"  -v, --verbose        show each system call that changes something\n"
"  -h, --help  -V, --version\n"
"\n"
"Examples:\n"
"  unshare-lite -Urm mkoverlay -l rootfs demo ls demo/merged\n"
"  mkoverlay -l fixes -l rootfs demo; ls demo/merged; mkoverlay -d demo\n";

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

static char *lower[MOST_LAYERS];	/* of -l */
static int layer[MOST_LAYERS], lowers;
static char *options = "";		/* of -o, each with its '\0' */
static const char *dir, *size, *prefix = TRUSTED;
static int read_only, on_tmpfs, force, attributes;

static int at = -1, fs = -1;		/* DIR, and the new file system */
static int made_dir, made_tmpfs, made_upper, made_layers, made_work,
    made_merged, mounted;

static void
refuse(const char *what, const char *path)
{
	tell("%-s %s", what, path);
	why_mkoverlay(errno, path, dir, lower, lowers, fs);
	fail();
}

/* The same, for what is in DIR. */
static void
refuse_in(const char *what, const char *name)
{
	static char path[2 * PATH_MAX];

	strcpy(stpcpy(stpcpy(path, dir), "/"), name);
	refuse(what, path);
}

/* path, as it reads from everywhere, and room for "/merged" behind it. */
static char *
absolute(const char *path)
{
	static char *here;
	char *p, *start;

	if (strlen(path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		refuse("open", path);
	}
	if (*path != '/' && !here) {
		here = room(PATH_MAX);
		if (!getcwd(here, PATH_MAX))
			refuse("name the current folder", ".");
		here += !here[1];	/* "/" becomes "" */
		trim(here + strlen(here) + 1);
	}
	p = start = room(PATH_MAX + strlen(path) + 16);
	if (*path != '/')
		p = stpcpy(stpcpy(p, here), "/");
	while (path[0] == '.' && (path[1] == '/' || !path[1]))
		path += 1 + (path[1] == '/');
	p = stpcpy(p, path);
	while (p > start + 1 && p[-1] == '/')
		*--p = '\0';
	trim(p + 16);
	return start;
}

static void
take_lower(char *path)
{
	if (lowers == MOST_LAYERS) {
		say("more than %d lower folders", MOST_LAYERS);
		because("OVL-15", "the kernel has room for no more");
		fail();
	}
	lower[lowers++] = path;
}

/* The kernel's own options go to the kernel, those of a mount to the mount. */
static void
take_options(const char *list)
{
	static const char *const flags[] = { "ro", "nosuid", "nodev",
	    "noexec" };
	static char all[PATH_MAX], *word = all;
	size_t n, key;
	int i;

	if (all + sizeof all - word <= (long)strlen(list) + 1)
		misuse("-o: too many options");
	options = all;
	for (; *list; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		*(char *)mempcpy(word, list, n) = '\0';
		for (i = 0; i < 4 && strcmp(word, flags[i]) != 0; i++)
			;
		key = strcspn(word, "=+");
		if (i < 4)
			attributes |= 1 << i;
		else if (strcmp(word, "userxattr") == 0)
			prefix = USERS;
		else if (key >= 7 && strncmp(word + key - 3, "dir", 3) == 0 &&
		    strchr("lduw", *word))
			misuse("-o %s: the folders are those of -l and DIR",
			    word);
		else if (*word)
			word += n + 1;
	}
	*word = '\0';
}

static void
take_size(const char *s)
{
	on_tmpfs = 1;
	if (!(size = s))
		return;
	s += strspn(s, "0123456789");
	if (s == size || strlen(size) > 20 ||
	    (*s && (!strchr("kmgKMG%", *s) || s[1])))
		misuse("-T%s: no size; it is a number, and k, m, g or %%",
		    size);
}

static int
config(int what, const char *key, const char *value)
{
	return did(syscall(431 /* SYS_fsconfig */, fs, what, key, value, 0),
	    "fsconfig(%d, FSCONFIG_%-s, %s, %s, 0)", fs, what == CREATE ?
	    "CMD_CREATE" : what == SET_FLAG ? "SET_FLAG" : "SET_STRING",
	    key, value);
}

/* A folder by descriptor: its name may be long, or hold what no option can. */
static int
give(const char *key, int fd, const char *path)
{
	return did(syscall(431, fs, SET_FD, key, NULL, fd),
	    "fsconfig(%d, FSCONFIG_SET_FD, %s, NULL, %d<%s>)", fs, key, fd,
	    path);
}

/*
 * With index=on the kernel refuses an upper that another overlay uses.  In a
 * user namespace it then finds that it may not keep an index after all, and
 * the probe, whose refusal it writes to the console, is spared.
 */
static int
asks_for_index(void)
{
	char *word;

	for (word = options; *word; word += strlen(word) + 1)
		if (strncmp(word, "index=", 6) == 0)
			return 0;
	return !read_only && *prefix == *USERS;
}

static void
give_options(void)
{
	char *word, *value;
	int err;

	for (word = options; *word; word += strlen(word) + 1) {
		if ((value = strchr(word, '=')))
			*value = '\0';
		err = config(value ? SET_STRING : SET_FLAG, word,
		    value ? value + 1 : NULL);
		if (value)
			*value = '=';
		if (err < 0)
			refuse("fsconfig", word);
	}
	if (*prefix == *USERS && config(SET_FLAG, "userxattr", NULL) < 0)
		refuse("fsconfig", "userxattr");
	if (asks_for_index() && config(SET_STRING, "index", "on") < 0)
		refuse("fsconfig", "index");
	if (config(SET_STRING, "source", "overlay") < 0)
		refuse("fsconfig", "source");
}

/*
 * As much as leaves no trace, so that a wrong name is found before the first
 * effect.  Overlay takes descriptors since Linux 6.13; until then mount(2)
 * will do.
 */
static void
begin(void)
{
	int i;

	for (i = 0; i < lowers; i++) {
		layer[i] = openat(AT_FDCWD, lower[i], O_PATH | O_DIRECTORY |
		    O_CLOEXEC);
		if (layer[i] < 0)
			refuse("open", lower[i]);
		lower[i] = absolute(lower[i]);
	}
	if ((fs = syscall(430 /* SYS_fsopen */, "overlay", 1)) < 0) {
		if (errno != ENOSYS)
			refuse("fsopen", "overlay");
		return;
	}
	note("fsopen(\"overlay\", FSOPEN_CLOEXEC) = %d", fs);
	for (i = 0; i < lowers; i++)
		if (give("lowerdir+", layer[i], lower[i]) < 0) {
			if (errno != EINVAL || !is_before(6, 13))
				refuse("fsconfig lowerdir+", lower[i]);
			close(fs);
			fs = -1;
			return;
		}
	give_options();
}

static void
take_out(int made, const char *name, int how)
{
	if (made)
		did(unlinkat(at, name, how), "unlinkat(%d, %s, %-s)", at, name,
		    how ? "AT_REMOVEDIR" : "0");
}

static void
take_back(void)
{
	int here = open(".", O_PATH | O_CLOEXEC);

	if (mounted && fchdir(at) == 0) {
		did(umount2("merged", MNT_DETACH),
		    "umount2(\"merged\", MNT_DETACH)");
		fchdir(here);
	}
	take_out(made_merged, "merged", AT_REMOVEDIR);
	if (made_work)
		unlinkat(at, "work/work", AT_REMOVEDIR);
	take_out(made_work, "work", AT_REMOVEDIR);
	take_out(made_layers, "layers", 0);
	take_out(made_upper, "upper", AT_REMOVEDIR);
	if (made_tmpfs)
		did(umount2(dir, MNT_DETACH), "umount2(%s, MNT_DETACH)", dir);
	if (made_dir)
		did(rmdir(dir), "rmdir(%s)", dir);
}

/* Where the caller was, and which relative names count from. */
static void
go_back(int here)
{
	if (fchdir(here) < 0)
		die("return to where we were called");
	close(here);
}

static void
open_dir(void)
{
	at = openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (at < 0)
		refuse("open", dir);
}

/* DIR, where nothing is mounted yet. */
static void
make_dir(void)
{
	if (mkdir(dir, 0777) == 0) {
		did(0, "mkdir(%s, 0777)", dir);
		made_dir = 1;
	} else if (errno != EEXIST)
		refuse("mkdir", dir);
	undo = take_back;
	open_dir();
	if (!made_dir && is_mount_point(at, "merged")) {
		errno = EBUSY;
		refuse_in("mount on", "merged");
	}
}

static void
mount_tmpfs(void)
{
	char list[64] = "mode=0755";

	if (size)
		stpcpy(stpcpy(list + strlen(list), ",size="), size);
	if (did(mount("mkoverlay", dir, "tmpfs", MS_NOSUID | MS_NODEV, list),
	    "mount(\"mkoverlay\", %s, \"tmpfs\", MS_NOSUID|MS_NODEV, %s)",
	    dir, list) < 0)
		refuse("mount a tmpfs on", dir);
	made_tmpfs = 1;
	close(at);
	open_dir();
}

/* 1: made, 0: it was there. */
static int
make(const char *name)
{
	if (mkdirat(at, name, 0755) == 0)
		return did(0, "mkdirat(%d, %s, 0755)", at, name) == 0;
	if (errno != EEXIST)
		refuse_in("mkdir", name);
	return 0;
}

static int
open_folder(const char *name)
{
	int fd = openat(at, name, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		refuse_in("open", name);
	return fd;
}

static int
is_empty(const char *name)
{
	static struct names in;

	return names_open(&in, at, name) >= 0 && !name_next(&in) && !errno;
}

/* DIR/layers.  An upper with changes in it fits only what they were made to. */
static void
remember(void)
{
	static char *old[MOST_LAYERS];
	const char *before, *record;
	int fd, n, i = 0;

	if (!made_upper && (n = layers_read(at, &before, old)) > 0) {
		while (i < lowers && i < n && (strcmp(lower[i], old[i]) == 0 ||
		    same_folder(lower[i], old[i])))
			i++;
		if (i == lowers && i == n && strcmp(prefix, before) == 0)
			return;
		if (!is_empty("upper")) {
			why_not_resumed(dir, prefix, before, i < n ? NULL :
			    lower[i], i, old, n);
			fail();
		}
	}
	made_layers = made_upper || faccessat(at, "layers", F_OK, 0) < 0;
	record = layers_text(prefix, lower, lowers);
	fd = openat(at, "layers", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0644);
	if (did(fd < 0 ? -1 : write(fd, record, strlen(record)),
	    "write(%d, %s, ...)", fd, record) != (long)strlen(record))
		refuse_in("write", "layers");
}

/*
 * Overlay mounts and fails later where it cannot store its attributes, and
 * mounts without a word what another overlay uses.
 */
static void
guard_upper(void)
{
	int here, busy = 0;
	char value;

	if (fgetxattr(at, *prefix == *USERS ? USERS "opaque" : TRUSTED "opaque",
	    &value, 1) < 0 && errno == EOPNOTSUPP)
		refuse_in("store attributes in", "upper");
	if (made_upper || made_work || (fs >= 0 && asks_for_index()))
		return;
	here = open(".", O_PATH | O_CLOEXEC);
	if (fchdir(at) == 0)
		busy = upper_in_use();
	go_back(here);
	errno = EBUSY;
	if (busy)
		refuse_in("use", "upper");
}

/* Overlay comes up read-only where it cannot make a folder in work. */
static void
check_writable(int tree)
{
	struct statvfs st;

	if (read_only || attributes & ST_RDONLY || fstatvfs(tree, &st) < 0 ||
	    !(st.f_flag & ST_RDONLY))
		return;
	errno = EROFS;
	refuse("mount for writing the overlay of", dir);
}

/* A folder as mount(2) knows it; or our number for it in /proc/self/fd. */
static void
put_name(struct out *o, const char *key, const char *name, const char *rest,
    int fd)
{
	put_text(o, key);
	if (fd >= 0) {
		put_number(o, fd, 10);
		return;
	}
	for (; *name && o->at + 1 < o->end; *o->at++ = *name++)
		if (strchr("\\:,", *name))
			*o->at++ = '\\';
	put_text(o, rest);
}

/* 0: it is longer than the 4,095 bytes that mount(2) takes. */
static int
put_names(char *list, const char *root, int upper, int work, int numbers)
{
	struct out o = { list, list + 4095 };
	const char *word;
	int i;

	for (i = 0; i < lowers; i++)
		put_name(&o, i ? ":" : "lowerdir=", lower[i], "",
		    numbers ? layer[i] : -1);
	if (!read_only) {
		put_name(&o, ",upperdir=", root, "/upper",
		    numbers ? upper : -1);
		put_name(&o, ",workdir=", root, "/work", numbers ? work : -1);
	}
	if (*prefix == *USERS)
		put_text(&o, ",userxattr");
	for (word = options; *word; word += strlen(word) + 1) {
		put_text(&o, ",");
		put_text(&o, word);
	}
	*o.at = '\0';
	return o.at < o.end;
}

/*
 * Before Linux 6.13, from /proc/self/fd: there our descriptors are names, for
 * a folder whose own name is too long.
 */
static void
mount_by_names(const char *root, int upper, int work)
{
	static char list[4096];
	char target[16];
	struct out o = { target, target + sizeof target - 1 };
	int here = open(".", O_PATH | O_CLOEXEC), err;

	put_number(&o, open_folder("merged"), 10);
	*o.at = '\0';
	if ((!put_names(list, root, upper, work, 0) &&
	    !put_names(list, root, upper, work, 1)) ||
	    chdir("/proc/self/fd") < 0)
		refuse("list the layers of", dir);
	mounted = did(mount("overlay", target, "overlay", attributes, list),
	    "mount(\"overlay\", %s, \"overlay\", %d, %s)", target, attributes,
	    list) == 0;
	err = errno;
	go_back(here);
	errno = err;
	if (!mounted)
		refuse_in("mount overlay on", "merged");
	check_writable(open_folder("merged"));
}

static void
make_mount(int upper, int work)
{
	int tree;

	if (!read_only && (give("upperdir", upper, "upper") < 0 ||
	    give("workdir", work, "work") < 0))
		refuse_in("fsconfig upperdir", "upper");
	if (config(CREATE, NULL, NULL) < 0)
		refuse("create the overlay of", dir);
	tree = did(syscall(432 /* SYS_fsmount */, fs, 1, attributes),
	    "fsmount(%d, FSMOUNT_CLOEXEC, %d)", fs, attributes);
	if (tree < 0)
		refuse("fsmount the overlay of", dir);
	check_writable(tree);
	if (did(syscall(429 /* SYS_move_mount */, tree, "", at, "merged",
	    4), "move_mount(%d, \"\", %d, \"merged\", MOVE_MOUNT_F_EMPTY_PATH)",
	    tree, at) < 0)
		refuse_in("mount on", "merged");
	mounted = 1;
}

/* With no upper the kernel wants two layers: merged itself is an empty one. */
static void
add_empty(const char *root)
{
	if (!made_merged && !is_empty("merged")) {
		errno = ENOTEMPTY;
		refuse_in("use as an empty layer", "merged");
	}
	layer[lowers] = open_folder("merged");
	lower[lowers] = absolute(root);
	strcat(lower[lowers], "/merged");
	if (fs >= 0 && give("lowerdir+", layer[lowers], lower[lowers]) < 0)
		refuse_in("fsconfig lowerdir+", "merged");
	lowers++;
}

/* The kernel takes it without a word, and merged then shows itself. */
static void
warn_inside(const char *root)
{
	size_t n;
	int i;

	for (i = 0; i < lowers && !on_tmpfs; i++) {
		n = strlen(lower[i]);
		n -= n == 1;
		if (strncmp(root, lower[i], n) == 0 &&
		    (root[n] == '/' || !root[n]))
			say("warning: %s lies in the lower folder %s, which "
			    "should not change", dir, lower[i]);
	}
}

static void
mount_all(const char *root)
{
	int upper = -1, work = -1;
	mode_t mask;

	make_dir();
	if (verbose)
		note_surprises(root, lower, lowers);
	if (on_tmpfs)
		mount_tmpfs();
	mask = umask(022);	/* whatever it is, all may pass the root */
	if (!read_only) {
		made_upper = make("upper");
		upper = open_folder("upper");
		remember();
		made_work = make("work");
		work = open_folder("work");
	}
	made_merged = make("merged");
	umask(mask);
	if (!read_only)
		guard_upper();
	else if (lowers == 1)
		add_empty(root);
	if (!made_merged)
		close(open_folder("merged"));	/* which it may not be */
	if (fs < 0)
		mount_by_names(root, upper, work);
	else
		make_mount(upper, work);
}

/* What overlay made in work has mode 0. */
static void
remove_tree(int parent, const char *name)
{
	const char *below;
	struct names in;

	if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return;
	if (names_open(&in, parent, name) < 0 && (errno != EACCES ||
	    syscall(SYS_fchmodat, parent, name, 0700) < 0 ||
	    names_open(&in, parent, name) < 0))
		return;
	while ((below = name_next(&in)))
		if (unlinkat(in.fd, below, 0) < 0)
			remove_tree(in.fd, below);
	unlinkat(parent, name, AT_REMOVEDIR);
}

static int
remove_folder(const char *name)
{
	if (did(rmdir(name), "rmdir(%s)", name) == 0)
		return 1;
	if (errno == ENOENT)
		return 0;
	tell("remove %s/%-s", dir, name);
	why_kept(errno, name);
	fail();
}

static int
unmount(const char *path, const char *type)
{
	static struct mount m;

	if (mount_at(path, &m) && strcmp(m.type, type) != 0)
		errno = EBUSY;
	else if (did(umount2(path, UMOUNT_NOFOLLOW),
	    "umount2(%s, UMOUNT_NOFOLLOW)", path) == 0)
		return 1;
	tell("unmount %s of %s", path, dir);
	why_not_unmounted(errno, path, type);
	fail();
}

/* upper and layers are data; all else goes, even halves of it. */
static void
delete_all(void)
{
	static struct mount m;
	int found = 0, here = open(".", O_PATH | O_CLOEXEC);

	if (here < 0)
		refuse("open", ".");
	hold_signals();
	if (chdir(dir) < 0)
		refuse("chdir", dir);
	while (is_mount_point(AT_FDCWD, "merged"))
		found = unmount("merged", "overlay");
	if (upper_in_use() || mounted_elsewhere()) {
		errno = EBUSY;
		if (fchdir(here) == 0)
			refuse_in("remove", "work");
	}
	remove_tree(AT_FDCWD, "work/index");
	remove_tree(AT_FDCWD, "work/work");
	found += remove_folder("work");
	found += remove_folder("merged");
	if (access("upper", F_OK) < 0 && errno == ENOENT)
		did(unlink("layers"), "unlink(\"layers\")");
	go_back(here);
	while (mount_at(dir, &m) && is_mount_point(AT_FDCWD, dir) &&
	    strcmp(m.source, "mkoverlay") == 0)
		found = unmount(dir, "tmpfs");
	did(rmdir(dir), "rmdir(%s)", dir);
	if (!found) {
		say("%s: there is nothing to delete", dir);
		fail();
	}
	let_signals();
	_exit(0);
}

/* What is printed is one line, and a path that can be used. */
static void
guard_handle(const char *root)
{
	if (strchr(root, '\n')) {
		say("%s/merged cannot be printed as one line", root);
		because("OVL-91", "its path holds a newline");
		fail();
	}
	if (strlen(root) + 7 < PATH_MAX)
		return;
	errno = ENAMETOOLONG;
	refuse_in("print", "merged");
}

static void
guard_machine(void)
{
	if (force || !on_machines_mounts())
		return;
	say("these are the mounts of the machine itself; -f, if you mean it");
	try_again("unshare-lite -m ");
	fail();
}

int
main(int argc, char **argv)
{
	const char *prog = NULL;
	char *root;
	int c, delete = 0;

	start("mkoverlay", text, argv);
	while ((c = getopt_long(argc, argv, "+:dfhl:o:rT::vV", longs,
	    NULL)) != -1)
		switch (c) {
		case 'd': delete = 1; break;
		case 'f': force = 1; break;
		case 'l': take_lower(optarg); break;
		case 'o': take_options(optarg); break;
		case 'r': read_only = 1; break;
		case 'T': take_size(optarg); break;
		default: common_option(c, argv);
		}
	argv += optind;
	if (!*argv)
		misuse("DIR is missing");
	dir = *argv++;
	if (delete) {
		if (lowers || read_only || on_tmpfs || *argv)
			misuse("-d takes DIR and nothing else");
		delete_all();
	}
	if (!lowers)
		misuse("LOWER is missing");
	if (read_only && on_tmpfs)
		misuse("-r has no upper that -T could put on a tmpfs");

	root = absolute(dir);
	if (*argv)
		prog = look_up(AT_FDCWD, *argv);
	else
		guard_handle(root);
	if (!in_first("user"))
		prefix = USERS;
	begin();
	warn_inside(root);
	if (on_tmpfs)
		guard_machine();
	hold_signals();
	mount_all(root);
	if (prog)
		chain(prog, argv);
	hand_on(strcat(root, "/merged\n"));
	let_signals();
	return 0;
}
