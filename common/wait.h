#include <sys/types.h>

/*
 * A tool that stays as the parent of PROG: it passes signals on, stops when
 * PROG stops, keeps the terminal in order, and ends as PROG ended.
 */
void	 wait_begin(int is_init);
void	 wait_child(void);
void	 wait_idle(void);
int	 wait_for(pid_t pid);
void	 hold_begin(void);
_Noreturn void	 hold_until(int pidfd);
