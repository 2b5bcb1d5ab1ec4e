#include <stddef.h>

const char	*joined(const char *a, const char *b, const char *c);
int		 is_plain(const char *name, size_t n);
int		 has_word(const char *list, const char *word, size_t n);
const char	*rest_below(const char *folder, const char *path);
const char	*real_path(const char *path);
const char	*checked(const char *operand);
