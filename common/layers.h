/*
 * DIR/layers: what the upper folder of an overlay was made over, so that it
 * is not resumed over anything else, and can be compared.  Text: the prefix of
 * the overlay's extended attributes, then the lower folders, topmost first,
 * one a line; a newline in a path is \012 and a backslash \134.
 */
#include <stddef.h>

#define MOST_LAYERS 500		/* the kernel's limit */
#define TRUSTED "trusted.overlay."
#define USERS "user.overlay."

void		*room(size_t n);
void		 trim(char *last);
int		 layers_read(int dir, const char **prefix, char *lower[]);
