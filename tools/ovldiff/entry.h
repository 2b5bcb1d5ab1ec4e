#include <sys/stat.h>

#define UPPER 0			/* the lower layers are 1 and up */

enum what { NOTHING, WHITEOUT, OTHER, FOLDER };

struct entry {
	enum what what;
	struct stat st;
	int opaque;
	char *redirect;
};

extern const char *dir, *prefix;	/* DIR; of overlay's attributes */
extern int root[], layers;		/* of each layer; how many are lower */
extern int may_read;			/* the attributes */
extern char **tops;			/* the roots of the lower layers */

_Noreturn void	 refuse(const char *what, const char *path);
void	 try_as_root(void);
int	 enter(int layer, const char *path);
void	 look(int layer, char *path, struct entry *e);
void	 look_below(char *const in[], char *name, int above,
	    struct entry *e, char *out[]);
void	 walk(const char *path, int upper, char *const from[],
	    char *const base[]);
