#include <sys/types.h>

struct place;
struct value;

_Noreturn void	why_no_place(const char *controller, size_t n);
void	 why_no_folder(int err, struct place *p);
void	 why_not_enabled(int err, struct place *p, const char *controller);
void	 why_not_set(int err, const struct value *v);
void	 why_not_given(int err, struct place *p);
void	 why_not_joined(int err, struct place *p, pid_t pid);
void	 why_not_removed(int err, struct place *p);
long	 guard_memory(const struct value *v);
void	 check_set(const struct value *v, long ooms);
void	 check_moved(pid_t pid, int pidfd);
