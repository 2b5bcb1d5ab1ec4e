#include <stddef.h>
#include <sys/types.h>

struct place;

int	 each_folder(int dir, int (*act)(int dir, const char *name));
const char	*path_in(const struct place *p, char *rest);
int	 is_in(pid_t pid, const struct place *p);
pid_t	 kin_in(const struct place *p, pid_t pid);
size_t	 processes_of(const struct place *p, char *list, size_t size);
