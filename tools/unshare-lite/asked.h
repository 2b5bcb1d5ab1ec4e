/*
 * The parts of unshare-lite.  What the command line asks for, and what was
 * found out from it, is known to all before the first effect.
 */
#include <sys/types.h>

#define NEWTIME 0x80	/* CLONE_NEWTIME, which clone(2) cannot take */

extern int kinds_asked;		/* CLONE_NEW*; if_known: -a's, where possible */
extern int if_known;
extern int holding, watch;	/* --hold, and the pidfd of its process */
extern int print_pid, death_signal, parent_fd;
extern int cgroup_fd;		/* to be born in, of version 2; or -1 */
extern unsigned long propagation;
extern const char *propagation_name, *death_signal_name;
extern const char *hostname, *proc_dir, *offset[2], *prog;
extern char **prog_argv;

/* maps.c */
extern int mapped;		/* a map is asked for */
extern int deny;		/* setgroups(2): 1, 0, or -1 for the default */
extern int outside;		/* only a process outside may write the maps */

void	 map_option(enum id id, const char *operand);
void	 guard_setgroups(void);
void	 plan_maps(void);
void	 write_maps(pid_t pid);
void	 become_mapped(void);

/* cgroup.c */
int	 cgroup_open(const char *cgroup);	/* version 2, or -1 */

/* settle.c */
int	 let_go_of_missing(void);
int	 exec_enters_time(void);
void	 settle(void);

/* turns.c */
enum side { PARENT, CHILD };

extern int taking_turns;
extern int ends[2];		/* of the socket, if their memory is not one */
extern _Atomic int turn[2];	/* if it is */

void	 turns_begin(int memory_is_shared);
void	 close_others_end(enum side self);
int	 await(enum side other);
void	 wake(enum side self);
void	 say_pid(int fd, pid_t pid);

/* child.c, self.c */
int		 fork_and_wait(void);
_Noreturn void	 run(void);
_Noreturn void	 unshare_self(void);
