/* -d: what mkoverlay has mounted and made goes; upper and layers are data. */
#include <sys/mount.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "mkoverlay/overlay.h"
#include "mounts.h"
#include "names.h"
#include "say.h"
#include "start.h"
#include "why/mkoverlay.h"

/* What overlay made in work has mode 0. */
static void
remove_tree(int parent, const char *name)
{
	const char *below;
	struct names in;

	if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return;
	if (names_open(&in, parent, name) < 0 && (errno != EACCES ||
	    syscall(SYS_fchmodat, parent, name, 0700) < 0 ||
	    names_open(&in, parent, name) < 0))
		return;
	while ((below = name_next(&in)))
		if (unlinkat(in.fd, below, 0) < 0)
			remove_tree(in.fd, below);
	unlinkat(parent, name, AT_REMOVEDIR);
}

static int
remove_folder(const char *name)
{
	if (did(rmdir(name), "rmdir(%s)", name) == 0)
		return 1;
	if (errno == ENOENT)
		return 0;
	tell("remove %-s in %s", name, dir);
	why_kept(errno, name);
	fail();
}

static int
unmount(const char *path, const char *type)
{
	static struct mount m;

	if (mount_at(path, &m) && strcmp(m.type, type) != 0)
		errno = EBUSY;
	else if (did(umount2(path, UMOUNT_NOFOLLOW),
	    "umount2(%s, UMOUNT_NOFOLLOW)", path) == 0)
		return 1;
	tell("unmount %s of %s", path, dir);
	why_not_unmounted(errno, path, type);
	fail();
}

/* upper and layers are data; all else goes, even halves of it. */
void
delete_all(void)
{
	static struct mount m;
	int found = 0, here = open(".", O_PATH | O_CLOEXEC);

	if (here < 0)
		refuse("open", ".");
	hold_signals();
	if (chdir(dir) < 0)
		refuse("chdir", dir);
	while (is_mount_point(AT_FDCWD, "merged"))
		found = unmount("merged", "overlay");
	if (upper_in_use() || mounted_elsewhere()) {
		errno = EBUSY;
		if (fchdir(here) == 0)
			refuse_in("remove", "work");
	}
	remove_tree(AT_FDCWD, "work/index");
	remove_tree(AT_FDCWD, "work/work");
	found += remove_folder("work");
	found += remove_folder("merged");
	if (access("upper", F_OK) < 0 && errno == ENOENT)
		did(unlink("layers"), "unlink(\"layers\")");
	go_back(here);
	while (mount_at(dir, &m) && is_mount_point(AT_FDCWD, dir) &&
	    strcmp(m.source, "mkoverlay") == 0)
		found = unmount(dir, "tmpfs");
	did(rmdir(dir), "rmdir(%s)", dir);
	if (!found) {
		say("%s: there is nothing to delete", dir);
		fail();
	}
	let_signals();
	_exit(0);
}
