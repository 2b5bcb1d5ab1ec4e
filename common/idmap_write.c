#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>

#include "chain.h"
#include "facts.h"
#include "format.h"
#include "idmap.h"
#include "put.h"
#include "say.h"
#include "target.h"

extern char **environ;

/* The lines that the kernel wants: "0 1000 1\n". */
const char *
map_text(const struct idmap *m)
{
	static char text[MOST_EXTENTS * 33 + 1];
	struct out o = { text, text + sizeof text - 1 };
	const struct extent *e;

	for (e = m->e; e < m->e + m->n; e++) {
		put_number(&o, e->inside, 10);
		put_text(&o, " ");
		put_number(&o, e->outside, 10);
		put_text(&o, " ");
		put_number(&o, e->count, 10);
		put_text(&o, "\n");
	}
	*o.at = '\0';
	return text;
}

static const char *
map_file(pid_t pid, enum id id)
{
	return proc_path(pid, id == USER ? "uid_map" : "gid_map");
}

/* How many extents there are, or -1. */
int
map_read(pid_t pid, enum id id, struct idmap *m)
{
	static char text[MOST_EXTENTS * 33 + 1];
	unsigned inside, outside;
	const char *at = text;

	m->n = 0;
	if (get(AT_FDCWD, map_file(pid, id), text, sizeof text) < 0)
		return -1;
	while (*at) {
		inside = digits(at, &at, 10);
		outside = digits(at, &at, 10);
		map_extent(m, inside, outside, digits(at, &at, 10));
		at += *at == '\n';
	}
	return m->n;
}

/*
 * Whether the kernel takes this map from us; else newuidmap(1), which has the
 * privilege, writes what is delegated to us.
 */
int
map_by_self(pid_t pid, const struct idmap *m, enum id id)
{
	return pid == 0 || map_own(m, id) ||
	    has_cap(id == USER ? CAP_SETUID : CAP_SETGID);
}

/* Whether setgroups(2) must be denied before this map (CVE-2014-8989). */
int
map_needs_deny(const struct idmap *groups)
{
	return map_own(groups, GROUP) && !has_cap(CAP_SETGID);
}

/* "newuidmap", "PID", "0", "1000", "1", ... */
static char **
arguments(const char *name, pid_t pid, const char *text)
{
	static char words[MOST_EXTENTS * 33 + 32];
	static char *argv[MOST_EXTENTS * 3 + 3];
	struct out o = { words, words + sizeof words - 1 };
	char *rest = words, **arg = argv;

	put_text(&o, name);
	put_text(&o, " ");
	put_number(&o, pid, 10);
	put_text(&o, " ");
	put_text(&o, text);
	o.at[-1] = '\0';		/* the last newline */
	while ((*arg++ = strsep(&rest, " \n")))
		;
	return argv;
}

/* Its exit status.  Who ignores SIGCHLD has none: then the map itself tells. */
static int
run(const char *path, char **argv, pid_t pid, enum id id)
{
	static struct idmap written;
	int status;
	pid_t child;

	if ((child = vfork()) == 0) {
		execve(path, argv, environ);
		_exit(127);
	}
	if (child < 0) {
		tell("vfork");
		if (errno == EAGAIN)
			why_no_process();
		fail();
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return map_read(pid, id, &written) <= 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void
delegate(pid_t pid, enum id id, const struct idmap *m)
{
	const char *name = id == USER ? "newuidmap" : "newgidmap";
	const char *text = map_text(m);
	char path[PATH_MAX];
	int status;

	if (find_program(AT_FDCWD, name, path) < 0) {
		tell("%-s", name);
		fail();
	}
	status = run(path, arguments(name, pid, text), pid, id);
	did(status, "%-s(%d, %s)", name, pid, text);
	if (status == 0)
		return;
	say("%-s refused, with status %d", path, status);
	why_map(0, pid, id, m);
	fail();
}

void
map_write(pid_t pid, enum id id, const struct idmap *m)
{
	const char *path, *text;

	if (m->n == 0)
		return;
	if (!map_by_self(pid, m, id)) {
		delegate(pid, id, m);
		return;
	}
	path = map_file(pid, id);
	text = map_text(m);
	if (did(put(AT_FDCWD, path, text), "write(%s, %s)", path, text) < 0) {
		tell("write %-s", path);
		why_map(errno, pid, id, m);
		fail();
	}
}

/* Once a group map is there this can neither be done nor be taken back. */
void
setgroups_deny(pid_t pid)
{
	const char *path = proc_path(pid, "setgroups");
	int err;
	char now[8];

	if (did(put(AT_FDCWD, path, "deny"), "write(%s, \"deny\")", path) == 0)
		return;
	err = errno;
	if (get(AT_FDCWD, path, now, sizeof now) > 0 &&
	    strcmp(now, "deny\n") == 0)
		return;
	errno = err;
	tell("write %-s", path);
	why_map(err, pid, GROUP, NULL);
	fail();
}
