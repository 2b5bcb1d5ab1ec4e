#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cgset/move.h"
#include "cgset/paths.h"
#include "cgset/places.h"
#include "cgset/undo.h"
#include "format.h"
#include "put.h"
#include "say.h"

#define MOST_STEPS 1024

static struct step steps[MOST_STEPS];
static int n_steps;

struct step *
step(int what, struct place *p)
{
	struct step *s = &steps[n_steps < MOST_STEPS ? n_steps++ :
	    MOST_STEPS - 1];

	s->what = what;
	s->place = p;
	undo = take_back;
	return s;
}

/* The first length bytes of the folder's path, and a file there. */
const char *
at(const struct place *p, size_t length, const char *file)
{
	static char path[3 * PATH_MAX];

	memcpy(path, p->folder, length);
	stpcpy(stpcpy(path + length, *file ? "/" : ""), file);
	return path;
}

void
take_back(void)
{
	const struct step *s;
	const char *path;
	char pid[16];
	struct out o = { pid, pid + sizeof pid - 1 };

	put_number(&o, moving, 10);
	*o.at = '\0';
	while (n_steps > 0) {
		s = &steps[--n_steps];
		path = at(s->place, s->length ? s->length :
		    strlen(s->place->folder), s->what == WRITTEN ? s->file :
		    "");
		switch (s->what) {
		case MADE:
			did(rmdir(path), "rmdir(%s)", path);
			break;
		case WRITTEN:
			did(put(AT_FDCWD, path, s->text), "write(%s, %s)",
			    path, s->text);
			break;
		case GIVEN:
			did(fchownat(s->place->dir, s->file, s->was.st_uid,
			    s->was.st_gid, *s->file ? 0 : AT_EMPTY_PATH),
			    "fchownat(%d, %s, %d, %d, 0)", s->place->dir,
			    s->file, s->was.st_uid, s->was.st_gid);
			break;
		case MOVED:
			if (!(path = old_folder(s->place)))
				break;
			path = joined(path, "/", "cgroup.procs");
			did(put(AT_FDCWD, path, pid),
			    "write(%s, %s)", path, pid);
		}
	}
}
