/* DIR, and the folders in it: made, opened, and taken back. */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "layers.h"
#include "mkoverlay/overlay.h"
#include "mounts.h"
#include "names.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "why/mkoverlay.h"

int at = -1, upper_fd = -1, work_fd = -1;
char *recorded[MOST_LAYERS];
int made_upper, made_work, made_merged, mounted;
static int made_dir, made_layers;
static size_t made_tmpfs;		/* the length of its name */

static void
take_out(int made, const char *name, int how)
{
	if (made)
		remove_one(at, name, how);
}

static void
detach(const char *path)
{
	did(umount2(path, MNT_DETACH), "umount2(%s, MNT_DETACH)", path);
}

/* DIR as the mount of -T on it: "." is what lies below. */
static const char *
tmpfs_on(void)
{
	return dir[strspn(dir, "./")] ? dir : root;
}

static void
take_back(void)
{
	int here = open(".", O_PATH | O_CLOEXEC);

	if (mounted && fchdir(at) == 0) {
		detach("merged");
		fchdir(here);
	}
	take_out(made_merged, "merged", AT_REMOVEDIR);
	if (made_work)
		remove_overlays(at, "index");
	if (made_work || (mounted && !read_only))
		remove_overlays(at, "work");
	take_out(made_work, "work", AT_REMOVEDIR);
	take_out(made_layers, "layers", 0);
	take_out(made_upper, "upper", AT_REMOVEDIR);
	if (made_tmpfs) {
		root[made_tmpfs] = '\0';	/* before "/merged" */
		detach(tmpfs_on());
	}
	if (made_dir)
		did(rmdir(dir), "rmdir(%s)", dir);
}

static void
open_dir(const char *path)
{
	at = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (at < 0)
		refuse("open", dir);
	if (!on_tmpfs && !read_only)
		take_lock(at);
}

/* DIR, where nothing is mounted yet. */
static void
make_dir(void)
{
	char *name;

	if (mkdir(dir, 0777) == 0) {
		did(0, "mkdir(%s, 0777)", dir);
		made_dir = 1;
	} else if (errno != EEXIST)
		refuse("mkdir", dir);
	undo = take_back;
	open_dir(dir);
	if (find(root, "/..") && (name = true_name(at, root)) &&
	    !strchr(name, '\n') && strlen(name) + 7 < PATH_MAX)
		root = name;
	if (!made_dir && is_mount_point(at, "merged")) {
		errno = EBUSY;
		refuse_in("mount on", "merged");
	}
}

static void
mount_tmpfs(void)
{
	char list[64] = "mode=0755";

	if (size)
		stpcpy(stpcpy(list + strlen(list), ",size="), size);
	if (did(mount("mkoverlay", dir, "tmpfs", MS_NOSUID | MS_NODEV, list),
	    "mount(\"mkoverlay\", %s, \"tmpfs\", MS_NOSUID|MS_NODEV, %s)",
	    dir, list) < 0)
		refuse("mount a tmpfs on", dir);
	made_tmpfs = strlen(root);
	open_dir(tmpfs_on());
}

/* 1: made, 0: it was there. */
static int
make(const char *name)
{
	if (mkdirat(at, name, 0755) == 0)
		return did(0, "mkdirat(%d, %s, 0755)", at, name) == 0;
	if (errno != EEXIST)
		refuse_in("mkdir", name);
	return 0;
}

/* merged is no link: what is mounted is mounted here. */
int
open_folder(const char *name)
{
	int fd = openat(at, name, O_PATH | O_DIRECTORY | O_CLOEXEC |
	    (strcmp(name, "merged") == 0 ? O_NOFOLLOW : 0));

	if (fd < 0)
		refuse_in("open", name);
	return fd;
}

int
is_empty(const char *name)
{
	static struct names in;

	return names_open(&in, at, name) >= 0 && !name_next(&in) && !errno;
}

/* DIR/layers.  An upper with changes in it fits only what they were made to. */
static void
remember(void)
{
	const char *before, *record = layers_text();
	int fd, n = 0, i = 0, fits = 0, changed = !made_upper;
	struct stat st;

	if (changed && layers_are(record))
		return;
	changed = changed && !is_empty("upper");
	made_layers = fstatat(at, "layers", &st, AT_SYMLINK_NOFOLLOW) < 0;
	if (!made_layers)
		n = layers_read(at, &before, recorded);
	if (changed && n) {
		while (i < lowers && i < n &&
		    (strcmp(lower[i], recorded[i]) == 0 ||
		    same_folder(lower[i], recorded[i])))
			i++;
		fits = i == lowers && i == n && strcmp(prefix, before) == 0;
		if (!fits) {
			why_not_resumed(before, i < n ? NULL : lower[i], i,
			    recorded, n);
			fail();
		}
	}
	if (!made_layers && !n && (changed || st.st_size ||
	    !S_ISREG(st.st_mode))) {
		errno = EEXIST;
		tell("write %s", in_dir("layers"));
		because("OVL-109", "it is no file that mkoverlay wrote, or "
		    "not all of it");
		fail();
	}
	fd = openat(at, "layers", O_WRONLY | O_CREAT | O_TRUNC |
	    O_NOFOLLOW | O_CLOEXEC, 0644);
	/* It fits already where its names only led to these folders. */
	if (did(fd < 0 ? -1 : write(fd, record, strlen(record)),
	    "write(%d, %s, ...)", fd, record) != (long)strlen(record) && !fits)
		refuse_in("write", "layers");
}

/*
 * Overlay mounts and fails later where it cannot store its attributes, and
 * mounts without a word what another overlay uses.
 */
static void
guard_upper(void)
{
	int here, busy = 0;
	char value;

	if (fgetxattr(at, *prefix == *USERS ? USERS "opaque" : TRUSTED "opaque",
	    &value, 1) < 0 && errno == EOPNOTSUPP)
		refuse_in("store attributes in", "upper");
	if (made_upper || made_work || (fs >= 0 && asks_for_index()))
		return;
	here = open(".", O_PATH | O_CLOEXEC);
	if (fchdir(at) == 0)
		busy = upper_in_use();
	go_back(here);
	errno = EBUSY;
	if (busy)
		refuse_in("use", "upper");
}

/* What overlay finds in work under its own names, it empties. */
static void
guard_work(const char *name)
{
	struct stat st;

	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    (S_ISDIR(st.st_mode) && (!(st.st_mode & 07777) || is_empty(name))))
		return;
	errno = ENOTEMPTY;
	tell("use %s", in_dir("work"));
	because("OVL-110", "%-s is not as overlay makes it, of mode 000: "
	    "overlay would delete what is in it", name);
	fail();
}

void
make_folders(void)
{
	mode_t mask;

	make_dir();
	if (verbose)
		note_surprises();
	if (on_tmpfs)
		mount_tmpfs();
	mask = umask(022);	/* whatever it is, all may pass the root */
	if (!read_only) {
		made_upper = make("upper");
		upper_fd = open_folder("upper");
		remember();
		made_work = make("work");
		work_fd = open_folder("work");
		if (!made_work) {
			guard_work("work/work");
			guard_work("work/index");
		}
	}
	made_merged = make("merged");
	umask(mask);
	if (!made_merged)
		close(open_folder("merged"));	/* which it may not be */
	if (!read_only)
		guard_upper();
}
