#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "format.h"
#include "rtnl.h"

struct refusal refusal;

static unsigned sequence;
static const struct request *asked;

/* The kernel makes no answer larger, unless one interface takes more. */
static _Alignas(NLMSG_ALIGNTO) char answers[32768];
static const char *at, *end;
static int torn;

const char *
kernel_said(void)
{
	static char text[512];
	struct out o = { text, text + sizeof text - 2 };

	if (!*refusal.text && !refusal.attribute)
		return "";
	put_text(&o, " (the kernel: ");
	put_quoted(&o, QUOTE, refusal.text);
	if (refusal.attribute) {
		put_text(&o, ", attribute ");
		put_number(&o, refusal.attribute, 10);
	}
	if (refusal.most) {
		put_text(&o, ", at most ");
		put_number(&o, refusal.most, 10);
	}
	*o.at++ = ')';
	*o.at = '\0';
	return text;
}

int
rtnl_open(void)
{
	const int on = 1;
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (sock >= 0) {
		setsockopt(sock, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
		/* A dump then heeds what it is asked for. */
		setsockopt(sock, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on,
		    sizeof on);
	}
	return sock;
}

void
begin(struct request *r, int type, int flags, const void *head, size_t n)
{
	memset(r, 0, sizeof r->head + NLMSG_ALIGN(n));
	r->head.nlmsg_type = type;
	r->head.nlmsg_flags = NLM_F_REQUEST | flags;
	r->head.nlmsg_len = NLMSG_LENGTH(NLMSG_ALIGN(n));
	memcpy(r->body, head, n);
}

/* Appends an attribute; one without data may be filled: a nest. */
struct nlattr *
add(struct request *r, int type, const void *data, size_t n)
{
	struct nlattr *a = (void *)((char *)r + r->head.nlmsg_len);
	size_t size = NLA_ALIGN(NLA_HDRLEN + n);

	if (size > sizeof *r - r->head.nlmsg_len)
		_exit(125);	/* not with what we are asked for */
	memset(a, 0, size);
	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + n;
	if (n)
		memcpy((char *)a + NLA_HDRLEN, data, n);
	r->head.nlmsg_len += size;
	return a;
}

void
add_number(struct request *r, int type, unsigned n)
{
	add(r, type, &n, sizeof n);
}

void
end_nest(struct request *r, struct nlattr *nest)
{
	nest->nla_len = (char *)r + r->head.nlmsg_len - (char *)nest;
}

/* The payload of the first attribute of that type; not if it is shorter. */
const void *
attribute(const void *from, const void *to, int type, size_t least)
{
	const char *p = from;
	const struct nlattr *a;
	size_t left;

	for (; (left = (const char *)to - p) >= NLA_HDRLEN;
	    p += NLA_ALIGN(a->nla_len)) {
		a = (const void *)p;
		if (a->nla_len < NLA_HDRLEN || a->nla_len > left)
			break;
		if ((a->nla_type & NLA_TYPE_MASK) == type)
			return a->nla_len < NLA_HDRLEN + least ? NULL :
			    p + NLA_HDRLEN;
		if ((size_t)NLA_ALIGN(a->nla_len) > left)
			break;
	}
	return NULL;
}

/* The same, in an answer, behind its head. */
const void *
in_answer(const struct nlmsghdr *m, size_t head, int type, size_t least)
{
	if (m->nlmsg_len < NLMSG_SPACE(head))
		return NULL;
	return attribute((const char *)m + NLMSG_SPACE(head),
	    (const char *)m + m->nlmsg_len, type, least);
}

unsigned
number_at(const void *payload)
{
	unsigned n;

	memcpy(&n, payload, sizeof n);
	return n;
}

/* A number in an answer, behind its head; or 0. */
unsigned
number_in(const struct nlmsghdr *m, size_t head, int type)
{
	const void *p = in_answer(m, head, type, 4);

	return p ? number_at(p) : 0;
}

/* Where the attribute with this payload ends. */
const void *
end_of(const void *payload)
{
	const struct nlattr *a =
	    (const void *)((const char *)payload - NLA_HDRLEN);

	return (const char *)a + a->nla_len;
}

/* What the acknowledgement has behind its errno: attributes of its own. */
static void
read_refusal(const char *from, const char *to)
{
	const struct nlattr *blamed;
	const void *p, *most;

	memset(&refusal, 0, sizeof refusal);
	if ((p = attribute(from, to, NLMSGERR_ATTR_MSG, 1)))
		strncat(refusal.text, p, sizeof refusal.text - 1);
	if ((p = attribute(from, to, NLMSGERR_ATTR_OFFS, 4)) &&
	    number_at(p) <= asked->head.nlmsg_len - NLA_HDRLEN) {
		refusal.offset = number_at(p);
		blamed = (const void *)((const char *)asked + refusal.offset);
		refusal.attribute = blamed->nla_type;
	}
	if (!(p = attribute(from, to, NLMSGERR_ATTR_POLICY, 0)))
		return;
	if ((most = attribute(p, end_of(p), NL_POLICY_TYPE_ATTR_MAX_LENGTH, 4))
	    || (most = attribute(p, end_of(p),
	    NL_POLICY_TYPE_ATTR_MAX_VALUE_U, 8)))
		refusal.most = number_at(most);
}

/*
 * NLMSG_ERROR holds an errno, a copy of the request (its head alone, if it is
 * capped or all went well) and attributes; NLMSG_DONE an errno, perhaps.
 */
static int
errno_in(const struct nlmsghdr *m)
{
	const struct nlmsgerr *e = NLMSG_DATA(m);
	const char *to = (const char *)m + m->nlmsg_len;
	size_t skip = sizeof *e;
	int err;

	if (m->nlmsg_len < NLMSG_LENGTH(sizeof err))
		return m->nlmsg_type == NLMSG_DONE ? 0 : EBADMSG;
	memcpy(&err, e, sizeof err);
	if (m->nlmsg_type == NLMSG_DONE)
		skip = sizeof err;
	else if (m->nlmsg_len < NLMSG_LENGTH(sizeof *e))
		return EBADMSG;
	else if (!(m->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - sizeof e->msg;
	if (m->nlmsg_flags & NLM_F_ACK_TLVS &&
	    skip <= (size_t)(to - (const char *)e))
		read_refusal((const char *)e + skip, to);
	return -err;
}

/* Sends a request; what an earlier one would still say is not waited for. */
int
ask(int sock, struct request *r)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	refusal = (struct refusal){ 0 };
	r->head.nlmsg_seq = ++sequence;
	asked = r;
	at = end = answers;
	torn = 0;
	while (sendto(sock, r, r->head.nlmsg_len, 0, (void *)&kernel,
	    sizeof kernel) < 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

/*
 * Fetches more, of which only the kernel's word counts.  An error is said once,
 * and the answer stays: without it we would not know what there is to undo.
 */
static int
receive(int sock)
{
	struct sockaddr_nl from;
	socklen_t size;
	ssize_t n;
	int errors = 0;

	do {
		size = sizeof from;
		n = recvfrom(sock, answers, sizeof answers, MSG_TRUNC,
		    (void *)&from, &size);
		if (n < 0 && errno != EINTR && errors++)
			return -1;
	} while (n < 0 || from.nl_pid != 0);
	if ((size_t)n > sizeof answers) {
		errno = EMSGSIZE;
		return -1;
	}
	at = answers;
	end = answers + n;
	return 0;
}

/*
 * The next message of what was asked for, or NULL at the end of them all: with
 * errno 0, EINTR if it has to be asked for again because things have changed
 * meanwhile, or the errno of the refusal.
 */
const struct nlmsghdr *
answer(int sock)
{
	const struct nlmsghdr *m;

	for (;;) {
		if (at == end && receive(sock) < 0)
			return NULL;
		m = (const void *)at;
		if (!NLMSG_OK(m, (size_t)(end - at))) {
			errno = EBADMSG;
			return NULL;
		}
		at += NLMSG_ALIGN(m->nlmsg_len) < (size_t)(end - at) ?
		    NLMSG_ALIGN(m->nlmsg_len) : (size_t)(end - at);
		if (m->nlmsg_seq != sequence)
			continue;
		torn |= m->nlmsg_flags & NLM_F_DUMP_INTR;
		switch (m->nlmsg_type) {
		case NLMSG_NOOP:
			continue;
		case NLMSG_OVERRUN:
			errno = ENOBUFS;
			return NULL;
		case NLMSG_ERROR:
		case NLMSG_DONE:
			errno = errno_in(m);
			if (!errno && torn)
				errno = EINTR;
			return NULL;
		}
		return m;
	}
}

/* A request that changes something: 0, or -1 and its errno. */
int
carry_out(int sock, struct request *r)
{
	r->head.nlmsg_flags |= NLM_F_ACK;
	if (ask(sock, r) < 0)
		return -1;
	while (answer(sock))
		;
	return errno ? -1 : 0;
}
