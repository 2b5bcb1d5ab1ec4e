#include <sys/wait.h>

#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include "idmap.h"
#include "kinds.h"
#include "raw.h"
#include "say.h"
#include "unshare-lite/asked.h"
#include "wait.h"
#include "why/unshare-lite.h"

/* A process that stays outside, for the maps that only it may write. */
static pid_t
leave_a_writer(void)
{
	pid_t self = getpid(), writer;

	turns_begin(0);
	wait_begin(0);
	if ((writer = raw_fork()) < 0) {
		tell("fork");
		why_unshare(errno, "clone", 0, NULL);
		fail();
	}
	if (writer == 0) {
		close_others_end(CHILD);
		if (await(PARENT))
			write_maps(self);
		_exit(0);
	}
	close_others_end(PARENT);
	return writer;
}

/* We ourselves move into the namespaces, and become PROG. */
void
unshare_self(void)
{
	int status = 0;
	pid_t writer = outside ? leave_a_writer() : 0;

	while (did(unshare(kinds_asked & ~NEWTIME), "unshare(%-s)",
	    kinds_text(kinds_asked & ~NEWTIME)) < 0) {
		if (errno == EINVAL && let_go_of_missing())
			continue;
		tell("make namespaces");
		why_unshare(errno, "unshare", kinds_asked & ~NEWTIME, NULL);
		fail();
	}
	if (writer) {
		wake(PARENT);
		if (waitpid(writer, &status, 0) < 0)
			die("wait for the writer of the maps");
		if (status != 0)
			fail();
		close(ends[PARENT]);
		wait_child();
	} else {
		write_maps(0);
	}
	settle();
	if (print_pid >= 0)
		say_pid(print_pid, getpid());
	run();
}
