#include <sys/types.h>

/* Why /proc/PID is closed to us (ptrace(2), "Ptrace access mode checking"). */
void	 why_no_access(const char *operand, pid_t pid);
void	 try_as_root(void);	/* the same again, if a cause was given */
