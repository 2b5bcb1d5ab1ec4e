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
#include "start.h"

/*
 * The third field (and the fourth, if asked for) of the line that begins with
 * name, in /etc/passwd or /etc/group.  They stand at the beginning: a group of
 * many has a line without end.
 */
static int
look_in(const char *path, const char *name, unsigned *id, unsigned *group)
{
	static char buf[4096], line[1024];
	size_t n = strlen(name), have = 0;
	const char *field;
	ssize_t got, i;
	int fd = open(path, O_RDONLY | O_CLOEXEC), found = 0;

	do {
		got = read(fd, buf, sizeof buf);
		for (i = 0; !found && (i < got || (got <= 0 && !i)); i++) {
			if (got > 0 && buf[i] != '\n') {
				if (have < sizeof line - 1)
					line[have++] = buf[i];
				continue;
			}
			line[have] = '\0';
			have = 0;
			if (strncmp(line, name, n) != 0 || line[n] != ':' ||
			    !(field = strchr(line + n + 1, ':')))
				continue;
			*id = digits(field + 1, &field, 10);
			if (group && *field == ':')
				*group = digits(field + 1, NULL, 10);
			found = 1;
		}
	} while (got > 0 && !found);
	close(fd);
	return found;
}

static unsigned
id_of(const char *path, const char *what, const char *name, unsigned *group)
{
	const char *end;
	unsigned id;

	digits(name, &end, 10);
	if (end > name && !*end)
		return number(name, 0xfffffffe, what);
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
	if (group && !*group && own == (unsigned)-1)
		misuse("-o %s: a number has no group of its own", operand);
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
