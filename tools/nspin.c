/*
 * nspin - keep namespaces, and name them
 *
 *	nspin -t PID|- [-muinpUCT | -a] PATH|DIR/
 *	nspin -d PATH|DIR/...
 *
 * Wraps mount(2) with MS_BIND on the files in /proc/PID/ns (namespaces(7)).
 * Needs ptrace access to process PID, and CAP_SYS_ADMIN over our own mount
 * namespace:
 *
 *	unshare-lite -n --hold=$$ | nspin -t - -n lab && ip netns exec lab sh
 */
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <linux/magic.h>

#include "format.h"
#include "kinds.h"
#include "mounts.h"
#include "say.h"
#include "start.h"
#include "target.h"
#include "why/nspin.h"

#define NETNS "/run/netns"	/* where ip-netns(8) has its names */

/*
 * The file below a pin has no permissions, as ip-netns(8) makes it; and until
 * the pin is there, this mark, which tells it from those of others.
 */
#define UNFINISHED S_ISVTX

static const char text[] =
"usage: nspin -t PID|- [-muinpUCT | -a] PATH|DIR/\n"
"       nspin -d PATH|DIR/...\n"
"\n"
"Pin a namespace of process PID to the file PATH, where it stays when its\n"
"last process has ended, and print PID; or several, each to a file in DIR,\n"
"which has the name it has in /proc/PID/ns.\n"
"\n"
"  -t, --target=PID  the process; -: read it from stdin\n"
"  -m -u -i -n -p -U -C -T  --mount --uts --ipc --net --pid --user\n"
"      --cgroup --time  these kinds\n"
"  -a, --all         every kind in which PID differs from us\n"
"  PATH              a new file, with a slash in its name;\n"
"                    -n NAME is /run/netns/NAME, as ip-netns(8) has it\n"
"  -d, --delete      remove pins; what is held by nothing else is gone\n"
"  -v, --verbose     show each system call that changes something\n"
"  -h, --help  -V, --version\n"
"\n"
"Examples:\n"
"  unshare-lite -n --hold=$$ | nspin -t - -n lab; ip netns exec lab ip link\n"
"  nspin -t $$ -nu ./ && nsenter-lite -n./net -u./uts sh\n";

static const struct option longs[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "cgroup", no_argument, NULL, 'C' },
	{ "delete", no_argument, NULL, 'd' },
	{ "ipc", no_argument, NULL, 'i' },
	{ "mount", no_argument, NULL, 'm' },
	{ "net", no_argument, NULL, 'n' },
	{ "pid", no_argument, NULL, 'p' },
	{ "target", required_argument, NULL, 't' },
	{ "time", no_argument, NULL, 'T' },
	{ "user", no_argument, NULL, 'U' },
	{ "uts", no_argument, NULL, 'u' },
	COMMON_OPTIONS
};

static int all, flags;		/* the kinds that are asked for */
static const char *place;	/* PATH, or DIR/ */
static pid_t pid;
static int pidfd;

/* What was opened, made and bound, for each kind. */
static struct pin {
	int namespace, file;
	int made, bound;
} pins[KINDS];
static int made_netns, bound_netns;

static int
is_folder(const char *path)
{
	return path[strlen(path) - 1] == '/';
}

/* PATH, or DIR/net; NAME becomes /run/netns/NAME. */
static const char *
path_in(const char *where, int i)
{
	static char path[sizeof NETNS + PATH_MAX + 16];

	stpcpy(stpcpy(stpcpy(path, strchr(where, '/') ? "" : NETNS "/"),
	    where), is_folder(where) ? kinds[i].file : "");
	return path;
}

static void
check_path(const char *path)
{
	if (!*path || strcmp(path, ".") == 0 || strcmp(path, "..") == 0)
		misuse("%s is no name of a pin", path);
	if (strlen(path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		die("look at %s", path);
	}
}

static int
unpin(const char *path)
{
	return did(umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW),
	    "umount2(%s, MNT_DETACH|UMOUNT_NOFOLLOW)", path);
}

static void
take_back(void)
{
	int i;

	for (i = KINDS - 1; i >= 0; i--) {
		const char *path = path_in(place, i);

		if (pins[i].bound)
			unpin(path);
		if (pins[i].made) {
			close(pins[i].file);
			did(unlink(path), "unlink(%s)", path);
		}
	}
	/* Busy, if somebody has put a name of his own there. */
	if (bound_netns)
		did(umount2(NETNS, 0), "umount2(\"" NETNS "\", 0)");
	if (made_netns)
		did(rmdir(NETNS), "rmdir(\"" NETNS "\")");
}

/* -a: the kinds that this kernel has, and in which the target differs. */
static void
choose_all(void)
{
	char theirs[16], ours[32];
	struct stat them, us;
	int i;

	for (i = 0; i < KINDS; i++) {
		stpcpy(stpcpy(theirs, "ns/"), kinds[i].file);
		stpcpy(stpcpy(ours, "/proc/self/"), theirs);
		if (stat(ours, &us) < 0)
			continue;
		if (stat(proc_path(pid, theirs), &them) < 0) {
			tell("look at process %d", pid);
			why_closed(errno, pid, pidfd, i);
			fail();
		}
		if (us.st_ino != them.st_ino)
			flags |= kinds[i].flag;
	}
	if (!flags) {
		say("process %d is in all our namespaces", pid);
		fail();
	}
}

/* They are held from here on, whatever becomes of the process. */
static void
open_namespaces(void)
{
	char file[16];
	int i;

	for (i = 0; i < KINDS; i++) {
		const char *path;

		if (!(flags & kinds[i].flag))
			continue;
		stpcpy(stpcpy(file, "ns/"), kinds[i].file);
		path = proc_path(pid, file);
		pins[i].namespace = did(open(path, O_RDONLY | O_CLOEXEC),
		    "open(%s, O_RDONLY|O_CLOEXEC)", path);
		if (pins[i].namespace < 0) {
			tell("open %-s", path);
			why_closed(errno, pid, pidfd, i);
			fail();
		}
	}
	if (!alive(pidfd)) {
		errno = ESRCH;
		tell("process %d", pid);
		because("PIN-05", "it has ended in the meantime");
		fail();
	}
}

static int
make_shared(void)
{
	return did(mount("", NETNS, "none", MS_SHARED | MS_REC, NULL),
	    "mount(\"\", \"" NETNS "\", \"none\", MS_SHARED|MS_REC, NULL)");
}

/*
 * The names shall be seen in every mount namespace, the older ones included:
 * /run/netns is bound on itself and shared, by whoever needs it first, under a
 * lock on the folder, which ip(8) takes, too.
 */
static void
share_netns(void)
{
	int lock;

	if (mkdir(NETNS, 0755) == 0) {
		did(0, "mkdir(\"" NETNS "\", 0755)");
		made_netns = 1;
		undo = take_back;
	} else if (errno != EEXIST) {
		tell("mkdir " NETNS);
		why_file(errno, NETNS);
		fail();
	}
	if (make_shared() == 0)
		return;
	lock = open(NETNS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	flock(lock, LOCK_EX);
	if (make_shared() < 0) {
		bound_netns = did(mount(NETNS, NETNS, "none", MS_BIND | MS_REC,
		    NULL), "mount(\"" NETNS "\", \"" NETNS "\", \"none\", "
		    "MS_BIND|MS_REC, NULL)") == 0;
		undo = take_back;
		if (!bound_netns || make_shared() < 0) {
			tell("share " NETNS);
			why_shared(errno, pid);
			fail();
		}
	}
	close(lock);
}

static int
create(const char *path)
{
	return did(open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    UNFINISHED), "open(%s, O_RDONLY|O_CREAT|O_EXCL|O_CLOEXEC, 01000)",
	    path);
}

/* Whether a nspin that was killed has made it, and no more. */
static int
is_unfinished(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && st.st_mode == (S_IFREG | UNFINISHED) &&
	    st.st_size == 0 && st.st_uid == geteuid();
}

static void
make_file(struct pin *pin, const char *path)
{
	pin->file = create(path);
	if (pin->file < 0 && errno == EEXIST && is_unfinished(path) &&
	    did(unlink(path), "unlink(%s)", path) == 0)
		pin->file = create(path);
	if (pin->file < 0) {
		tell("make %s", path);
		why_file(errno, path);
		fail();
	}
	pin->made = 1;
	undo = take_back;
}

/* "/proc/self/fd/5", whatever has become of the name since. */
static const char *
fd_path(int fd)
{
	char file[16];
	struct out o = { file, file + sizeof file - 1 };

	put_text(&o, "fd/");
	put_number(&o, fd, 10);
	*o.at = '\0';
	return proc_path(0, file);
}

static void
bind(struct pin *pin, int i, const char *path)
{
	const char *from = fd_path(pin->namespace), *on = fd_path(pin->file);

	if (did(mount(from, on, NULL, MS_BIND, NULL),
	    "mount(%s, %s, NULL, MS_BIND, NULL)", from, on) < 0) {
		tell("bind /proc/%d/ns/%-s on %s", pid, kinds[i].file, path);
		why_bind(errno, pid, pin->namespace, i, path);
		fail();
	}
	pin->bound = 1;
	if (did(fchmod(pin->file, 0), "fchmod(%d, 0)", pin->file) < 0)
		die("finish %s", path);
	if (kinds[i].flag == CLONE_NEWPID)
		warn_of_children(pid);
}

static void
pin_all(void)
{
	int i;

	if (!strchr(place, '/'))
		share_netns();
	for (i = 0; i < KINDS; i++) {
		const char *path;

		if (!(flags & kinds[i].flag))
			continue;
		path = path_in(place, i);
		make_file(&pins[i], path);
		bind(&pins[i], i, path);
	}
}

static int
is_namespace(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && fs.f_type == NSFS_MAGIC;
}

/* A file that takes pins, without a permission, or with those it has. */
static int
is_empty(const char *path, mode_t permissions)
{
	struct stat st;

	return lstat(path, &st) == 0 && st.st_size == 0 &&
	    (st.st_mode & ~(UNFINISHED | permissions)) == S_IFREG;
}

static int
cannot_delete(const char *path)
{
	tell("unpin %s", path);
	why_unpin(errno, path);
	return 1;
}

/* What a pin lay on is removed with it, unless it is somebody's file. */
static int
delete_pin(const char *path)
{
	int pinned;

	for (pinned = 0; is_namespace(path); pinned = 1)
		if (unpin(path) < 0)
			return cannot_delete(path);
	if (!is_empty(path, pinned ? 0777 : 0)) {
		if (pinned)
			return 0;
		errno = access(path, F_OK) < 0 ? errno : EINVAL;
		return cannot_delete(path);
	}
	if (!pinned)
		say("%s: only the file was left of it, here", path);
	if (did(unlink(path), "unlink(%s)", path) < 0)
		return cannot_delete(path);
	return 0;
}

static int
delete_pins(const char *operand)
{
	int i, there = 0, failed = 0;
	struct stat st;

	if (!is_folder(operand))
		return delete_pin(path_in(operand, 0));
	for (i = 0; i < KINDS; i++)
		if (lstat(path_in(operand, i), &st) == 0) {
			there = 1;
			failed |= delete_pin(path_in(operand, i));
		}
	return there ? failed : cannot_delete(operand);
}

static void
check_options(char **operands, int deleting, const char *operand)
{
	if (deleting && (operand || all || flags))
		misuse("-d takes PATHs only");
	if (!deleting && !operand)
		misuse("-t PID is missing");
	if (!deleting && !all && !flags)
		misuse("no kind of namespace is asked for");
	if (!*operands)
		misuse("PATH is missing");
	if (!deleting && operands[1])
		misuse("%s is one PATH too many", operands[1]);
	for (; *operands; operands++)
		check_path(*operands);
}

/* NAME is for -n; several kinds are for a folder. */
static void
check_place(void)
{
	if (is_folder(place) || flags == CLONE_NEWNET)
		return;
	if (all || flags & (flags - 1))
		misuse("%s takes one kind; several take a folder, DIR/", place);
	if (!strchr(place, '/'))
		misuse("%s is a name, which is for -n; other pins have a slash "
		    "in theirs", place);
}

/* What is to be tried cannot read stdin again. */
static const char *
read_target(const char *operand)
{
	char *line = handle(operand), **word;

	for (word = command; *word; word++)
		if (*word == operand)
			*word = line;
	return line;
}

int
main(int argc, char **argv)
{
	const char *operand = NULL;
	const struct kind *k;
	int c, deleting = 0, failed = 0;
	char line[16];

	start("nspin", text, argv);
	while ((c = getopt_long(argc, argv, "+:adhimnpt:uvCTUV", longs,
	    NULL)) != -1)
		switch (c) {
		case 'a': all = 1; break;
		case 'd': deleting = 1; break;
		case 't': operand = optarg; break;
		default:
			if ((k = kind_of(c)))
				flags |= k->flag;
			else
				common_option(c, argv);
		}
	argv += optind;
	check_options(argv, deleting, operand);
	if (deleting) {
		hold_signals();
		for (; *argv; argv++)
			failed |= delete_pins(*argv);
		let_signals();
		return failed ? 125 : 0;
	}
	place = *argv;
	check_place();
	pidfd = target(read_target(operand), &pid);
	if (all)
		choose_all();
	open_namespaces();

	hold_signals();
	pin_all();
	strcpy(line, proc_path(pid, "") + strlen("/proc/"));
	*strchr(line, '/') = '\n';
	hand_on(line);
	let_signals();
	return 0;
}
