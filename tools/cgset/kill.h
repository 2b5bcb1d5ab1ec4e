#include <sys/types.h>

struct place;

extern pid_t spared;	/* one that we may not kill, or 0 */
extern int n_spared;	/* how many of them there were */

int	 kill_all(struct place *p);
int	 foreign_in(struct place *p);
int	 is_empty(const struct place *p, int wait);
void	 outrun(void);
void	 pause_for(int ms);
long	 now(void);
