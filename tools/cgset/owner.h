#include <sys/types.h>

void	 read_owner(const char *operand, uid_t *uid, gid_t *gid);
