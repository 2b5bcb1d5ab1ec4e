#include <arpa/inet.h>
#include <sys/socket.h>

#include <string.h>

#include "cable.h"
#include "format.h"
#include "say.h"
#include "start.h"

int
same_network(const unsigned char *a, const unsigned char *b, unsigned length)
{
	unsigned whole = length / 8, rest = length % 8;

	return memcmp(a, b, whole) == 0 &&
	    (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

/* fe80::/10, which every interface has. */
int
is_link_local(const struct address *a)
{
	return a->family == AF_INET6 && a->bytes[0] == 0xfe &&
	    (a->bytes[1] & 0xc0) == 0x80;
}

/* Whether all bits beyond the network's are zero, or one. */
static int
host_bits_are(const struct address *a, unsigned bit)
{
	unsigned i;

	for (i = a->length; i < a->size * 8; i++)
		if ((a->bytes[i / 8] >> (7 - i % 8) & 1U) != bit)
			return 0;
	return 1;
}

/* What no interface can have as its own, though the kernel takes some. */
static void
check_address(const struct address *a)
{
	static const unsigned char any[16], loopback[16] = { [15] = 1 };
	int is_4 = a->family == AF_INET;

	if (memcmp(a->bytes, any, a->size) == 0 ||
	    a->bytes[0] == 0xff || (is_4 ? a->bytes[0] == 127 ||
	    (a->bytes[0] & 0xf0) == 224 : memcmp(a->bytes, loopback, 16) == 0))
		misuse("%s: no address for an interface", a->text);
	if (is_4 && a->length < 31 &&
	    (host_bits_are(a, 0) || host_bits_are(a, 1)))
		misuse("%s: the address of the network, not of one in it",
		    a->text);
}

static void
parse_address(struct end *e, const char *text, size_t n)
{
	struct address *a = &e->address[e->n];
	char *slash;
	int i;

	if (e->n == MOST_ADDRESSES)
		misuse("%s: more than %d addresses", e->name, MOST_ADDRESSES);
	if (n >= sizeof a->text)
		misuse("%s: no address", text);
	*stpncpy(a->text, text, n) = '\0';
	if (!(slash = strchr(a->text, '/')))
		misuse("%s: /LEN is missing, as in 10.77.0.1/24", a->text);
	*slash = '\0';
	a->family = strchr(a->text, ':') ? AF_INET6 : AF_INET;
	a->size = a->family == AF_INET ? 4 : 16;
	if (inet_pton(a->family, a->text, a->bytes) != 1)
		misuse("%s: no address", a->text);
	a->length = number(slash + 1, a->size * 8, "LEN");
	*slash = '/';
	if (a->length == 0)
		misuse("%s: LEN is from 1 to %u", a->text, a->size * 8);
	check_address(a);
	for (i = 0; i < e->n; i++)
		if (a->family == e->address[i].family &&
		    memcmp(a->bytes, e->address[i].bytes, a->size) == 0)
			misuse("%s: twice", a->text);
	e->n++;
}

/* NAME[=ADDR/LEN[,...]] */
void
parse_end(struct end *e, const char *operand)
{
	size_t n = strcspn(operand, "=");

	e->operand = operand;
	if (n == 0)
		misuse("%s: the name is missing", operand);
	if (n >= sizeof e->name)
		misuse("%s: no name is that long", operand);
	memcpy(e->name, operand, n);
	if (strchr(e->name, '%'))
		misuse("%s: %% makes a pattern of it for the kernel, and no "
		    "name", e->name);
	operand += n;
	while (*operand) {	/* '=', then ',' */
		operand++;
		n = strcspn(operand, ",");
		parse_address(e, operand, n);
		operand += n;
	}
}

/* Of both, only one could be reached. */
void
check_both_ends(const struct end *host, const struct end *peer)
{
	const struct address *a, *b;

	for (a = host->address; a < host->address + host->n; a++)
		for (b = peer->address; b < peer->address + peer->n; b++)
			if (a->family == b->family &&
			    memcmp(a->bytes, b->bytes, a->size) == 0)
				misuse("%s: the address of both ends", b->text);
}

/* The first address of that family, or NULL. */
const struct address *
first_of(const struct end *e, int family)
{
	int i;

	for (i = 0; i < e->n; i++)
		if (e->address[i].family == family)
			return &e->address[i];
	return NULL;
}

/* "10.77.0.0/24", "fd77:0:0:1:0:0:0:0/64"; without the length if it is 0. */
void
address_text(int family, const unsigned char *bytes, unsigned length,
    char text[64])
{
	struct out o = { text, text + 63 };
	int i;

	if (family == AF_INET)
		for (i = 0; i < 4; i++) {
			put_text(&o, i ? "." : "");
			put_number(&o, bytes[i], 10);
		}
	else
		for (i = 0; i < 16; i += 2) {
			put_text(&o, i ? ":" : "");
			put_number(&o, bytes[i] << 8 | bytes[i + 1], 16);
		}
	if (length) {
		put_text(&o, "/");
		put_number(&o, length, 10);
	}
	*o.at = '\0';
}
