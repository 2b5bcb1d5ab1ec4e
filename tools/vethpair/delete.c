/*
 * Each interface that goes alone costs 16 ms or more, in which all processors
 * have to be done with it; those of a group go together.  So they are put in a
 * group that nobody else is in.
 */
#include <sys/random.h>
#include <sys/socket.h>

#include <errno.h>
#include <string.h>

#include "../why/vethpair.h"
#include "cable.h"
#include "rtnl.h"
#include "say.h"
#include "start.h"

#define AT_ONCE 1024

static struct victim {
	const char *name;
	unsigned index, group;
} victims[AT_ONCE];
static int n, grouped;

static struct request r;
static int sock;
static unsigned group;

static void
refuse(const char *what, const char *name)
{
	tell("%-s %s%-s", what, name, kernel_said());
	why_delete(errno);
	fail();
}

/* Looks at all interfaces: the victims are cables, and their group is free. */
static void
check_link(const struct nlmsghdr *m)
{
	const struct ifinfomsg *link = NLMSG_DATA(m);
	const void *p;
	unsigned theirs;
	int i;

	if (m->nlmsg_len < NLMSG_LENGTH(sizeof *link))
		return;
	p = in_answer(m, sizeof *link, IFLA_GROUP, 4);
	theirs = p ? number_at(p) : 0;
	if (theirs == group)
		group = 0;
	for (i = 0; i < n; i++) {
		if (victims[i].index != (unsigned)link->ifi_index)
			continue;
		victims[i].group = theirs;
		if (strcmp(kind_in(m), "veth") == 0)
			continue;
		errno = EINVAL;
		tell("delete %s", victims[i].name);
		because("VET-44", "it is no end of a cable (veth)%-s%-s",
		    *kind_in(m) ? ", but of kind " : "", kind_in(m));
		if (*kind_in(m))
			try("ip link delete %s", victims[i].name);
		fail();
	}
}

static void
check_links(void)
{
	struct ifinfomsg all = { 0 };
	const struct nlmsghdr *m;

	do {
		if (getrandom(&group, sizeof group, 0) < 0)
			die("getrandom");
		group = (group & 0x3fffffff) | 0x40000000;
		begin(&r, RTM_GETLINK, NLM_F_DUMP, &all, sizeof all);
		add_number(&r, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
		if (ask(sock, &r) < 0)
			die("list the interfaces");
		while ((m = answer(sock)))
			check_link(m);
		if (errno && errno != EINTR)
			die("list the interfaces");
	} while (errno == EINTR || !group);
}

static int
put_in_group(const struct victim *v, unsigned number)
{
	struct ifinfomsg link = { .ifi_index = v->index };

	begin(&r, RTM_SETLINK, 0, &link, sizeof link);
	add_number(&r, IFLA_GROUP, number);
	return did(carry_out(sock, &r), "RTM_SETLINK(%s, IFLA_GROUP=%u)",
	    v->name, number);
}

static void
leave_group(void)
{
	while (grouped--)
		put_in_group(&victims[grouped], victims[grouped].group);
}

static int
delete_group(void)
{
	struct ifinfomsg none = { 0 };

	undo = leave_group;
	for (grouped = 0; grouped < n; grouped++)
		if (put_in_group(&victims[grouped], group) < 0)
			refuse("group", victims[grouped].name);
	begin(&r, RTM_DELLINK, 0, &none, sizeof none);
	add_number(&r, IFLA_GROUP, group);
	return did(carry_out(sock, &r), "RTM_DELLINK(IFLA_GROUP=%u)", group);
}

static void
delete_some(void)
{
	if (n == 0)
		return;
	check_links();
	hold_signals();
	if ((n == 1 ? delete_link(sock, victims->name, victims->index) :
	    delete_group()) < 0)
		refuse("delete", n == 1 ? victims->name : "all of them");
	undo = NULL;
	let_signals();
	n = 0;
}

/* What is not there is told; the others go.  0 if all were there. */
int
delete_links(char **names)
{
	int missing = 0;

	if ((sock = rtnl_open()) < 0)
		refuse_socket();
	for (; *names; names++) {
		victims[n].name = *names;
		victims[n].index = index_of(sock, *names);
		if (victims[n].index == 0) {
			errno = ENODEV;
			tell("delete %s", *names);
			if (!missing++)
				because("VET-07", "there is no such interface "
				    "here; it goes with its peer, and that "
				    "with the namespace that it is in");
		} else if (++n == AT_ONCE)
			delete_some();
	}
	delete_some();
	return missing;
}
