#include <sys/socket.h>

#include <string.h>

#include "cable.h"
#include "format.h"
#include "mend.h"
#include "put.h"
#include "say.h"

static const char bad[] = "/: \t\n\v\f\r\240";

/* The latter two are folders of /proc/sys/net/ipv4/conf. */
int
is_bad_name(const char *name)
{
	return name[strcspn(name, bad)] ||
	    has_part("./../all/default", name, '/');
}

/* Its name, with the first number at the end that makes it free. */
void
mend_taken(struct end *e)
{
	size_t stem = strlen(e->name);
	char number[16] = "";
	unsigned n = 0;
	struct out o;

	while (stem > 0 && e->name[stem - 1] >= '0' && e->name[stem - 1] <= '9')
		stem--;
	do {
		o = (struct out){ number, number + sizeof number - 1 };
		put_number(&o, n++, 10);
		*o.at = '\0';
		if (stem > 15 - strlen(number))
			stem = 15 - strlen(number);
		strcpy(e->name + stem, number);
	} while (link_of(e->sock, 0, e->name).index);
}

/* What is no name for an interface becomes one, which is free. */
void
mend_name(struct end *e)
{
	char *p;

	if (strlen(e->name) > 15)
		e->name[15] = '\0';
	for (p = e->name; *p; p++)
		if (*p & 0x80 || strchr(bad, *p))
			*p = '_';
	if (is_bad_name(e->name) || link_of(e->sock, 0, e->name).index)
		mend_taken(e);
}

/* Puts what the end is now in the place of its operand. */
static void
mend_operand(const struct end *e, char *text, size_t size)
{
	struct out o = { text, text + size - 1 };
	int i;

	put_text(&o, e->name);
	for (i = 0; i < e->n; i++) {
		put_text(&o, i ? "," : "=");
		put_text(&o, e->address[i].text);
	}
	*o.at = '\0';
	for (i = 0; command[i]; i++)
		if (command[i] == e->operand)
			command[i] = text;
}

void
try_ends(const struct cable *mended)
{
	static char text[2][256 + MOST_ADDRESSES * 65];

	mend_operand(&mended->host, text[0], sizeof text[0]);
	mend_operand(&mended->peer, text[1], sizeof text[1]);
	try_again("");
}

/* What is in one network moves to 10.N, or fd77:0:N. */
static void
move(struct end *e, const struct address *from, unsigned n)
{
	struct address *a;

	for (a = e->address; a < e->address + e->n; a++) {
		if (a->family != from->family ||
		    !same_network(a->bytes, from->bytes, from->length))
			continue;
		if (a->family == AF_INET6) {
			memcpy(a->bytes, "\xfd\x77\0\0\0", 5);
			a->bytes[5] = n;
		} else {
			a->bytes[0] = 10;
			a->bytes[1] = n;
		}
		address_text(a->family, a->bytes, a->length, a->text);
	}
}

/* Each network that overlaps a route moves to where there is none. */
void
try_free_networks(const struct cable *c)
{
	static struct cable mended;
	struct address *a, from;
	struct route route;
	unsigned n = 77;

	mended = *c;
	for (a = mended.host.address; a < mended.host.address + mended.host.n;
	    a++)
		while (overlaps(c->host.sock, a, &route) == 1) {
			from = *a;
			if (from.length < (a->family == AF_INET ? 16 : 48) ||
			    n == 256)
				return;
			move(&mended.host, &from, n);
			move(&mended.peer, &from, n++);
		}
	try_ends(&mended);
}

/* Behind another command that is about one word. */
void
try_behind(const char *before, const char *word, const char *after)
{
	char prefix[600];
	struct out o = { prefix, prefix + sizeof prefix - 1 };

	put_text(&o, before);
	put_quoted(&o, PASTE, word);
	put_text(&o, after);
	*o.at = '\0';
	try_again(prefix);
}

/* Behind a script that is run in the target, in its network namespace only. */
void
try_there(const struct cable *c, const char *script)
{
	static char prefix[LINE_SIZE / 2];
	struct out o = { prefix, prefix + sizeof prefix - 1 };

	put_text(&o, "nsenter-lite ");
	put_text(&o, c->target_pid ? "-t " :
	    strchr(c->target, '/') ? "--net=" : "--net=./");
	put_quoted(&o, PASTE, c->target);
	put_text(&o, c->target_pid ? " -n sh -c " : " sh -c ");
	put_quoted(&o, PASTE, script);
	put_text(&o, " && ");
	*o.at = '\0';
	try_again(prefix);
}

/* Behind the command that gives the bridge an address. */
void
try_with_address(const char *bridge, const struct address *a)
{
	char before[128];

	strcpy(stpcpy(stpcpy(before, "ip address add "), a->text),
	    a->family == AF_INET ? " dev " : " nodad dev ");
	try_behind(before, bridge, " && ");
}

/* The first address in the network of another, or the second; 0: no such. */
int
beside(const struct address *a, struct address *other)
{
	unsigned i;

	if (a->length > a->size * 8 - 2)
		return 0;
	*other = *a;
	for (i = a->length; i < a->size * 8; i++)
		other->bytes[i / 8] &= ~(0x80 >> i % 8);
	other->bytes[a->size - 1] |= 1;
	if (memcmp(other->bytes, a->bytes, a->size) == 0)
		other->bytes[a->size - 1] ^= 3;
	address_text(other->family, other->bytes, other->length, other->text);
	return 1;
}

/* With the addresses of other families alone. */
void
try_without(const struct cable *c, int family)
{
	static struct cable mended;
	struct end *ends[] = { &mended.host, &mended.peer }, *e;
	int i, j, n;

	mended = *c;
	for (i = 0; i < 2; i++) {
		e = ends[i];
		for (n = j = 0; j < e->n; j++)
			if (e->address[j].family != family)
				e->address[n++] = e->address[j];
		e->n = n;
	}
	try_ends(&mended);
}
