/* lock N - use N megabytes, and keep them from being reclaimed */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	size_t n = (argc > 1 ? strtoul(argv[1], NULL, 10) : 1) << 20;
	char *memory = malloc(n);

	if (!memory)
		return 1;
	memset(memory, 1, n);
	if (mlock(memory, n) < 0)
		return 1;
	pause();
	return 0;
}
