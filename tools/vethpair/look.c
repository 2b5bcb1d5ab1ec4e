/* What is there: questions to the kernel, which change nothing. */
#include <sys/socket.h>

#include <errno.h>
#include <string.h>

#include "cable.h"
#include "rtnl.h"

static struct request r;

/* "veth", "bridge", or "" for what has no kind, such as lo. */
const char *
kind_of_link(int sock, unsigned index, unsigned *flags)
{
	struct ifinfomsg link = { .ifi_index = index };
	static char kind[32];
	const struct nlmsghdr *m;

	begin(&r, RTM_GETLINK, 0, &link, sizeof link);
	add_number(&r, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	*kind = '\0';
	*flags = 0;
	if (ask(sock, &r) == 0 && (m = answer(sock)) &&
	    m->nlmsg_len >= NLMSG_LENGTH(sizeof link)) {
		*flags = ((struct ifinfomsg *)NLMSG_DATA(m))->ifi_flags;
		strncat(kind, kind_in(m), sizeof kind - 1);
	}
	return kind;
}

/* The kind of the interface that an RTM_NEWLINK is about. */
const char *
kind_in(const struct nlmsghdr *m)
{
	const void *info, *kind = NULL;

	info = in_answer(m, sizeof(struct ifinfomsg), IFLA_LINKINFO, 0);
	if (info)
		kind = attribute(info, end_of(info), IFLA_INFO_KIND, 1);
	return kind ? kind : "";
}

static int
read_route(const struct nlmsghdr *m, int family, struct route *found)
{
	const struct rtmsg *route = NLMSG_DATA(m);
	const void *p;

	if (m->nlmsg_len < NLMSG_LENGTH(sizeof *route) ||
	    route->rtm_family != family || route->rtm_type != RTN_UNICAST)
		return 0;
	memset(found, 0, sizeof *found);
	found->length = route->rtm_dst_len;
	found->table = route->rtm_table;
	if ((p = in_answer(m, sizeof *route, RTA_OIF, 4)))
		found->device = number_at(p);
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

/* Whether there is a default route already. */
int
has_default(int sock, int family)
{
	struct rtmsg all = { .rtm_family = family, .rtm_type = RTN_UNICAST };
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
