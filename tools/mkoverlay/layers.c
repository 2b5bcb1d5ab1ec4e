/* DIR/layers as this overlay has it: what mkoverlay writes, and compares. */
#include <sys/stat.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "layers.h"
#include "mkoverlay/overlay.h"

const char *
layers_text(void)
{
	size_t most = strlen(prefix) + 2;
	const char *s;
	char *p, *text;
	int i;

	for (i = 0; i < lowers; i++)
		most += 4 * strlen(lower[i]) + 1;
	text = room(most);
	p = stpcpy(stpcpy(text, prefix), "\n");
	for (i = 0; i < lowers; i++) {
		for (s = lower[i]; *s; s++)
			if (*s == '\n' || *s == '\\')
				p = stpcpy(p, *s == '\n' ? "\\012" : "\\134");
			else
				*p++ = *s;
		*p++ = '\n';
	}
	*p = '\0';
	return text;
}

/* Whether it is exactly that text. */
int
layers_are(const char *text)
{
	size_t n = strlen(text);
	char *is = room(n + 1);
	int fd = openat(at, "layers", O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC), same;

	same = read(fd, is, n + 1) == (ssize_t)n && memcmp(is, text, n) == 0;
	close(fd);
	return same;
}

/* Whether two paths lead to the same folder. */
int
same_folder(const char *a, const char *b)
{
	struct stat s, t;

	return stat(a, &s) == 0 && stat(b, &t) == 0 && s.st_ino == t.st_ino &&
	    s.st_dev == t.st_dev;
}
