#include <sys/types.h>

struct place;

void	 read_owner(const char *operand, uid_t *uid, gid_t *gid);
void	 give(struct place *p, uid_t uid, gid_t gid);
