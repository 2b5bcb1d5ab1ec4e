#include <stddef.h>

/* Memory that ends where it is full; the kernel gives what is touched. */
struct area {
	char *start, *top, *end;
};

extern struct area scratch, record;	/* record: all that will be printed */

void	 reserve(struct area *a);
void	 guard_room(const struct area *a, size_t n);
void	*keep(size_t n);
char	**keep_places(void);
char	*join(const char *a, const char *b);
