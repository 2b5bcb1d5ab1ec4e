#include <sys/mman.h>

#include "raw.h"
#include "reserve.h"
#include "say.h"

/*
 * Memory for what has no bound, as much as there can be: the kernel gives each
 * page where it is first touched (mmap(2), MAP_NORESERVE), and nothing moves.
 */
void *
reserve_memory(size_t *size)
{
	void *p;

	*size = (size_t)1 << 36;
	do
		p = raw_mmap(*size /= 2, MAP_NORESERVE);
	while (p == MAP_FAILED && *size > 1 << 20);
	if (p == MAP_FAILED)
		die("reserve memory");
	return p;
}
