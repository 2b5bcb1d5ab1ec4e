/*
 * One pass over /proc (namespaces(7)): for each process its namespaces, and
 * the open descriptors that keep one.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "names.h"
#include "nstree/nstree.h"
#include "put.h"
#include "say.h"
#include "why/nstree.h"

int proc, unseen, one_unseen;

/* "PID", in digits; the end of it. */
char *
put_pid(char *p, pid_t pid)
{
	struct out o = { p, p + 16 };

	put_number(&o, pid, 10);
	*o.at = '\0';
	return o.at;
}

/* The kind in "net:[4026531840]", or -1. */
int
kind_in(const char *text)
{
	size_t n;
	int i;

	for (i = 0; i < KINDS; i++) {
		n = strlen(kinds[i].file);
		if (strncmp(text, kinds[i].file, n) == 0 &&
		    strncmp(text + n, ":[", 2) == 0)
			return i;
	}
	return -1;
}

/* The number in it, or 0: reading the link is cheaper than stat(2). */
unsigned
id_in(const char *text)
{
	const char *number = strchr(text, '[');

	return number ? digits(number + 1, NULL, 10) : 0;
}

/* What the link to a namespace holds; 0, if it is none. */
unsigned
link_id(int dir, const char *path, int *kind)
{
	char text[64];
	ssize_t n = readlinkat(dir, path, text, sizeof text - 1);

	if (n <= 0)
		return 0;
	errno = 0;
	text[n] = '\0';
	if (kind && (*kind = kind_in(text)) < 0)
		return 0;
	return id_in(text);
}

/*
 * That a process has ended, or is closed to us, is no failure, nor is a filter
 * that does not know openat2(2); that we are short of descriptors or memory
 * would leave namespaces out.
 */
void
guard(const char *what, const char *path)
{
	if (errno == 0 || errno == ENOENT || errno == ESRCH ||
	    errno == EINVAL || errno == EACCES || errno == EPERM ||
	    errno == ELOOP || errno == EXDEV || errno == ENOSYS)
		return;
	tell("%-s %s", what, path);
	why_unasked(errno);
	fail();
}

/* The namespace of that link, which is opened when it is a new one. */
static struct space *
follow(int dir, const char *path, int kind, unsigned id)
{
	struct space *s = find_space(id);
	int fd;

	if (s)
		return s;
	if ((fd = openat(dir, path, O_RDONLY | O_CLOEXEC)) < 0)
		guard("open", path);
	return fd < 0 ? NULL : add_space(fd, kind, 0);
}

static void
join(struct process *p, int kind, struct space *s)
{
	p->space[kind] = s;
	if (s->last)
		s->last->next[kind] = p;
	else
		s->first = p;
	s->last = p;
	s->members++;
}

/* NULL and errno: it has ended, or is closed to us. */
struct process *
read_process(pid_t pid)
{
	struct process *p = NULL;
	struct space *s;
	char path[64], *end;
	unsigned id;
	int i;

	end = stpcpy(put_pid(path, pid), "/ns/");
	for (i = 0; i < KINDS; i++) {
		strcpy(end, kinds[i].file);
		/* A zombie has some still; this kernel may lack others. */
		if ((id = link_id(proc, path, NULL)) == 0) {
			guard("read", path);
			if (errno == EACCES || errno == EPERM)
				break;
			continue;
		}
		if (!(s = follow(proc, path, i, id)))
			continue;
		if (!p) {
			p = keep(sizeof *p);
			p->pid = pid;
		}
		join(p, i, s);
	}
	return p;
}

/* 0: there is no such descriptor. */
static int
read_fd(int dir, const char *name, pid_t pid, int fd)
{
	struct space *s;
	int kind;
	unsigned id = link_id(dir, name, &kind);

	if (id && (s = follow(dir, name, kind, id)))
		add_keeper(s, pid, fd, NULL);
	return id || errno != ENOENT;
}

/*
 * Since Linux 6.2 the size of the folder is how many there are: mostly 0, 1, 2
 * and so on, which need not be listed.
 */
static void
read_fds(pid_t pid)
{
	struct names in;
	struct stat st;
	const char *name;
	char path[32];
	int fd, n = 0;

	strcpy(put_pid(path, pid), "/fd");
	if (names_open(&in, proc, path) < 0) {
		guard("open", path);
		return;
	}
	if (fstat(in.fd, &st) < 0)
		st.st_size = 0;
	for (; n < st.st_size; n++) {
		put_pid(path, n);
		if (!read_fd(in.fd, path, pid, n))
			break;
	}
	if (n && n == st.st_size) {
		close(in.fd);
		return;
	}
	while ((name = name_next(&in)))
		if ((fd = digits(name, NULL, 10)) >= n)
			read_fd(in.fd, name, pid, fd);
	guard("list", "/proc/PID/fd");
}

/* -1: there is no /proc. */
int
read_all(void)
{
	static struct names in;
	struct process *p;
	struct space *s;
	const char *name;
	char text[16] = "";
	pid_t pid, self = 0;

	if (names_open(&in, proc, ".") < 0)
		return -1;
	/* What we have open ourselves keeps nothing. */
	if (readlinkat(proc, "self", text, sizeof text - 1) > 0)
		self = digits(text, NULL, 10);
	while ((name = name_next(&in))) {
		if (*name < '1' || *name > '9')
			continue;
		pid = digits(name, NULL, 10);
		if ((p = read_process(pid))) {
			if (pid != self)
				read_fds(pid);
		} else if (errno == EACCES || errno == EPERM) {
			unseen++;
			one_unseen = pid;
		}
	}
	guard("list", "/proc");
	read_mounts(0);
	for (s = spaces; s; s = s->found) {
		p = s->kind == MNTNS ? s->first : NULL;
		while (p && read_mounts(p->pid) < 0)
			p = p->next[MNTNS];
	}
	return 0;
}
