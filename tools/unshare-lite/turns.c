/*
 * The two processes of unshare-lite take turns: one of the two sleeps at any
 * time, since their memory may be the same.  Then a turn is a number in it that
 * grows; the kernel makes it 0 once who counts has ended or execed
 * (set_tid_address(2); CLONE_CHILD_CLEARTID in clone(2)).  A copy of us has a
 * socket instead: a turn is a byte in it, and its end of file says the same.
 */
#include <sys/socket.h>
#include <sys/syscall.h>

#include <errno.h>
#include <unistd.h>

#include <linux/futex.h>

#include "format.h"
#include "idmap.h"
#include "say.h"
#include "unshare-lite/asked.h"

int taking_turns;
int ends[2] = { -1, -1 };
_Atomic int turn[2] = { 1, 1 };

static int seen[2] = { 1, 1 };

void
turns_begin(int memory_is_shared)
{
	taking_turns = 1;
	if (memory_is_shared) {
		if (syscall(SYS_set_tid_address, &turn[PARENT]) < 0)
			die("set_tid_address");
	} else if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    ends) < 0) {
		die("make a socket");
	}
}

/* In either, when both are there: the other's end is the other's alone. */
void
close_others_end(enum side self)
{
	if (ends[!self] >= 0)
		close(ends[!self]);
}

/* 0: the other one has ended, or has execed. */
int
await(enum side other)
{
	long n = 0;

	if (ends[!other] >= 0) {
		n = read(ends[!other], &(char){ 0 }, 1);
	} else {
		while (n == 0 && turn[other] && turn[other] == seen[other])
			n = syscall(SYS_futex, &turn[other], FUTEX_WAIT,
			    seen[other], NULL);
		if (n == 0 || errno == EAGAIN)
			n = seen[other] = turn[other];
	}
	if (n < 0)
		die("wait for the other process");
	return n;
}

void
wake(enum side self)
{
	if (ends[self] >= 0) {
		if (write(ends[self], "", 1) == 1 || errno == EPIPE)
			return;
	} else {
		turn[self]++;
		if (syscall(SYS_futex, &turn[self], FUTEX_WAKE, 1) >= 0)
			return;
	}
	die("wake the other process");
}

/* In one write(2); who reads it to the end need not wait for ours. */
void
say_pid(int fd, pid_t pid)
{
	char line[16];
	struct out o = { line, line + sizeof line };

	put_number(&o, pid, 10);
	put_text(&o, "\n");
	if (write(fd, line, o.at - line) != o.at - line)
		die("write the PID to descriptor %d", fd);
	if (fd > 2)
		close(fd);
}
