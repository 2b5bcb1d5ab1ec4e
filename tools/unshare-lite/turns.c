/*
 * The two processes of unshare-lite take turns: one of the two sleeps at any
 * time, since their memory may be the same.
 */
#include <sys/socket.h>

#include <errno.h>
#include <unistd.h>

#include "format.h"
#include "idmap.h"
#include "say.h"
#include "unshare-lite/asked.h"

int up = -1, down = -1;

void
make_socket(void)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		die("make a socket");
	up = ends[0];
	down = ends[1];
}

/* 0: the other one has ended, or has execed. */
int
await(int fd)
{
	ssize_t n = read(fd, &(char){ 0 }, 1);

	if (n < 0)
		die("wait for the other process");
	return n;
}

void
wake(int fd)
{
	if (write(fd, "", 1) != 1 && errno != EPIPE)
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
