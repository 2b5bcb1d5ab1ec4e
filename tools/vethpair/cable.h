/* A cable: two ends, their addresses, and where they are. */
#include <stddef.h>

#define MOST_ADDRESSES 16

struct address {
	int family;
	unsigned size;		/* of what is used of bytes */
	unsigned char bytes[16];
	unsigned length;	/* of the network's part, in bits */
	char text[64];		/* as the user has it */
};

struct end {
	char name[256];
	const char *operand;
	struct address address[MOST_ADDRESSES];
	int n;
	int sock;		/* in its network namespace */
	unsigned index;		/* of the interface, once there is one */
};

struct cable {
	struct end host, peer;
	const char *target;
	int target_pid;		/* or 0: target is a file */
	int here, ns;		/* our network namespace, and the target's */
	const char *bridge;
	unsigned bridge_index;
	unsigned mtu;		/* or 0 */
	const char *mtu_operand;
};

/* An interface; 0 is the index of none. */
struct link {
	unsigned index, peer, group, flags;
	int peer_ns;			/* its ID, or -1: as the link's own */
	char name[16], kind[32];	/* "veth", "bridge"; "" for lo */
};

/* A route that an address runs into. */
struct route {
	unsigned char bytes[16];
	unsigned length, table, device;
};

void	 parse_end(struct end *e, const char *operand);
void	 check_both_ends(const struct end *host, const struct end *peer);
int	 same_network(const unsigned char *a, const unsigned char *b,
	    unsigned length);
const struct address	*first_of(const struct end *e, int family);
int	 is_link_local(const struct address *a);
void	 address_text(int family, const unsigned char *bytes, unsigned length,
	    char text[64]);

int	 make_pair(const struct cable *c);
int	 set_up(const struct end *e, unsigned index, int up);
int	 set_address(const struct end *e, const struct address *a);
int	 set_gateway(const struct end *e, const struct address *via);
int	 delete_link(int sock, const char *name, unsigned index);

int	 ns_id(int sock, int ns);
struct link	 link_of(int sock, unsigned index, const char *name);
int	 overlaps(int sock, const struct address *a, struct route *found);
int	 address_of(int sock, unsigned index, int family, struct address *a);
int	 has_default(int sock, int family);

int	 delete_links(char **names);
