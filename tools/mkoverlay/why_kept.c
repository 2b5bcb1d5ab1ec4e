/* An upper folder that is not resumed, and what -d cannot remove. */
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "format.h"
#include "layers.h"
#include "mkoverlay/overlay.h"
#include "mounts.h"
#include "process.h"
#include "put.h"
#include "say.h"
#include "why/mkoverlay.h"

/*
 * Over anything else, what upper has deleted would show up again.  other is the
 * lower folder that is not among the n old ones, or NULL: old[i] is missing.
 */
void
why_not_resumed(const char *before, const char *other, int i,
    char *const old[], int n)
{
	static char text[LINE_SIZE];
	struct out o = { text, text + sizeof text - 1 };

	say("resume %s: it does not fit", in_dir("upper"));
	if (*prefix != *before) {
		because("OVL-66", "what is deleted in it is marked with "
		    "%-s* attributes, and we would look for %-s*", before,
		    prefix);
		if (*before == *USERS)
			try_with(" -ouserxattr", NULL);
		return;
	}
	if (other)
		because("OVL-65", "it was not made over %s", other);
	else
		because("OVL-65", "it was made over %s", old[i]);
	if (*prefix == *USERS && !nested)
		put_text(&o, " -ouserxattr");
	for (i = 0; i < n; i++) {
		put_text(&o, " -l ");
		put_quoted(&o, PASTE, old[i]);
	}
	*o.at = '\0';
	try("mkoverlay%-s %s", text, dir);
}

/* A path in DIR that none of our mounts shows. */
int
why_elsewhere(const char *path)
{
	static struct mount m;

	if (mount_at(path, &m) || !mount_at("/", &m))
		return 0;
	because("OVL-52", "%s is in another mount namespace, or outside our "
	    "root", dir);
	return 1;
}

/* Why merged, or the tmpfs, cannot be unmounted. */
void
why_not_unmounted(int err, const char *path, const char *type)
{
	static struct mount m, below;
	static struct names proc;
	struct mounts mounts;
	const char *pid;

	if (err == EPERM)
		why_not_permitted();
	if (err == EINVAL && !why_elsewhere(path) && is_locked(path))
		because("OVL-93", "it is locked: mounted in a mount "
		    "namespace of which ours is a copy");
	if (err != EBUSY || !mount_at(path, &m)) {
		unexplained(5);
		return;
	}
	if (strcmp(m.type, type) != 0) {
		because("OVL-94", "%-s is mounted over it", m.type);
		try("umount %s", m.point);
		return;
	}
	if (mounts_open(&mounts, "/proc/self/mountinfo") >= 0 &&
	    next_below(&mounts, m.id, path, &below)) {
		because("OVL-94", "%s is mounted below it", below.point);
		if (strcmp(below.source, "mkpseudo") == 0)
			try("mkpseudo -d %s", m.point);
		else
			try("umount -R %s", below.point);
	}
	if (names_open(&proc, AT_FDCWD, "/proc") >= 0)
		while ((pid = next_process(&proc)))
			if (stands_on(pid, m.id)) {
				because("OVL-92", "process %-s uses it", pid);
				break;
			}
	if (socket_on(m.id))
		because("OVL-92", "a socket is bound to %s", socket_on(m.id));
	unexplained(5);
}

/* Why a folder of DIR, where we are, cannot be removed. */
void
why_kept(int err, const char *name)
{
	struct statfs place;
	struct stat st;

	if (err == ENOTEMPTY && stat("work/work", &st) == 0 &&
	    st.st_uid != geteuid() && geteuid() != 0) {
		because("OVL-76", "what overlay left there belongs to uid %u",
		    st.st_uid);
		try_again("unshare-lite -Ur --map-auto ");
	} else if (err == ENOTEMPTY)
		because("OVL-95", "there is something in it that is not "
		    "overlay's");
	if (err == ENOTDIR)
		because("OVL-12", "%s is not a folder", name);
	if (err == EACCES || err == EPERM)
		because("OVL-90", "uid %u may not remove it", geteuid());
	if (err == EROFS && statfs(".", &place) == 0 &&
	    place.f_flags & ST_RDONLY)
		because("OVL-10", "%s lies on a file system mounted read-only",
		    dir);
	unexplained(5);
}
