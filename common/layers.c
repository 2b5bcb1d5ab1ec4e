#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "format.h"
#include "layers.h"
#include "put.h"
#include "say.h"

/* Room for 500 paths that each lie below a long current folder. */
#define SIZE (MOST_LAYERS * 2 * PATH_MAX)

const char *
layers_text(const char *prefix, char *const lower[], int n)
{
	static char text[SIZE];
	char *p = stpcpy(stpcpy(text, prefix), "\n");
	const char *s;
	int i;

	for (i = 0; i < n; i++) {
		for (s = lower[i]; *s && p < text + sizeof text - 8; s++)
			if (*s == '\n')
				p = stpcpy(p, "\\012");
			else if (*s == '\\')
				p = stpcpy(p, "\\134");
			else
				*p++ = *s;
		*p++ = '\n';
	}
	*p = '\0';
	return text;
}

static void
decode(char *s)
{
	char *out;

	for (out = s; *s; s++)
		if (strncmp(s, "\\012", 4) == 0)
			*out++ = '\n', s += 3;
		else if (strncmp(s, "\\134", 4) == 0)
			*out++ = '\\', s += 3;
		else
			*out++ = *s;
	*out = '\0';
}

/* How many lower layers DIR/layers names; 0 without it, or if cut short. */
int
layers_read(int dir, const char **prefix, char *lower[])
{
	static char text[SIZE];
	char *rest = text, *line;
	int n = 0;

	if (get(dir, "layers", text, sizeof text) <= 0 ||
	    text[strlen(text) - 1] != '\n')
		return 0;
	line = strsep(&rest, "\n");
	*prefix = strcmp(line, USERS) == 0 ? USERS : TRUSTED;
	while ((line = strsep(&rest, "\n")) && *line && n < MOST_LAYERS) {
		decode(line);
		lower[n++] = line;
	}
	return n;
}

/* Whether they are the same folders, whatever their names. */
int
same_layers(char *const a[], int n, char *const b[], int m)
{
	struct stat s, t;
	int i;

	if (n != m)
		return 0;
	for (i = 0; i < n; i++)
		if (strcmp(a[i], b[i]) != 0 && (stat(a[i], &s) < 0 ||
		    stat(b[i], &t) < 0 || s.st_ino != t.st_ino ||
		    s.st_dev != t.st_dev))
			return 0;
	return 1;
}

/* Whether that folder holds nothing but "." and "..". */
int
is_empty(int dir, const char *name)
{
	char entries[128];
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long n = syscall(SYS_getdents64, fd, entries, sizeof entries);

	close(fd);
	return n == 48;
}

static void
fd_path(char path[32], int fd)
{
	struct out o = { stpcpy(path, "/proc/self/fd/"), path + 31 };

	put_number(&o, fd, 10);
	*o.at = '\0';
}

/*
 * Whether an overlay has upper mounted, in whichever mount namespace.  The
 * kernel tells if index=on is asked for, which leaves traces; but none in an
 * overlay whose work folder is gone, and which therefore is read-only.
 */
int
upper_in_use(int dir, int upper)
{
	enum { STRING = 1, CREATE = 6 };	/* fsconfig(2) */
	char lower_path[32], upper_path[32], gone_path[32];
	int fs, gone, busy, saved = errno;
	int lower = openat(dir, "work", O_PATH | O_CLOEXEC);

	if (did(mkdirat(dir, "work/gone", 0700), "mkdirat(%d, \"work/gone\", "
	    "0700)", dir) < 0 && errno != EEXIST)
		return 0;
	gone = openat(dir, "work/gone", O_PATH | O_CLOEXEC);
	did(unlinkat(dir, "work/gone", AT_REMOVEDIR), "unlinkat(%d, "
	    "\"work/gone\", AT_REMOVEDIR)", dir);
	fd_path(lower_path, lower);
	fd_path(upper_path, upper);
	fd_path(gone_path, gone);
	fs = syscall(430 /* SYS_fsopen */, "overlay", 1);
	syscall(431, fs, STRING, "lowerdir", lower_path, 0);
	syscall(431, fs, STRING, "upperdir", upper_path, 0);
	syscall(431, fs, STRING, "workdir", gone_path, 0);
	syscall(431, fs, STRING, "index", "on", 0);
	busy = syscall(431, fs, CREATE, NULL, NULL, 0) < 0 && errno == EBUSY;
	close(fs);
	close(gone);
	close(lower);
	errno = saved;
	return busy;
}
