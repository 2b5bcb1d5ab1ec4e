#include <sys/types.h>

struct place;
struct value;

extern const char *refused_at;	/* the folder that hands nothing down */

void	 make_place(struct place *p);
void	 enable(struct place *p, const char *controller, size_t n);
void	 set_value(const struct value *v);
void	 give(struct place *p, uid_t uid, gid_t gid);
void	 remember(pid_t pid);
void	 move(struct place *p, pid_t pid);
void	 leave_above(struct place *p);
void	 take_back(void);
const char	*old_folder(const struct place *p);
