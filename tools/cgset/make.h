#include <stddef.h>

struct place;
struct value;

extern const char *refused_at;	/* the folder that hands nothing down */

void	 make_place(struct place *p);
void	 enable(struct place *p, const char *controller, size_t n);
void	 set_value(const struct value *v);
