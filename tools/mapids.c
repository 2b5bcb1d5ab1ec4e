/*
 * mapids - map the user and group IDs of a user namespace
 *
 *	mapids -t PID|- [-s allow|deny] [-u MAP]... [-g MAP]... [MAP]...
 *	mapids -t PID
 *
 * Writes /proc/PID/uid_map and gid_map (user_namespaces(7)), which can be done
 * once.  Needs to be in the parent of PID's user namespace and its maker, or
 * root there; for more than one ID, CAP_SETUID and CAP_SETGID there, or
 * newuidmap(1) and a line in /etc/subuid and /etc/subgid:
 *
 *	unshare-lite -a --hold=$$ | mapids -t - auto
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "idmap.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "start.h"
#include "target.h"

static const char text[] =
"usage: mapids -t PID|- [-s allow|deny] [-u MAP]... [-g MAP]... [MAP]...\n"
"       mapids -t PID\n"
"\n"
"Map the user and group IDs of PID's user namespace, which can be done once,\n"
"and print PID; or, without a MAP, show how they are mapped.\n"
"\n"
"  MAP  IN:OUT:COUNT[,...]  COUNT IDs from IN up are OUT and up outside\n"
"       root                0 is the caller\n"
"       current             the caller keeps his ID\n"
"       auto                0 is the caller, 1 and up are the caller's ranges\n"
"                           in /etc/subuid and /etc/subgid\n"
"       block               0 and up are the first of these ranges, and the\n"
"                           caller is not mapped\n"
"\n"
"  -t, --target=PID         a process in the namespace; -: read from stdin\n"
"  -u, --users=MAP          for users only\n"
"  -g, --groups=MAP         for groups only\n"
"  -s, --setgroups=allow|deny  whether setgroups(2) may be called there\n"
"  -v, --verbose            show each system call that changes something\n"
"  -h, --help  -V, --version\n"
"\n"
"Examples:\n"
"  unshare-lite -a --hold=$$ | mapids -t - root\n"
"  mapids -t PID -u 0:1000:1,1:100000:65536 -g root\n";

static const char longs[] = {
	"groups=g\0" "setgroups=s\0" "target=t\0" "users=u\0" COMMON_OPTIONS
};

static struct idmap map[2];	/* of users, of groups */
static pid_t pid;

static void
cannot_take_back(void)
{
	because("MAP-42", "a map cannot be taken back: what is mapped of "
	    "process %d stays so, and it has to be started anew", pid);
}

/* What was looked at, or written, was perhaps another process's. */
static void
guard_end(int pidfd)
{
	if (alive(pidfd))
		return;
	errno = ESRCH;
	tell("process %d", pid);
	because("MAP-44", "it has ended in the meantime");
	fail();
}

/* The second map shall not be refused when the first is written. */
static void
guard_map(enum id id)
{
	const char *path = proc_path(pid, id == USER ? "uid_map" : "gid_map");
	static struct idmap now;

	if (map[id].n == 0)
		return;
	if (map_read(pid, id, &now) > 0)
		errno = EPERM;
	else if (may(AT_FDCWD, path, W_OK))
		return;
	tell("write %-s", path);
	why_map(errno, pid, id, &map[id]);
	fail();
}

static void
guard_setgroups(void)
{
	const char *path = proc_path(pid, "setgroups");
	char now[8], ours[8];

	if (map_needs_deny(&map[GROUP])) {
		map_refused(GROUP, EPERM);
		because("MAP-11", "without CAP_SETGID one's own group can be "
		    "mapped only where setgroups(2) is denied");
		fail();
	}
	if (get(AT_FDCWD, path, now, sizeof now) < 0 || strcmp(now, "deny\n"))
		return;
	errno = EPERM;
	tell("write %-s", path);
	get(AT_FDCWD, "/proc/self/setgroups", ours, sizeof ours);
	because("MAP-38", "it says deny, %-s, and can never allow again",
	    strcmp(ours, now) ? "by its maker" : "as this user namespace does");
	fail();
}

/* What can be known of stdout before there is no way back. */
static void
guard_stdout(void)
{
	struct pollfd out = { .fd = 1, .events = POLLOUT };

	if (write(1, "", 0) == 0) {
		if (poll(&out, 1, 0) <= 0 || !(out.revents & POLLERR))
			return;
		errno = EPIPE;
	}
	die("write to standard output");
}

static void
set(int pidfd, const char *setgroups)
{
	int deny = setgroups ? *setgroups == 'd' : map_needs_deny(&map[GROUP]);
	enum id first;

	guard_map(USER);
	guard_map(GROUP);
	if (setgroups && !deny)
		guard_setgroups();
	guard_stdout();
	if (map[USER].n == 0 || map[GROUP].n == 0)
		note("only one kind is mapped: no file can be made there "
		    "before the other is");

	hold_signals();
	if (deny)
		setgroups_deny(pid);
	/* newgidmap(1) knows more reasons to refuse than the kernel. */
	first = map_by_self(pid, &map[USER], USER) &&
	    !map_by_self(pid, &map[GROUP], GROUP) ? GROUP : USER;
	map_write(pid, first, &map[first]);
	undo = cannot_take_back;
	map_write(pid, !first, &map[!first]);
	guard_end(pidfd);
}

static char *
put_column(char *at, unsigned n)
{
	char *end = at + 12, *digit = end;

	memset(at, ' ', 12);
	do
		*--digit = '0' + n % 10;
	while (n /= 10);
	return end;
}

/* A line for each extent; no row is for a namespace without a map. */
static void
show(int pidfd)
{
	static char table[2 * MOST_EXTENTS * 48 + 48];
	const struct extent *e;
	char *at = table;
	enum id id;

	at = stpcpy(at, "KIND       INSIDE     OUTSIDE       COUNT\n");
	for (id = USER; id <= GROUP; id++) {
		if (map_read(pid, id, &map[id]) < 0)
			die("read the maps of process %d", pid);
		for (e = map[id].e; e < map[id].e + map[id].n; e++) {
			at = stpcpy(at, id == USER ? "user " : "group");
			at = put_column(at, e->inside);
			/* Outside, but not in our namespace. */
			if (e->outside == -1U)
				at = stpcpy(at, "           -");
			else
				at = put_column(at, e->outside);
			at = put_column(at, e->count);
			*at++ = '\n';
		}
	}
	guard_end(pidfd);
	hand_on(table);
}

int
main(int argc, char **argv)
{
	const char *operand = NULL, *setgroups = NULL;
	char line[32];
	int c, pidfd;

	start("mapids", text, argv);
	while ((c = option(argc, argv, "g:hs:t:u:vV", longs)) != -1)
		switch (c) {
		case 'g': map_add(&map[GROUP], GROUP, optarg); break;
		case 's': setgroups = optarg; break;
		case 't': operand = optarg; break;
		case 'u': map_add(&map[USER], USER, optarg); break;
		default: common_option(c, argv);
		}
	for (argv += optind; *argv; argv++) {
		map_add(&map[USER], USER, *argv);
		map_add(&map[GROUP], GROUP, *argv);
	}
	if (!operand)
		misuse("-t PID is missing");
	if (setgroups && strcmp(setgroups, "allow") != 0 &&
	    strcmp(setgroups, "deny") != 0)
		misuse("-s %s: neither allow nor deny", setgroups);
	map_check(&map[USER], USER);
	map_check(&map[GROUP], GROUP);

	operand = handle(operand);
	pidfd = target(operand, &pid);
	if (!setgroups && map[USER].n == 0 && map[GROUP].n == 0) {
		show(pidfd);
		return 0;
	}
	set(pidfd, setgroups);
	strcpy(line, proc_path(pid, "") + strlen("/proc/"));
	*strchrnul(line, '/') = '\n';
	hand_on(line);
	undo = NULL;
	let_signals();
	return 0;
}
