#include <stddef.h>

struct place;
struct value;

extern size_t refused_at;	/* how much of folder hands nothing down */

void	 make_place(struct place *p);
void	 enable(struct place *p, const char *controller, size_t n);
void	 set_value(const struct value *v);
