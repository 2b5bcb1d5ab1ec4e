/*
 * nstree - show the tree of namespaces, and who is in them
 *
 *	nstree [-muinpUCT] [--json] [-t PID]...
 *
 * Reads the links in /proc/PID/ns (namespaces(7)), and asks the kernel how the
 * namespaces belong together (ioctl_nsfs(2)).  What an ordinary user may not
 * see is counted:
 *
 *	nstree -t $$ -t 1234
 */
#include <sys/ioctl.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "nstree/nstree.h"
#include "say.h"
#include "start.h"
#include "target.h"
#include "why/nstree.h"

static const char text[] =
"usage: nstree [-muinpUCT] [--json] [-t PID]...\n"
"\n"
"Print the user namespaces as a tree, below each the namespaces that it owns,\n"
"and below these their processes, or what else keeps them.  In a pipe a line\n"
"is a namespace: KIND ID PARENT OWNER UID UIDMAP GIDMAP PROCESSES PIDS WHAT.\n"
"\n"
"  -m, -u, -i, -n, -p, -U, -C, -T, or --mount, --uts, --ipc, --net, --pid,\n"
"      --user, --cgroup, --time   these kinds only\n"
"  -p alone                 the tree of PID namespaces, with each PID that\n"
"                           each process has\n"
"      --json               the same as JSON\n"
"  -t, --target=PID         only what this process is in, and what is above;\n"
"                           of several also what they share (-: from stdin)\n"
"  -v, --verbose            show each system call that changes something: none\n"
"  -h, --help  -V, --version\n"
"\n"
"Examples:\n"
"  nstree -t $$ -t 1234\n"
"  nstree -n | grep 'kept by'\n";

#define JSON 256

static const struct option longs[] = {
	{ "mount", no_argument, NULL, 'm' },
	{ "uts", no_argument, NULL, 'u' },
	{ "ipc", no_argument, NULL, 'i' },
	{ "net", no_argument, NULL, 'n' },
	{ "pid", no_argument, NULL, 'p' },
	{ "user", no_argument, NULL, 'U' },
	{ "cgroup", no_argument, NULL, 'C' },
	{ "time", no_argument, NULL, 'T' },
	{ "json", no_argument, NULL, JSON },
	{ "target", required_argument, NULL, 't' },
	COMMON_OPTIONS
};

int
main(int argc, char **argv)
{
	int c, kinds_asked = 0, i;

	start("nstree", text, argv);
	while ((c = getopt_long(argc, argv, "+:CTUhimnpt:uvV", longs,
	    NULL)) != -1)
		switch (c) {
		case 'C': case 'T': case 'U': case 'i': case 'm': case 'n':
		case 'p': case 'u':
			kinds_asked |= kind_of(c)->flag;
			break;
		default: common_option(c, argv);
		}
	if (argv[optind])
		misuse("what is %s? A process is named by -t", argv[optind]);
	if (!kinds_asked)
		for (i = 0; i < KINDS; i++)
			kinds_asked |= kinds[i].flag;
	reserve();
	proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	read_all();
	i = kinds_asked == kind_of('p')->flag;
	arrange(kinds_asked, i);
	c = page.at - page.at;
	{
		char *start_ = page.at;
		print_lines(kinds_asked, i);
		hand_on(start_);
	}
	return 0;
}
