/* forks - processes that fork as fast as they can; those that may not, try on */
#include <unistd.h>

int
main(void)
{
	for (;;)
		fork();
}
