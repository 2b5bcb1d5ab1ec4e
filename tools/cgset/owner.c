#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cgset/owner.h"
#include "cgset/places.h"
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
