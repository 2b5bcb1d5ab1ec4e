#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "format.h"
#include "layers.h"
#include "put.h"

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
 * Whether an overlay has DIR/upper or DIR/work mounted, in whichever mount
 * namespace.  The kernel tells if index=on is asked for, and leaves no trace in
 * an overlay that can make nothing in its work folder and is read-only: here
 * work/work, of mode 0, which closes it to who cannot override that.
 */
int
upper_in_use(int dir)
{
	enum { STRING = 1, CREATE = 6 };	/* fsconfig(2) */
	static const char *const keys[] = { "lowerdir", "upperdir", "workdir" },
	    *const names[] = { "work", "upper", "work/work" };
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2], less[2];
	int fs, i, fd[3], busy = 0, saved = errno;
	char path[32];

	fs = syscall(430 /* SYS_fsopen */, "overlay", 1);
	for (i = 0; i < 3; i++) {
		fd[i] = openat(dir, names[i], O_PATH | O_CLOEXEC);
		fd_path(path, fd[i]);
		busy |= syscall(431, fs, STRING, keys[i], path, 0) < 0;
	}
	if (!busy && syscall(SYS_capget, &head, caps) == 0) {
		less[0] = caps[0];
		less[1] = caps[1];
		less[0].effective &= ~(1 << CAP_DAC_OVERRIDE |
		    1 << CAP_DAC_READ_SEARCH);
		syscall(431, fs, STRING, "index", "on", 0);
		syscall(SYS_capset, &head, less);
		busy = syscall(431, fs, CREATE, NULL, NULL, 0) < 0 &&
		    errno == EBUSY;
		syscall(SYS_capset, &head, caps);
	} else {
		busy = 0;
	}
	for (i = 0; i < 3; i++)
		close(fd[i]);
	close(fs);
	errno = saved;
	return busy;
}
