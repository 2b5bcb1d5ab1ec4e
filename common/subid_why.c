/*
 * Why newuidmap(1) would refuse: it is asked for before the first map is
 * written, since that one could not be taken back.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <linux/capability.h>

#include "chain.h"
#include "facts.h"
#include "idmap.h"
#include "say.h"
#include "subid.h"
#include "target.h"

static const char *
helper(enum id id)
{
	return id == USER ? "newuidmap" : "newgidmap";
}

static int
lacks_range(enum id id)
{
	static struct idmap ranges;

	subid_ranges(id, &ranges);
	return ranges.n == 0;
}

/* Who lacks users mostly lacks groups, too: one line for root to mend both. */
static void
why_no_line(enum id id, const char *name, long long which)
{
	unsigned base[] = { subid_free(USER), subid_free(GROUP) };
	int both = id == USER && lacks_range(GROUP);

	because(id == USER ? "MAP-23" : "MAP-27", "%s has no line for %s nor "
	    "for %u, which root can add", subid_file(id), name, geteuid());
	if (both)
		because("MAP-27", "nor has %s", subid_file(GROUP));
	if (which >= 0 && (which < base[id] || which > base[id] + 65535))
		return;
	if (both)
		try("usermod --add-subuids %u-%u --add-subgids %u-%u %s",
		    base[USER], base[USER] + 65535, base[GROUP],
		    base[GROUP] + 65535, name);
	else
		try("usermod --add-sub%cids %u-%u %s", id == USER ? 'u' : 'g',
		    base[id], base[id] + 65535, name);
}

/* Where no line of the file is the caller's; which: an ID typed, or -1. */
void
why_no_range(enum id id, long long which)
{
	const char *file = subid_file(id), *name;
	unsigned group;

	name = user_name(&group);
	if (subid_elsewhere()) {
		because("MAP-50", "%s is not asked: the ranges come from "
		    "elsewhere, by the line subid: in %s", file,
		    "/etc/nsswitch.conf");
		if (name)
			try("getsubids %-s%s", id == USER ? "" : "-g ", name);
	} else if (!name)
		because("MAP-48", "uid %u has no entry in %s, and none in %s",
		    geteuid(), "/etc/passwd", file);
	else
		why_no_line(id, name, which);
}

/* The end of the range that has this ID; the ID itself if there is none. */
static unsigned long long
granted_up_to(const struct idmap *ranges, unsigned long long id)
{
	const struct extent *r;

	for (r = ranges->e; r < ranges->e + ranges->n; r++)
		if (id >= r->outside && id - r->outside < r->count)
			return (unsigned long long)r->outside + r->count;
	return id;
}

/* The first ID of m that is neither our own nor in our ranges, or -1. */
static long long
undelegated(enum id id, const struct idmap *m, const struct idmap *ranges)
{
	unsigned own = id == USER ? getuid() : getgid();
	unsigned long long at, next, end;
	const struct extent *e;

	for (e = m->e; e < m->e + m->n; e++) {
		if (e->count == 1 && e->outside == own)
			continue;
		end = (unsigned long long)e->outside + e->count;
		/* Ranges that adjoin count as one. */
		for (at = e->outside; at < end; at = next)
			if ((next = granted_up_to(ranges, at)) == at)
				return at;
	}
	return -1;
}

static int
on_nosuid(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && fs.f_flags & ST_NOSUID;
}

/* A set-user-ID bit of an owner that is not mapped here counts for nothing. */
static int
is_plain(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !(st.st_mode & S_ISUID && !st.st_uid) &&
	    getxattr(path, "security.capability", NULL, 0) <= 0;
}

/* Whether our bounding set keeps that from newuidmap(1). */
static int
lacks(int cap)
{
	return !(status_number(0, "CapBnd", 16) >> cap & 1);
}

static void
why_no_helper(enum id id, const char *name)
{
	const char *usual = id == USER ? "/usr/bin/newuidmap" :
	    "/usr/bin/newgidmap";

	because("MAP-49", "without CAP_SET%cID it takes %-s(1), which is not "
	    "in $PATH (package uidmap, or shadow-utils)",
	    id == USER ? 'U' : 'G', name);
	if (access(usual, X_OK) == 0)
		try_again("PATH=$PATH:/usr/bin ");
}

static void
why_outside(enum id id, const struct idmap *ranges, long long which)
{
	if (ranges->n == 0) {
		why_no_range(id, which);
		return;
	}
	because(id == USER ? "MAP-23" : "MAP-27", "%lld is not in the ranges "
	    "that %s gives us (%u:%u%-s), and we lack CAP_SET%cID", which,
	    subid_file(id), ranges->e[0].outside, ranges->e[0].count,
	    ranges->n > 1 ? ", ..." : "", id == USER ? 'U' : 'G');
}

void
refuse_undelegated(enum id id, const struct idmap *m)
{
	const char *name = helper(id);
	static struct idmap ranges;
	int bounded, found, nnp, nosuid, plain;
	char path[PATH_MAX];
	long long strange;

	found = find_program(AT_FDCWD, name, path) == 0;
	subid_ranges(id, &ranges);
	strange = undelegated(id, m, &ranges);
	/* Nor have we more ranges than that. */
	if (ranges.n == MOST_EXTENTS || subid_elsewhere())
		strange = -1;
	/* Root gets its capabilities back from any exec. */
	nnp = geteuid() && status_number(0, "NoNewPrivs", 10) == 1;
	nosuid = geteuid() && found && on_nosuid(path);
	plain = geteuid() && found && is_plain(path);
	bounded = geteuid() && found &&
	    lacks(id == USER ? CAP_SETUID : CAP_SETGID);
	if (found && strange < 0 && !nnp && !nosuid && !plain && !bounded)
		return;

	map_refused(id, EPERM);
	if (!found)
		why_no_helper(id, name);
	if (nnp)
		because("MAP-26", "no_new_privs is set, with which %-s(1) "
		    "gains no privilege", name);
	if (nosuid)
		because("MAP-26", "%s lies on a nosuid mount", path);
	if (plain)
		because("MAP-26", "%s is not set-user-ID root, and has no "
		    "capabilities", path);
	if (bounded)
		because("MAP-26", "our bounding set lacks CAP_SET%cID, which "
		    "%s needs", id == USER ? 'U' : 'G', path);
	if (strange >= 0)
		why_outside(id, &ranges, strange);
	fail();
}

/* What newuidmap(1) looks at besides the ranges. */
void
why_helper(enum id id, pid_t pid)
{
	char path[PATH_MAX];
	struct stat st;
	const char *name;
	unsigned group;

	/* Set-user-ID, it is another user than the namespace's maker. */
	if (geteuid() && lacks(CAP_SYS_ADMIN) && find_program(AT_FDCWD,
	    helper(id), path) == 0 && stat(path, &st) == 0 &&
	    st.st_mode & S_ISUID) {
		because("MAP-26", "our bounding set lacks CAP_SYS_ADMIN, which "
		    "%s needs, since it is set-user-ID root", path);
		try("chmod u-s %s && setcap cap_set%cid+ep %s", path,
		    id == USER ? 'u' : 'g', path);
	}
	if (stat(proc_path(pid, ""), &st) < 0)
		return;
	name = user_name(&group);
	if (!name && !reasons())
		because("MAP-48", "one of: uid %u has no entry in %s, nor one "
		    "elsewhere; what %-s(1) says", geteuid(), "/etc/passwd",
		    helper(id));
	else if (name && (st.st_gid != group || getgid() != group))
		because("MAP-47", "%-s(1) wants us (gid %u) and process %d "
		    "(gid %u) in our primary group, %u", helper(id),
		    getgid(), pid, st.st_gid, group);
}
