/*
 * nstree - show the tree of namespaces, and who is in them
 *
 *	nstree [-muinpUCT] [--json] [-t PID]...
 *
 * Reads the links in /proc/PID/ns (namespaces(7)), and asks the kernel how the
 * namespaces belong together (ioctl_nsfs(2)).  What an ordinary user may not
 * see is counted:
 *
 *	nstree -t $$ -t $PPID
 */
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/magic.h>

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
"  -v, --verbose            show each call that changes something: none\n"
"  -h, --help  -V, --version\n"
"\n"
"Examples:\n"
"  nstree -t $$ -t $PPID\n"
"  nstree -n | awk '$8 == 0'\n";

#define JSON 'j'	/* no letter of its own */

static const char longs[] = {
	"mount m\0" "uts u\0" "ipc i\0" "net n\0" "pid p\0" "user U\0"
	"cgroup C\0" "time T\0" "json j\0" "target=t\0" COMMON_OPTIONS
};

int kinds_asked, pids_alone, targets, shared, differing;

static const char **operands;			/* of each -t */
static struct process **named;		/* whom they name */

/* What all are in; a kind counts that one of them lacks, too. */
static void
compare(void)
{
	int i, k, flag;

	for (k = 0; k < KINDS; k++) {
		flag = kinds[k].flag & kinds_asked;
		for (i = 1; i < targets && named[i]->space[k] ==
		    named[0]->space[k]; i++)
			;
		if (i < targets)
			differing |= flag;
		else if (named[0]->space[k])
			shared |= flag;
	}
}

static void
read_targets(void)
{
	int i, same, *held = keep(targets * sizeof *held);
	pid_t pid;

	named = keep(targets * sizeof *named);
	for (i = 0; i < targets; i++) {
		held[i] = target(operands[i], &pid);
		for (same = 0; same < i && named[same]->pid != pid; same++)
			;
		named[i] = same < i ? named[same] : read_process(pid);
		if (named[i] && alive(held[i]))
			continue;
		if (!alive(held[i]))
			errno = ESRCH;
		tell("look at the namespaces of process %-s", operands[i]);
		why_closed(errno, operands[i], pid);
		fail();
	}
	compare();
}

static void
read_proc(void)
{
	struct statfs fs;

	if (proc >= 0 && fstatfs(proc, &fs) == 0) {
		if (fs.f_type != PROC_SUPER_MAGIC)
			errno = ENOENT;
		else if (read_all() == 0) {
			say_unseen();
			return;
		}
	}
	tell("list /proc");
	why_no_proc(errno);
	fail();
}

/* Without what the ioctls say there is no tree. */
static void
guard_tree(void)
{
	if (!asked_in_vain)
		return;
	errno = asked_in_vain;
	tell("ioctl NS_GET_OWNER_UID");
	why_unasked(errno);
	fail();
}

int
main(int argc, char **argv)
{
	char *start_of_page;
	int c, json = 0;

	start("nstree", text, argv);
	reserve();
	operands = keep(argc * sizeof *operands);
	while ((c = option(argc, argv, "CTUhimnpt:uvV", longs)) != -1)
		switch (c) {
		case 't':
			operands[targets++] = keep_text(handle(optarg));
			break;
		case JSON: json = 1; break;
		default:
			if (kind_of(c))
				kinds_asked |= kind_of(c)->flag;
			else
				common_option(c, argv);
		}
	if (argv[optind])
		misuse("what is %s? -t names a process", argv[optind]);
	pids_alone = kinds_asked == kinds[PIDNS].flag;
	if (!kinds_asked)
		kinds_asked = -1;

	start_of_page = page.at;
	proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (targets)
		read_targets();
	else
		read_proc();
	guard_tree();
	arrange();
	if (json)
		print_json();
	else if (isatty(1))
		print_picture();
	else
		print_lines();
	*page.at = '\0';
	hand_on(start_of_page);
	return 0;
}
