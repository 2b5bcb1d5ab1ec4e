/*
 * crowd - run a program while many processes sleep in many namespaces
 *
 *	crowd PROCESSES NAMESPACES CMD [ARG]...
 *
 * The processes are in a PID namespace, which ends with CMD, and have 0, 1 and 2
 * open.  Some make another namespace for themselves, of each kind by turns but net, which takes the
 * kernel a hundred times as long.  Needs root, in any user namespace.
 */
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int kinds[] = { CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC,
    CLONE_NEWUSER, CLONE_NEWCGROUP };

static void
die(const char *what)
{
	dprintf(2, "crowd: %s: %s\n", what, strerror(errno));
	exit(1);
}

static pid_t
start(int flags)
{
	pid_t pid = syscall(SYS_clone, SIGCHLD | flags, 0, 0, 0, 0);

	if (pid < 0)
		die("clone");
	return pid;
}

static _Noreturn void
sleep_for_ever(void)
{
	for (;;)
		pause();
}

/* Process 1 of the namespace. */
static _Noreturn void
gather(int processes, int namespaces, int ready)
{
	int n, made = 0, flags;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		die("prctl");
	for (n = 1; n < processes; n++) {
		flags = 0;
		if (made < namespaces - 1 &&
		    (long)n * namespaces / processes >= made)
			flags = kinds[made++ % 5];
		if (start(flags) == 0) {
			close(ready);
			sleep_for_ever();
		}
	}
	if (write(ready, "", 1) < 0)
		die("write");
	sleep_for_ever();
}

int
main(int argc, char **argv)
{
	int fd, ready[2], status;
	pid_t crowd, pid;
	char c;

	if (argc < 4) {
		dprintf(2, "usage: crowd PROCESSES NAMESPACES CMD [ARG]...\n");
		return 1;
	}
	if (pipe2(ready, O_CLOEXEC) < 0)
		die("pipe");
	if ((crowd = start(CLONE_NEWPID)) == 0) {
		for (fd = 3; fd < 1024; fd++)
			if (fd != ready[1])
				close(fd);
		gather(atoi(argv[1]), atoi(argv[2]), ready[1]);
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		die("gather");

	if ((pid = start(0)) == 0) {
		execvp(argv[3], argv + 3);
		die(argv[3]);
	}
	waitpid(pid, &status, 0);
	kill(crowd, SIGKILL);
	waitpid(crowd, NULL, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
