/* Why the target has no default route through this cable. */
#include <sys/socket.h>

#include <errno.h>

#include "../why/vethpair.h"
#include "cable.h"
#include "format.h"
#include "mend.h"
#include "say.h"

/* Beside PEER's first address: for HOST, or for the bridge. */
void
why_no_gateway(const struct cable *c)
{
	static struct cable mended;
	struct address *a;
	struct route route;

	mended = *c;
	a = &mended.host.address[mended.host.n];
	because("VET-42", "%-s%s has no address of the kind that PEER has",
	    c->bridge ? "bridge " : "", c->bridge ? c->bridge : "HOST");
	if (mended.host.n++ == MOST_ADDRESSES ||
	    !beside(c->peer.address, a) ||
	    overlaps(c->host.sock, a, &route) != 0)
		return;
	if (c->bridge)
		try_with_address(c->bridge, a);
	else
		try_ends(&mended);
}

/* a: the address of PEER that the bridge has, too. */
void
why_own_gateway(const struct cable *c, const struct address *a)
{
	static struct cable mended;
	struct address *other;

	mended = *c;
	other = &mended.peer.address[a - c->peer.address];
	because("VET-47", "bridge %s has the address %-s, too", c->bridge,
	    a->text);
	if (beside(a, other))
		try_ends(&mended);
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
		try_ends(&mended);
		return;
	}
}

void
why_gateway(int err, const struct cable *c, const struct address *via)
{
	if (err == EEXIST && has_default(c->peer.sock, via->family)) {
		because("VET-12", "the target has a default route already");
		try_there(c, via->family == AF_INET ?
		    "ip route delete default" : "ip -6 route delete default");
	}
	if (err != EEXIST)
		why_not_near(c, via);
	unexplained(2);
}
