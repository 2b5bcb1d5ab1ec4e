/*
 * User and group ID maps (user_namespaces(7)): what mapids and unshare-lite
 * read from their command lines and write to /proc/PID/uid_map and gid_map.
 */
#include <sys/types.h>

#define MOST_EXTENTS 340	/* the kernel's limits on its one write */
#define MOST_BYTES 4095

enum id { USER, GROUP };

struct extent {
	unsigned inside, outside, count;
};

struct idmap {
	int n;			/* those beyond are counted only */
	struct extent e[MOST_EXTENTS];
};

/*
 * An operand is IN:OUT:COUNT[,...], root, current, auto, or block, which is
 * unshare(1)'s --map-auto: 0 and up to the first of the caller's ranges.
 * map_check is for before the first effect, in the namespace that will be the
 * parent: it refuses what the kernel or newuidmap(1) would.  map_read and
 * map_write take 0 for the process itself; it may write only a map_own.
 */
void		 map_add(struct idmap *m, enum id id, const char *operand);
void		 map_check(struct idmap *m, enum id id);
unsigned	 own_id(enum id id);
int		 map_own(const struct idmap *m, enum id id);
int		 map_needs_deny(const struct idmap *groups);
const char	*map_text(const struct idmap *m);
int		 map_read(pid_t pid, enum id id, struct idmap *m);
void		 map_write(pid_t pid, enum id id, const struct idmap *m);
void		 setgroups_deny(pid_t pid);

/* What these are made of. */
extern int map_root_refused;	/* 0 outside is mapped, without CAP_SETFCAP */

void		 map_extent(struct idmap *m, unsigned inside, unsigned outside,
		    unsigned count);
void		 map_refused(enum id id, int err);
int		 map_by_self(pid_t pid, const struct idmap *m, enum id id);
void		 why_map(int err, pid_t pid, enum id id, const struct idmap *m);
