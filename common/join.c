#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "join.h"
#include "mounts.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "target.h"

#define MOST 32		/* hierarchies: v1 has at most 14 controllers */

static struct cgroup {
	const char *path;	/* below our cgroup namespace's root */
	char folder[2 * PATH_MAX];
	int unified;		/* version 2 */
	int fd;			/* cgroup.procs, or tasks */
	int dir;		/* version 2: the folder */
} cgroups[MOST];
static int n;

/* Whether word is in the list "rw,cpu,cpuacct". */
static int
listed(const char *list, const char *word, size_t length)
{
	for (; *list; list += strcspn(list, ","), list += *list == ',')
		if (strcspn(list, ",") == length &&
		    memcmp(list, word, length) == 0)
			return 1;
	return 0;
}

/* What leads from root down to path ("" or "/..."), or NULL. */
static const char *
below(const char *root, const char *path)
{
	size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);

	if (strncmp(root, path, length) != 0 ||
	    (path[length] != '/' && path[length] != '\0') ||
	    strncmp(path + length, "/..", 3) == 0)
		return NULL;
	return path + length;
}

/*
 * Sets c->folder: where the hierarchy of these controllers (none: version 2)
 * is mounted and shows c->path.
 */
static int
find_folder(struct cgroup *c, const char *controllers)
{
	static struct mount m;
	struct mounts in;
	const char *rest = NULL;

	if (mounts_open(&in, "/proc/self/mountinfo") < 0)
		return 0;
	while (!rest && mount_next(&in, &m))
		if (c->unified ? strcmp(m.type, "cgroup2") == 0 :
		    strcmp(m.type, "cgroup") == 0 && listed(m.super,
		    controllers, strcspn(controllers, ",")))
			rest = below(m.root, c->path);
	mounts_close(&in);
	if (!rest || strlen(m.point) + strlen(rest) >= sizeof c->folder)
		return 0;
	stpcpy(stpcpy(c->folder, m.point), rest);
	return 1;
}

/* In a frozen cgroup we would stop, and PROG never run. */
static void
guard_frozen(const struct cgroup *c, int dir, const char *controllers)
{
	char state[4096];

	if (c->unified)
		get(dir, "cgroup.events", state, sizeof state);
	else if (listed(controllers, "freezer", 7))
		get(dir, "freezer.state", state, sizeof state);
	else
		return;
	if (c->unified ? !find(state, "frozen 1") :
	    strncmp(state, "THAWED", 6) == 0 || !*state)
		return;
	errno = EBUSY;
	tell("join cgroup %s", c->folder);
	because("NSE-39", "it is frozen, or one above it: PROG would never "
	    "run");
	try(c->unified ? "echo 0 >%s/cgroup.freeze" :
	    "echo THAWED >%s/freezer.state", c->folder);
	fail();
}

static void
why_nowhere(const struct cgroup *c, const char *controllers)
{
	tell("find cgroup %s", c->path);
	if (strncmp(c->path, "/..", 3) == 0)
		because("NSE-41", "it lies outside our cgroup namespace, where "
		    "it has no name");
	else
		because("NSE-43", "no mount here shows it; the hierarchy is "
		    "%-s", c->unified ? "cgroup2" : controllers);
	fail();
}

static void
why_closed(const struct cgroup *c, int dir)
{
	struct stat st;

	tell("open cgroup %s", c->folder);
	if (errno == EACCES && c->unified &&
	    fstatat(dir, "cgroup.procs", &st, 0) == 0)
		because("CG2-28", "only uid %u may join it, and we are %u",
		    st.st_uid, geteuid());
	else if (errno == EACCES && fstatat(dir, "tasks", &st, 0) == 0)
		because("CG1-17", "only uid %u may join it, and we are %u",
		    st.st_uid, geteuid());
	fail();
}

static void
open_cgroup(struct cgroup *c, const char *controllers)
{
	int dir;

	errno = ENOENT;
	if (!find_folder(c, controllers))
		why_nowhere(c, controllers);
	if ((dir = open(c->folder, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
		die("open cgroup %s", c->folder);
	guard_frozen(c, dir, controllers);
	c->fd = openat(dir, c->unified ? "cgroup.procs" : "tasks",
	    O_WRONLY | O_CLOEXEC);
	if (c->fd < 0)
		why_closed(c, dir);
	if (c->unified)
		c->dir = dir;
	else
		close(dir);
}

/* How many cgroups there are that pid is in, and we are not. */
int
cgroups_of(pid_t pid)
{
	static char theirs[65536], ours[65536];
	char *rest = theirs, *line, *controllers, *same;
	size_t length;

	if (get(AT_FDCWD, proc_path(pid, "cgroup"), theirs,
	    sizeof theirs) < 0 ||
	    get(AT_FDCWD, "/proc/self/cgroup", ours, sizeof ours) < 0)
		die("look for the cgroups of process %d", pid);
	while ((line = strsep(&rest, "\n")) && *line && n < MOST) {
		length = strlen(line);
		same = find(ours, line);
		while (same && (same[length] != '\n' ||
		    (same > ours && same[-1] != '\n')))
			same = find(same + 1, line);
		if (same)
			continue;
		strsep(&line, ":");
		controllers = strsep(&line, ":");
		if (!line)
			continue;
		cgroups[n].path = line;
		cgroups[n].unified = !*controllers;
		open_cgroup(&cgroups[n], controllers);
		n++;
	}
	return n;
}

/*
 * fork(2), with the child in the cgroup of version 2 from its start: writing
 * cgroup.procs would wait for a grace period of RCU, some 7 ms.
 */
pid_t
fork_into(void)
{
	struct {
		unsigned long long flags, pidfd, child_tid, parent_tid, signal,
		    stack, stack_size, tls, set_tid, set_tid_size, cgroup;
	} args = { .flags = 0x200000000ULL /* CLONE_INTO_CGROUP */,
	    .signal = SIGCHLD };
	int i;
	pid_t child;

	for (i = 0; i < n && !cgroups[i].unified; i++)
		;
	if (i == n)
		return raw_fork();
	args.cgroup = cgroups[i].dir;
	child = syscall(435 /* SYS_clone3 */, &args, sizeof args);
	/* EAGAIN: pids.max.  Else whoever may not, may still write. */
	if (child < 0 && errno != EAGAIN)
		return raw_fork();
	if (child == 0)
		cgroups[i].fd = -1;
	else
		did(child, "clone3({flags=CLONE_INTO_CGROUP, cgroup=%d})",
		    cgroups[i].dir);
	return child;
}

/* The rest: a v1 hierarchy takes "0", for ourselves, in tasks at once. */
void
join(void)
{
	int i;

	for (i = 0; i < n; i++) {
		if (cgroups[i].fd < 0)
			continue;
		if (did(write(cgroups[i].fd, "0", 1), "write(%d, \"0\", 1)",
		    cgroups[i].fd) < 0)
			die("join cgroup %s", cgroups[i].folder);
	}
}

/* Why fork_into() met EAGAIN: the limit of a cgroup on the way. */
void
why_full(void)
{
	char most[32], now[32];
	int i, dir, up;

	for (i = 0; i < n && !cgroups[i].unified; i++)
		;
	if (i == n)
		return;
	for (dir = cgroups[i].dir; dir >= 0 && get(dir, "pids.max", most,
	    sizeof most) > 0; dir = up) {
		get(dir, "pids.current", now, sizeof now);
		if (*most != 'm' && digits(now, NULL, 10) >= digits(most, NULL, 10))
			because("NSE-40", "the cgroup %s, or one above it, may "
			    "have no more processes than %-s, which it has",
			    cgroups[i].folder, strtok(most, "\n"));
		up = openat(dir, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
}
