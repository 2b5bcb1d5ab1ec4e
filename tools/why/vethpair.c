/*
 * Why there is no cable.  Where the kernel gives a sentence with its errno
 * (NLMSGERR_ATTR_MSG), that is in the line before; for pairs of veth it mostly
 * gives none (drivers/net/veth.c, net/core/rtnetlink.c).
 */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "format.h"
#include "put.h"
#include "say.h"
#include "vethpair.h"
#include "vethpair/cable.h"
#include "vethpair/mend.h"
#include "vethpair/rtnl.h"

void
why_no_bridge(const struct cable *c)
{
	because("VET-34", "there is no such interface here");
	if (*c->bridge && strlen(c->bridge) < 16 && !is_bad_name(c->bridge))
		try_behind("ip link add ", c->bridge, " up type bridge && ");
}

void
why_port_address(const struct cable *c)
{
	because("VET-41", "what is sent to %s would be taken by the bridge %s",
	    c->host.name, c->bridge);
	try_instead(c->host.operand, c->host.name, NULL);
}

void
why_overlap(const struct cable *c, const struct address *a,
    const struct route *route)
{
	struct link l = link_of(c->host.sock, route->device, "");
	char text[64];

	if (link_of(c->host.sock, 0, c->host.name).index) {
		errno = EEXIST;
		tell("make %s", c->host.name);
		why_pair(EEXIST, c);
		return;
	}
	address_text(a->family, route->bytes, route->length, text);
	say("%-s would take the place of a network that this host is in, or "
	    "reaches; -f, if you mean it", a->text);
	because("VET-33", "it overlaps the route to %-s by %s", text,
	    *l.name ? l.name : "?");
	try_free_networks(c);
}

/* ERANGE and EINVAL: what is wrong with a name; it is mended. */
static int
why_name(struct end *e)
{
	size_t n = strlen(e->name);

	if (n <= 15 && !is_bad_name(e->name))
		return 0;
	if (n > 15)
		because("VET-03", "%s has %lu bytes, and an interface's name "
		    "15 at most", e->name, n);
	if (is_bad_name(e->name))
		because("VET-03", "%s: an interface's name has no blank, / "
		    "or :, nor is it . .. all default", e->name);
	mend_name(e);
	return 1;
}

/* EEXIST: whose name it is; the next that is free, in its place. */
static int
why_taken(struct end *e, const char *where, const char *id)
{
	struct link l = link_of(e->sock, 0, e->name);

	if (!l.index)
		return 0;
	if (strcmp(l.name, e->name) == 0)
		because(id, "there is an interface %s %-s", e->name, where);
	else
		because("VET-30", "%s is another name of the interface %s %-s",
		    e->name, l.name, where);
	mend_taken(e);
	return 1;
}

/* HOST and PEER are there, and joined: no other cable would be removed. */
static int
is_done_already(const struct cable *c)
{
	struct link host = link_of(c->host.sock, 0, c->host.name);
	struct link peer = link_of(c->peer.sock, 0, c->peer.name);

	return strcmp(host.kind, "veth") == 0 &&
	    host.peer == peer.index && peer.peer == host.index &&
	    peer.peer_ns >= 0 && peer.peer_ns == ns_id(c->peer.sock, c->here);
}

static void
why_exists(const struct cable *c)
{
	static struct cable mended;
	int taken;

	mended = *c;
	taken = why_taken(&mended.host, "here", "VET-02");
	taken |= why_taken(&mended.peer, "in the target", "VET-05");
	if (is_done_already(c))
		try_behind("vethpair -d -- ", c->host.name, " && ");
	else if (taken)
		try_free_networks(&mended);
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
			try_ends(&mended);
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
	char now[4];

	/* /proc/sys/net shows the network that we are in. */
	if (here && setns(c->here, CLONE_NEWNET) < 0)
		return;
	get(AT_FDCWD, file, now, sizeof now);
	if (strcmp(now, "1\n") != 0)
		return;
	because("VET-17", "IPv6 is switched off for new interfaces %-s: %s "
	    "is 1", here ? "here" : "in the target", file);
	if (here)
		try_again("echo 0 >/proc/sys/net/ipv6/conf/default/"
		    "disable_ipv6 && ");
	else
		try_there(c, "echo 0 >/proc/sys/net/ipv6/conf/default/"
		    "disable_ipv6");
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
	if (err == EOPNOTSUPP && access("/proc/net/if_inet6", F_OK) < 0) {
		because("VET-36", "this kernel does without IPv6");
		try_without(c, AF_INET6);
	}
	unexplained(3);
}

void
why_delete(int err)
{
	if (err == EPERM)
		why_no_right(open("/proc/self/ns/net", O_RDONLY |
		    O_CLOEXEC));
	unexplained(2);
}
