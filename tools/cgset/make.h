#include <sys/types.h>

struct place;
struct value;

extern int joining;	/* PROG is to run in CGROUP */
extern const char *refused_at;	/* the folder whose controllers we could not set */

void	 make_place(struct place *p);
void	 enable(struct place *p, const char *controller, size_t n);
void	 set_value(const struct value *v);
void	 give(struct place *p, uid_t uid, gid_t gid);
void	 remember(pid_t pid);
void	 move(struct place *p, pid_t pid);
void	 take_back(void);
