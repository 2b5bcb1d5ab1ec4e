/* What is there: questions to the kernel, which change nothing. */
#include <sys/socket.h>

#include <errno.h>
#include <string.h>

#include <linux/if.h>
#include <linux/net_namespace.h>

#include "cable.h"
#include "rtnl.h"
#include "say.h"

static struct request r;

/*
 * By its index or, if that is 0, by its name or another that it has.  The
 * ioctl(2) for it would cut the name at a colon, and load a module for it.
 */
struct link
link_of(int sock, unsigned index, const char *name)
{
	struct ifinfomsg head = { .ifi_index = index };
	struct link l = { 0 };
	const struct nlmsghdr *m;
	const void *p, *kind;

	if (strlen(name) >= ALTIFNAMSIZ)
		return l;
	begin(&r, RTM_GETLINK, 0, &head, sizeof head);
	add_number(&r, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	if (!index)
		add(&r, IFLA_ALT_IFNAME, name, strlen(name) + 1);
	if (ask(sock, &r) < 0 || !(m = answer(sock))) {
		if (errno != ENODEV)
			die("look for the interface %s", name);
		return l;
	}
	if (m->nlmsg_len < NLMSG_LENGTH(sizeof head))
		return l;
	memcpy(&head, NLMSG_DATA(m), sizeof head);
	l.index = head.ifi_index;
	l.flags = head.ifi_flags;
	l.peer = number_in(m, sizeof head, IFLA_LINK);
	l.group = number_in(m, sizeof head, IFLA_GROUP);
	p = in_answer(m, sizeof head, IFLA_LINK_NETNSID, 4);
	l.peer_ns = p ? (int)number_at(p) : -1;
	if ((p = in_answer(m, sizeof head, IFLA_IFNAME, 1)))
		strncat(l.name, p, sizeof l.name - 1);
	if ((p = in_answer(m, sizeof head, IFLA_LINKINFO, 0)) &&
	    (kind = attribute(p, end_of(p), IFLA_INFO_KIND, 1)))
		strncat(l.kind, kind, sizeof l.kind - 1);
	return l;
}

/* The ID of a network namespace in that of the socket, or -1. */
int
ns_id(int sock, int ns)
{
	struct rtgenmsg any = { 0 };
	const struct nlmsghdr *m;
	const void *p = NULL;

	begin(&r, RTM_GETNSID, 0, &any, sizeof any);
	add_number(&r, NETNSA_FD, ns);
	if (ask(sock, &r) == 0 && (m = answer(sock)))
		p = in_answer(m, sizeof any, NETNSA_NSID, 4);
	return p ? (int)number_at(p) : -1;
}

static int
read_route(const struct nlmsghdr *m, int family, struct route *found)
{
	const struct rtmsg *route = NLMSG_DATA(m);
	const void *p;

	if (m->nlmsg_len < NLMSG_LENGTH(sizeof *route) ||
	    route->rtm_family != family)
		return 0;
	memset(found, 0, sizeof *found);
	found->length = route->rtm_dst_len;
	found->table = route->rtm_table;
	found->device = number_in(m, sizeof *route, RTA_OIF);
	if ((p = in_answer(m, sizeof *route, RTA_DST, (found->length + 7) / 8)))
		memcpy(found->bytes, p, (found->length + 7) / 8);
	else if (found->length)
		return 0;
	return 1;
}

/*
 * Whether the network of an address is in that of a route, or has it within.
 * No look-up would find the latter, hence all routes are gone through.  One
 * that leads to half of the world, or all of it, is meant to give way.
 */
int
overlaps(int sock, const struct address *a, struct route *found)
{
	struct rtmsg all = { .rtm_family = a->family, .rtm_type = RTN_UNICAST };
	const struct nlmsghdr *m;
	struct route one;
	int yes;

	if (is_link_local(a))
		return 0;
	do {
		yes = 0;
		begin(&r, RTM_GETROUTE, NLM_F_DUMP, &all, sizeof all);
		if (ask(sock, &r) < 0)
			return -1;
		while ((m = answer(sock)))
			if (!yes && read_route(m, a->family, &one) &&
			    one.length > 1 && same_network(a->bytes, one.bytes,
			    one.length < a->length ? one.length : a->length)) {
				*found = one;
				yes = 1;
			}
	} while (errno == EINTR);
	return errno ? -1 : yes;
}

/* Whether there is a default route already, be it one to nowhere. */
int
has_default(int sock, int family)
{
	struct rtmsg all = { .rtm_family = family };
	const struct nlmsghdr *m;
	struct route one;
	int yes = 0;

	begin(&r, RTM_GETROUTE, NLM_F_DUMP, &all, sizeof all);
	if (ask(sock, &r) < 0)
		return 0;
	while ((m = answer(sock)))
		yes |= read_route(m, family, &one) && one.length == 0 &&
		    one.table == RT_TABLE_MAIN;
	return yes;
}

/* The first address of an interface, but for those of the link alone. */
int
address_of(int sock, unsigned index, int family, struct address *a)
{
	struct ifaddrmsg all = { .ifa_family = family, .ifa_index = index };
	const struct ifaddrmsg *one;
	const struct nlmsghdr *m;
	const void *p;
	int found;

	do {
		found = 0;
		begin(&r, RTM_GETADDR, NLM_F_DUMP, &all, sizeof all);
		if (ask(sock, &r) < 0)
			return -1;
		while ((m = answer(sock))) {
			one = NLMSG_DATA(m);
			if (found || m->nlmsg_len < NLMSG_LENGTH(sizeof *one) ||
			    one->ifa_index != index ||
			    one->ifa_scope != RT_SCOPE_UNIVERSE)
				continue;
			a->family = family;
			a->size = family == AF_INET ? 4 : 16;
			a->length = one->ifa_prefixlen;
			p = in_answer(m, sizeof *one, IFA_LOCAL, a->size);
			if (!p)
				p = in_answer(m, sizeof *one, IFA_ADDRESS,
				    a->size);
			if (!p)
				continue;
			memcpy(a->bytes, p, a->size);
			address_text(family, a->bytes, a->length, a->text);
			found = 1;
		}
	} while (errno == EINTR);
	return errno ? -1 : found;
}
