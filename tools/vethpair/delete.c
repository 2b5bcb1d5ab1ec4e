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
static int n, grouped, missing;

static struct request r;
static int sock;
static unsigned group;

/* What is not there, or not any more, is told; any other refusal ends it. */
static void
refuse(const char *what, const char *name)
{
	tell("%-s %s%-s", what, name, kernel_said());
	if (errno == ENODEV) {
		if (!missing++)
			because("VET-07", "there is no such interface here; "
			    "it goes with its peer, and that with the "
			    "namespace that it is in");
		return;
	}
	why_delete(errno);
	fail();
}

static void
add_victim(const char *name)
{
	struct link l = link_of(sock, 0, name);

	if (!l.index) {
		errno = ENODEV;
		refuse("delete", name);
		return;
	}
	if (strcmp(l.kind, "veth") != 0) {
		errno = EINVAL;
		tell("delete %s", name);
		because("VET-44", "it is no end of a cable (veth)%-s%-s",
		    *l.kind ? ", but of kind " : "", l.kind);
		if (*l.kind)
			try("ip link delete %s", name);
		fail();
	}
	victims[n++] = (struct victim){ name, l.index, l.group };
}

/* A group in which there is no interface. */
static void
choose_group(void)
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
			if (number_in(m, sizeof all, IFLA_GROUP) == group)
				group = 0;
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

	choose_group();
	undo = leave_group;
	for (grouped = 0; grouped < n; grouped++)
		if (put_in_group(&victims[grouped], group) < 0)
			refuse("delete", victims[grouped].name);
	begin(&r, RTM_DELLINK, 0, &none, sizeof none);
	add_number(&r, IFLA_GROUP, group);
	return did(carry_out(sock, &r), "RTM_DELLINK(IFLA_GROUP=%u)", group);
}

static void
delete_some(void)
{
	if (n == 0)
		return;
	hold_signals();
	if ((n == 1 ? delete_link(sock, victims->name, victims->index) :
	    delete_group()) < 0)
		refuse(n == 1 ? "delete" : "delete the group of",
		    victims->name);
	undo = NULL;
	let_signals();
	n = 0;
}

/* What is not there is told; the others go.  0 if all were there. */
int
delete_links(char **names)
{
	if ((sock = rtnl_open()) < 0)
		refuse_socket();
	for (; *names; names++) {
		add_victim(*names);
		if (n == AT_ONCE)
			delete_some();
	}
	delete_some();
	return missing;
}
