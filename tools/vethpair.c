/*
 * vethpair - a cable between this network namespace and another
 *
 *	vethpair -t PID|-|NSFILE [-b BRIDGE] [-g] [-M MTU] [-f]
 *	         HOST[=ADDR/LEN[,...]] PEER[=ADDR/LEN[,...]]
 *	vethpair -d HOST...
 *
 * Speaks rtnetlink(7), to make a pair of veth(4).  Needs CAP_NET_ADMIN here,
 * and CAP_SYS_ADMIN over the target, to enter its network namespace:
 *
 *	vethpair -t /run/netns/lab ve0=10.77.0.1/24 eth0=10.77.0.2/24
 */
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "say.h"
#include "start.h"
#include "target.h"
#include "vethpair/cable.h"
#include "vethpair/rtnl.h"
#include "why/vethpair.h"

static const char text[] =
"usage: vethpair -t PID|-|NSFILE [-b BRIDGE] [-g] [-M MTU] [-f]\n"
"                HOST[=ADDR/LEN[,...]] PEER[=ADDR/LEN[,...]]\n"
"       vethpair -d HOST...\n"
"\n"
"Make a pair of interfaces, joined by a cable: HOST here, and PEER in the\n"
"network namespace of the target.  Both get their addresses and are up, and\n"
"so is the target's lo.  What came in by -t is printed.\n"
"\n"
"  -t, --target=PID|-|NSFILE  a process, read from stdin, or a file such as\n"
"                       /run/netns/NAME\n"
"  -b, --bridge=BRIDGE  plug HOST into this bridge\n"
"  -g, --gateway        the target's default route is by the first address\n"
"                       of HOST, or with -b of BRIDGE\n"
"  -M, --mtu=MTU        the largest packet, in bytes\n"
"  -f, --force          even if HOST's addresses overlap a route of this host\n"
"  -d, --delete         remove each HOST, and its peer, all at once\n"
"  -v, --verbose        show each request that changes something\n"
"  -h, --help  -V, --version\n"
"\n"
"Examples:\n"
"  vethpair -t /run/netns/lab ve0=10.77.0.1/24 eth0=10.77.0.2/24\n"
"  vethpair -t 1234 -b br0 -g ve1 eth0=10.77.0.3/24\n";

static const char longs[] = {
	"bridge=b\0" "delete d\0" "force f\0" "gateway g\0" "mtu=M\0"
	"target=t\0" COMMON_OPTIONS
};

#define LO 1			/* its index, everywhere */

static struct cable c;
static struct address gateway[2];	/* of IPv4, of IPv6; or of size 0 */
static int force, pidfd = -1, lo_raised;

/* With the host's end the other goes, and with both what was set on them. */
static void
take_back(void)
{
	if (lo_raised)
		set_up(&c.peer, LO, 0);
	delete_link(c.host.sock, c.host.name, c.host.index);
}

/* The target's network namespace, which cannot go away while we hold it. */
static void
open_target(const char *operand)
{
	const char *path = operand;
	char handed[64];
	pid_t pid;
	int i;

	c.target = handle(operand);
	for (i = 0; command[i]; i++)	/* for a `try`: stdin is spent */
		if (command[i] == operand)
			command[i] = (char *)c.target;
	path = c.target;
	if (!path[strspn(path, "0123456789")]) {
		pidfd = target(path, &pid);
		path = strcpy(handed, proc_path(c.target_pid = pid, "ns/net"));
	} else if (strchr(path, '\n'))
		misuse("-t %s: a path with a newline cannot be handed on",
		    path);
	/* Lest we wait for the writer of a pipe. */
	c.ns = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (c.ns < 0) {
		tell("open %s", path);
		why_open(errno, &c);
		fail();
	}
}

/* Both ends here would be two names of ours, and -g would be our own. */
static void
guard_self(void)
{
	struct stat ours, theirs;

	c.here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (c.here < 0)		/* as in a chroot(2); it wants CAP_NET_ADMIN */
		c.here = ioctl(c.host.sock, SIOCGSKNS);
	if (fstat(c.ns, &theirs) < 0 || fstat(c.here, &ours) < 0 ||
	    ours.st_ino != theirs.st_ino || ours.st_dev != theirs.st_dev)
		return;
	say("there is no cable from here to here");
	why_self(&c);
	fail();
}

/* Each socket stays in the network namespace that it is made in. */
static void
enter_target(void)
{
	if (did(setns(c.ns, CLONE_NEWNET), "setns(%d, CLONE_NEWNET)",
	    c.ns) < 0) {
		tell("enter the network namespace of %s", c.target);
		why_enter(errno, &c);
		fail();
	}
	if ((c.peer.sock = rtnl_open()) < 0)
		refuse_socket();
}

static void
look_at_bridge(void)
{
	struct link bridge = link_of(c.host.sock, 0, c.bridge);

	if ((c.bridge_index = bridge.index) == 0) {
		errno = ENODEV;
		tell("bridge %s", c.bridge);
		why_no_bridge(&c);
		fail();
	}
	if (strcmp(bridge.kind, "bridge") != 0) {
		errno = EINVAL;
		tell("bridge %s", c.bridge);
		because("VET-18", "it is no bridge%-s%-s", *bridge.kind ?
		    ", but of kind " : "", bridge.kind);
		fail();
	}
	if (!(bridge.flags & IFF_UP)) {
		say("bridge %s lets nothing pass", c.bridge);
		because("VET-45", "it is down");
		try("ip link set %s up", c.bridge);
	}
}

/* A lab's first address must not cut the machine off. */
static void
guard_addresses(void)
{
	const struct address *a;
	struct route route;
	int i, found;

	for (i = 0; i < c.host.n; i++) {
		a = &c.host.address[i];
		if ((found = overlaps(c.host.sock, a, &route)) < 0)
			die("list the routes%-s", kernel_said());
		if (found) {
			why_overlap(&c, a, &route);
			fail();
		}
	}
}

/* The kernel would take it, and the route lead nowhere. */
static void
guard_gateway(const struct address *via)
{
	const struct address *a;

	for (a = c.peer.address; a < c.peer.address + c.peer.n; a++)
		if (a->family == via->family &&
		    memcmp(a->bytes, via->bytes, a->size) == 0) {
			say("-g: PEER would be its own gateway");
			why_own_gateway(&c, a);
			fail();
		}
}

/* Where the target's default routes lead, for each family that PEER speaks. */
static void
choose_gateways(void)
{
	static const int families[2] = { AF_INET, AF_INET6 };
	const struct address *a;
	int i, found = 0;

	for (i = 0; i < 2; i++) {
		if (!first_of(&c.peer, families[i]))
			continue;
		if (!c.bridge) {
			if ((a = first_of(&c.host, families[i])))
				gateway[i] = *a;
		} else if (address_of(c.host.sock, c.bridge_index, families[i],
		    &gateway[i]) < 0)
			die("list the addresses of %s%-s", c.bridge,
			    kernel_said());
		found |= gateway[i].size;
		guard_gateway(&gateway[i]);
		*strchrnul(gateway[i].text, '/') = '\0';
	}
	if (!found) {
		say("-g: no gateway");
		why_no_gateway(&c);
		fail();
	}
}

static void
make_cable(void)
{
	if (make_pair(&c) < 0) {
		tell("make %s here and %s in %s%-s", c.host.name, c.peer.name,
		    c.target, kernel_said());
		why_pair(errno, &c);
		fail();
	}
	undo = take_back;
	c.host.index = link_of(c.host.sock, 0, c.host.name).index;
	c.peer.index = link_of(c.peer.sock, 0, c.peer.name).index;
	if (!c.host.index || !c.peer.index)
		die("find %s and %s again", c.host.name, c.peer.name);
}

static void
raise_end(const struct end *e, unsigned index)
{
	if (set_up(e, index, 1) < 0)
		die("bring %s up%-s", index == LO ? "lo" : e->name,
		    kernel_said());
}

static void
address_end(const struct end *e)
{
	int i;

	for (i = 0; i < e->n; i++)
		if (set_address(e, &e->address[i]) < 0) {
			tell("give %s the address %-s%-s", e->name,
			    e->address[i].text, kernel_said());
			why_address(errno, &c, e, &e->address[i]);
			fail();
		}
}

static void
set_gateways(void)
{
	int i;

	for (i = 0; i < 2; i++)
		if (gateway[i].size && set_gateway(&c.peer, &gateway[i]) < 0) {
			tell("the target's default route through %-s%-s",
			    gateway[i].text, kernel_said());
			why_gateway(errno, &c, &gateway[i]);
			fail();
		}
}

static void
check_options(const char *operand, char **argv, int gateways)
{
	if (!operand)
		misuse("-t TARGET is missing");
	if (!argv[0] || !argv[1])
		misuse("%-s is missing", argv[0] ? "PEER" : "HOST");
	if (argv[2])
		misuse("%s is one operand too many", argv[2]);
	if (c.mtu_operand &&
	    (c.mtu = number(c.mtu_operand, 0x7fffffff, "-M")) == 0)
		misuse("-M 0: no packet would fit");
	parse_end(&c.host, argv[0]);
	parse_end(&c.peer, argv[1]);
	check_both_ends(&c.host, &c.peer);
	if (gateways && !c.peer.n)
		misuse("-g: PEER has no address");
	if (gateways && !c.host.n && !c.bridge)
		misuse("-g: HOST has no address, and there is no -b");
	if (c.bridge && c.host.n && !force) {
		say("%s is plugged into a bridge, where addresses are the "
		    "bridge's own", c.host.name);
		why_port_address(&c);
		fail();
	}
}

int
main(int argc, char **argv)
{
	const char *operand = NULL;
	int opt, deleting = 0, gateways = 0, any = 0;
	static char line[PATH_MAX + 1];

	start("vethpair", text, argv);
	while ((opt = option(argc, argv, "b:dfghM:t:vV", longs)) != -1) {
		any |= strchr("bfgMt", opt) != NULL;
		switch (opt) {
		case 'b': c.bridge = optarg; break;
		case 'd': deleting = 1; break;
		case 'f': force = 1; break;
		case 'g': gateways = 1; break;
		case 'M': c.mtu_operand = optarg; break;
		case 't': operand = optarg; break;
		default: common_option(opt, argv);
		}
	}
	argv += optind;
	if (deleting) {
		if (any || !*argv)
			misuse("-d takes HOST..., and no other option");
		return delete_links(argv) ? 125 : 0;
	}
	check_options(operand, argv, gateways);

	open_target(operand);
	if ((c.host.sock = rtnl_open()) < 0)
		refuse_socket();
	guard_self();
	enter_target();
	if (c.bridge)
		look_at_bridge();
	if (!force)
		guard_addresses();
	if (gateways)
		choose_gateways();

	hold_signals();
	make_cable();
	address_end(&c.host);
	raise_end(&c.peer, c.peer.index);
	address_end(&c.peer);
	set_gateways();
	if (!(link_of(c.peer.sock, LO, "lo").flags & IFF_UP)) {
		raise_end(&c.peer, LO);
		lo_raised = 1;
	}
	/* Asked for their state, the kernel lets packets pass at once. */
	link_of(c.host.sock, c.host.index, c.host.name);
	link_of(c.peer.sock, c.peer.index, c.peer.name);
	if (pidfd >= 0 && !alive(pidfd)) {
		errno = ESRCH;
		die("process %-s has ended", c.target);
	}
	hand_on(strcat(strcpy(line, c.target), "\n"));
	let_signals();
	return 0;
}
