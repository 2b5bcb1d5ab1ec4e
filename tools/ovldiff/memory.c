#include <errno.h>
#include <string.h>

#include "ovldiff/entry.h"
#include "ovldiff/memory.h"
#include "reserve.h"
#include "say.h"

struct area scratch, record;

void
reserve(struct area *a)
{
	size_t size;

	a->start = a->top = reserve_memory(&size);
	a->end = a->start + size;
}

void
guard_room(const struct area *a, size_t n)
{
	if (n + 16 < (size_t)(a->end - a->top))
		return;
	errno = ENOMEM;
	die("remember so many names");
}

/* Kept until the caller sets scratch.top back. */
void *
keep(size_t n)
{
	scratch.top += -(size_t)scratch.top & 15;
	guard_room(&scratch, n);
	scratch.top += n;
	return scratch.top - n;
}

/* For each lower layer the path of a folder below its root, or NULL. */
char **
keep_places(void)
{
	size_t n = (layers + 1) * sizeof(char *);

	return memset(keep(n), 0, n);
}

char *
join(const char *a, const char *b)
{
	char *s = keep(strlen(a) + strlen(b) + 2);

	stpcpy(stpcpy(stpcpy(s, a), "/"), b);
	return s;
}
