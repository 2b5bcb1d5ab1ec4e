#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "facts.h"
#include "put.h"
#include "say.h"
#include "start.h"
#include "target.h"
#include "wait.h"

static const struct {
	char name[8], number;
	char terminal;	/* the terminal sends it to PROG itself */
	char instead;	/* what PID 1 gets that would not see it */
} passed[] = {
	{ "SIGTERM", SIGTERM, 0, SIGKILL }, { "SIGHUP", SIGHUP, 0, SIGKILL },
	{ "SIGUSR1", SIGUSR1, 0, 0 }, { "SIGUSR2", SIGUSR2, 0, 0 },
	{ "SIGINT", SIGINT, 1, SIGKILL }, { "SIGQUIT", SIGQUIT, 1, SIGKILL },
	{ "SIGTSTP", SIGTSTP, 1, SIGSTOP },
	/* To PID 1 these are nothing: it would read again, without end. */
	{ "SIGTTIN", SIGTTIN, 1, SIGSTOP }, { "SIGTTOU", SIGTTOU, 1, SIGSTOP },
};

static sigset_t callers_mask, taken;
static void (*callers_chld)(int);
static int init, tty = -1, signals;

/*
 * Before the clone: from here on the signals wait for wait_for().  One that
 * the caller ignores (nohup(1), trap '' INT) stays ignored, by us and by PROG.
 * is_init: PROG will be PID 1 of a PID namespace.
 */
void
wait_begin(int is_init)
{
	pid_t group = getpgrp();
	unsigned i;
	int fd;

	init = is_init;
	sigemptyset(&taken);
	sigaddset(&taken, SIGCHLD);
	for (i = 0; i < sizeof passed / sizeof *passed; i++)
		sigaddset(&taken, passed[i].number);
	if (!init) {
		sigdelset(&taken, SIGTTIN);
		sigdelset(&taken, SIGTTOU);
	}
	/*
	 * Not sigwaitinfo(2), which shows no other process what it awaits.
	 * With SIGCHLD ignored the kernel would keep no status for us.
	 */
	if (sigprocmask(SIG_BLOCK, &taken, &callers_mask) < 0 ||
	    (signals = signalfd(-1, &taken, SFD_CLOEXEC)) < 0 ||
	    (callers_chld = signal(SIGCHLD, SIG_DFL)) == SIG_ERR)
		die("prepare to wait");
	for (fd = 0; fd < 3 && tty < 0; fd++)
		if (group && tcgetpgrp(fd) == group)
			tty = fd;
}

/*
 * In the child, before the exec: what the caller had.  But a shell's & has a
 * job ignore SIGINT and SIGQUIT, and on the terminal PROG needs them: handlers
 * that there are would not survive the exec.
 *
 * The parent that sleeps may still be in the queue of our CPU (since Linux
 * 6.12), which then looks busy to the exec: it would move us to another one,
 * and that takes as long as the exec itself.  To yield takes the parent out.
 */
void
wait_child(void)
{
	sched_yield();
	if (tty >= 0) {
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
	}
	signal(SIGCHLD, callers_chld);
	sigprocmask(SIG_SETMASK, &callers_mask, NULL);
}

/* Whether the signal is in that set ("\nSigBlk:"), in /proc/PID/status. */
static int
has(const char *status, const char *set, int number)
{
	const char *line = find(status, set);

	return line && digits(line + 8, NULL, 16) >> (number - 1) & 1;
}

/* What that waits for is in none of the sets; tini is always in it. */
static int
is_in_sigtimedwait(pid_t pid)
{
	char text[128];

	get(AT_FDCWD, proc_path(pid, "syscall"), text, sizeof text);
	return digits(text, NULL, 10) == SYS_rt_sigtimedwait;
}

/*
 * Whether pid has a handler for a signal, or waits for it; or, as shells do
 * with those that stop, means to ignore it.  What is blocked need not be waited
 * for: libc blocks all while it forks, and what comes then is lost, too; and
 * stop_with() unblocks before it asks to be stopped.  So one that does not
 * sleep ("S") is looked at again.  Without a /proc of ours there is no way to
 * know, and it gets its chance.
 */
static int
sees(pid_t pid, int number, int stops)
{
	static const struct timespec moment = { .tv_nsec = 1000000 };
	char text[STATUS_SIZE];
	int i;

	if (!proc_is_ours())
		return 1;
	for (i = 0; i < 100; i++) {
		get_status(pid, text);
		/* Without a text hidepid hides it (proc(5)). */
		if (!*text || has(text, "\nSigCgt:", number) ||
		    (stops && has(text, "\nSigIgn:", number)))
			return 1;
		if (find(text, "\nState:\tS"))
			break;
		nanosleep(&moment, NULL);
	}
	return has(text, "\nSigBlk:", number) || is_in_sigtimedwait(pid);
}

/*
 * Whether a shell has taken the terminal.  Inside a PID namespace the groups
 * outside have no numbers, but a read without SIGTTIN tells.
 */
static int
in_background(void)
{
	char none;
	int fd;

	for (fd = 0; fd < 3; fd++)
		if (tcgetpgrp(fd) >= 0 && read(fd, &none, 0) < 0 &&
		    errno == EIO)
			return 1;
	return 0;
}

/*
 * PROG was stopped: so are we, that the shell sees it; both go on together, at
 * once where there is no shell to go on from: the kernel stops nobody by
 * SIGTSTP and its like then (an orphaned process group, setpgid(2)).
 * PID 1 cannot stop itself, but who waits for it outside can, and does when
 * SIGTSTP comes while it is nothing to PID 1: our process group is the same.
 * If nobody does, and no shell has taken the terminal, PROG goes on, lest the
 * terminal hang.
 */
static void
stop_with(pid_t pid, int number)
{
	struct pollfd fd = { .events = POLLIN };
	sigset_t set, held;

	sigemptyset(&set);
	if (getpid() != 1) {
		kill(getpid(), number);
		sigaddset(&set, number);
		sigprocmask(SIG_UNBLOCK, &set, &held);
		sigprocmask(SIG_SETMASK, &held, NULL);
	} else {
		sigaddset(&set, SIGCONT);
		sigaddset(&set, SIGTTIN);
		fd.fd = signalfd(-1, &set, SFD_CLOEXEC);
		sigprocmask(SIG_BLOCK, &set, &held);
		sigemptyset(&set);
		sigaddset(&set, SIGTSTP);
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		kill(0, SIGTSTP);
		while (poll(&fd, 1, 2000) == 0 && in_background())
			;
		close(fd.fd);
		sigprocmask(SIG_SETMASK, &held, NULL);
		kill(0, SIGCONT);
	}
	kill(pid, SIGCONT);
}

/*
 * What the terminal sends goes to its whole foreground group, PROG with it:
 * only what a process sent is passed on.  PID 1 of a namespace gets no signal
 * that it has no handler for (pid_namespaces(7)), but for SIGKILL and SIGSTOP
 * from here: to be stopped, and not to outlive its terminal.
 */
static void
pass_on(pid_t pid, const struct signalfd_siginfo *info)
{
	int i = 0, number = info->ssi_signo, sent = info->ssi_code <= 0, stops;

	if (is_ignored(number))
		return;
	while (passed[i].number != number)
		i++;
	stops = passed[i].instead == SIGSTOP;
	if (init && passed[i].instead && (sent || stops || number == SIGHUP) &&
	    !sees(pid, number, stops)) {
		number = passed[i].instead;
		if (number == SIGKILL)
			say("%-s: PID 1 has no handler for it and would not "
			    "see it: SIGKILL instead", passed[i].name);
	} else if (passed[i].terminal && !sent) {
		return;
	}
	did(kill(pid, number), "kill(%d, %-s)", pid,
	    number == SIGKILL ? "SIGKILL" :
	    number == SIGSTOP ? "SIGSTOP" : passed[i].name);
	if (number == SIGSTOP)
		stop_with(pid, passed[i].number);
}

/* The shell in the container may have left a dead foreground group behind. */
static void
take_terminal(void)
{
	pid_t group;

	if (tty < 0)
		return;
	group = tcgetpgrp(tty);
	if (group > 0 && kill(-group, 0) < 0 && errno == ESRCH) {
		signal(SIGTTOU, SIG_IGN);
		tcsetpgrp(tty, getpgrp());
	}
}

/* Sleeps until there is something to do for wait_for(). */
void
wait_idle(void)
{
	struct pollfd fd = { .fd = signals, .events = POLLIN };

	poll(&fd, 1, -1);
}

/* Whether we, or PROG, are in the foreground now: fg may have brought us. */
static int
on_terminal(pid_t pid)
{
	pid_t group;
	int fd;

	for (fd = 0; fd < 3; fd++)
		if ((group = tcgetpgrp(fd)) > 0 && (group == getpgrp() ||
		    group == getpgid(pid)))
			return 1;
	return 0;
}

/*
 * Whether PROG was stopped by job control.  A SIGSTOP off a terminal is not:
 * whoever sent it continues PROG alone, and we would stay stopped.
 */
static int
is_job_stopped(pid_t pid, int number)
{
	return number == SIGTSTP || ((number != SIGSTOP || on_terminal(pid)) &&
	    (getpid() != 1 || init));
}

/*
 * Waits for pid, and for every orphan that becomes ours.  Returns its exit
 * status, 128+N if signal N ended it.
 */
int
wait_for(pid_t pid)
{
	struct signalfd_siginfo info;
	int status;
	pid_t child;

	for (;;) {
		while ((child = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0)
			if (child != pid)
				continue;
			else if (WIFSTOPPED(status)) {
				if (is_job_stopped(pid, WSTOPSIG(status)))
					stop_with(pid, SIGTSTP);
			} else {
				take_terminal();
				return WIFEXITED(status) ? WEXITSTATUS(status) :
				    128 + WTERMSIG(status);
			}
		if (child < 0 && errno != EINTR) {
			tell("wait for %d", pid);
			if (errno != ECHILD)
				kill(pid, SIGKILL);	/* not to be left */
			fail();
		}
		if (read(signals, &info, sizeof info) == sizeof info &&
		    info.ssi_signo != SIGCHLD)
			pass_on(pid, &info);
	}
}

/*
 * Before it is told that we hold: from here on the signals wait.  What is
 * blocked is not lost on PID 1.
 */
void
hold_begin(void)
{
	sigemptyset(&taken);
	sigaddset(&taken, SIGTERM);
	sigaddset(&taken, SIGCHLD);
	sigaddset(&taken, SIGINT);
	sigaddset(&taken, SIGHUP);
	signal(SIGCHLD, SIG_DFL);
	if (sigprocmask(SIG_SETMASK, &taken, NULL) < 0 ||
	    (signals = signalfd(-1, &taken, SFD_CLOEXEC)) < 0)
		die("prepare to hold");
}

/*
 * An init without a program: reaps orphans, ends on SIGTERM, and when the
 * process of pidfd ends (-1: none).
 */
void
hold_until(int pidfd)
{
	struct pollfd fds[2] = { { .fd = pidfd, .events = POLLIN },
	    { .fd = signals, .events = POLLIN } };
	struct signalfd_siginfo info;

	while (poll(fds, 2, -1) < 0 || !fds[0].revents) {
		if (!fds[1].revents)
			continue;
		if (read(signals, &info, sizeof info) == sizeof info &&
		    info.ssi_signo != SIGCHLD && (info.ssi_signo == SIGTERM ||
		    !is_ignored(info.ssi_signo)))
			break;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	_exit(0);
}
