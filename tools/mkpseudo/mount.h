#include "mkpseudo/places.h"

/* The source that mountinfo shows for what we have mounted: -d looks for it. */
#define MARK "mkpseudo"

enum { RDONLY = 1, NOSUID = 2, NODEV = 4 };	/* of mount_setattr(2) */

extern unsigned read_only;	/* MS_RDONLY: sys, cgroup are the machine's */
extern int dev_is_new;		/* and we stand in it */
extern int source;		/* the caller's /dev */

int	 mount_here(const char *name, const char *path, const char *type,
	    unsigned flags, const char *data);
int	 mount_on(int fd, const char *path, const char *type, unsigned flags,
	    const char *data);
int	 mount_place(const struct place *p, const char *type, const char *data);
void	 bind(int from, const char *name, int fd, const char *path,
	    unsigned attr);
void	 bind_folder(const char *name, const char *path, unsigned attr);
void	 bind_tools(const char *path);
