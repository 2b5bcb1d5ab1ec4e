#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "layers.h"
#include "put.h"
#include "raw.h"
#include "say.h"

static char *next, *end;

/* Room for names, which is never given back. */
void *
room(size_t n)
{
	static char first[16384];
	size_t size = n + (1 << 20);

	if (!next)
		end = (next = first) + sizeof first;
	if (n > (size_t)(end - next)) {
		next = raw_mmap(size, 0);
		if (next == MAP_FAILED)
			die("remember so many names");
		end = next + size;
	}
	next += n;
	return next - n;
}

/* The room that was taken last ends there. */
void
trim(char *last)
{
	next = last;
}

static void
decode(char *s)
{
	char *out;

	for (out = s; *s; *out++ = *s++)
		if (strncmp(s, "\\012", 4) == 0)
			*(s += 3) = '\n';
		else if (strncmp(s, "\\134", 4) == 0)
			*(s += 3) = '\\';
	*out = '\0';
}

/*
 * How many lower layers DIR/layers names; 0 without it, if it is cut short, or
 * somebody else's.
 */
int
layers_read(int dir, const char **prefix, char *lower[])
{
	struct stat st;
	char *rest, *line;
	long size;
	int n = 0;

	if (fstatat(dir, "layers", &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(st.st_mode))
		return 0;
	rest = room(st.st_size + 1);
	size = get(dir, "layers", rest, st.st_size + 1);
	if (size <= 0 || (long)strlen(rest) != size || rest[size - 1] != '\n')
		return 0;
	line = strsep(&rest, "\n");
	*prefix = *line == *USERS ? USERS : TRUSTED;
	if (strcmp(line, *prefix) != 0)
		return 0;
	while ((line = strsep(&rest, "\n")) && *line && n < MOST_LAYERS) {
		decode(line);
		lower[n++] = line;
	}
	return n;
}
