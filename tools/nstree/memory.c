/*
 * Memory for what has no bound: reserved once, given by the kernel where it is
 * touched, and never moved.
 */
#include <sys/mman.h>

#include <errno.h>
#include <string.h>

#include "nstree/nstree.h"
#include "say.h"

struct out page;

static struct out rest;

static void
full(void)
{
	errno = ENOMEM;
	die("remember so many namespaces");
}

/* A half is for what is kept, the other for the page. */
void
reserve(void)
{
	size_t size = (size_t)1 << 36;
	char *p;

	do
		p = mmap(NULL, size /= 2, PROT_READ | PROT_WRITE, MAP_PRIVATE |
		    MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	while (p == MAP_FAILED && size > 1 << 20);
	if (p == MAP_FAILED)
		die("reserve memory");
	rest.at = p;
	rest.end = page.at = p + size / 2;
	page.end = p + size - 1;
}

/* Memory that is all 0. */
void *
keep(size_t n)
{
	n = (n + 7) & ~(size_t)7;
	if (n > (size_t)(rest.end - rest.at))
		full();
	rest.at += n;
	return rest.at - n;
}

const char *
keep_text(const char *s)
{
	return strcpy(keep(strlen(s) + 1), s);
}

/* For n more bytes on the page. */
void
make_room(size_t n)
{
	if (n > (size_t)(page.end - page.at))
		full();
}
