/* Texts, and what names cgroups. */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cgset/paths.h"
#include "format.h"
#include "say.h"

#define SEPARATORS " ,|\n"

/* Three strings as one that lives as long as we do. */
const char *
joined(const char *a, const char *b, const char *c)
{
	static char all[1 << 18], *at = all;
	char *start = at;

	if (strlen(a) + strlen(b) + strlen(c) >= (size_t)(all + sizeof all -
	    at))
		misuse("the command line is too long");
	at = stpcpy(stpcpy(stpcpy(at, a), b), c) + 1;
	return start;
}

/* Whether n bytes may be a name of the kernel's, to be said without quotes. */
int
is_plain(const char *name, size_t n)
{
	while (n > 0 && *name > ' ' && *name < 0x7f && *name != '/')
		name++, n--;
	return n == 0;
}

/* Whether one of n bytes is among the words of a list. */
int
has_word(const char *list, const char *word, size_t n)
{
	for (; *list; list += strcspn(list, SEPARATORS), list += *list != '\0')
		if (strcspn(list, SEPARATORS) == n &&
		    strncmp(list, word, n) == 0)
			return 1;
	return 0;
}

/* What is left of path below folder, or NULL if it lies elsewhere. */
const char *
rest_below(const char *folder, const char *path)
{
	size_t n = strlen(folder);

	return strncmp(folder, path, n) == 0 &&
	    (path[n] == '/' || path[n] == '\0') ? path + n : NULL;
}

/* The path by its real folders, as far as there are any. */
const char *
real_path(const char *path)
{
	static char head[PATH_MAX], real[PATH_MAX], link[32];
	struct out o = { link, link + sizeof link - 1 };
	char *cut = stpcpy(head, path);
	ssize_t n;
	int fd;

	while ((fd = open(head, O_PATH | O_CLOEXEC)) < 0 && cut > head + 1) {
		while (*--cut != '/')
			;
		*cut = '\0';
	}
	put_text(&o, "/proc/self/fd/");
	put_number(&o, fd < 0 ? 0 : fd, 10);
	n = readlink(link, real, sizeof real - 1);
	close(fd);
	return joined(n > 0 ? real : "", path + (cut - head), "");
}

/* The name without what the kernel would not keep of it. */
const char *
checked(const char *operand)
{
	char *copy = (char *)joined(operand, "", ""), *part = copy, *end = copy;
	size_t n;

	if (!*operand)
		misuse("CGROUP is empty");
	if (strlen(operand) >= PATH_MAX)
		misuse("CGROUP %s: the name is too long", operand);
	if (strncmp(copy, "./", 2) == 0 && copy[1 + strspn(copy + 1, "/")])
		part = ++end;
	while (*part) {
		if (*part == '/') {
			*end++ = '/';
			part += strspn(part, "/");
		}
		n = strcspn(part, "/");
		if (n > 0 && n <= 2 && strncmp(part, "..", n) == 0)
			misuse("CGROUP %s: . and .. have no place in it",
			    operand);
		memmove(end, part, n);
		end += n;
		part += n;
	}
	if (end > copy + 1 && end[-1] == '/')
		end--;
	*end = '\0';
	return copy;
}
