#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "say.h"
#include "start.h"

static void (*pipe_signal)(int), (*size_signal)(int);
static sigset_t callers_mask;
static int holding;

static void
be_verbose(void)
{
	if (verbose++)
		return;
	say("uid=%u euid=%u gid=%u egid=%u CapEff=%llx", getuid(), geteuid(),
	    getgid(), getegid(), effective_caps());
}

/* They would end us before we could undo: a write says EPIPE, EFBIG instead. */
void
hold_writes(void)
{
	pipe_signal = signal(SIGPIPE, SIG_IGN);
	size_signal = signal(SIGXFSZ, SIG_IGN);
}

/* As the caller had them. */
void
let_writes(void)
{
	signal(SIGPIPE, pipe_signal);
	signal(SIGXFSZ, size_signal);
}

/*
 * Opens 0, 1 and 2 on /dev/null if the caller closed them, lest a file of
 * ours become PROG's stdin; 1 for reading, so that writing a handle fails.
 */
void
start(const char *name, const char *text, char **argv)
{
	struct pollfd fds[3] = { { .fd = 0 }, { .fd = 1 }, { .fd = 2 } };
	const char *env;
	int i;

	tool = name;
	usage = text;
	command = argv;
	if (poll(fds, 3, 0) > 0)
		for (i = 0; i < 3; i++)
			if (fds[i].revents & POLLNVAL &&
			    open("/dev/null", i == 1 ? O_RDONLY : O_RDWR) != i)
				die("open %s", "/dev/null");
	hold_writes();
	env = getenv("COOPERAGE_VERBOSE");
	if (env && strcmp(env, "1") == 0)
		be_verbose();
}

/* The options of every tool, and what option() could not read. */
void
common_option(int c, char **argv)
{
	/* musl counts a value that is missing, glibc does not. */
	const char *word = argv[optind - 1 - !argv[optind - 1]];
	const char letter[] = { '-', optopt, '\0' };

	switch (c) {
	case 'h':
		hand_on(usage);
		exit(0);
	case 'V':
		hand_on("cooperage " VERSION "\n");
		exit(0);
	case 'v':
		be_verbose();
		return;
	case ':':
		misuse("%s needs a value", optopt > ' ' && word[1] != '-' ?
		    letter : word);
	default:
		misuse("unknown option %s", optopt ? letter : word);
	}
}

/*
 * From here on SIGINT, SIGTERM and SIGHUP wait, so that what is made is made
 * whole or taken back.
 */
void
hold_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &callers_mask);
	holding = 1;
}

int
is_ignored(int number)
{
	struct sigaction sa;

	return sigaction(number, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN;
}

/* The signal, if one waits, that would have ended us, had we not held it. */
static int
interrupted(void)
{
	static const int held[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t set;
	unsigned i;

	if (sigpending(&set) < 0)
		return 0;
	for (i = 0; i < sizeof held / sizeof *held; i++)
		if (sigismember(&set, held[i]) &&
		    !sigismember(&callers_mask, held[i]) &&
		    !is_ignored(held[i]))
			return held[i];
	return 0;
}

/*
 * The caller's mask again; a signal that waited undoes first, then ends us: PID
 * 1, to which it would be nothing (pid_namespaces(7)), by itself.
 */
void
let_signals(void)
{
	int number = 0;

	if (!holding)
		return;
	holding = 0;
	if (undo || getpid() == 1)
		number = interrupted();
	if (number && undo) {
		undo();
		undo = NULL;
	}
	sigprocmask(SIG_SETMASK, &callers_mask, NULL);
	if (number && getpid() == 1)
		_exit(128 + number);
}

/*
 * An operand, or for "-" the handle that stdin holds: one line, read
 * bytewise so that what follows it stays for others.
 */
char *
handle(const char *operand)
{
	static char line[4097];
	size_t n = 0;
	ssize_t got;

	if (strcmp(operand, "-") != 0)
		return (char *)operand;
	do {
		got = read(0, line + n, 1);
		if (got < 0 && errno != EINTR)
			die("read a handle from standard input");
		if (got == 1 && line[n] != '\n' && ++n == sizeof line)
			misuse("standard input: no handle is that long");
	} while (got < 0 || (got == 1 && line[n] != '\n'));
	line[n] = '\0';
	if (n == 0) {
		say("standard input: no handle");
		fail();
	}
	read_handle = line;
	read_at = operand;
	return line;
}

/* Text on stdout, whole or not at all: what was made is undone then. */
void
hand_on(const char *text)
{
	size_t n = strlen(text);
	ssize_t put;

	for (; n; text += put, n -= put) {
		put = write(1, text, n);
		if (put < 0 && errno == EINTR)
			put = 0;
		if (put < 0)
			die("write to standard output");
	}
}

/* A whole number from 0 to max, in digits and nothing else. */
unsigned long
number(const char *s, unsigned long max, const char *what)
{
	unsigned long n = 0;
	const char *p;

	for (p = s; *p >= '0' && *p <= '9'; p++) {
		if (n > (max - (*p - '0')) / 10)
			misuse("%-s %s: above %lu", what, s, max);
		n = n * 10 + (*p - '0');
	}
	if (p == s || *p)
		misuse("%-s %s: not a number", what, s);
	return n;
}
