/*
 * What nstree has seen: processes, the namespaces that they are in, and what
 * else keeps a namespace alive.
 */
#include <sys/types.h>

#include "format.h"
#include "kinds.h"
#include "say.h"

#define MOST_LEVELS 33	/* of PID namespaces, one in another */

enum { USERNS, MNTNS, PIDNS = 5 };	/* among the kinds */

struct process {
	pid_t pid;
	struct space *space[KINDS];
	struct process *next[KINDS];	/* the next one in the same namespace */
	const char *command;		/* once it was asked for */
};

struct space {
	int kind;
	unsigned id;			/* its inode number in nsfs */
	unsigned uid;			/* who made it, if it is of kind user */
	struct space *parent, *owner;	/* as far as we may see them */
	struct process *first, *last;
	int members;
	struct keeper *kept;
	struct space *found, *bucket;	/* of all, and of one bucket */
	struct space *child, *next;	/* in the tree */
	int asked;			/* it was open, and the kernel told */
	int shown;
};

/* A descriptor, or a mount: path is from the root of pid, or 0: from ours. */
struct keeper {
	pid_t pid;
	int fd;
	const char *path;
	struct keeper *next;
};

extern int kinds_asked, pids_alone;	/* flags; whether -p is all of them */
extern int targets, shared, differing;	/* how many; the kinds that are */
extern struct space *spaces, *roots;
extern struct out page;			/* all that will be printed */
extern int proc;			/* the folder /proc */
extern int unseen, one_unseen;		/* processes closed to us; a PID */

/* memory.c */
void		 reserve(void);
void		*keep(size_t n);
const char	*keep_text(const char *s);
void		 make_room(size_t n);

/* spaces.c */
extern int	 asked_in_vain;	/* errno, for what the kernel tells everybody */
int		 most_fds(void);
struct space	*find_space(unsigned id);
struct space	*add_space(int fd, int kind, unsigned id);
void		 add_keeper(struct space *s, pid_t pid, int fd,
		    const char *path);

/* read.c */
void		 guard(const char *what, const char *path);
int		 kind_in(const char *text);
unsigned	 id_in(const char *text);
unsigned	 link_id(int dir, const char *path, int *kind);
char		*put_pid(char *p, pid_t pid);
struct process	*read_process(pid_t pid);
int		 read_all(void);

/* pins.c */
int		 read_mounts(pid_t pid);

/* tree.c */
const char	*command_of(struct process *p);
int		 pids_of(const struct process *p, unsigned pids[MOST_LEVELS]);
const char	*map_of(const struct space *s, const char *file);
void		 arrange(void);

/* show.c */
void		 print(const char *fmt, ...) FORMAT;
void		 print_word(const char *s);
void		 print_keepers(const struct space *s);
void		 print_pids(const struct process *p, const char *between);

/* lines.c, picture.c, json.c */
void		 print_lines(void);
void		 print_picture(void);
void		 print_json(void);
