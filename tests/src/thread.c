/* thread [OLD] - a process of two threads; OLD: the first one ends */
#include <pthread.h>
#include <unistd.h>

static void *
wait(void *unused)
{
	pause();
	return unused;
}

int
main(int argc, char **argv)
{
	pthread_t other;

	(void)argv;
	pthread_create(&other, NULL, wait, NULL);
	if (argc > 1)
		pthread_exit(NULL);
	return pause();
}
