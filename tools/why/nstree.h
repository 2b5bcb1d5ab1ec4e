#include <sys/types.h>

void	 why_closed(int err, const char *operand, pid_t pid);
void	 why_no_proc(int err);
void	 why_unasked(int err);
void	 say_unseen(void);
