/*
 * The overlay by mount(2), before Linux 6.13: all folders by their names in
 * one string.  In /proc/self/fd our descriptors are names, for a folder whose
 * own is too long.
 */
#include <sys/mount.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "flags.h"
#include "format.h"
#include "layers.h"
#include "mkoverlay/overlay.h"
#include "program.h"
#include "say.h"
#include "why/mkoverlay.h"

/* A folder as mount(2) knows it; or our number for it in /proc/self/fd. */
static void
put_name(struct out *o, const char *key, const char *name, const char *rest,
    int fd)
{
	put_text(o, key);
	if (fd >= 0) {
		put_number(o, fd, 10);
		return;
	}
	for (; *name && o->at + 1 < o->end; *o->at++ = *name++)
		if (strchr("\\:,", *name))
			*o->at++ = '\\';
	if (*name)
		o->at = o->end;
	put_text(o, rest);
}

/*
 * 0: it is longer than the 4,095 bytes that mount(2) takes.  mountinfo has DIR
 * as it is written here: without a link in its path, as others look for it.
 */
static int
put_names(char *list, int numbers)
{
	struct out o = { list, list + 4095 };
	char here[PATH_MAX];
	const char *top = root, *word;
	int i;

	if (path_here(at, ".", here) && same_folder(here, root))
		top = here;
	for (i = 0; i < lowers; i++)
		put_name(&o, i ? ":" : "lowerdir=", lower[i], "",
		    numbers ? layer[i] : -1);
	if (!read_only) {
		put_name(&o, ",upperdir=", top, "/upper",
		    numbers ? upper_fd : -1);
		put_name(&o, ",workdir=", top, "/work",
		    numbers ? work_fd : -1);
	}
	if (*prefix == *USERS)
		put_text(&o, ",userxattr");
	for (word = options; *word; word += strlen(word) + 1) {
		put_text(&o, ",");
		put_text(&o, word);
	}
	*o.at = '\0';
	return o.at < o.end;
}

void
mount_by_names(void)
{
	static char list[4096];
	char target[16];
	struct out o = { target, target + sizeof target - 1 };
	int here = open(".", O_PATH | O_CLOEXEC), err;

	if (here < 0)
		refuse("open", ".");
	put_number(&o, open_folder("merged"), 10);
	*o.at = '\0';
	if ((!put_names(list, 0) && !put_names(list, 1)) ||
	    chdir("/proc/self/fd") < 0)
		refuse("list the layers of", dir);
	mounted = did(mount("overlay", target, "overlay", attributes, list),
	    "mount(\"overlay\", %s, \"overlay\", %-s, %s)", target,
	    flags_text("MS_", attributes), list) == 0;
	err = errno;
	go_back(here);
	errno = err;
	if (!mounted)
		refuse_in("mount overlay on", "merged");
	check_writable(open_folder("merged"));
}
