/*
 * Why overlay refuses to mount: most often with EINVAL, and a sentence that
 * only the kernel log has.
 */
#include <linux/capability.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "layers.h"
#include "mkoverlay/overlay.h"
#include "mounts.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "why/mkoverlay.h"

/* What is in DIR, by its path; two results live at a time. */
const char *
in_dir(const char *name)
{
	static char path[2][2 * PATH_MAX];
	static int turn;

	stpcpy(stpcpy(stpcpy(path[turn ^= 1], dir), "/"), name);
	return path[turn];
}

static void
why_confined(void)
{
	if (is_confined())
		because("OVL-40", "Landlock, or another security module, "
		    "forbids to change mounts");
}

void
why_not_permitted(void)
{
	why_powerless("mnt", "OVL-02", "OVL-02");
	if (reasons() && in_first("user"))
		try_again("unshare-lite -Urm ");
	else if (reasons() && has_cap(CAP_SYS_ADMIN))
		try_again("unshare-lite -m ");
	if (is_before(5, 11) && !in_first("user") &&
	    may(AT_FDCWD, "/proc/self", F_OK))
		because("OVL-44", "overlay in a user namespace needs Linux "
		    "5.11");
	if (is_filtered("fsopen") || is_filtered("mount"))
		because("OVL-40", "a seccomp filter refuses to mount");
	else
		why_confined();
}

/* It holds an upper, unless the attributes are user.* and the kernel is old. */
void
try_tmpfs(void)
{
	if (!on_tmpfs && (*prefix != *USERS || !is_before(6, 6)))
		try_with(" -T", NULL);
}

/* What the kernel wrote to the file system's own log (fsopen(2)). */
static void
kernels_words(void)
{
	char line[512];
	ssize_t n = fs < 0 ? 0 : read(fs, line, sizeof line - 1);

	if (n <= 2)
		return;
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	say("the kernel says: %s", line + 2);
	if (find(line, "Unknown parameter") || find(line, " value for '"))
		because("OVL-24", "overlay has no such option, or none with "
		    "such a value, in this kernel");
}

static void
why_mkoverlay(int err, const char *path)
{
	static const char calls[][11] = { "fsconfig", "fsmount", "move_mount" };
	static struct mount m;
	int i;

	kernels_words();
	why_path(err, path);
	why_place(err);
	switch (err) {
	case ENODEV:
		because("OVL-01", "this kernel has no overlay, or not yet");
		try("modprobe overlay");
		break;
	case EPERM:
		why_not_permitted();
		if (!reasons())
			why_unwritable(err);
		break;
	case EMFILE:
		because("OVL-78", "each lower folder takes a descriptor, and "
		    "none is left");
		try_again("ulimit -n 1024; ");
		break;
	case EBUSY:
		why_in_use();
		break;
	case ESTALE:
		because("OVL-30", "with index=on upper fits only the lower "
		    "folder that it was made over");
		break;
	case EOPNOTSUPP:
		if (on_tmpfs && *prefix == *USERS && is_before(6, 6))
			because("OVL-56", "a tmpfs, such as -T mounts, has no "
			    "user attributes before Linux 6.6");
		else if (!mount_at(dir, &m))
			why_layers();
		else {
			because("OVL-56", "%s lies on %-s, which cannot store "
			    "the attributes of overlay", dir, m.type);
			try_tmpfs();
		}
		break;
	case ENOTEMPTY:
		because("OVL-89", "with -r and one lower folder it is the "
		    "second layer, and must be empty");
		break;
	case EACCES:
		if (!reasons())
			why_unwritable(err);
		if (!reasons())
			why_confined();
		break;
	case EOVERFLOW:
		why_unwritable(err);
		break;
	case EROFS:
		if (!reasons())
			why_read_only();
		break;
	case ELOOP:
		why_overlap();
		break;
	case EINVAL:
		why_layers();
		if (!reasons() && fs < 0 && *options)
			because("OVL-24", "one of: this kernel's overlay "
			    "lacks an option of -o; two exclude one another; "
			    "dmesg(1) says which");
		break;
	}
	for (i = 0; i < 3 && fs >= 0 && !reasons(); i++)
		if (is_filtered(calls[i]))
			because("OVL-40", "a seccomp filter refuses %-s",
			    calls[i]);
	unexplained(45);
}

void
refuse(const char *what, const char *path)
{
	tell("%-s %s", what, path);
	why_mkoverlay(errno, path);
	fail();
}

/* The same, for what is in DIR. */
void
refuse_in(const char *what, const char *name)
{
	refuse(what, in_dir(name));
}
