#include <errno.h>
#include <string.h>

#include "nstree/nstree.h"
#include "reserve.h"
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
	size_t size;
	char *p = reserve_memory(&size);

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
