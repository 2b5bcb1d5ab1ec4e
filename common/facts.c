#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/nsfs.h>

#include "facts.h"
#include "mounts.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "target.h"

#define FIRST_PID "pid:[4026531836]"	/* proc_ns.h */

unsigned long long
effective_caps(void)
{
	struct __user_cap_header_struct head = {
	    .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	syscall(SYS_capget, &head, data);
	return (unsigned long long)data[1].effective << 32 | data[0].effective;
}

int
has_cap(int cap)
{
	return effective_caps() >> cap & 1;
}

/*
 * Whether root may mount here.  Flags that exclude each other get EPERM in
 * mounts that are not ours, or else EINVAL, and do nothing (umount(2)).  In a
 * user namespace that we have just made, and not mapped, they are not ours any
 * more, but those of whoever reads this.
 */
int
may_mount(void)
{
	int yes, saved = errno;

	yes = getauxval(AT_EUID) == 0 && has_cap(CAP_SYS_ADMIN) &&
	    (geteuid() != 0 || (umount2("/", MNT_EXPIRE | MNT_DETACH) < 0 &&
	    errno == EINVAL));
	errno = saved;
	return yes;
}

/* "user:[4026531837]" for "/proc/self/ns/user". */
static int
ns_link(const char *path, char text[64])
{
	int saved = errno;
	ssize_t n = readlink(path, text, 63);

	errno = saved;
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* Whether two files such as "/proc/self/ns/mnt" are the same namespace. */
int
same_namespace(const char *a, const char *b)
{
	char ours[64], theirs[64];

	return ns_link(a, ours) && ns_link(b, theirs) &&
	    strcmp(ours, theirs) == 0;
}

/* Whether a map is the first user namespace's; another may have it, too. */
int
maps_all(const char *map)
{
	return strcmp(map, "         0          0 4294967295\n") == 0;
}

/*
 * Whether our user or pid namespace is the machine's first (proc_ns.h).  To
 * read a map takes less than the link, the first time that a process looks.
 */
int
in_first(const char *kind)
{
	char path[32], text[64];
	int saved = errno;
	long n = *kind == 'u' ? get(AT_FDCWD, "/proc/self/gid_map", text,
	    sizeof text) : 0;

	errno = saved;
	if (n > 0 && !maps_all(text))
		return 0;
	stpcpy(stpcpy(path, "/proc/self/ns/"), kind);
	return ns_link(path, text) && strcmp(text, *kind == 'u' ?
	    "user:[4026531837]" : FIRST_PID) == 0;
}

/* Whether our namespace of that kind belongs to our user namespace. */
int
owns(const char *kind)
{
	struct stat owner, ours;
	char path[32];
	int fd, owner_fd, yes = 0, saved = errno;

	stpcpy(stpcpy(path, "/proc/self/ns/"), kind);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return 0;
	if ((owner_fd = ioctl(fd, NS_GET_USERNS)) >= 0) {
		yes = fstat(owner_fd, &owner) == 0 &&
		    stat("/proc/self/ns/user", &ours) == 0 &&
		    owner.st_ino == ours.st_ino;
		close(owner_fd);
	}
	close(fd);
	errno = saved;
	return yes;
}

/* Whether /proc shows the PID namespace that we are in. */
int
proc_is_ours(void)
{
	char text[64];

	return ns_link("/proc/self", text) &&
	    digits(text, NULL, 10) == (unsigned)getpid();
}

/*
 * Whether what we mount here is mounted on the machine itself: we are in the
 * first user namespace, /proc shows the first PID namespace, and its process 1,
 * which we are not, has the mount that we stand on.  (Its ns/mnt would tell
 * too, but may be closed even to root.)
 */
static int
on_machines_mounts(void)
{
	static struct mount m;
	static struct mounts in;
	char pid[64];
	int root, found = 0;

	if (!in_first("user"))
		return 0;
	if (proc_is_ours() ? getpid() == 1 || !in_first("pid") :
	    !ns_link("/proc/1/ns/pid", pid) || strcmp(pid, FIRST_PID) != 0)
		return 0;
	if (mounts_open(&in, "/proc/1/mountinfo") < 0)
		return 0;
	root = mount_id(AT_FDCWD, "/");
	while (!found && mount_next(&in, &m))
		found = m.id == root;
	mounts_close(&in);
	return found;
}

/* Refuses that; root, and behind users who is not, gets mounts of his own. */
void
spare_machine(const char *users)
{
	if (!on_machines_mounts())
		return;
	say("these are the mounts of the machine itself; -f, if you mean it");
	try_again(geteuid() == 0 ? "unshare-lite -m " : users);
	fail();
}

/* Whether this kernel is older than Linux MAJOR.MINOR. */
int
is_before(unsigned major, unsigned minor)
{
	struct utsname u;
	const char *rest;
	unsigned v;

	if (uname(&u) < 0)
		return 0;
	v = digits(u.release, &rest, 10);
	return v < major || (v == major && digits(rest + 1, NULL, 10) < minor);
}

/* /proc/PID/status (0: our own) but for its groups, which may be 65,536. */
void
get_status(pid_t pid, char text[STATUS_SIZE])
{
	int fd, n = 0, in_groups = 0, saved = errno;
	ssize_t got, i;
	char part[1024];

	fd = open(proc_path(pid, "status"), O_RDONLY | O_CLOEXEC);
	while ((got = read(fd, part, sizeof part)) > 0)
		for (i = 0; i < got; i++) {
			in_groups &= part[i] != '\n';
			if (in_groups || n == STATUS_SIZE - 1)
				continue;
			text[n++] = part[i];
			in_groups = n >= 8 &&
			    memcmp(text + n - 8, "\nGroups:", 8) == 0;
		}
	text[n] = '\0';
	close(fd);
	errno = saved;
}

/* A number from /proc/PID/status (0: our own), or -1. */
long
status_number(pid_t pid, const char *field, int base)
{
	char text[STATUS_SIZE], *p = text;
	size_t n = strlen(field);

	get_status(pid, text);
	for (; *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (strncmp(p, field, n) == 0 && p[n] == ':')
			return digits(p + n + 1, NULL, base);
	return -1;
}

/*
 * Why we may not change this kind of namespace: no capability (three ways to
 * lose it), or one that counts in another user namespace.
 */
void
why_powerless(const char *kind, const char *id_cap, const char *id_owner)
{
	char map[64];

	if (has_cap(CAP_SYS_ADMIN)) {
		if (!owns(kind))
			because(id_owner, "the %-s namespace belongs to "
			    "another user namespace than our capabilities",
			    kind);
		return;
	}
	if (get(AT_FDCWD, "/proc/self/uid_map", map, sizeof map) < 0 ||
	    in_first("user"))
		because(id_cap, "uid %u has no CAP_SYS_ADMIN", geteuid());
	else if (!*map)
		because(id_cap, "no uid is mapped in this user namespace: "
		    "our capabilities ended at the exec");
	else if (geteuid() != 0)
		because(id_cap, "uid %u is not root in this user namespace: "
		    "our capabilities ended at the exec", geteuid());
	else
		because(id_cap, "this root has no CAP_SYS_ADMIN");
}

/* EAGAIN: of fork(2) and its like. */
void
why_no_process(void)
{
	struct rlimit most;

	/* The machine's own root has no such limit. */
	if (!(getuid() == 0 && in_first("user")) &&
	    raw_getrlimit(RLIMIT_NPROC, &most) == 0 &&
	    most.rlim_cur != RLIM_INFINITY)
		because("UNS-41", "one of: uid %u may have %lu processes "
		    "(ulimit -u); pids.max of a cgroup; kernel.pid_max; "
		    "kernel.threads-max", getuid(),
		    (unsigned long)most.rlim_cur);
	else
		because("UNS-21", "one of: pids.max of a cgroup; "
		    "kernel.pid_max; kernel.threads-max");
}

/* Names the first folder on the way to path that we may not search. */
int
why_unreachable(const char *id, const char *path)
{
	char part[4096];
	size_t n = 0;

	if (strlen(path) >= sizeof part)
		return 0;
	do {
		n += strspn(path + n, "/");
		memcpy(part, path, n);
		strcpy(part + n, n ? "" : ".");
		if (!may(AT_FDCWD, part, X_OK)) {
			because(id, "we may not search the folder %s", part);
			return 1;
		}
		n += strcspn(path + n, "/");
	} while (path[n]);
	return 0;
}
