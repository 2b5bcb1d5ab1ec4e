#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "facts.h"
#include "format.h"
#include "say.h"
#include "target.h"
#include "wait.h"

static const struct {
	const char *name;
	int number;
	int terminal;	/* the terminal sends it to PROG itself */
	int ends;	/* and to PID 1 in vain, if that has no handler */
} passed[] = {
	{ "SIGTERM", SIGTERM, 0, 1 }, { "SIGHUP", SIGHUP, 0, 1 },
	{ "SIGUSR1", SIGUSR1, 0, 0 }, { "SIGUSR2", SIGUSR2, 0, 0 },
	{ "SIGINT", SIGINT, 1, 1 }, { "SIGQUIT", SIGQUIT, 1, 1 },
	{ "SIGTSTP", SIGTSTP, 1, 0 },
};

static sigset_t callers_mask, taken;
static struct sigaction callers_chld;
static int tty = -1;

/*
 * Before the clone: from here on the signals wait for wait_for().  One that
 * the caller ignores (nohup(1), trap '' INT) stays ignored, by us and by PROG.
 */
void
wait_begin(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL }, sa;
	unsigned i;
	int fd;

	sigemptyset(&taken);
	sigaddset(&taken, SIGCHLD);
	for (i = 0; i < sizeof passed / sizeof *passed; i++)
		if (sigaction(passed[i].number, NULL, &sa) == 0 &&
		    sa.sa_handler != SIG_IGN)
			sigaddset(&taken, passed[i].number);
	sigprocmask(SIG_BLOCK, &taken, &callers_mask);
	/* With SIGCHLD ignored the kernel would keep no status for us. */
	sigaction(SIGCHLD, &dfl, &callers_chld);
	for (fd = 0; fd < 3 && tty < 0; fd++)
		if (tcgetpgrp(fd) == getpgrp())
			tty = fd;
}

/* A shell's & has a job ignore these two.  On the terminal, PROG needs them. */
static void
heed(int number)
{
	struct sigaction sa;

	if (sigaction(number, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN)
		signal(number, SIG_DFL);
}

/* In the child, before the exec: what the caller had. */
void
wait_child(void)
{
	if (tty >= 0) {
		heed(SIGINT);
		heed(SIGQUIT);
	}
	sigaction(SIGCHLD, &callers_chld, NULL);
	sigprocmask(SIG_SETMASK, &callers_mask, NULL);
}

/* Whether process pid has a handler for the signal, or waits for it. */
static int
sees(pid_t pid, int number)
{
	char text[32];
	struct out o = { text, text + sizeof text - 1 };
	long caught, blocked;

	put_number(&o, pid, 10);
	*o.at = '\0';
	caught = status_number(text, "SigCgt", 16);
	blocked = status_number(text, "SigBlk", 16);
	return ((caught | blocked) >> (number - 1)) & 1;
}

/*
 * What the terminal sends goes to its whole foreground group, PROG with it:
 * only what a process sent is passed on.  PID 1 of a namespace gets no signal
 * that it has no handler for (pid_namespaces(7)), but for SIGKILL from here.
 */
static void
pass_on(pid_t pid, int init, const siginfo_t *info)
{
	unsigned i;

	for (i = 0; i < sizeof passed / sizeof *passed; i++) {
		int number = passed[i].number;

		if (number != info->si_signo)
			continue;
		if (passed[i].terminal && info->si_code > 0)
			return;
		if (init && passed[i].ends && !sees(pid, number)) {
			say("%-s: PID 1 has no handler for it and would not "
			    "see it: SIGKILL instead", passed[i].name);
			number = SIGKILL;
		}
		did(kill(pid, number), "kill(%d, %-s)", pid,
		    number == SIGKILL ? "SIGKILL" : passed[i].name);
	}
}

/* PROG was stopped: so are we, that the shell sees it; both go on together. */
static void
stop_with(pid_t pid)
{
	kill(getpid(), SIGSTOP);
	kill(pid, SIGCONT);
}

/* The shell in the container may have left a dead foreground group behind. */
static void
take_terminal(void)
{
	if (tty < 0)
		return;
	signal(SIGTTOU, SIG_IGN);
	tcsetpgrp(tty, getpgrp());
}

/*
 * Waits for pid, and for every orphan that becomes ours; init: it is PID 1 of
 * a PID namespace.  Returns its exit status, 128+N if signal N ended it.
 */
int
wait_for(pid_t pid, int init)
{
	siginfo_t info;
	int status;
	pid_t child;

	for (;;) {
		while ((child = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0)
			if (child != pid)
				continue;
			else if (WIFSTOPPED(status))
				stop_with(pid);
			else {
				take_terminal();
				return WIFEXITED(status) ? WEXITSTATUS(status) :
				    128 + WTERMSIG(status);
			}
		if (child < 0 && errno == ECHILD)
			die("wait for %d", pid);
		if (sigwaitinfo(&taken, &info) > 0 && info.si_signo != SIGCHLD)
			pass_on(pid, init, &info);
	}
}

/*
 * An init without a program: reaps orphans, ends on SIGTERM, and when the
 * process of pidfd ends (-1: none).  What is blocked is not lost on PID 1.
 */
void
hold_until(int pidfd)
{
	struct pollfd fds[2] = { { .fd = pidfd, .events = POLLIN },
	    { .events = POLLIN } };
	struct signalfd_siginfo info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_SETMASK, &set, NULL);
	fds[1].fd = signalfd(-1, &set, SFD_CLOEXEC);
	while (poll(fds, 2, -1) < 0 || !fds[0].revents) {
		if (!fds[1].revents)
			continue;
		if (read(fds[1].fd, &info, sizeof info) == sizeof info &&
		    info.ssi_signo == SIGTERM)
			break;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	_exit(0);
}
