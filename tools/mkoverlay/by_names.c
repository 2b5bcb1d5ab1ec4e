/*
 * The overlay by mount(2): all folders by their names, in one string.  Before
 * Linux 6.13, where these are too long, our descriptors' names in /proc/self/fd
 * take their place.
 */
#include <sys/mount.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "flags.h"
#include "format.h"
#include "layers.h"
#include "mkoverlay/overlay.h"
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
	put_text(o, rest);
}

/* NULL: it is longer than the 4,095 bytes that mount(2) takes. */
static const char *
names(int numbers)
{
	char *list = room(4096);
	struct out o = { list, list + 4095 };
	const char *word;
	int i;

	for (i = 0; i < lowers; i++)
		put_name(&o, i ? ":" : "lowerdir=", lower[i], "",
		    numbers ? layer[i] : -1);
	if (!read_only) {
		put_name(&o, ",upperdir=", root, "/upper",
		    numbers ? open_folder("upper") : -1);
		put_name(&o, ",workdir=", root, "/work",
		    numbers ? open_folder("work") : -1);
	}
	if (*prefix == *USERS)
		put_text(&o, ",userxattr");
	if (asks_for_index())
		put_text(&o, ",index=on");
	for (word = options; *word; word += strlen(word) + 1) {
		put_text(&o, ",");
		put_text(&o, word);
	}
	*o.at = '\0';
	trim(o.at + 1);
	return o.at < o.end ? list : NULL;
}

int
names_fit(void)
{
	return names(0) != NULL;
}

static void
mount_on(const char *target, const char *list)
{
	mounted = did(mount("overlay", target, "overlay", attributes, list),
	    "mount(\"overlay\", %s, \"overlay\", %-s, %s)", target,
	    flags_text("MS_", attributes), list) == 0;
}

/* Where "3:4" is a list of folders. */
static void
mount_by_numbers(void)
{
	char target[16];
	struct out o = { target, target + sizeof target - 1 };
	int here = open(".", O_PATH | O_CLOEXEC), err;
	const char *list;

	if (here < 0)
		refuse("open", ".");
	put_number(&o, open_folder("merged"), 10);
	*o.at = '\0';
	if (!(list = names(1)) || chdir("/proc/self/fd") < 0)
		refuse("list the layers of", dir);
	mount_on(target, list);
	err = errno;
	go_back(here);
	errno = err;
}

void
mount_by_names(void)
{
	const char *merged = strcat(absolute(root), "/merged");
	const char *list = names(0);
	struct statfs st;

	if (list)
		mount_on(merged, list);
	else
		mount_by_numbers();
	if (!mounted)
		refuse_in("mount overlay on", "merged");
	if (list ? statfs(merged, &st) == 0 :
	    fstatfs(open_folder("merged"), &st) == 0)
		check_writable(&st);
}
