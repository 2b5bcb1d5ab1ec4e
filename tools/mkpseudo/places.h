/* Where something is mounted, and what. */
enum kind { PROC, SYS, CGROUP, DEV, NODE, PTS, MQUEUE, MEMORY, TOOLS };

struct place {
	enum kind kind;
	unsigned flags;		/* of a node: its major and minor number */
	const char *name;	/* what brings it, for -m; NULL is the end */
	const char *path;	/* below ROOT */
	const char *type;	/* of a node: what is bound */
	const char *data;
};

#define SAFE (MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define STANDARD "proc,sys,cgroup,dev,pts,mqueue,shm"

extern const struct place places[];	/* a bit for each is in a set of them */

unsigned	 places_named(const char *list);
