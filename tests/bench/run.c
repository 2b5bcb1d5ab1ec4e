/*
 * run - time commands from start to exit, side by side
 *
 *	run [-r ROUNDS] [-n TIMES] [-c NAME/BASE]... <COMMANDS
 *
 * COMMANDS has a word a line: NAME CMD [ARG]..., and an empty line after each.
 * The word "then" begins a further CMD: it is started when the one before has
 * ended, and what they take is added up.
 * In every round each command is started once to warm up and then TIMES times,
 * one after the other; the next round begins with the next command.  What the
 * machine does meanwhile thus happens to all of them.  Prints, with tabs:
 *
 *	time	NAME	MEDIAN	P10	CPU	FAULTS	RSS
 *	ratio	NAME	BASE	MEDIAN	LOW	HIGH	CPU
 *
 * Times are microseconds: between posix_spawn(3) and the return of wait4(2),
 * whose rusage has the median of CPU time and minor page faults, and the
 * largest resident set (kB, of one process).  A ratio is that of the medians of
 * one round: the median over all rounds, and the quartiles; then that of CPU
 * times, which other programs on the machine disturb less.
 *
 * Ends with 1 if a command cannot be started or does not end with 0.
 */
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST_COMMANDS 64
#define MOST_WORDS 256
#define MOST_CLAIMS 64

extern char **environ;

static struct command {
	const char *name;
	char **argv;
	long rss;
	double *wall, *cpu, *faults;	/* of all rounds, one after the other */
} commands[MOST_COMMANDS];
static int n_commands;

static int rounds = 40, times = 6;
static int said;		/* a file for what the commands say on stderr */
static int report;		/* our own stderr */
static double *ratios, *sorted;

static void
die(const char *what)
{
	dprintf(report, "run: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
misuse(const char *what, const char *word)
{
	dprintf(report, "run: %s: %s\n", what, word);
	exit(1);
}

static int
count(const char *word)
{
	int n = atoi(word);

	if (n < 1 || n > 100000)
		misuse("not a number of starts", word);
	return n;
}

static double *
numbers(int n)
{
	double *p = calloc(n, sizeof *p);

	if (!p)
		die("memory");
	return p;
}

static struct command *
find(const char *name, size_t length)
{
	int i;

	for (i = 0; i < n_commands; i++)
		if (strlen(commands[i].name) == length &&
		    strncmp(commands[i].name, name, length) == 0)
			return &commands[i];
	misuse("no such command", name);
	return NULL;
}

static void
read_commands(void)
{
	static char *words[MOST_COMMANDS * MOST_WORDS];
	struct command *c = NULL;
	char *line = NULL, **w = words;
	size_t size = 0;
	ssize_t n;

	while ((n = getline(&line, &size, stdin)) > 0) {
		line[n - 1] = '\0';
		if (n == 1) {
			c = NULL;
			w += 2;
			continue;
		}
		if (w + 3 >= words + MOST_COMMANDS * MOST_WORDS ||
		    (!c && n_commands == MOST_COMMANDS))
			misuse("too many commands", line);
		if (c && strcmp(line, "then") == 0) {
			w++;
		} else if (c) {
			*w++ = line;
		} else {
			c = &commands[n_commands++];
			c->name = line;
			c->argv = w;
			c->wall = numbers(rounds * times);
			c->cpu = numbers(rounds * times);
			c->faults = numbers(rounds * times);
		}
		line = NULL;
		size = 0;
	}
}

static void
failed(const struct command *c, const char *program, int status)
{
	char text[4096];
	ssize_t n = pread(said, text, sizeof text, 0);

	dprintf(report, "run: %s: %s ended with %s%d\n", c->name, program,
	    WIFSIGNALED(status) ? "signal " : "",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	if (n > 0 && write(report, text, n) < 0)
		die("stderr");
	exit(1);
}

static double
microseconds(const struct timeval *t)
{
	return t->tv_sec * 1e6 + t->tv_usec;
}

/* One program, whose times are added to those of the command. */
static void
start_program(struct command *c, char **argv, int sample)
{
	struct timespec begin, end;
	struct rusage used;
	int status, err;
	pid_t pid;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	err = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	if (err) {
		errno = err;
		die(argv[0]);
	}
	while (wait4(pid, &status, 0, &used) < 0)
		if (errno != EINTR)
			die("wait");
	clock_gettime(CLOCK_MONOTONIC, &end);

	if (status != 0)
		failed(c, argv[0], status);
	/* The file is to hold what the last start said. */
	if (lseek(said, 0, SEEK_CUR) > 0 &&
	    (ftruncate(said, 0) < 0 || lseek(said, 0, SEEK_SET) < 0))
		die("stderr");
	if (used.ru_maxrss > c->rss)
		c->rss = used.ru_maxrss;
	if (sample < 0)
		return;
	c->wall[sample] += (end.tv_sec - begin.tv_sec) * 1e6 +
	    (end.tv_nsec - begin.tv_nsec) / 1e3;
	c->cpu[sample] += microseconds(&used.ru_utime) +
	    microseconds(&used.ru_stime);
	c->faults[sample] += used.ru_minflt;
}

/* The words of each program end in NULL, and those of the command in two. */
static void
start_once(struct command *c, int sample)
{
	char **argv;

	for (argv = c->argv; *argv; argv++) {
		start_program(c, argv, sample);
		while (*argv)
			argv++;
	}
}

static void
measure(void)
{
	struct command *c;
	int round, i, k;

	for (round = 0; round < rounds; round++)
		for (i = 0; i < n_commands; i++) {
			c = &commands[(round + i) % n_commands];
			start_once(c, -1);
			for (k = 0; k < times; k++)
				start_once(c, round * times + k);
		}
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The number that this part of the n numbers lies below. */
static double
quantile(const double *values, int n, double part)
{
	double at = part * (n - 1);
	int i = at;

	memcpy(sorted, values, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, ascending);
	if (i + 1 == n)
		return sorted[i];
	return sorted[i] + (at - i) * (sorted[i + 1] - sorted[i]);
}

static void
print_time(const struct command *c)
{
	int n = rounds * times;

	printf("time\t%s\t%.0f\t%.0f\t%.0f\t%.0f\t%ld\n", c->name,
	    quantile(c->wall, n, 0.5), quantile(c->wall, n, 0.1),
	    quantile(c->cpu, n, 0.5), quantile(c->faults, n, 0.5), c->rss);
}

/* Of each round, the ratio of the medians. */
static void
compare(const double *values, const double *base)
{
	int i, at;

	for (i = 0; i < rounds; i++) {
		at = i * times;
		ratios[i] = quantile(values + at, times, 0.5) /
		    quantile(base + at, times, 0.5);
	}
}

static void
print_ratio(const char *names)
{
	const char *slash = strchr(names, '/');
	struct command *c, *base;

	if (!slash)
		misuse("not NAME/BASE", names);
	c = find(names, slash - names);
	base = find(slash + 1, strlen(slash + 1));
	compare(c->wall, base->wall);
	printf("ratio\t%s\t%s\t%.3f\t%.3f\t%.3f", c->name, base->name,
	    quantile(ratios, rounds, 0.5), quantile(ratios, rounds, 0.25),
	    quantile(ratios, rounds, 0.75));
	compare(c->cpu, base->cpu);
	printf("\t%.3f\n", quantile(ratios, rounds, 0.5));
}

/* Our stderr, and a file without a name for that of the commands. */
static void
open_streams(void)
{
	report = fcntl(2, F_DUPFD_CLOEXEC, 3);
	said = memfd_create("stderr", MFD_CLOEXEC);
	if (report < 0 || said < 0 || dup2(said, 2) < 0)
		exit(1);
}

int
main(int argc, char **argv)
{
	const char *claims[MOST_CLAIMS];
	int c, i, null, out, n_claims = 0;

	open_streams();
	while ((c = getopt(argc, argv, "+c:n:r:")) != -1)
		switch (c) {
		case 'c':
			if (n_claims == MOST_CLAIMS)
				misuse("too many ratios", optarg);
			claims[n_claims++] = optarg;
			break;
		case 'n': times = count(optarg); break;
		case 'r': rounds = count(optarg); break;
		default: misuse("unknown option", argv[optind - 1]);
		}
	read_commands();
	sorted = numbers(rounds * times);
	ratios = numbers(rounds);
	if ((out = fcntl(1, F_DUPFD_CLOEXEC, 3)) < 0 ||
	    (null = open("/dev/null", O_RDWR | O_CLOEXEC)) < 0 ||
	    dup2(null, 0) < 0 || dup2(null, 1) < 0)
		die("/dev/null");

	measure();
	if (dup2(out, 1) < 0)
		die("stdout");
	for (i = 0; i < n_commands; i++)
		print_time(&commands[i]);
	for (i = 0; i < n_claims; i++)
		print_ratio(claims[i]);
	return 0;
}
