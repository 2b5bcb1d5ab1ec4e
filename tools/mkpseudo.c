/*
 * mkpseudo - mount kernel and device filesystems into a root folder
 *
 *	mkpseudo [-m NAME,...] [--mask] [-f] ROOT|- [PROG [ARG]...]
 *	mkpseudo -d ROOT
 *
 * Wraps mount(2).  Needs CAP_SYS_ADMIN over a mount namespace of its own, and
 * comes before the pivot: with the old /proc out of sight, the kernel allows
 * a user namespace no new one.
 *
 *	unshare-lite -ar mkpseudo rootfs pivot rootfs /bin/sh
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/openat2.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "facts.h"
#include "mounts.h"
#include "put.h"
#include "say.h"
#include "start.h"
#include "why/mkpseudo.h"

static const char text[] =
"usage: mkpseudo [-m NAME,...] [--mask] [-f] ROOT|- [PROG [ARG]...]\n"
"       mkpseudo -d ROOT\n"
"\n"
"Mount kernel and device filesystems into the folder ROOT; then run PROG, or\n"
"print ROOT.  What the namespaces at hand do not allow is bound read-only\n"
"(sys) or left out (cgroup, mqueue), each with a line on stderr.\n"
"\n"
"  -m, --mount=NAME,...  exactly these: proc sys cgroup dev pts mqueue shm,\n"
"                        tmp, run, tools (our own, at ROOT/run/cooperage)\n"
"      --mask            hide and write-protect what the OCI runtimes do\n"
"  -d, --delete          unmount what mkpseudo has mounted, deepest first\n"
"  -f, --force           even on the mounts of the machine itself\n"
"  -v, --verbose         show each system call that changes something\n"
"  -h, --help  -V, --version\n"
"\n"
"Examples:\n"
"  unshare-lite -ar mkpseudo rootfs pivot rootfs sh\n"
"  unshare-lite -Urmp mkpseudo -m proc,dev rootfs pivot rootfs ps\n";

static const struct option longs[] = {
	{ "delete", no_argument, NULL, 'd' },
	{ "force", no_argument, NULL, 'f' },
	{ "mask", no_argument, NULL, 'M' },
	{ "mount", required_argument, NULL, 'm' },
	COMMON_OPTIONS
};

/* The source that mountinfo shows for what we have mounted: -d looks for it. */
#define MARK "mkpseudo"
#define SAFE (MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define TERMINALS "newinstance,ptmxmode=0666,mode=0620"

enum kind {
	PROC, SYS, CGROUP, DEV, NODE, PTS, MQUEUE, MEMORY, TOOLS,
	HIDE, PROTECT		/* --mask: what the OCI runtimes do */
};

/* In the order in which they are mounted: what holds others comes first. */
static const struct place {
	enum kind kind;
	unsigned flags;		/* of a node: its major and minor number */
	const char *name;	/* what brings it, for -m */
	const char *path;	/* below ROOT */
	const char *type;	/* of a node: what is bound */
	const char *data;
} places[] = {
	{ PROC, SAFE, "proc", "proc", "proc" },
	{ SYS, SAFE, "sys", "sys", "sysfs" },
	{ CGROUP, SAFE, "cgroup", "sys/fs/cgroup", "cgroup2" },
	{ DEV, MS_NOSUID | MS_NOEXEC, "dev", "dev", "tmpfs", "mode=755" },
	{ NODE, 0x103, "dev", "dev/null", "/dev/null" },
	{ NODE, 0x105, "dev", "dev/zero", "/dev/zero" },
	{ NODE, 0x107, "dev", "dev/full", "/dev/full" },
	{ NODE, 0x108, "dev", "dev/random", "/dev/random" },
	{ NODE, 0x109, "dev", "dev/urandom", "/dev/urandom" },
	{ NODE, 0x500, "dev", "dev/tty", "/dev/tty" },
	{ PTS, MS_NOSUID | MS_NOEXEC, "pts", "dev/pts", "devpts", TERMINALS },
	{ MQUEUE, SAFE, "mqueue", "dev/mqueue", "mqueue" },
	{ MEMORY, SAFE, "shm", "dev/shm", "tmpfs", "mode=1777" },
	{ MEMORY, MS_NOSUID | MS_NODEV, "tmp", "tmp", "tmpfs", "mode=1777" },
	{ MEMORY, MS_NOSUID | MS_NODEV, "run", "run", "tmpfs", "mode=755" },
	{ TOOLS, SAFE, "tools", "run/cooperage", "tmpfs" },
	{ HIDE, 0, "proc", "proc/acpi" },
	{ HIDE, 0, "proc", "proc/asound" },
	{ HIDE, 0, "proc", "proc/interrupts" },
	{ HIDE, 0, "proc", "proc/kcore" },
	{ HIDE, 0, "proc", "proc/keys" },
	{ HIDE, 0, "proc", "proc/latency_stats" },
	{ HIDE, 0, "proc", "proc/sched_debug" },
	{ HIDE, 0, "proc", "proc/scsi" },
	{ HIDE, 0, "proc", "proc/timer_list" },
	{ HIDE, 0, "proc", "proc/timer_stats" },
	{ HIDE, 0, "sys", "sys/devices/virtual/powercap" },
	{ HIDE, 0, "sys", "sys/firmware" },
	{ PROTECT, 0, "proc", "proc/bus" },
	{ PROTECT, 0, "proc", "proc/fs" },
	{ PROTECT, 0, "proc", "proc/irq" },
	{ PROTECT, 0, "proc", "proc/sys" },
	{ PROTECT, 0, "proc", "proc/sysrq-trigger" },
};
#define STANDARD "proc,sys,cgroup,dev,pts,mqueue,shm"

static const char *const links[][2] = {
	{ "/proc/self/fd", "fd" },
	{ "/proc/self/fd/0", "stdin" },
	{ "/proc/self/fd/1", "stdout" },
	{ "/proc/self/fd/2", "stderr" },
	{ "pts/ptmx", "ptmx" },
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* open_tree(2), mount_setattr(2): not in every libc's sys/mount.h. */
#define RECURSIVE (AT_EMPTY_PATH | 0x8000)
enum { RDONLY = 1, NOSUID = 2, NODEV = 4 };

const char *root;
int root_fd;
static int source;		/* the caller's /dev */
static int exact;		/* -m: no exceptions */
static int dev_is_new;		/* and we stand in it */

/* MS_RDONLY for sys and cgroup, where no user namespace guards the machine. */
static unsigned read_only;

/* What was done, to be taken back last first. */
static struct step {
	const char *path;
	unsigned length;	/* of a folder that was made; 0: a mount */
} steps[64];
static unsigned done;

static void
remember(const char *path, unsigned length)
{
	steps[done++] = (struct step){ path, length };
}

/* Opens what lies at path below ROOT and is reached without any link. */
static int
point(const char *path, int flags)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC | flags,
	    .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH };

	return syscall(SYS_openat2, root_fd, path, &how, sizeof how);
}

/* Goes to the folder that holds the last part of path, and returns that. */
static const char *
enter(const char *path, unsigned length)
{
	static char part[256];
	char *slash;
	int fd, gone;

	*(char *)mempcpy(part, path, length) = '\0';
	if (!(slash = strrchr(part, '/')))
		return fchdir(root_fd) < 0 ? NULL : part;
	*slash = '\0';
	if ((fd = point(part, O_DIRECTORY)) < 0)
		return NULL;
	gone = fchdir(fd);
	close(fd);
	return gone < 0 ? NULL : slash + 1;
}

static int
unmount(const char *path, int flags)
{
	const char *name = enter(path, strlen(path));

	return !name ? -1 : did(umount2(name, flags | UMOUNT_NOFOLLOW),
	    "umount2(%s, %-sUMOUNT_NOFOLLOW)", path,
	    flags ? "MNT_DETACH|" : "");
}

static void
take_back(void)
{
	const char *name;

	while (done > 0) {
		struct step *s = &steps[--done];

		if (!s->length)
			unmount(s->path, MNT_DETACH);
		else if ((name = enter(s->path, s->length)))
			did(rmdir(name), "rmdir(%s)", name);
	}
}

_Noreturn static void
refuse(const char *call, const char *path)
{
	tell("%-s %s", call, below(path));
	why_point(errno, path);
	fail();
}

_Noreturn static void
refuse_mount(const char *type, const char *path)
{
	tell("mount %-s on %s", type, below(path));
	why_mount(errno, type);
	fail();
}

_Noreturn static void
refuse_bind(int from, const char *name, const char *path)
{
	tell("bind on %s", below(path));
	why_bind(errno, from, name, path);
	fail();
}

/* Opens the folder at path below ROOT; what is missing of it is made. */
static int
folder(const char *path)
{
	const char *end = path, *name;
	int fd = point(path, O_DIRECTORY);

	if (fd < 0 && errno == ENOENT) {
		do {
			end += 1 + strcspn(end + 1, "/");
			if (!(name = enter(path, end - path)))
				refuse("open", path);
			if (did(mkdir(name, 0755), "mkdir(%s, 0755)",
			    name) == 0)
				remember(path, end - path);
			else if (errno != EEXIST)
				refuse("mkdir", path);
		} while (*end);
		fd = point(path, O_DIRECTORY);
	}
	if (fd < 0)
		refuse("open", path);
	return fd;
}

/*
 * On "." a mount lands where we stand, whatever becomes of the names that led
 * here; another name is one that only we can have made.
 */
static int
mount_at_name(const char *name, const char *path, const char *type,
    unsigned flags, const char *data)
{
	return did(mount(MARK, name, type, flags, data),
	    "mount(\"" MARK "\", %s, %s, %-sMS_NOSUID%-s%-s, %s)", path, type,
	    flags & MS_RDONLY ? "MS_RDONLY|" : "",
	    flags & MS_NODEV ? "|MS_NODEV" : "",
	    flags & MS_NOEXEC ? "|MS_NOEXEC" : "", data);
}

static int
mount_on(int fd, const char *path, const char *type, unsigned flags,
    const char *data)
{
	if (fchdir(fd) < 0 || mount_at_name(".", path, type, flags, data) < 0)
		return -1;
	remember(path, 0);
	return 0;
}

/*
 * Binds what lies at name in from, with what is mounted below it, on fd; it has
 * its attributes before anybody sees it.
 */
static void
bind(int from, const char *name, int fd, const char *path, unsigned attr)
{
	uint64_t attrs[4] = { attr };
	int tree;

	tree = did(syscall(SYS_open_tree, from, name, RECURSIVE | O_CLOEXEC |
	    1 /* OPEN_TREE_CLONE */), "open_tree(%d, %s, OPEN_TREE_CLONE|"
	    "OPEN_TREE_CLOEXEC|AT_EMPTY_PATH|AT_RECURSIVE)", from, name);
	if (tree < 0 || (attr && did(syscall(SYS_mount_setattr, tree, "",
	    RECURSIVE, attrs, sizeof attrs), "mount_setattr(%d, \"\", "
	    "AT_EMPTY_PATH|AT_RECURSIVE, {attr_set=0x%x})", tree, attr) < 0) ||
	    did(syscall(SYS_move_mount, tree, "", fd, "", 0x44),
	    "move_mount(%d, \"\", %d, \"\", MOVE_MOUNT_F_EMPTY_PATH|"
	    "MOVE_MOUNT_T_EMPTY_PATH)", tree, fd) < 0)
		refuse_bind(from, name, path);
	close(tree);
	remember(path, 0);
}

static int
is_marked(int fd)
{
	static struct mount m;

	return mount_by_id(mount_id(fd, ""), &m) && strcmp(m.source, MARK) == 0;
}

/*
 * Whether what is mounted there already is what we would mount.  Of sysfs,
 * cgroup2 and mqueue the kernel itself says so, with EBUSY.
 */
static int
is_right(const struct place *p, int fd)
{
	struct statfs fs;
	char pid[16] = "";

	if (!is_mount_point(fd, "") || fstatfs(fd, &fs) < 0)
		return 0;
	switch (p->kind) {
	case PROC:
		return fs.f_type == PROC_SUPER_MAGIC &&
		    readlinkat(fd, "self", pid, sizeof pid - 1) > 0 &&
		    digits(pid, NULL, 10) == (unsigned)getpid();
	case CGROUP:
	case DEV:
	case PTS:
		return is_marked(fd);
	case MEMORY:
		return fs.f_type == TMPFS_MAGIC;
	default:
		return 0;
	}
}

/* 1: mounted; 0: it was there already; -1 */
static int
mount_place(const struct place *p, const char *type, const char *data)
{
	unsigned flags = p->flags, before = done;
	int fd, ret;

	if (strcmp(type, "sysfs") == 0 || strcmp(type, "cgroup2") == 0)
		flags |= read_only;
	if (dev_is_new && strncmp(p->path, "dev/", 4) == 0)
		return did(mkdir(p->path + 4, 0755), "mkdir(%s, 0755)",
		    p->path) < 0 || mount_at_name(p->path + 4, p->path, type,
		    flags, data) < 0 ? -1 : 1;
	fd = folder(p->path);
	if (done != before || !is_right(p, fd)) {
		ret = mount_on(fd, p->path, type, flags, data);
		if (ret == 0 || errno != EBUSY)
			return ret < 0 ? -1 : 1;
	}
	note("%s is there already", p->path);
	return 0;
}

/*
 * A folder of the caller's, read-only.  A bind has the source of its original:
 * a tmpfs with our mark lies below it, for -d.
 */
static void
bind_folder(const char *name, const char *path, unsigned attr)
{
	struct statfs fs;
	int fd = folder(path);
	int from = openat(AT_FDCWD, name, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (from < 0)
		refuse_bind(AT_FDCWD, name, path);
	if (is_mount_point(fd, "") && fstatfs(fd, &fs) == 0 &&
	    fs.f_flags & ST_RDONLY && !is_marked(fd)) {
		note("%s is there already", path);
		return;
	}
	if (mount_on(fd, path, "tmpfs", SAFE | MS_RDONLY, NULL) < 0)
		refuse_mount("tmpfs", path);
	bind(from, "", folder(path), path, attr);
}

/* The folder of the program that runs. */
static void
bind_tools(const char *path)
{
	static char self[PATH_MAX];

	if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
		die("readlink /proc/self/exe");
	*strrchr(self, '/') = '\0';
	bind_folder(*self ? self : "/", path, RDONLY | NOSUID | NODEV);
}

/* What needs a namespace that is not ours, unless it was asked for. */
static void
do_without(const struct place *p)
{
	const char *ns = p->kind == SYS ? "net" :
	    p->kind == CGROUP ? "cgroup" : p->kind == MQUEUE ? "ipc" : NULL;
	int err = errno, ours = ns && owns(ns);
	struct statfs fs;

	if (!ns || exact || (err != ENODEV &&
	    (err != EPERM || !has_cap(CAP_SYS_ADMIN))))
		refuse_mount(p->type, p->path);
	if (err == ENODEV) {
		say("%-s is left out: this kernel has none", p->name);
	} else if (p->kind == SYS && statfs("/sys", &fs) == 0 &&
	    fs.f_type == SYSFS_MAGIC) {
		say("sys: the caller's is bound read-only: %-s", ours ?
		    "the kernel allows no new one here" :
		    "the network namespace is not ours");
		bind_folder("/sys", p->path, RDONLY);
	} else if (p->kind == SYS || ours) {
		errno = err;
		refuse_mount(p->type, p->path);
	} else {
		say("%-s is left out: the %-s namespace is not ours", p->name,
		    ns);
	}
}

/*
 * Whether the host has hierarchies of version 1, which only -m cgroup mounts:
 * these ten mounts are a tenth of what the start of a container costs.
 */
static int
has_hierarchies(void)
{
	struct statfs fs;

	return statfs("/sys/fs/cgroup", &fs) == 0 && fs.f_type == TMPFS_MAGIC;
}

/* One of them, named as the host names it. */
static int
mount_hierarchy(char *name)
{
	const char *data = name, *type = *name ? "cgroup" : "cgroup2";
	char link[256], *part, *rest = link;

	if (strncmp(name, "name=", 5) == 0)
		name += 5;
	if (!*name)
		name = "unified";
	if (mkdir(name, 0755) < 0 && errno != EEXIST)
		return -1;
	if (mount_at_name(name, name, type, SAFE | read_only, data) < 0 &&
	    errno != EBUSY) {
		rmdir(name);
		return -1;
	}
	if (!strchr(name, ',') || strlen(name) >= sizeof link)
		return 0;
	strcpy(link, name);
	while ((part = strsep(&rest, ",")))
		symlink(name, part);
	return 0;
}

/* To /proc/self/cgroup they are lines, "4:cpu,cpuacct:/path"; 2 is "0::/". */
static void
mount_hierarchies(const struct place *p)
{
	static char lines[65536];
	char *rest = lines, *line, *name;
	int some = 0, err = EPERM;

	get(AT_FDCWD, "/proc/self/cgroup", lines, sizeof lines);
	if (mount_place(p, "tmpfs", "mode=755") < 0 ||
	    fchdir(folder(p->path)) < 0)
		refuse_mount("tmpfs", p->path);
	while ((line = strsep(&rest, "\n")) && strsep(&line, ":") &&
	    (name = strsep(&line, ":"))) {
		if (mount_hierarchy(name) == 0)
			some = 1;
		else if ((err = errno) != EPERM)
			tell("cgroup: %s is left out", name);
	}
	errno = err;
	if (!some)
		refuse_mount("cgroup", p->path);
	if (read_only && did(mount(NULL, ".", NULL, MS_REMOUNT | MS_BIND |
	    MS_RDONLY | SAFE, NULL), "mount(NULL, %s, NULL, MS_REMOUNT|MS_BIND|"
	    "MS_RDONLY|MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)", p->path) < 0)
		die("make %s read-only", below(p->path));
}

/* Leaves us in dev, where the nodes come next. */
static void
mount_dev(const struct place *p)
{
	struct statfs fs;
	unsigned i;

	if (statfs("/dev/null", &fs) == 0 && fs.f_flags & ST_NODEV) {
		say("the devices of /dev cannot be opened");
		because("PSE-80", "/dev/null lies on a mount with nodev");
		fail();
	}
	if ((dev_is_new = mount_place(p, p->type, p->data)) < 0)
		refuse_mount(p->type, p->path);
	if (fchdir(folder(p->path)) < 0)
		die("enter %s", below(p->path));
	for (i = 0; i < COUNT(links); i++)
		if (symlink(links[i][0], links[i][1]) == 0)
			did(0, "symlink(%s, %s)", links[i][0], links[i][1]);
		else if (errno != EEXIST)
			die("symlink %s", links[i][1]);
}

static int
is_device(int dir, const char *name, unsigned number)
{
	struct stat st;

	return fstatat(dir, name, &st, 0) == 0 && S_ISCHR(st.st_mode) &&
	    st.st_rdev == number;
}

/* The caller's /dev may be ROOT's own, and then lies below the new one. */
static void
bind_node(const struct place *p)
{
	const char *name = p->path + strlen("dev/");

	if (mknod(name, S_IFREG | 0666, 0) == 0)
		did(0, "mknod(%s, S_IFREG|0666, 0)", p->path);
	else if (errno != EEXIST)
		refuse("mknod", p->path);
	else if (is_mount_point(AT_FDCWD, name))
		return;
	if (is_device(AT_FDCWD, p->type, p->flags)) {
		if (did(mount(p->type, name, NULL, MS_BIND, NULL),
		    "mount(%s, %s, NULL, MS_BIND, NULL)", p->type, p->path) < 0)
			refuse_bind(source, name, p->path);
		remember(p->path, 0);
	} else if (is_device(source, name, p->flags)) {
		bind(source, name, point(p->path, 0), p->path, 0);
	} else {
		say("%-s is not the device %u:%u", p->type, p->flags >> 8,
		    p->flags & 0xff);
		why_node(source, name);
		fail();
	}
}

/* Terminals belong to the group tty, where there is a group 5. */
static const char *
pts_options(void)
{
	char map[4096];		/* the first 120 extents */
	const char *p = map;
	unsigned first, count;

	get(AT_FDCWD, "/proc/self/gid_map", map, sizeof map);
	for (; *p; p += *p == '\n') {
		first = digits(p, &p, 10);
		digits(p, &p, 10);
		count = digits(p, &p, 10);
		if (first <= 5 && 5 - first < count)
			return TERMINALS ",gid=5";
	}
	return TERMINALS;
}

/* A file is hidden by the device null, a folder by an empty one. */
static void
mask(const char *path, int hide)
{
	struct stat st;
	int fd = point(path, 0);

	if (fd < 0)
		return;		/* not every kernel has each */
	if (is_mount_point(fd, ""))
		note("%s is there already", path);
	else if (!hide)
		bind(fd, "", fd, path, RDONLY);
	else if (fstat(fd, &st) < 0 || !S_ISDIR(st.st_mode))
		bind(source, "null", fd, path, RDONLY);
	else if (mount_on(fd, path, "tmpfs", SAFE | MS_RDONLY, NULL) < 0)
		refuse_mount("tmpfs", path);
	close(fd);
}

static void
mount_all(uint64_t wanted, int masking)
{
	const struct place *p;

	for (p = places; p < places + COUNT(places); p++) {
		if (!(wanted >> (p - places) & 1))
			continue;
		if (p->kind == DEV)
			mount_dev(p);
		else if (p->kind == NODE)
			bind_node(p);
		else if (p->kind == TOOLS)
			bind_tools(p->path);
		else if (p->kind == CGROUP && exact && has_hierarchies())
			mount_hierarchies(p);
		else if (p->kind < HIDE && mount_place(p, p->type,
		    p->kind == PTS ? pts_options() : p->data) < 0)
			do_without(p);
		else if (p->kind >= HIDE && masking)
			mask(p->path, p->kind == HIDE);
	}
}

/* Whether path below ROOT is a place where we mount. */
static int
is_place(const char *path)
{
	unsigned i;

	for (i = 0; i < COUNT(places); i++)
		if (strcmp(places[i].path, path) == 0)
			return 1;
	return strncmp(path, "sys/fs/cgroup/", 14) == 0;
}

/*
 * What lies at our places below prefix and has our mark, or lies on what has.
 * Parents come first in mountinfo.
 */
static void
unmount_all(const char *prefix)
{
	static struct {
		int id, marked;
		char path[128];
	} ours[1024];
	static struct mount m;
	static struct mounts in;
	size_t length = strlen(prefix);
	unsigned n = 0, i;
	const char *path;

	if (mounts_open(&in, "/proc/self/mountinfo") < 0)
		die("open /proc/self/mountinfo");
	errno = 0;
	while (n < COUNT(ours) && mount_next(&in, &m)) {
		path = m.point + length + 1;
		if (strncmp(m.point, prefix, length) || path[-1] != '/' ||
		    strlen(path) >= sizeof ours->path || !is_place(path))
			continue;
		ours[n].id = m.id;
		ours[n].marked = strcmp(m.source, MARK) == 0;
		strcpy(ours[n].path, path);
		for (i = 0; i < n; i++)
			if (ours[i].marked && ours[i].id == m.parent)
				break;
		n += ours[n].marked || i < n;
	}
	if (errno)
		die("read /proc/self/mountinfo");
	mounts_close(&in);
	if (n == 0)
		say("nothing of mkpseudo's is mounted in %s", root);
	while (n-- > 0) {
		/* The caller's sysfs has mounts of its own on it. */
		if (unmount(ours[n].path, ours[n].marked ? 0 : MNT_DETACH) == 0)
			continue;
		tell("unmount %s", below(ours[n].path));
		why_unmount(errno, ours[n].path);
		fail();
	}
}

/* A bit for each place. */
static uint64_t
read_names(const char *list)
{
	uint64_t set = 0, found;
	unsigned i;
	size_t n;

	for (;; list += n + 1) {
		n = strcspn(list, ",");
		for (found = i = 0; i < COUNT(places); i++)
			if (strncmp(places[i].name, list, n) == 0 &&
			    !places[i].name[n])
				found |= (uint64_t)1 << i;
		if (!found)
			misuse("-m: no such name: %s", list);
		set |= found;
		if (!list[n])
			return set;
	}
}

/* The absolute path of ROOT, for hand_on, or as mountinfo has it. */
static char *
absolute(void)
{
	static char path[PATH_MAX + 1];

	if (fchdir(root_fd) == 0 && getcwd(path, PATH_MAX)) {
		if (*path == '/')
			return path;
		errno = ENOENT;		/* "(unreachable)/..." */
	}
	refuse("the path of", "");
}

/* What we must not show or touch. */
static void
guard(int proc, int force)
{
	static const char first[] = "user:[4026531837]";
	static const char pid[] = "/proc/self/ns/pid";
	char ns[64] = "";

	if (readlink("/proc/self/ns/user", ns, sizeof ns - 1) < 0 &&
	    errno != ENOENT)
		tell("our user namespace is taken for the machine's");
	if (!*ns || strcmp(ns, first) == 0)
		read_only = MS_RDONLY;
	if (read_only && !force && on_machines_mounts()) {
		say("these are the mounts of the machine itself; -f, if you "
		    "mean it");
		try_again(geteuid() == 0 ? "unshare-lite -m " :
		    "unshare-lite -Urmp ");
		fail();
	}
	/*
	 * After unshare(CLONE_NEWPID) a process is still in its old namespace,
	 * and a proc of it would show that.  PID 1 was forked into its own.
	 */
	if (!proc || getpid() == 1 ||
	    same_namespace(pid, "/proc/self/ns/pid_for_children") ||
	    !same_namespace(pid, pid))
		return;
	say("proc would show the processes of the old PID namespace");
	because("PSE-53", "we are not in the new PID namespace: only a child "
	    "can be");
	try_again("unshare-lite -p ");
	fail();
}

static void
check_words(char **argv, int deleting, int masking, uint64_t wanted)
{
	if (!*argv)
		misuse("ROOT is missing");
	if (deleting && (wanted || masking || argv[1]))
		misuse("-d takes nothing but ROOT");
	if (argv[1] && strcmp(*argv, "-") == 0) {
		say("PROG would inherit the pipe that - reads ROOT from");
		try("mkpseudo \"$(...)\" %s", argv[1]);
		fail();
	}
	if (masking && wanted && !(wanted & read_names("proc,sys")))
		misuse("--mask hides what is in proc and sys: -m has neither");
}

int
main(int argc, char **argv)
{
	const char *prog = NULL;
	char *line = NULL;
	int c, deleting = 0, force = 0, here, masking = 0;
	uint64_t wanted = 0;

	start("mkpseudo", text, argv);
	while ((c = getopt_long(argc, argv, "+:dfhm:vV", longs, NULL)) != -1)
		switch (c) {
		case 'd': deleting = 1; break;
		case 'f': force = 1; break;
		case 'M': masking = 1; break;
		case 'm': wanted |= read_names(optarg); break;
		default: common_option(c, argv);
		}
	argv += optind;
	check_words(argv, deleting, masking, wanted);
	exact = wanted != 0;
	if (!exact)
		wanted = read_names(STANDARD);

	root = handle(*argv++);
	here = openat(AT_FDCWD, ".", O_PATH | O_CLOEXEC);
	root_fd = openat(AT_FDCWD, root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0) {
		tell("open %s", root);
		why_root(errno);
		fail();
	}
	if (deleting) {
		line = absolute();
		unmount_all(line[1] ? line : "");
		return 0;
	}
	if (*argv)
		prog = look_up(AT_FDCWD, *argv);
	else if (strchr(line = absolute(), '\n')) {
		say("a handle is one line, and %s has more", line);
		try("cd %s && mkpseudo . PROG", root);
		fail();
	}
	guard((wanted & read_names("proc")) != 0, force);
	source = openat(AT_FDCWD, "/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);

	hold_signals();
	undo = take_back;
	mount_all(wanted, masking);
	if (fchdir(here) < 0)
		die("return to where we were called");
	if (prog)
		chain(prog, argv);
	hand_on(strcat(line, "\n"));
	let_signals();
	return 0;
}
