/*
 * each - start a command many times, one after the other
 *
 *	each FIRST LAST CMD [ARG]...
 *
 * Every % in an ARG is the number, from FIRST to LAST.  Ends with 1 as soon as
 * a command cannot be started or does not end with 0.
 */
#include <sys/wait.h>

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MOST_WORDS 32
#define MOST_BYTES 256

extern char **environ;

static void
fill(char *word, const char *pattern, int n)
{
	char *end = word + MOST_BYTES - 16;

	for (; *pattern && word < end; pattern++)
		if (*pattern == '%')
			word += sprintf(word, "%d", n);
		else
			*word++ = *pattern;
	*word = '\0';
}

int
main(int argc, char **argv)
{
	static char words[MOST_WORDS][MOST_BYTES];
	char *command[MOST_WORDS + 1] = { 0 };
	int n, i, status;
	pid_t pid;

	if (argc < 4 || argc - 3 > MOST_WORDS)
		return 1;
	for (n = atoi(argv[1]); n <= atoi(argv[2]); n++) {
		for (i = 0; i < argc - 3; i++)
			fill(command[i] = words[i], argv[3 + i], n);
		if (posix_spawnp(&pid, command[0], NULL, NULL, command,
		    environ) != 0 || waitpid(pid, &status, 0) < 0 || status)
			return 1;
	}
	return 0;
}
