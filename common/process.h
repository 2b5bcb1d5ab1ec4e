/* Who keeps a mount busy: what to tell where it cannot be unmounted. */
#include "names.h"

const char	*next_process(struct names *proc);
int		 stands_on(const char *pid, int mount);
const char	*socket_on(int mount);
