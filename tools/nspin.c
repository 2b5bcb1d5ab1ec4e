/*
 * nspin - keep namespaces, and name them
 *
 *	nspin -t PID|- [-muinpUCT | -a] PATH|DIR/
 *	nspin -d PATH|DIR/...
 *
 * Wraps mount(2) with MS_BIND on the files in /proc/PID/ns (namespaces(7)).
 * Needs ptrace access to process PID, and CAP_SYS_ADMIN over our own mount
 * namespace:
 *
 *	unshare-lite -n --hold=$$ | nspin -t - -n lab && ip netns exec lab sh
 */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <string.h>

#include "kinds.h"
#include "nspin/pins.h"
#include "say.h"
#include "start.h"
#include "target.h"

static const char text[] =
"usage: nspin -t PID|- [-muinpUCT | -a] PATH|DIR/\n"
"       nspin -d PATH|DIR/...\n"
"\n"
"Pin a namespace of process PID to the file PATH, where it stays when its\n"
"last process has ended, and print PID; or several, each to a file in DIR,\n"
"which has the name it has in /proc/PID/ns.\n"
"\n"
"  -t, --target=PID  the process; -: read it from stdin\n"
"  -m -u -i -n -p -U -C -T  --mount --uts --ipc --net --pid --user\n"
"      --cgroup --time  these kinds\n"
"  -a, --all         every kind in which PID differs from us\n"
"  PATH              a new file, with a slash in its name;\n"
"                    -n NAME is /run/netns/NAME, as ip-netns(8) has it\n"
"  -d, --delete      remove pins; what is held by nothing else is gone\n"
"  -v, --verbose     show each system call that changes something\n"
"  -h, --help  -V, --version\n"
"\n"
"Examples:\n"
"  unshare-lite -n --hold=$$ | nspin -t - -n lab; ip netns exec lab ip link\n"
"  nspin -t $$ -nu ./ && nsenter-lite -n./net -u./uts sh\n";

static const char longs[] = {
	"all a\0" "cgroup C\0" "delete d\0" "ipc i\0" "mount m\0" "net n\0"
	"pid p\0" "target=t\0" "time T\0" "user U\0" "uts u\0" COMMON_OPTIONS
};

static int all, flags;		/* the kinds that are asked for */
static const char *place;	/* PATH, or DIR/ */

static void
check_path(const char *path)
{
	if (!*path || strcmp(path, ".") == 0 || strcmp(path, "..") == 0)
		misuse("%s is no name of a pin", path);
	if (strlen(path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		die("look at %s", path);
	}
}

static void
check_options(char **operands, int deleting, const char *operand)
{
	if (deleting && (operand || all || flags))
		misuse("-d takes PATHs only");
	if (!deleting && !operand)
		misuse("-t PID is missing");
	if (!deleting && !all && !flags)
		misuse("no kind of namespace is asked for");
	if (!*operands)
		misuse("PATH is missing");
	if (!deleting && operands[1])
		misuse("%s is one PATH too many", operands[1]);
	for (; *operands; operands++)
		check_path(*operands);
}

/* NAME is for -n; several kinds are for a folder. */
static void
check_place(void)
{
	if (is_folder(place) || flags == CLONE_NEWNET)
		return;
	if (all || flags & (flags - 1))
		misuse("%s takes one kind; several take a folder, DIR/", place);
	if (!strchr(place, '/'))
		misuse("%s is a name, which is for -n; other pins have a "
		    "slash", place);
}

int
main(int argc, char **argv)
{
	const char *operand = NULL;
	const struct kind *k;
	int c, deleting = 0, failed = 0;
	char line[16];

	start("nspin", text, argv);
	while ((c = option(argc, argv, "adhimnpt:uvCTUV", longs)) != -1)
		switch (c) {
		case 'a': all = 1; break;
		case 'd': deleting = 1; break;
		case 't': operand = optarg; break;
		default:
			if ((k = kind_of(c)))
				flags |= k->flag;
			else
				common_option(c, argv);
		}
	argv += optind;
	check_options(argv, deleting, operand);
	if (deleting) {
		hold_signals();
		for (; *argv; argv++)
			failed |= delete_pins(*argv);
		let_signals();
		return failed ? 125 : 0;
	}
	place = *argv;
	check_place();
	operand = handle(operand);
	pidfd = target(operand, &pid);
	if (all)
		flags |= differing_kinds(operand);
	pin(place, flags);
	strcpy(line, proc_path(pid, "") + strlen("/proc/"));
	*strchr(line, '/') = '\n';
	hand_on(line);
	let_signals();
	return 0;
}
