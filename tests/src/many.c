/* many - N processes that sleep; it says when there are all */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sched.h>

static int
rest(void *unused)
{
	(void)unused;
	return pause();
}

int
main(int argc, char **argv)
{
	int n = atoi(argv[argc - 1]);
	char *stack;

	while (n-- > 0)
		if (!(stack = malloc(8192)) ||
		    clone(rest, stack + 8192, CLONE_VM | SIGCHLD, NULL) < 0)
			return 1;
	puts("all");
	fflush(stdout);
	return pause();
}
