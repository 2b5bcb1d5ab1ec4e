#include <stddef.h>

int	 put(int dir, const char *file, const char *text);
long	 get(int dir, const char *file, char *text, size_t size);
unsigned long long	 digits(const char *s, const char **end, unsigned base);
char	*find(const char *text, const char *word);
int	 has_part(const char *list, const char *parts, char mark);
