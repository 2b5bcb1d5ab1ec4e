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
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/openat2.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
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
"  -d, --deleting          unmount what mkpseudo has mounted, deepest first\n"
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

enum { PROC, SYS, CGROUP, DEV, PTS, MQUEUE, SHM, TMP, RUN, TOOLS, ITEMS };

/* In the order in which they are mounted: what holds others comes first. */
static const struct item {
	const char *name, *path;
	unsigned long flags;
} items[ITEMS] = {
	{ "proc", "proc", SAFE },
	{ "sys", "sys", SAFE },
	{ "cgroup", "sys/fs/cgroup", SAFE },
	{ "dev", "dev", MS_NOSUID | MS_NOEXEC },
	{ "pts", "dev/pts", MS_NOSUID | MS_NOEXEC },
	{ "mqueue", "dev/mqueue", SAFE },
	{ "shm", "dev/shm", SAFE },
	{ "tmp", "tmp", MS_NOSUID | MS_NODEV },
	{ "run", "run", MS_NOSUID | MS_NODEV },
	{ "tools", "run/cooperage", SAFE | MS_RDONLY },
};
#define STANDARD ((1 << TMP) - 1)

static const struct node {
	const char *name, *path, *device;
	unsigned major, minor;
} nodes[] = {
	{ "null", "dev/null", "/dev/null", 1, 3 },
	{ "zero", "dev/zero", "/dev/zero", 1, 5 },
	{ "full", "dev/full", "/dev/full", 1, 7 },
	{ "random", "dev/random", "/dev/random", 1, 8 },
	{ "urandom", "dev/urandom", "/dev/urandom", 1, 9 },
	{ "tty", "dev/tty", "/dev/tty", 5, 0 },
};

static const char *const links[][2] = {
	{ "/proc/self/fd", "fd" },
	{ "/proc/self/fd/0", "stdin" },
	{ "/proc/self/fd/1", "stdout" },
	{ "/proc/self/fd/2", "stderr" },
	{ "pts/ptmx", "ptmx" },
};

/* maskedPaths and readonlyPaths of the OCI runtimes. */
static const char *const hidden[] = {
	"proc/acpi", "proc/asound", "proc/interrupts", "proc/kcore",
	"proc/keys", "proc/latency_stats", "proc/sched_debug", "proc/scsi",
	"proc/timer_list", "proc/timer_stats", "sys/devices/virtual/powercap",
	"sys/firmware",
};
static const char *const protected[] = {
	"proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger",
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* open_tree(2), mount_setattr(2): not in every libc's sys/mount.h. */
#define RECURSIVE (AT_EMPTY_PATH | 0x8000)
enum { RDONLY = 1, NOSUID = 2, NODEV = 4 };

static const char *root;	/* as the user typed it */
static int root_fd;
static int source = -1;		/* the caller's /dev */
static unsigned wanted;		/* a bit for each item */
static int exact;		/* -m: no exceptions */

/* MS_RDONLY for sys and cgroup, where no user namespace guards the machine. */
static unsigned long read_only;

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

	memcpy(part, path, length);
	part[length] = '\0';
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
take_back_to(unsigned before)
{
	const char *name;

	while (done > before) {
		struct step *s = &steps[--done];

		if (!s->length)
			unmount(s->path, MNT_DETACH);
		else if ((name = enter(s->path, s->length)))
			did(rmdir(name), "rmdir(%s)", name);
	}
}

static void
take_back(void)
{
	take_back_to(0);
}

_Noreturn static void
refuse(const char *what, const char *path)
{
	int err = errno;

	tell("%-s %s", what, *path ? below(root, path) : root);
	why_point(err, root_fd, root, path);
	fail();
}

_Noreturn static void
refuse_root(void)
{
	int err = errno;

	tell("open %s", root);
	why_root(err, root);
	fail();
}

/* The tool that gives all namespaces that are asked for, and a space. */
static const char *
namespaces(void)
{
	static char line[32];
	char *p = stpcpy(line, "unshare-lite -Urmp");

	if (exact && wanted & 1 << SYS)
		*p++ = 'n';
	if (exact && wanted & 1 << CGROUP)
		*p++ = 'C';
	if (exact && wanted & 1 << MQUEUE)
		*p++ = 'i';
	stpcpy(p, " ");
	return line;
}

_Noreturn static void
refuse_mount(const char *type, const char *path)
{
	int err = errno;

	tell("mount %-s on %s", type, below(root, path));
	why_mount(err, type, root_fd, root, namespaces());
	fail();
}

_Noreturn static void
refuse_mask(const char *path)
{
	int err = errno;

	tell("mask %s", below(root, path));
	why_bind(err, source, "null", root_fd, root, path);
	fail();
}

_Noreturn static void
refuse_bind(int from, const char *name, const char *path)
{
	int err = errno;

	tell("bind %s on %s", name, below(root, path));
	why_bind(err, from, name, root_fd, root, path);
	fail();
}

static void
make_folders(const char *path)
{
	const char *end = path, *name;

	do {
		end = strchrnul(end + (*end == '/'), '/');
		if (!(name = enter(path, end - path)))
			refuse("open", path);
		if (did(mkdir(name, 0755), "mkdir(%s, 0755)", name) == 0)
			remember(path, end - path);
		else if (errno != EEXIST)
			refuse("mkdir", path);
	} while (*end);
}

/* Opens the folder at path below ROOT; what is missing of it is made. */
static int
folder(const char *path)
{
	int fd;

	if ((fd = point(path, O_DIRECTORY)) >= 0)
		return fd;
	if (errno == ENOENT)
		make_folders(path);
	else
		refuse("open", path);
	if ((fd = point(path, O_DIRECTORY)) < 0)
		refuse("open", path);
	return fd;
}

static const char *
flags_text(unsigned long flags)
{
	static char line[64];
	char *p = line;

	p = stpcpy(p, flags & MS_RDONLY ? "MS_RDONLY|" : "");
	p = stpcpy(p, flags & MS_NOSUID ? "MS_NOSUID|" : "");
	p = stpcpy(p, flags & MS_NODEV ? "MS_NODEV|" : "");
	p = stpcpy(p, flags & MS_NOEXEC ? "MS_NOEXEC|" : "");
	p[-1] = '\0';
	return line;
}

/*
 * On "." a mount lands where we stand, whatever becomes of the names that led
 * here.
 */
static int
mount_on(int fd, const char *path, const char *type, unsigned long flags,
    const char *data)
{
	if (fchdir(fd) < 0 || did(mount(MARK, ".", type, flags, data),
	    "mount(\"" MARK "\", %s, %s, %-s, %s)", path, type,
	    flags_text(flags), data) < 0)
		return -1;
	remember(path, 0);
	return 0;
}

/*
 * Binds what lies at name in from, with what is mounted below it, on name at
 * in to; it has its attributes before anybody sees it.
 */
static int
bind(int from, const char *name, int to, const char *at, unsigned attr)
{
	uint64_t attrs[4] = { attr };
	int tree, ret = 0, err;

	tree = did(syscall(SYS_open_tree, from, name, RECURSIVE | O_CLOEXEC |
	    1 /* OPEN_TREE_CLONE */), "open_tree(%d, %s, OPEN_TREE_CLONE|"
	    "OPEN_TREE_CLOEXEC|AT_EMPTY_PATH|AT_RECURSIVE)", from, name);
	if (tree < 0)
		return -1;
	if (attr)
		ret = did(syscall(SYS_mount_setattr, tree, "", RECURSIVE,
		    attrs, sizeof attrs), "mount_setattr(%d, \"\", "
		    "AT_EMPTY_PATH|AT_RECURSIVE, {attr_set=0x%x})", tree, attr);
	if (ret == 0)
		ret = did(syscall(SYS_move_mount, tree, "", to, at,
		    *at ? 0x04 : 0x44), "move_mount(%d, \"\", %d, %s, "
		    "MOVE_MOUNT_F_EMPTY_PATH%-s)", tree, to, at,
		    *at ? "" : "|MOVE_MOUNT_T_EMPTY_PATH");
	err = errno;
	close(tree);
	errno = err;
	return ret;
}

/* A proc tells a PID for each namespace from its own down to a process's. */
static int
shows_our_pids(int proc)
{
	char status[4096], *p;

	if (get(proc, "self/status", status, sizeof status) < 0 ||
	    !(p = strstr(status, "\nNSpid:\t")))
		return 0;
	p += strlen("\nNSpid:\t");
	return p[strspn(p, "0123456789")] == '\n';
}

/*
 * Whether what is mounted there already is what we would mount.  Of sysfs,
 * cgroup2 and mqueue the kernel itself says so, with EBUSY.
 */
static int
is_right(int item, int fd)
{
	static struct mount m;
	struct statfs fs;

	if (!is_mount_point(fd, "") || fstatfs(fd, &fs) < 0)
		return 0;
	switch (item) {
	case PROC:
		return fs.f_type == PROC_SUPER_MAGIC && shows_our_pids(fd);
	case CGROUP:
	case DEV:
	case PTS:
		return mount_by_id(mount_id(fd, ""), &m) &&
		    strcmp(m.source, MARK) == 0;
	case SHM:
	case TMP:
	case RUN:
		return fs.f_type == TMPFS_MAGIC;
	default:
		return 0;
	}
}

/* 0: the item is mounted, now or before; else -1. */
static int
mount_item(int item, const char *type, unsigned long more, const char *data)
{
	const struct item *it = &items[item];
	int fd = folder(it->path), err = 0;

	if (is_right(item, fd))
		err = EBUSY;
	else if (mount_on(fd, it->path, type, it->flags | more, data) < 0)
		err = errno;
	close(fd);
	if (err == EBUSY)
		note("%s is there already", it->path);
	errno = err;
	return err && err != EBUSY ? -1 : 0;
}

static void
must_mount(int item, const char *type, const char *data)
{
	if (mount_item(item, type, 0, data) < 0)
		refuse_mount(type, items[item].path);
}

/*
 * A folder of the caller's, read-only.  A bind has the source of its original:
 * a tmpfs with our mark lies below it, for -d.
 */
static void
bind_folder(int item, const char *name, unsigned attr)
{
	const char *path = items[item].path;
	struct statvfs fs;
	int fd, from = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (from < 0)
		die("open %s", name);
	fd = folder(path);
	if (is_mount_point(fd, "") && fstatvfs(fd, &fs) == 0 &&
	    fs.f_flag & ST_RDONLY) {
		note("%s is there already", path);
	} else {
		if (mount_on(fd, path, "tmpfs", SAFE | MS_RDONLY, NULL) < 0)
			refuse_mount("tmpfs", path);
		close(fd);
		fd = folder(path);
		if (bind(from, "", fd, "", attr) < 0)
			refuse_bind(AT_FDCWD, name, path);
		remember(path, 0);
	}
	close(fd);
	close(from);
}

/* Without a network namespace of our own, the caller's sysfs. */
static void
mount_sys(void)
{
	struct statfs fs = { 0 };
	int err;

	if (mount_item(SYS, "sysfs", read_only, NULL) == 0)
		return;
	err = errno;
	statfs("/sys", &fs);
	errno = err;
	if (exact || err != EPERM || fs.f_type != SYSFS_MAGIC ||
	    !has_cap(CAP_SYS_ADMIN))
		refuse_mount("sysfs", "sys");
	say("sys: the caller's is bound read-only: %-s", owns("net") ?
	    "the kernel allows no new one here" :
	    "the network namespace is not ours");
	bind_folder(SYS, "/sys", RDONLY);
}

/* What needs a namespace that is not ours, unless it was asked for. */
static void
leave_out(int item, const char *type, const char *kind, unsigned before)
{
	if (exact || (errno == EPERM ? owns(kind) || !has_cap(CAP_SYS_ADMIN) :
	    errno != ENODEV))
		refuse_mount(type, items[item].path);
	say(errno == EPERM ? "%-s is left out: the %-s namespace is not ours" :
	    "%-s is left out: this kernel has none", items[item].name, kind);
	take_back_to(before);
}

/* One hierarchy of version 1, named as the host names it. */
static int
mount_hierarchy(char *name)
{
	const char *data = name, *part, *end;
	char link[256];

	if (strncmp(name, "name=", 5) == 0)
		name += 5;
	if (!*name)
		name = "unified";
	if (mkdir(name, 0755) < 0 && errno != EEXIST)
		return -1;
	if (did(mount(MARK, name, *data ? "cgroup" : "cgroup2", SAFE |
	    read_only, data), "mount(\"" MARK "\", %s, %-s, %-s, %s)", name,
	    *data ? "\"cgroup\"" : "\"cgroup2\"", flags_text(SAFE | read_only),
	    data) < 0 && errno != EBUSY) {
		rmdir(name);
		return -1;
	}
	for (part = name; strchr(name, ',') && *part; part = end + !!*end) {
		end = strchrnul(part, ',');
		*(char *)mempcpy(link, part, end - part) = '\0';
		if (symlink(name, link) < 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

/*
 * Where the host has hierarchies of version 1, a folder for each.  To
 * /proc/self/cgroup they are lines, "4:cpu,cpuacct:/path"; 2 is "0::/path".
 */
static int
mount_hierarchies(void)
{
	static char lines[65536];
	char *rest = lines, *line, *name;
	int some = 0, err = EPERM, fd;

	if (get(AT_FDCWD, "/proc/self/cgroup", lines, sizeof lines) < 0 ||
	    mount_item(CGROUP, "tmpfs", 0, "mode=755") < 0)
		return -1;
	fd = folder(items[CGROUP].path);
	if (fchdir(fd) < 0)
		die("enter %s", below(root, items[CGROUP].path));
	while ((line = strsep(&rest, "\n")) && strsep(&line, ":") &&
	    (name = strsep(&line, ":"))) {
		if (mount_hierarchy(name) == 0)
			some = 1;
		else if ((err = errno) != EPERM)
			tell("cgroup: %s is left out", name);
	}
	close(fd);
	fd = folder(items[CGROUP].path);
	if (some && read_only && (fchdir(fd) < 0 || did(mount(NULL, ".", NULL,
	    MS_REMOUNT | MS_BIND | MS_RDONLY | SAFE, NULL), "mount(NULL, %s, "
	    "NULL, MS_REMOUNT|MS_BIND|%-s, NULL)", items[CGROUP].path,
	    flags_text(MS_RDONLY | SAFE)) < 0))
		die("make %s read-only", below(root, items[CGROUP].path));
	close(fd);
	errno = err;
	return some ? 0 : -1;
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

/* The caller's /dev may be ROOT's own, and then lies below the new one. */
static void
bind_node(int dev, const struct node *n, int covered)
{
	if (mknod(n->name, S_IFREG | 0666, 0) == 0)
		did(0, "mknod(%s, S_IFREG|0666, 0)", n->path);
	else if (errno != EEXIST)
		refuse("mknod", n->path);
	else if (is_mount_point(dev, n->name))
		return;
	if ((covered ? bind(source, n->name, dev, n->name, 0) :
	    did(mount(n->device, n->name, NULL, MS_BIND, NULL),
	    "mount(%s, %s, NULL, MS_BIND, NULL)", n->device, n->path)) < 0)
		refuse_bind(source, n->name, n->path);
	remember(n->path, 0);
}

static void
mount_dev(void)
{
	unsigned i;
	int dev, covered, id = mount_id(source, "");

	must_mount(DEV, "tmpfs", "mode=755");
	dev = folder("dev");
	covered = mount_id(AT_FDCWD, "/dev") != id;
	if (fchdir(dev) < 0)
		die("enter %s", below(root, "dev"));
	for (i = 0; i < COUNT(nodes); i++)
		bind_node(dev, &nodes[i], covered);
	for (i = 0; i < COUNT(links); i++)
		if (symlink(links[i][0], links[i][1]) == 0)
			did(0, "symlink(%s, %s)", links[i][0], links[i][1]);
		else if (errno != EEXIST)
			die("symlink %s", links[i][1]);
	for (i = PTS; i <= SHM; i++)	/* spares each a search */
		if (wanted & 1 << i && mkdir(items[i].path + 4, 0755) == 0)
			did(0, "mkdir(%s, 0755)", items[i].path);
	close(dev);
}

/* The caller's nodes must be what they are called, and usable. */
static void
look_at_nodes(void)
{
	struct statvfs fs;
	struct stat st;
	unsigned i;

	for (i = 0; i < COUNT(nodes); i++) {
		if (fstatat(source, nodes[i].name, &st, 0) < 0)
			refuse_bind(source, nodes[i].name, nodes[i].path);
		if (S_ISCHR(st.st_mode) && st.st_rdev ==
		    makedev(nodes[i].major, nodes[i].minor))
			continue;
		say("/dev/%-s is not the device %u:%u", nodes[i].name,
		    nodes[i].major, nodes[i].minor);
		why_node(source, nodes[i].name);
		fail();
	}
	if (statvfs("/dev/null", &fs) == 0 && fs.f_flag & ST_NODEV) {
		say("the devices of /dev cannot be opened");
		why_node(source, "null");
		fail();
	}
}

/* Terminals belong to the group tty, where there is a group 5. */
static const char *
pts_options(void)
{
	char map[4096], *p = map;	/* the first 120 extents */
	unsigned long first, count;
	int mapped = 0;

	get(AT_FDCWD, "/proc/self/gid_map", map, sizeof map);
	while (*p && !mapped) {
		first = strtoul(p, &p, 10);
		strtoul(p, &p, 10);
		count = strtoul(p, &p, 10);
		mapped = first <= 5 && 5 - first < count;
		p += *p == '\n';
	}
	return mapped ? "newinstance,ptmxmode=0666,mode=0620,gid=5" :
	    "newinstance,ptmxmode=0666,mode=0620";
}

/* The folder of the program that runs. */
static void
mount_tools(void)
{
	static char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

	if (n < 0)
		die("readlink /proc/self/exe");
	*strrchr(path, '/') = '\0';
	bind_folder(TOOLS, *path ? path : "/", RDONLY | NOSUID | NODEV);
}

/* A file is hidden by the device null, a folder by an empty one. */
static void
mask(const char *path, int hide)
{
	struct stat st;
	int fd = point(path, 0), ret = 0;

	if (fd < 0)
		return;		/* not every kernel has each */
	if (is_mount_point(fd, ""))
		note("%s is there already", path);
	else if (hide && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		ret = mount_on(fd, path, "tmpfs", SAFE | MS_RDONLY, NULL);
	else if ((ret = bind(hide ? source : fd, hide ? "null" : "", fd, "",
	    RDONLY)) == 0)
		remember(path, 0);
	if (ret < 0)
		refuse_mask(path);
	close(fd);
}

static void
mount_all(int masking)
{
	int v1 = exact && wanted & 1 << CGROUP && has_hierarchies();
	unsigned i, before;

	if (wanted & 1 << PROC)
		must_mount(PROC, "proc", NULL);
	if (wanted & 1 << SYS)
		mount_sys();
	before = done;
	if (wanted & 1 << CGROUP && (v1 ? mount_hierarchies() :
	    mount_item(CGROUP, "cgroup2", read_only, NULL)) < 0)
		leave_out(CGROUP, v1 ? "cgroup" : "cgroup2", "cgroup",
		    before);
	if (wanted & 1 << DEV)
		mount_dev();
	if (wanted & 1 << PTS)
		must_mount(PTS, "devpts", pts_options());
	before = done;
	if (wanted & 1 << MQUEUE && mount_item(MQUEUE, "mqueue", 0, NULL) < 0)
		leave_out(MQUEUE, "mqueue", "ipc", before);
	if (wanted & 1 << SHM)
		must_mount(SHM, "tmpfs", "mode=1777");
	if (wanted & 1 << TMP)
		must_mount(TMP, "tmpfs", "mode=1777");
	if (wanted & 1 << RUN)
		must_mount(RUN, "tmpfs", "mode=755");
	if (wanted & 1 << TOOLS)
		mount_tools();
	for (i = 0; masking && i < COUNT(hidden); i++)
		if (wanted & 1 << (*hidden[i] == 'p' ? PROC : SYS))
			mask(hidden[i], 1);
	for (i = 0; masking && i < COUNT(protected); i++)
		if (wanted & 1 << PROC)
			mask(protected[i], 0);
}

/* Whether path below ROOT is a place where we mount. */
static int
is_place(const char *path)
{
	unsigned i;

	for (i = 0; i < COUNT(items); i++)
		if (strcmp(items[i].path, path) == 0)
			return 1;
	for (i = 0; i < COUNT(nodes); i++)
		if (strcmp(nodes[i].path, path) == 0)
			return 1;
	for (i = 0; i < COUNT(hidden); i++)
		if (strcmp(hidden[i], path) == 0)
			return 1;
	for (i = 0; i < COUNT(protected); i++)
		if (strcmp(protected[i], path) == 0)
			return 1;
	return strncmp(path, "sys/fs/cgroup/", 14) == 0;
}

/*
 * The place below prefix where we mounted last: it has our mark, or lies on
 * what has.  Parents come first in mountinfo.
 */
static const char *
find_last(const char *prefix, int *marked)
{
	static char place[256];
	static struct mount m;
	static int ours[4096];
	struct mounts in;
	size_t n = strlen(prefix);
	unsigned i, marks = 0;
	int mark, found = 0;

	if (mounts_open(&in, "/proc/self/mountinfo") < 0)
		die("open /proc/self/mountinfo");
	errno = 0;
	while (marks < COUNT(ours) && mount_next(&in, &m)) {
		if (strncmp(m.point, prefix, n) != 0 || m.point[n] != '/' ||
		    strlen(m.point + n) > sizeof place ||
		    !is_place(m.point + n + 1))
			continue;
		mark = strcmp(m.source, MARK) == 0;
		for (i = 0; i < marks && ours[i] != m.parent; i++)
			;
		if (!mark && i == marks)
			continue;
		if (mark)
			ours[marks++] = m.id;
		found = 1;
		strcpy(place, m.point + n + 1);
		*marked = mark;
	}
	if (errno)
		die("read /proc/self/mountinfo");
	mounts_close(&in);
	return found ? place : NULL;
}

static void
unmount_all(const char *prefix)
{
	const char *path;
	int some = 0, marked;

	while ((path = find_last(prefix, &marked))) {
		/* The caller's sysfs has mounts of its own on it. */
		if (unmount(path, marked ? 0 : MNT_DETACH) < 0) {
			tell("unmount %s", below(root, path));
			why_unmount(errno, root_fd, root, path);
			fail();
		}
		some = 1;
	}
	if (!some)
		say("nothing of mkpseudo's is mounted in %s", root);
}

static unsigned
read_names(const char *list)
{
	unsigned set = 0, i;
	size_t n;

	for (;; list += n + 1) {
		n = strcspn(list, ",");
		for (i = 0; i < ITEMS; i++)
			if (strlen(items[i].name) == n &&
			    memcmp(items[i].name, list, n) == 0)
				break;
		if (i == ITEMS)
			misuse("-m: no such name: %s", list);
		set |= 1 << i;
		if (!list[n])
			return set;
	}
}

/* The absolute path of ROOT, with a newline for hand_on, or for mountinfo. */
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

static char *
new_handle(void)
{
	char *path = absolute();

	if (strchr(path, '\n')) {
		say("a handle is one line, and %s has more", path);
		try("cd %s && mkpseudo . PROG", root);
		fail();
	}
	return strcat(path, "\n");
}

static void
guard_machine(void)
{
	if (!on_machines_mounts())
		return;
	say("these are the mounts of the machine itself; -f, if you mean it");
	try_again(geteuid() == 0 ? "unshare-lite -m " : "unshare-lite -Urmp ");
	fail();
}

/*
 * After unshare(CLONE_NEWPID) a process is still in its old PID namespace, and
 * a proc of it would show that.  PID 1 was forked into its own.
 */
static void
guard_pids(void)
{
	static const char ours[] = "/proc/self/ns/pid";

	if (getpid() == 1 || !same_namespace(ours, ours) ||
	    same_namespace(ours, "/proc/self/ns/pid_for_children"))
		return;
	say("proc would show the processes of the old PID namespace");
	because("PSE-53", "we are not in the new PID namespace: only a child "
	    "can be");
	try_again("unshare-lite -p ");
	fail();
}

/* Whether we are in the machine's own user namespace, or cannot know. */
static int
is_unguarded(void)
{
	char ns[64] = "";

	if (readlink("/proc/self/ns/user", ns, sizeof ns - 1) >= 0)
		return strcmp(ns, "user:[4026531837]") == 0;
	if (errno != ENOENT)
		tell("our user namespace is taken for the machine's");
	return 1;
}

static void
check_words(char **argv, int deleting, int masking)
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
	if (masking && wanted && !(wanted & (1 << PROC | 1 << SYS)))
		misuse("--mask hides what is in proc and sys: -m has neither");
}

int
main(int argc, char **argv)
{
	const char *prog = NULL, *line = NULL;
	int c, deleting = 0, force = 0, here, masking = 0;
	mode_t callers;

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
	check_words(argv, deleting, masking);
	exact = wanted != 0;
	if (!exact)
		wanted = STANDARD;

	root = handle(*argv++);
	here = open(".", O_PATH | O_CLOEXEC);
	root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		refuse_root();
	if (deleting) {
		line = absolute();
		unmount_all(line[1] ? line : "");
		return 0;
	}
	if (*argv)
		prog = look_up(AT_FDCWD, *argv);
	else
		line = new_handle();
	if (is_unguarded()) {
		if (!force)
			guard_machine();
		read_only = MS_RDONLY;
	}
	if (wanted & 1 << PROC)
		guard_pids();
	source = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (wanted & 1 << DEV)
		look_at_nodes();

	hold_signals();
	callers = umask(022);
	undo = take_back;
	mount_all(masking);
	umask(callers);
	if (fchdir(here) < 0)
		die("return to where we were called");
	if (prog)
		chain(prog, argv);
	hand_on(line);
	let_signals();
	return 0;
}
