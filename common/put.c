#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "put.h"

/*
 * Writes text to a file of the kernel's in one write(2), which is how maps,
 * cgroup files and sysctls want it.  0, or -1 with the errno of the write.
 */
int
put(int dir, const char *file, const char *text)
{
	size_t n = strlen(text);
	ssize_t done;
	int fd, err;

	if ((fd = openat(dir, file, O_WRONLY | O_CLOEXEC)) < 0)
		return -1;
	done = write(fd, text, n);
	err = done < 0 ? errno : EIO;
	close(fd);
	errno = err;
	return done == (ssize_t)n ? 0 : -1;
}

/* Reads a small file whole, as a string; its length, or -1. */
long
get(int dir, const char *file, char *text, size_t size)
{
	size_t n = 0;
	ssize_t got;
	int fd;

	*text = '\0';
	if ((fd = openat(dir, file, O_RDONLY | O_CLOEXEC)) < 0)
		return -1;
	while (n < size - 1 && (got = read(fd, text + n, size - 1 - n)) > 0)
		n += got;
	text[n] = '\0';
	close(fd);
	return n;
}

/* The number at s, behind blanks; *end, if asked for, is what follows it. */
unsigned long long
digits(const char *s, const char **end, unsigned base)
{
	unsigned long long n = 0;
	unsigned d;

	s += strspn(s, " \t");
	for (;; s++) {
		d = *s >= 'a' ? *s - 'a' + 10U : *s - (unsigned)'0';
		if (d >= base)
			break;
		n = n * base + d;
	}
	if (end)
		*end = s;
	return n;
}

/* strstr(3), without the kilobyte that makes it fast on long texts. */
char *
find(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (; *text; text++)
		if (strncmp(text, word, n) == 0)
			return (char *)text;
	return NULL;
}

/* Whether the first part of parts, which mark ends, is one of the list too. */
int
has_part(const char *list, const char *parts, char mark)
{
	size_t n = strchrnul(parts, mark) - parts;
	const char *end;

	for (;; list = end + 1) {
		end = strchrnul(list, mark);
		if (end == list + n && memcmp(list, parts, n) == 0)
			return 1;
		if (!*end)
			return 0;
	}
}
