#include <stddef.h>

void	*reserve_memory(size_t *size);
