/*
 * blocks - block all signals for a moment, again and again, as libc does in a
 * fork; with an argument, in a vfork(2) whose child takes its time
 */
#include <signal.h>
#include <time.h>
#include <unistd.h>

static void
wait_ms(int ms)
{
	const struct timespec t = { .tv_nsec = ms * 1000000 };

	nanosleep(&t, NULL);
}

static long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int
main(int argc, char **argv)
{
	sigset_t all;
	long begin;

	(void)argv;
	sigfillset(&all);
	for (;;) {
		sigprocmask(SIG_BLOCK, &all, NULL);
		if (argc == 1) {
			for (begin = now_ms(); now_ms() < begin + 15;)
				;
		} else if (vfork() == 0) {
			wait_ms(30);
			_exit(0);
		}
		sigprocmask(SIG_UNBLOCK, &all, NULL);
		wait_ms(10);
	}
}
