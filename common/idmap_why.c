/*
 * Why a map, or "deny", was refused: by the kernel (kernel/user_namespace.c,
 * map_write) or by newuidmap(1).  Each condition that is violated is told.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/nsfs.h>

#include "apparmor.h"
#include "facts.h"
#include "idmap.h"
#include "put.h"
#include "say.h"
#include "subid.h"
#include "target.h"

enum { UNKNOWN, OURS, BELOW, ELSEWHERE };

/* Where the process's user namespace lies, who made it, and its parent. */
struct place {
	int where;
	unsigned owner;
	ino_t parent;
};

static ino_t
inode(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? 0 : st.st_ino;
}

static struct place
place_of(pid_t pid)
{
	struct place p = { UNKNOWN, -1, 0 };
	int fd = open(proc_path(pid, "ns/user"), O_RDONLY | O_CLOEXEC), up;
	ino_t ours = inode("/proc/self/ns/user");
	struct stat st;

	if (fd < 0)
		return p;
	ioctl(fd, NS_GET_OWNER_UID, &p.owner);
	/* A parent that is not ours nor below us is not shown: EPERM. */
	if ((up = ioctl(fd, NS_GET_PARENT)) >= 0 && fstat(up, &st) == 0)
		p.parent = st.st_ino;
	if (up >= 0)
		close(up);
	p.where = p.parent == ours ? BELOW : ELSEWHERE;
	if (fstat(fd, &st) == 0 && st.st_ino == ours)
		p.where = OURS;
	close(fd);
	return p;
}

static int
says_deny(pid_t pid)
{
	char now[8];

	return get(AT_FDCWD, proc_path(pid, "setgroups"), now,
	    sizeof now) > 0 && strcmp(now, "deny\n") == 0;
}

/* The file could not be opened for writing. */
static void
why_closed(pid_t pid, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return;
	if (st.st_uid == geteuid() && why_hollow())
		return;
	if (st.st_uid == geteuid())
		because("MAP-37", "to open it takes CAP_SYS_ADMIN in that user "
		    "namespace, which its maker has from outside");
	else if (st.st_uid == 0 &&
	    status_number(pid, "Uid", 10) == (long)geteuid())
		because("MAP-45", "process %d is not dumpable, so that its "
		    "files in /proc are root's", pid);
	else if (has_cap(CAP_DAC_OVERRIDE) && !has_cap(CAP_SYS_ADMIN))
		because("MAP-16", "process %d is one of uid %u, and we have "
		    "no CAP_SYS_ADMIN over its namespaces", pid, st.st_uid);
	else
		because("MAP-15", "process %d is one of uid %u, and we are uid "
		    "%u", pid, st.st_uid, geteuid());
}

static void
why_read_only(const char *path)
{
	struct statfs fs;

	if (statfs(path, &fs) < 0 || !(fs.f_flags & ST_RDONLY))
		return;
	because("MAP-21", "/proc is mounted read-only");
	if (may_mount() && !is_locked("/proc"))
		try_again("unshare-lite -m sh -c 'mount -o remount,bind,rw "
		    "/proc && exec \"$0\" \"$@\"' ");
}

/* Neither in that user namespace nor in the one above it. */
static void
why_elsewhere(pid_t pid, const struct place *p)
{
	long parent = status_number(pid, "PPid", 10);
	char prefix[64], *end;

	if (!p->parent) {
		because("MAP-14", "the user namespace of process %d is not "
		    "below ours", pid);
		return;
	}
	because("MAP-14", "the user namespace of process %d lies deeper than "
	    "a child of ours: only its parent may map it", pid);
	if (parent <= 0 || inode(proc_path(parent, "ns/user")) != p->parent)
		return;
	end = stpcpy(stpcpy(prefix, "nsenter-lite -t "),
	    proc_path(parent, "") + strlen("/proc/"));
	strcpy(end - 1, " -U ");
	try_again(prefix);
}

/* There is no map yet, and nothing else in the way: it is us, or the map. */
static void
why_unentitled(pid_t pid, enum id id, const struct idmap *m,
    const struct place *p)
{
	int lacks = !has_cap(id == USER ? CAP_SETUID : CAP_SETGID);

	if (why_hollow())
		return;
	if (map_root_refused && id == USER)
		because("MAP-13", "it maps 0 of this user namespace, which "
		    "takes CAP_SETFCAP (since Linux 5.12)");
	if (p->where != BELOW)
		return;
	if (p->owner != geteuid() && (lacks || !has_cap(CAP_SYS_ADMIN)))
		because("MAP-16", "that user namespace was made by uid %u, we "
		    "are uid %u, and have no CAP_%-s", p->owner, geteuid(),
		    !lacks ? "SYS_ADMIN" : id == USER ? "SETUID" : "SETGID");
	if (lacks && id == GROUP && map_own(m, id) && !says_deny(pid))
		because("MAP-11", "without CAP_SETGID one's own group can be "
		    "mapped only where setgroups(2) is denied");
}

static void
why_forbidden(pid_t pid, enum id id, const struct idmap *m)
{
	static struct idmap now;
	struct place p = place_of(pid);

	map_read(pid, id, &now);
	if (p.where == OURS && pid && now.n)
		because("MAP-22", "process %d is in our user namespace, "
		    "which is mapped: it has made none yet", pid);
	else if (p.where == OURS && pid)
		because("MAP-36", "we are in that user namespace, without "
		    "capabilities: it is mapped from outside");
	else if (now.n && m)
		because("MAP-01", "it is mapped already, %u:%u:%u%-s, and a "
		    "map can be written only once", now.e[0].inside,
		    now.e[0].outside, now.e[0].count, now.n > 1 ? ",..." : "");
	else if (now.n)
		because("MAP-18", "its group map is there already; deny comes "
		    "before it");
	if (p.where == UNKNOWN)
		because("MAP-14", "one of: the user namespace of process %d is "
		    "not below ours, or not of our making", pid);
	if (p.where == ELSEWHERE)
		why_elsewhere(pid, &p);
	if (m && now.n == 0)
		why_unentitled(pid, id, m, &p);
}

/* err: of the write, or 0 where newuidmap(1) refused.  m: NULL for "deny". */
void
why_map(int err, pid_t pid, enum id id, const struct idmap *m)
{
	const char *path = proc_path(pid, !m ? "setgroups" :
	    id == USER ? "uid_map" : "gid_map");

	if (access(path, F_OK) < 0 && !pid)
		why_proc_is_not_ours("UNS-37", "UNS-36");
	else if (access(path, F_OK) < 0)
		because("MAP-20", "process %d has ended", pid);
	else if (err == EROFS)
		why_read_only(path);
	else if (err == EACCES)
		why_closed(pid, path);
	else if (err == EPERM || err == 0)
		why_forbidden(pid, id, m);
	if (err == 0)
		why_helper(id, pid);
	unexplained(18);
}
