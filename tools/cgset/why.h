#include <sys/types.h>

struct place;
struct value;

#define KNOWN 60

/* What there is to be seen. */
const char	*read_line(const char *folder, const char *file);
const char	*folder_above(const char *folder);
const char	*processes(const char *list);
int		 hierarchy_of(const char *controller, size_t n, int *enabled);

/* Why it was refused. */
_Noreturn void	 why_no_proc(void);
_Noreturn void	 why_no_place(const char *controller, size_t n);
void		 why_no_folder(int err, const struct place *p);
void		 why_not_allowed(int err, const struct place *p,
    const char *path);
void		 why_not_enabled(int err, const struct place *p,
    const char *controller);
void		 why_subtree(int err, const struct value *v);
int		 is_beyond(const struct value *v);
void		 why_cpuset(const struct value *v);
void		 why_memory(int err, const struct value *v);
void		 why_quota(const struct value *v);
void		 why_device(const struct value *v);
void		 tell_set(const struct value *v);
void		 why_not_set(int err, const struct value *v);
void		 why_not_given(int err, const struct place *p);
void		 why_not_joined(int err, const struct place *p, pid_t pid);
void		 why_not_theirs(const char *id, pid_t pid);
void		 why_not_removed(int err, const struct place *p);
void		 try_as_root(void);
void		 try_value(const struct value *v, const char *value);

/* What the kernel takes, and yet does not do; or does without a word. */
long		 guard_memory(const struct value *v);
void		 check_set(const struct value *v, long ooms);
void		 check_moved(pid_t pid, int pidfd);
