#include <stddef.h>

int	 put(int dir, const char *file, const char *text);
long	 get(int dir, const char *file, char *text, size_t size);
