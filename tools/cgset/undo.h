/* What was done, to be taken back in the other order. */
#include <sys/stat.h>

#include <stddef.h>

struct place;

struct step {
	enum { MADE, WRITTEN, GIVEN, MOVED } what;
	struct place *place;
	size_t length;		/* of the folder in place->folder */
	const char *file, *text;	/* and what takes that back */
	struct stat was;
};

struct step	*step(int what, struct place *p);
void		 take_back(void);
const char	*at(const struct place *p, size_t length, const char *file);
