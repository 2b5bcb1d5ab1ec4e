/* The kinds of namespaces (namespaces(7)) in the order in which to enter. */
#define KINDS 8

struct kind {
	char letter;		/* muinpUCT, as unshare(1) has them */
	char name[7];		/* the long option */
	char file[7];		/* in /proc/PID/ns */
	int flag;		/* CLONE_NEW... */
};

extern const struct kind kinds[KINDS];

const struct kind	*kind_of(int letter);
const char		*kinds_text(int flags);
int			 kinds_known(void);
