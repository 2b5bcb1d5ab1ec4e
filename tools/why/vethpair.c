/*
 * Why there is no cable.  Where the kernel gives a sentence with its errno
 * (NLMSGERR_ATTR_MSG), that is in the line before; for pairs of veth it mostly
 * gives none (drivers/net/veth.c, net/core/rtnetlink.c).
 */
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/nsfs.h>

#include "facts.h"
#include "format.h"
#include "put.h"
#include "say.h"
#include "target.h"
#include "vethpair.h"
#include "vethpair/cable.h"
#include "vethpair/rtnl.h"

/* Whether a namespace belongs to a user namespace that we are not above. */
static int
is_foreign(int ns)
{
	int owner = ioctl(ns, NS_GET_USERNS);

	if (owner >= 0)
		close(owner);
	return owner < 0 && errno == EPERM;
}

/* In a network namespace of its own, with a shell: it ends with that. */
static void
try_own_network(void)
{
	static char line[LINE_SIZE];
	struct out o = { line, line + sizeof line - 1 };
	int i;

	put_text(&o, tool);
	for (i = 1; command[i]; i++) {
		put_text(&o, " ");
		put_quoted(&o, PASTE, command[i]);
	}
	put_text(&o, " && exec sh");
	*o.at = '\0';
	try("unshare-lite -n sh -c %s", line);
}

/* Whether we may configure the network that we were started in: here. */
static void
why_no_right(int here)
{
	if (!has_cap(CAP_NET_ADMIN)) {
		because("VET-38", "uid %u has no CAP_NET_ADMIN in the network "
		    "namespace that HOST is in", geteuid());
		if (in_first("user") && geteuid() != 0)
			try_again("sudo ");
	} else if (is_foreign(here)) {
		because("VET-29", "the network namespace that HOST is in "
		    "belongs to a user namespace above the one that we have "
		    "our capabilities in");
		try_own_network();
	}
}

static void
why_no_access(const struct cable *c)
{
	uid_t uid = status_number(c->target_pid, "Uid", 10);

	if (uid != geteuid() && !has_cap(CAP_SYS_PTRACE))
		because("NSE-06", "process %-s belongs to uid %u, we are uid "
		    "%u without CAP_SYS_PTRACE", c->target, uid, geteuid());
	else
		because("NSE-28", "one of Landlock, another security module, a "
		    "user namespace above ours, capabilities or a program that "
		    "we lack keeps us from process %-s", c->target);
	if (in_first("user") && geteuid() != 0)
		try_again("sudo ");
}

/* /run/netns/NAME, for who has given NAME, or one that is not there. */
static void
why_no_name(const struct cable *c)
{
	static const char folder[] = "/run/netns/";
	char path[300];

	if (!strchr(c->target, '/') && strlen(c->target) < 256) {
		strcat(strcpy(path, folder), c->target);
		if (access(path, F_OK) == 0) {
			because("VET-04", "a name of ip-netns(8) is the file "
			    "%s", path);
			try_instead(c->target, path, NULL);
		} else
			because("VET-04", "there is no such file, and no %s",
			    path);
	} else if (strncmp(c->target, folder, sizeof folder - 1) == 0) {
		because("VET-04", "there is no network namespace of that name");
		strcpy(path, "ip netns add ");
		if (strlen(c->target) < 256 && !c->target[strcspn(c->target,
		    " '\"\\$`&;|<>()*?[#~\t")])
			try_again(strcat(strcat(path, c->target +
			    sizeof folder - 1), " && "));
	}
}

void
why_open(int err, const struct cable *c)
{
	if (c->target_pid) {
		if (err == EACCES || err == EPERM)
			why_no_access(c);
		return;
	}
	if (err == ENOENT)
		why_no_name(c);
	if (err == EACCES && !why_unreachable("NSE-48", c->target))
		because("VET-46", "uid %u may not read the file", geteuid());
}

/* EINVAL: what was opened is, or is not. */
static void
why_unfit(const struct cable *c)
{
	struct statfs fs;
	int type;

	if (fstatfs(c->ns, &fs) == 0 && fs.f_type != NSFS_MAGIC) {
		because("VET-23", "%s is no namespace file: none is mounted "
		    "on it, or not in our mount namespace", c->target);
		if (strncmp(c->target, "/run/netns/", 11) == 0)
			try("ip netns delete %s; ip netns add %s",
			    c->target + 11, c->target + 11);
		return;
	}
	type = ioctl(c->ns, NS_GET_NSTYPE);
	if (type > 0 && type != CLONE_NEWNET)
		because("NSE-02", "it is a namespace of another kind than net");
}

/* EPERM: whose the target is, and what we are. */
static void
why_forbidden(const struct cable *c)
{
	if (is_foreign(c->ns))
		because("VET-16", "the target's network namespace belongs to a "
		    "user namespace that is not ours, nor below it");
	else if (!has_cap(CAP_SYS_ADMIN))
		because("VET-43", "uid %u has no CAP_SYS_ADMIN, without which "
		    "no network namespace is entered", geteuid());
	why_no_right(c->here);
}

void
why_enter(int err, const struct cable *c)
{
	if (is_filtered("setns"))
		because("NSE-20", "a seccomp filter refuses setns(2)");
	if (err == EINVAL)
		why_unfit(c);
	if (err == EPERM)
		why_forbidden(c);
	unexplained(7);
}

void
refuse_socket(void)
{
	int err = errno;

	tell("socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)");
	if (status_number(0, "Seccomp", 10) == 2 &&
	    err != EMFILE && err != ENFILE && err != ENOMEM && err != ENOBUFS)
		because("VET-37", "a seccomp filter refuses socket(2)");
	fail();
}

void
why_no_bridge(const struct cable *c)
{
	static char prefix[600];
	struct out o = { prefix, prefix + sizeof prefix - 1 };

	because("VET-34", "there is no such interface here");
	put_text(&o, "ip link add ");
	put_quoted(&o, PASTE, c->bridge);
	put_text(&o, " up type bridge && ");
	*o.at = '\0';
	if (strlen(c->bridge) < 16)
		try_again(prefix);
}

void
why_port_address(const struct cable *c)
{
	because("VET-41", "what is sent to %s would be taken by the bridge %s",
	    c->host.name, c->bridge);
	try_instead(c->host.operand, c->host.name, NULL);
}

/* In another network, which nothing overlaps: 10.N or fd77:0:N in its place. */
static void
move_address(struct address *a, const struct address *from, unsigned n)
{
	if (!same_network(a->bytes, from->bytes, from->length))
		return;
	if (a->family == AF_INET) {
		a->bytes[0] = 10;
		a->bytes[1] = n;
	} else
		memcpy(a->bytes, "\xfd\x77\0\0\0", 5), a->bytes[5] = n;
	address_text(a->family, a->bytes, a->length, a->text);
}

static void
put_end(struct end *e, const struct address *from, unsigned n)
{
	static char text[2][256 + MOST_ADDRESSES * 65];
	static int turn;
	char *start = text[turn ^= 1];
	struct out o = { start, start + sizeof text[0] - 1 };
	int i;

	put_text(&o, e->name);
	for (i = 0; i < e->n; i++) {
		if (from && e->address[i].family == from->family)
			move_address(&e->address[i], from, n);
		put_text(&o, i ? "," : "=");
		put_text(&o, e->address[i].text);
	}
	*o.at = '\0';
	for (i = 0; command[i]; i++)
		if (command[i] == e->operand)
			command[i] = start;
	e->operand = start;
}

static void
try_free_network(const struct cable *c, const struct address *a)
{
	struct address moved = *a, from = *a;
	static struct cable mended;
	struct route route;
	unsigned n;

	if (a->length < (a->family == AF_INET ? 16 : 48))
		return;
	for (n = 77; n < 256; n++) {
		moved = *a;
		move_address(&moved, &from, n);
		if (overlaps(c->host.sock, &moved, &route) == 0)
			break;
	}
	if (n == 256)
		return;
	mended = *c;
	put_end(&mended.host, &from, n);
	put_end(&mended.peer, &from, n);
	try_again("");
}

static int
same_cable_again(const struct cable *c)
{
	unsigned flags, index = index_of(c->host.sock, c->host.name);

	return index && strcmp(kind_of_link(c->host.sock, index, &flags),
	    "veth") == 0;
}

static void
try_deletion_first(const struct cable *c)
{
	char prefix[600];
	struct out o = { prefix, prefix + sizeof prefix - 1 };

	put_text(&o, "vethpair -d ");
	put_quoted(&o, PASTE, c->host.name);
	put_text(&o, " && ");
	*o.at = '\0';
	try_again(prefix);
}

void
why_overlap(const struct cable *c, const struct address *a,
    const struct route *route)
{
	char text[64], name[16];

	if (index_of(c->host.sock, c->host.name)) {
		errno = EEXIST;
		tell("make %s", c->host.name);
		why_pair(EEXIST, c);
		return;
	}
	address_text(a->family, route->bytes, route->length, text);
	name_of(c->host.sock, route->device, name);
	say("%-s would take the place of a network that this host is in, or "
	    "reaches; -f, if you mean it", a->text);
	because("VET-33", "it overlaps the route to %-s by %s", text, name);
	try_free_network(c, a);
}

void
why_no_gateway(const struct cable *c)
{
	if (c->bridge)
		because("VET-42", "bridge %s has no address of the kind that "
		    "PEER has", c->bridge);
	else
		because("VET-42", "HOST has no address of the kind that PEER "
		    "has");
}

static int
is_bad_name(const char *name)
{
	const unsigned char *p = (const unsigned char *)name;

	for (; *p; p++)
		if (*p == '/' || *p == ':' || *p == ' ' || *p == 0xa0 ||
		    (*p >= '\t' && *p <= '\r'))
			return 1;
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* ERANGE and EINVAL: what is wrong with a name; it is mended. */
static int
why_name(struct end *e)
{
	size_t n = strlen(e->name);
	char *p;

	if (n <= 15 && !is_bad_name(e->name))
		return 0;
	if (n > 15)
		because("VET-03", "%s has %lu bytes, and an interface's name "
		    "%lu at most", e->name, n,
		    refusal.most ? refusal.most : 15);
	if (is_bad_name(e->name))
		because("VET-03", "%s: an interface's name has no blank, / "
		    "or :, and is neither . nor ..", e->name);
	e->name[n > 15 ? 15 : n] = '\0';
	for (p = e->name; *p; p++)
		if ((*p & 0x80) || strchr("/: \t\n\v\f\r", *p))
			*p = '_';
	if (*e->name == '.')
		*e->name = '_';
	put_end(e, NULL, 0);
	return 1;
}

/* EEXIST: whose name it is; the next that is free, in its place. */
static int
why_taken(struct end *e, const char *where, const char *id)
{
	unsigned index = index_of(e->sock, e->name), n = 0;
	char name[16], digits_of[16];
	size_t stem = strlen(e->name);
	struct out o;

	if (!index)
		return 0;
	name_of(e->sock, index, name);
	if (strcmp(name, e->name) == 0)
		because(id, "there is an interface %s %-s", e->name, where);
	else
		because("VET-30", "%s is another name of the interface %s %-s",
		    e->name, name, where);
	while (stem > 0 && e->name[stem - 1] >= '0' && e->name[stem - 1] <= '9')
		stem--;
	do {
		o = (struct out){ digits_of, digits_of + 15 };
		put_number(&o, n++, 10);
		*o.at = '\0';
		if (stem > 15 - strlen(digits_of))
			stem = 15 - strlen(digits_of);
		strcpy(e->name + stem, digits_of);
	} while (index_of(e->sock, e->name));
	return 1;
}

/* HOST is there, with one of the addresses that it would have. */
static int
is_done_already(const struct cable *c)
{
	struct route route;
	int i;

	for (i = 0; i < c->host.n; i++)
		if (overlaps(c->host.sock, &c->host.address[i], &route) == 1 &&
		    route.device == index_of(c->host.sock, c->host.name))
			return same_cable_again(c);
	return 0;
}

static void
why_exists(const struct cable *c)
{
	static struct cable mended;
	int again = is_done_already(c);

	mended = *c;
	if (!why_taken(&mended.host, "here", "VET-02") &
	    !why_taken(&mended.peer, "in the target", "VET-05"))
		return;
	if (again) {
		try_deletion_first(c);
		return;
	}
	put_end(&mended.host, NULL, 0);
	put_end(&mended.peer, NULL, 0);
	try_again("");
}

static void
why_mtu(const struct cable *c)
{
	if (!c->mtu || (c->mtu >= 68 && c->mtu <= 65535))
		return;
	because("VET-14", "the MTU of a cable is from 68 to 65535");
	try_instead(c->mtu_operand, "1500", NULL);
}

static void
why_no_driver(void)
{
	if (strcmp(refusal.text, "Unknown device type") != 0)
		return;
	because("VET-15", "this kernel has no veth, and no module of it that "
	    "it could load");
	try_again("modprobe veth && ");
}

void
why_pair(int err, const struct cable *c)
{
	static struct cable mended;
	int names;

	mended = *c;
	if (err == EPERM)
		why_no_right(c->here);
	if (err == EEXIST)
		why_exists(c);
	if (err == ERANGE || err == EINVAL) {
		names = why_name(&mended.host) | why_name(&mended.peer);
		why_mtu(c);
		if (names)
			try_again("");
	}
	if (err == EOPNOTSUPP)
		why_no_driver();
	if (err == EXFULL)
		because("VET-35", "bridge %s has as many ports as it can",
		    c->bridge);
	unexplained(10);
}

static void
why_switched_off(const struct cable *c, int here)
{
	static const char file[] = "/proc/sys/net/ipv6/conf/default/"
	    "disable_ipv6";
	static char prefix[LINE_SIZE / 2];
	struct out o = { prefix, prefix + sizeof prefix - 1 };
	char now[4];

	/* /proc/sys/net shows the network that we are in. */
	if (here && setns(c->here, CLONE_NEWNET) < 0)
		return;
	get(AT_FDCWD, file, now, sizeof now);
	if (strcmp(now, "1\n") != 0)
		return;
	because("VET-17", "IPv6 is switched off for new interfaces %-s: %s "
	    "is 1", here ? "here" : "in the target", file);
	if (!here) {
		put_text(&o, "nsenter-lite ");
		put_text(&o, c->target_pid ? "-t " : "--net=");
		put_quoted(&o, PASTE, c->target);
		put_text(&o, c->target_pid ? " -n sh -c '" : " sh -c '");
	}
	put_text(&o, "echo 0 >");
	put_text(&o, file);
	put_text(&o, here ? " && " : "' && ");
	*o.at = '\0';
	try_again(prefix);
}

void
why_address(int err, const struct cable *c, const struct end *e,
    const struct address *a)
{
	if (a->family == AF_INET6 && c->mtu && c->mtu < 1280) {
		because("VET-39", "IPv6 wants an MTU of 1280 at least");
		try_instead(c->mtu_operand, "1280", NULL);
	} else if (err == EACCES && a->family == AF_INET6)
		why_switched_off(c, e == &c->host);
	if (err == EOPNOTSUPP && access("/proc/net/if_inet6", F_OK) < 0)
		because("VET-36", "this kernel does without IPv6");
	unexplained(3);
}

/* The gateway is beyond what PEER reaches; often its LEN is too long. */
static void
why_not_near(const struct cable *c, const struct address *via)
{
	static struct cable mended;
	struct address *a;
	int i;

	mended = *c;
	for (i = 0; i < mended.peer.n; i++) {
		a = &mended.peer.address[i];
		if (a->family == via->family &&
		    same_network(a->bytes, via->bytes, a->length))
			return;
	}
	because("VET-10", "no address of PEER is in a network with %-s",
	    via->text);
	for (i = 0; i < mended.peer.n; i++) {
		a = &mended.peer.address[i];
		if (a->family != via->family ||
		    !same_network(a->bytes, via->bytes, via->length))
			continue;
		address_text(a->family, a->bytes, via->length, a->text);
		put_end(&mended.peer, NULL, 0);
		try_again("");
		return;
	}
}

void
why_gateway(int err, const struct cable *c, const struct address *via)
{
	if (err == EEXIST && has_default(c->peer.sock, via->family))
		because("VET-12", "the target has a default route already");
	if (err != EEXIST)
		why_not_near(c, via);
	unexplained(2);
}

void
why_delete(int err)
{
	if (err == EPERM)
		why_no_right(open("/proc/self/ns/net", O_RDONLY |
		    O_CLOEXEC));
	unexplained(2);
}
