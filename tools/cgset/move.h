#include <sys/types.h>

struct place;

extern pid_t moving;		/* 0: ourselves */

void		 remember(pid_t pid);
void		 move(struct place *p, pid_t pid);
void		 leave_above(struct place *p);
const char	*old_folder(const struct place *p);
