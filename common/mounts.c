#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/stat.h>

#include "mounts.h"
#include "put.h"
#include "raw.h"

int
mounts_open(struct mounts *in, const char *path)
{
	in->at = in->end = 0;
	in->fd = open(path, O_RDONLY | O_CLOEXEC);
	return in->fd;
}

void
mounts_close(struct mounts *in)
{
	close(in->fd);
}

static int
next_byte(struct mounts *in)
{
	ssize_t got;

	if (in->at == in->end) {
		got = read(in->fd, in->buf, sizeof in->buf);
		in->at = 0;
		in->end = got > 0 ? got : 0;
		if (got <= 0)
			return -1;
	}
	return (unsigned char)in->buf[in->at++];
}

/* The next word; "\040" and the like are decoded in place. */
static char *
word(char **rest)
{
	char *in, *out, *start = strsep(rest, " ");

	if (!start)
		return "";
	for (in = out = start; *in; in++)
		if (*in == '\\' && in[1] >= '0' && in[1] <= '3') {
			*out++ = (in[1] - '0') << 6 | (in[2] - '0') << 3 |
			    (in[3] - '0');
			in += 3;
		} else {
			*out++ = *in;
		}
	*out = '\0';
	return start;
}

/* 1 and the next mount, or 0 after the last. */
int
mount_next(struct mounts *in, struct mount *m)
{
	char *rest = m->text, *w;
	unsigned n = 0;
	int c;

	while ((c = next_byte(in)) >= 0 && c != '\n')
		if (n < sizeof m->text - 1)
			m->text[n++] = c;
	if (c < 0 && n == 0)
		return 0;
	m->text[n] = '\0';
	m->id = digits(word(&rest), NULL, 10);
	m->parent = digits(word(&rest), NULL, 10);
	word(&rest);
	m->root = word(&rest);
	m->point = word(&rest);
	m->options = word(&rest);
	m->shared = m->master = m->unbindable = 0;
	while (*(w = word(&rest)) && strcmp(w, "-") != 0) {
		if (strncmp(w, "shared:", 7) == 0)
			m->shared = digits(w + 7, NULL, 10);
		if (strncmp(w, "master:", 7) == 0)
			m->master = digits(w + 7, NULL, 10);
		if (strcmp(w, "unbindable") == 0)
			m->unbindable = 1;
	}
	m->type = word(&rest);
	m->source = word(&rest);
	m->super = word(&rest);
	return 1;
}

static int
ask(int dir, const char *path, struct statx *stx)
{
	return syscall(SYS_statx, dir, path,
	    AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC |
	    (*path ? 0 : AT_EMPTY_PATH), STATX_MNT_ID, stx);
}

/* The ID of the mount that path lies on (since Linux 5.8), or -1. */
int
mount_id(int dir, const char *path)
{
	struct statx stx;

	return ask(dir, path, &stx) < 0 ? -1 : (int)stx.stx_mnt_id;
}

/* Whether path is the root of a mount. */
int
is_mount_point(int dir, const char *path)
{
	struct statx stx;

	return ask(dir, path, &stx) == 0 &&
	    stx.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

/* From a folder on which something has been mounted since, into that. */
int
step_up(void)
{
	static char here[PATH_MAX];

	return raw_getcwd(here, sizeof here) == 0 ? chdir(here) : 0;
}

/* 1 and the mount with that ID, or 0: not below our root, or not ours. */
int
mount_by_id(int id, struct mount *m)
{
	struct mounts in;
	int found = 0;

	if (mounts_open(&in, "/proc/self/mountinfo") < 0)
		return 0;
	while (!found && mount_next(&in, m))
		found = m->id == id;
	mounts_close(&in);
	return found;
}

/* 1 and the mount that path lies on, or 0. */
int
mount_at(const char *path, struct mount *m)
{
	int id = mount_id(AT_FDCWD, path);

	return id >= 0 && mount_by_id(id, m);
}
