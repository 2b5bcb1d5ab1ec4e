/*
 * Pins: empty files on which a namespace is mounted.  A place is a PATH, a DIR/
 * in which each kind has its file, or a NAME of ip-netns(8).
 */
#include <sys/types.h>

#define NETNS "/run/netns"

/*
 * The file below a pin has no permissions, as ip-netns(8) makes it; and until
 * the pin is there, this mark, which tells it from those of others.
 */
#define UNFINISHED S_ISVTX

int		 is_folder(const char *place);
const char	*path_in(const char *place, int kind);

/* The process that -t names. */
extern pid_t pid;
extern int pidfd;

int		 differing_kinds(const char *operand);
void		 pin(const char *place, int flags);
void		 share_netns(void (*back)(void));
void		 unshare_netns(void);

int		 unpin(const char *path);
int		 is_namespace(const char *path);
int		 delete_pins(const char *place);
