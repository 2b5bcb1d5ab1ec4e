/*
 * rtnetlink(7), as much of it as a cable needs: a request is filled by add()
 * and sent by ask() or carry_out(); answers come from answer(), one at a time.
 * Each socket talks to the network namespace in which it was opened.
 */
#include <stddef.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

struct request {
	struct nlmsghdr head;
	char body[1024 - sizeof(struct nlmsghdr)];
};

/* What the last refusal says beyond its errno (NETLINK_EXT_ACK). */
extern struct refusal {
	char text[256];		/* the kernel's own sentence, or "" */
	unsigned offset;	/* of the attribute it blames, or 0 */
	int attribute;		/* the type of that */
	unsigned long most;	/* that may be its length or value, or 0 */
} refusal;

const char	*kernel_said(void);	/* of it, for a message */
int	 rtnl_open(void);
void	 begin(struct request *r, int type, int flags, const void *head,
	    size_t n);
struct nlattr	*add(struct request *r, int type, const void *data, size_t n);
void	 add_number(struct request *r, int type, unsigned n);
void	 end_nest(struct request *r, struct nlattr *nest);

int	 carry_out(int sock, struct request *r);
int	 ask(int sock, struct request *r);
const struct nlmsghdr	*answer(int sock);
const void	*attribute(const void *from, const void *end, int type,
		    size_t least);
const void	*in_answer(const struct nlmsghdr *m, size_t head, int type,
		    size_t least);
unsigned	 number_at(const void *payload);
unsigned	 number_in(const struct nlmsghdr *m, size_t head, int type);
const void	*end_of(const void *payload);
