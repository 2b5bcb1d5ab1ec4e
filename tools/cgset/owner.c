#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cgset/owner.h"
#include "cgset/paths.h"
#include "cgset/places.h"
#include "cgset/undo.h"
#include "cgset/why.h"
#include "put.h"
#include "say.h"

/*
 * The third field (and the fourth, if asked for) of the line that begins with
 * name, in /etc/passwd or /etc/group, which may be of any length.
 */
static int
look_in(const char *path, const char *name, unsigned *id, unsigned *group)
{
	static char buf[4096];
	size_t n = strlen(name), have = 0;
	const char *field;
	char *end;
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC), found = 0;

	while (!found && (got = read(fd, buf + have,
	    sizeof buf - 1 - have)) > 0) {
		have += got;
		buf[have] = '\0';
		while (!found && (end = strchr(buf, '\n'))) {
			*end++ = '\0';
			if (strncmp(buf, name, n) == 0 && buf[n] == ':' &&
			    (field = strchr(buf + n + 1, ':'))) {
				*id = digits(field + 1, &field, 10);
				if (group && *field == ':')
					*group = digits(field + 1, NULL, 10);
				found = 1;
			}
			have -= end - buf;
			memmove(buf, end, have + 1);
		}
		if (have == sizeof buf - 1)
			have = 0;	/* a longer line than a user's */
	}
	close(fd);
	return found;
}

static unsigned
id_of(const char *path, const char *what, const char *name, unsigned *group)
{
	const char *end;
	unsigned long long n = digits(name, &end, 10);
	unsigned id;

	if (end > name && !*end) {
		if (n >= 0xffffffff)
			misuse("%-s %s: above 4294967294", what, name);
		return n;
	}
	if (!*name || !look_in(path, name, &id, group))
		misuse("%-s %s is not in %-s", what, name, path);
	return id;
}

/* USER, USER:GROUP, or USER: for his own group, as chown(1) has them. */
void
read_owner(const char *operand, uid_t *uid, gid_t *gid)
{
	char *user = (char *)joined(operand, "", ""), *group;
	unsigned own = -1;

	if ((group = strchr(user, ':')))
		*group++ = '\0';
	*uid = id_of("/etc/passwd", "user", user, &own);
	if (group)
		*gid = *group ? id_of("/etc/group", "group", group, NULL) : own;
}

static void
give_file(struct place *p, const char *file, uid_t uid, gid_t gid)
{
	struct stat st;
	struct step *s;

	if (fstatat(p->dir, file, &st, *file ? 0 : AT_EMPTY_PATH) < 0 &&
	    errno == ENOENT)
		return;
	if (did(fchownat(p->dir, file, uid, gid, *file ? 0 : AT_EMPTY_PATH),
	    "fchownat(%d, %s, %d, %d, 0)", p->dir, file, (int)uid,
	    (int)gid) < 0) {
		tell("give cgroup %s to user %d", p->folder, (int)uid);
		why_not_given(errno, p);
		fail();
	}
	s = step(GIVEN, p);
	s->file = file;
	s->was = st;
}

/* The folder, and the files that the kernel names for it (cgroups(7)). */
void
give(struct place *p, uid_t uid, gid_t gid)
{
	static char list[4096];
	char *rest = list, *file;

	give_file(p, "", uid, gid);
	if (!p->v2) {
		give_file(p, "cgroup.procs", uid, gid);
		give_file(p, "tasks", uid, gid);
		return;
	}
	if (get(AT_FDCWD, "/sys/kernel/cgroup/delegate", list,
	    sizeof list) <= 0)
		strcpy(list, "cgroup.procs\ncgroup.threads\n"
		    "cgroup.subtree_control\n");
	while ((file = strsep(&rest, "\n")))
		if (*file)
			give_file(p, joined(file, "", ""), uid, gid);
}
