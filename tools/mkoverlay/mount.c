/* The overlay itself, by fsopen(2) and what comes after it. */
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "flags.h"
#include "layers.h"
#include "mkoverlay/overlay.h"
#include "say.h"
#include "why/mkoverlay.h"

/* The commands of fsconfig(2). */
enum { SET_FLAG, SET_STRING, SET_FD = 5, CREATE };

int fs = -1;

static int
config(int what, const char *key, const char *value)
{
	return did(syscall(431 /* SYS_fsconfig */, fs, what, key, value, 0),
	    "fsconfig(%d, FSCONFIG_%-s, %s, %s, 0)", fs, what == CREATE ?
	    "CMD_CREATE" : what == SET_FLAG ? "SET_FLAG" : "SET_STRING",
	    key, value);
}

/* A folder by descriptor: its name may be long, or hold what no option can. */
static int
give(const char *key, int fd, const char *path)
{
	return did(syscall(431, fs, SET_FD, key, NULL, fd),
	    "fsconfig(%d, FSCONFIG_SET_FD, %s, NULL, %d<%s>)", fs, key, fd,
	    path);
}

static void
give_options(void)
{
	char *word, *value;
	int err;

	for (word = options; *word; word += strlen(word) + 1) {
		if ((value = strchr(word, '=')))
			*value = '\0';
		err = config(value ? SET_STRING : SET_FLAG, word,
		    value ? value + 1 : NULL);
		if (value)
			*value = '=';
		if (err < 0)
			refuse("fsconfig", word);
	}
	if (*prefix == *USERS && config(SET_FLAG, "userxattr", NULL) < 0)
		refuse("fsconfig", "userxattr");
	if (config(SET_STRING, "source", "overlay") < 0)
		refuse("fsconfig", "source");
}

/*
 * As much as leaves no trace, so that a wrong name is found before the first
 * effect.  Overlay takes descriptors since Linux 6.13; until then mount(2)
 * will do.
 */
void
begin(void)
{
	int i;

	for (i = 0; i < lowers; i++)
		layer[i] = open_lower(&lower[i]);
	if ((fs = syscall(430 /* SYS_fsopen */, "overlay", 1)) < 0) {
		if (errno != ENOSYS)
			refuse("fsopen", "overlay");
		return;
	}
	note("fsopen(\"overlay\", FSOPEN_CLOEXEC) = %d", fs);
	for (i = 0; i < lowers; i++)
		if (give("lowerdir+", layer[i], lower[i]) < 0) {
			/*
			 * EINVAL: no descriptor; EBADF: none by O_PATH;
			 * EOPNOTSUPP, before 6.5: the old mount API behind it.
			 */
			if (!is_before(6, 13))
				refuse("fsconfig lowerdir+", lower[i]);
			close(fs);
			fs = -1;
			return;
		}
	give_options();
}

/* With no upper the kernel wants two layers: merged itself is an empty one. */
static void
add_empty(void)
{
	if (!made_merged && !is_empty("merged")) {
		errno = ENOTEMPTY;
		refuse_in("use as an empty layer", "merged");
	}
	layer[lowers] = open_folder("merged");
	lower[lowers] = absolute(root);
	strcat(lower[lowers], "/merged");
	if (fs >= 0 && give("lowerdir+", layer[lowers], lower[lowers]) < 0)
		refuse_in("fsconfig lowerdir+", "merged");
	lowers++;
}

/* Overlay comes up read-only where it cannot make a folder in work. */
void
check_writable(int tree)
{
	struct statfs st;

	if (read_only || attributes & ST_RDONLY || fstatfs(tree, &st) < 0 ||
	    !(st.f_flags & ST_RDONLY))
		return;
	errno = EROFS;
	refuse("mount for writing the overlay of", dir);
}

void
mount_overlay(void)
{
	int tree;

	if (read_only && lowers == 1)
		add_empty();
	if (fs < 0) {
		mount_by_names();
		return;
	}
	if (!read_only && (give("upperdir", upper_fd, "upper") < 0 ||
	    give("workdir", work_fd, "work") < 0))
		refuse_in("fsconfig upperdir", "upper");
	if (!made_upper && asks_for_index() &&
	    config(SET_STRING, "index", "on") < 0)
		refuse("fsconfig", "index");
	if (config(CREATE, NULL, NULL) < 0)
		refuse("create the overlay of", dir);
	tree = did(syscall(432 /* SYS_fsmount */, fs, 1, attributes),
	    "fsmount(%d, FSMOUNT_CLOEXEC, %-s)", fs,
	    flags_text("MOUNT_ATTR_", attributes));
	if (tree < 0)
		refuse("fsmount the overlay of", dir);
	check_writable(tree);
	if (did(syscall(429 /* SYS_move_mount */, tree, "", at, "merged",
	    4), "move_mount(%d, \"\", %d, \"merged\", MOVE_MOUNT_F_EMPTY_PATH)",
	    tree, at) < 0)
		refuse_in("mount on", "merged");
	mounted = 1;
}
