/*
 * pid1 - an init for PID namespaces
 *
 *	pid1 [PROG [ARG]...]
 *
 * Wraps waitpid(2), and prctl(2) where it is not PID 1.  Needs nothing:
 *
 *	unshare-lite -Urmp --mount-proc pid1 sh -c 'sleep 1 & ps'
 */
#include <sys/prctl.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "chain.h"
#include "facts.h"
#include "say.h"
#include "start.h"
#include "wait.h"

static const char text[] =
"usage: pid1 [PROG [ARG]...]\n"
"\n"
"Run PROG, pass on the signals that come, wait for every orphan, and end as\n"
"PROG ended: with its status, or 128+N if signal N ended it. Without PROG,\n"
"hold the PID namespace until SIGTERM, SIGINT or SIGHUP.\n"
"\n"
"  -v, --verbose  show each system call that changes something\n"
"  -h, --help  -V, --version\n"
"\n"
"Examples:\n"
"  unshare-lite -Urmp --mount-proc pid1 sh\n"
"  unshare-lite -Urmp mkpseudo -m proc,tools r "
"pivot r /run/cooperage/pid1 sh\n";

static const char longs[] = COMMON_OPTIONS;

/* Orphans come to PID 1, or else to the nearest ancestor that asks for them. */
static void
adopt(void)
{
	if (getpid() != 1 && did(prctl(PR_SET_CHILD_SUBREAPER, 1),
	    "prctl(PR_SET_CHILD_SUBREAPER, 1)") < 0)
		die("become a subreaper");
}

/* The child borrows our memory until it is PROG: nothing is copied. */
static pid_t
run(const char *prog, char **argv)
{
	pid_t pid = vfork();

	if (pid == 0) {
		wait_child();
		chain(prog, argv);
	}
	if (did(pid, "vfork()") < 0) {
		tell("vfork");
		if (errno == EAGAIN)
			why_no_process();
		fail();
	}
	return pid;
}

int
main(int argc, char **argv)
{
	const char *prog;
	int c;

	start("pid1", text, argv);
	while ((c = option(argc, argv, "hvV", longs)) != -1)
		common_option(c, argv);
	argv += optind;
	if (!*argv) {
		adopt();
		hold_begin();
		hold_until(-1);
	}
	prog = look_up(AT_FDCWD, *argv);
	wait_begin(0);
	adopt();
	return wait_for(run(prog, argv));
}
