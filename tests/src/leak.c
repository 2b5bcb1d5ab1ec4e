/* leak - the tutorial's program that uses ever more memory */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
main(void)
{
	char *volatile buffer;
	int n;

	for (n = 1;; n++) {
		buffer = malloc(1 << 20);
		if (!buffer)
			continue;
		printf("Allocation #%d\n", n);
		fflush(stdout);
		memset(buffer, 0, 1 << 20);
	}
}
