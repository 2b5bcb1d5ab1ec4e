/*
 * The namespaces, by their inode numbers, and what the kernel says of each
 * (ioctl_nsfs(2)).
 */
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <linux/nsfs.h>

#include "nstree/nstree.h"

#define BUCKETS 4096

struct space *spaces;
int asked_in_vain;

static struct space *buckets[BUCKETS], **last = &spaces;

struct space *
find_space(unsigned id)
{
	struct space *s = buckets[id % BUCKETS];

	while (s && s->id != id)
		s = s->bucket;
	return s;
}

/* How many descriptors we may have, once we have asked for all. */
int
most_fds(void)
{
	static struct rlimit most;

	if (!most.rlim_cur && getrlimit(RLIMIT_NOFILE, &most) == 0) {
		most.rlim_cur = most.rlim_max;
		setrlimit(RLIMIT_NOFILE, &most);
	}
	return most.rlim_cur > 1 << 30 ? 1 << 30 : most.rlim_cur;
}

static struct space *
relative(int fd, unsigned long request, int kind)
{
	int other = ioctl(fd, request);

	if (other >= 0)
		return add_space(other, kind, 0);
	guard("ask for a namespace of kind", kinds[kind].name);
	return NULL;	/* it is above our own */
}

/*
 * The namespace of that kind that fd is open on; -1: of which we know but the
 * id.  The descriptor stays open, so that while we look no other namespace is
 * given the number; unless they are so many that the last few are needed.
 */
struct space *
add_space(int fd, int kind, unsigned id)
{
	struct space *s;
	struct stat st;

	if (fd >= 0) {
		if (fstat(fd, &st) < 0)
			die("look at a namespace");
		id = st.st_ino;
	}
	if (!(s = find_space(id))) {
		s = keep(sizeof *s);
		s->kind = kind;
		s->id = id;
		s->bucket = buckets[id % BUCKETS];
		buckets[id % BUCKETS] = s;
		*last = s;
		last = &s->found;
	}
	if (fd < 0)
		return s;
	if (s->asked) {
		close(fd);
		return s;
	}
	s->asked = 1;
	if (kind == USERNS || kind == PIDNS)
		s->parent = relative(fd, NS_GET_PARENT, kind);
	if (kind == USERNS && ioctl(fd, NS_GET_OWNER_UID, &s->uid) < 0)
		asked_in_vain = errno;
	if (kind != USERNS)
		s->owner = relative(fd, NS_GET_USERNS, USERNS);
	if (fd > most_fds() - 64)
		close(fd);
	return s;
}

/* A mount that was copied to other mount namespaces counts once. */
void
add_keeper(struct space *s, pid_t pid, int fd, const char *path)
{
	struct keeper **k, *new;

	for (k = &s->kept; *k; k = &(*k)->next)
		if (path && (*k)->path && strcmp(path, (*k)->path) == 0)
			return;
	new = *k = keep(sizeof *new);
	new->pid = pid;
	new->fd = fd;
	new->path = path ? keep_text(path) : NULL;
}
