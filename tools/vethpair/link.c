/* What changes something: interfaces, addresses, routes. */
#include <sys/socket.h>

#include <net/if.h>
#include <string.h>

#include <linux/veth.h>

#include "cable.h"
#include "rtnl.h"
#include "say.h"

static struct request r;

/* Of 255 bytes at most, of which the kernel refuses more than 15. */
static void
add_name(const char *name)
{
	add(&r, IFLA_IFNAME, name, strlen(name) + 1);
}

/*
 * What both ends have in the request.  By default the kernel allots each a
 * queue for every processor, and takes back all but one, with a grace period:
 * it is asked for one.
 */
static void
add_interface(const char *name, unsigned mtu)
{
	add_name(name);
	if (mtu)
		add_number(&r, IFLA_MTU, mtu);
	add_number(&r, IFLA_NUM_TX_QUEUES, 1);
	add_number(&r, IFLA_NUM_RX_QUEUES, 1);
}

/*
 * One request, all or nothing: the peer is born in its namespace (a move costs
 * a grace period), the host's end is in the bridge and up.  The peer cannot be
 * up yet: its own peer does not exist when the kernel looks.
 */
int
make_pair(const struct cable *c)
{
	struct ifinfomsg up = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	struct ifinfomsg plain = { 0 };
	struct nlattr *info, *data, *peer;

	begin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &up, sizeof up);
	add_interface(c->host.name, c->mtu);
	if (c->bridge)
		add_number(&r, IFLA_MASTER, c->bridge_index);
	info = add(&r, IFLA_LINKINFO, NULL, 0);
	add(&r, IFLA_INFO_KIND, "veth", 5);
	data = add(&r, IFLA_INFO_DATA, NULL, 0);
	peer = add(&r, VETH_INFO_PEER, &plain, sizeof plain);
	add_interface(c->peer.name, c->mtu);
	add_number(&r, IFLA_NET_NS_FD, c->ns);
	end_nest(&r, peer);
	end_nest(&r, data);
	end_nest(&r, info);
	return did(carry_out(c->host.sock, &r), "RTM_NEWLINK(%s, IFF_UP, "
	    "NLM_F_CREATE|NLM_F_EXCL, veth, peer %s in network namespace %d)",
	    c->host.name, c->peer.name, c->ns);
}

int
set_up(const struct end *e, unsigned index, int up)
{
	struct ifinfomsg link = { .ifi_index = index, .ifi_change = IFF_UP,
	    .ifi_flags = up ? IFF_UP : 0 };

	begin(&r, RTM_SETLINK, 0, &link, sizeof link);
	return did(carry_out(e->sock, &r), "RTM_SETLINK(%s, %-s)",
	    index == e->index ? e->name : "lo", up ? "IFF_UP" : "~IFF_UP");
}

/* Without a search for duplicates, so that IPv6 works at once, too. */
int
set_address(const struct end *e, const struct address *a)
{
	struct ifaddrmsg address = { .ifa_family = a->family,
	    .ifa_prefixlen = a->length, .ifa_index = e->index,
	    .ifa_flags = a->family == AF_INET6 ? IFA_F_NODAD : 0 };

	begin(&r, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &address,
	    sizeof address);
	add(&r, IFA_LOCAL, a->bytes, a->size);
	add(&r, IFA_ADDRESS, a->bytes, a->size);
	return did(carry_out(e->sock, &r),
	    "RTM_NEWADDR(%s, %-s, NLM_F_CREATE|NLM_F_EXCL)", e->name, a->text);
}

int
set_gateway(const struct end *e, const struct address *via)
{
	struct rtmsg route = { .rtm_family = via->family,
	    .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_BOOT,
	    .rtm_type = RTN_UNICAST };

	begin(&r, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &route,
	    sizeof route);
	add(&r, RTA_GATEWAY, via->bytes, via->size);
	add_number(&r, RTA_OIF, e->index);
	return did(carry_out(e->sock, &r), "RTM_NEWROUTE(default, %-s, %s, "
	    "NLM_F_CREATE|NLM_F_EXCL)", via->text, e->name);
}

/* By its index if that is known: the name may be another's by now. */
int
delete_link(int sock, const char *name, unsigned index)
{
	struct ifinfomsg link = { .ifi_index = index };

	begin(&r, RTM_DELLINK, 0, &link, sizeof link);
	if (!index)
		add_name(name);
	return did(carry_out(sock, &r), "RTM_DELLINK(%s)", name);
}
