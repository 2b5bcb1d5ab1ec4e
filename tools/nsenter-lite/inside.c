/* What is done in there, before PROG runs: root, folder, user and groups. */
#include <sys/prctl.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <linux/capability.h>

#include "facts.h"
#include "fds.h"
#include "nsenter-lite/entry.h"
#include "nsenter-lite/inside.h"
#include "raw.h"
#include "say.h"
#include "target.h"
#include "why/nsenter-lite.h"

const char *root, *folder;
int change_root, change_folder, preserve;
long uid = -1, gid = -1;

static int root_fd = -1, folder_fd = -1;
static struct stat targets_root;

/* While their names still lead there. */
void
open_root_and_folder(void)
{
	if (change_root)
		root_fd = open_or_fail(root ? root :
		    proc_path(entry.pid, "root"), O_PATH | O_DIRECTORY);
	else if (entry.flags & CLONE_NEWNS)
		stat(proc_path(entry.pid, "root"), &targets_root);
	if (change_folder && !folder)
		folder_fd = open_or_fail(proc_path(entry.pid, "cwd"),
		    O_PATH | O_DIRECTORY);
}

void
set_root_and_folder(const char *keep)
{
	struct stat st;

	/* The others lead out, by /proc/self/fd/N/.. in a link or a #! line. */
	close_fds(root_fd, folder_fd, keep);
	if (root_fd >= 0 && (did(fchdir(root_fd), "fchdir(%d)", root_fd) < 0 ||
	    did(chroot("."), "chroot(\".\")") < 0)) {
		if (root)
			tell("change the root to %s", root);
		else
			tell("change the root to that of process %-s",
			    entry.operand);
		if (!has_cap(CAP_SYS_CHROOT))
			because("NSE-45", "we have no CAP_SYS_CHROOT here");
		fail();
	}
	if (targets_root.st_ino && stat("/", &st) == 0 &&
	    (st.st_ino != targets_root.st_ino ||
	    st.st_dev != targets_root.st_dev))
		warn_of_root();
	if (folder_fd >= 0 && did(fchdir(folder_fd), "fchdir(%d)",
	    folder_fd) < 0)
		die("change to the folder of process %-s", entry.operand);
	if (folder && did(chdir(folder), "chdir(%s)", folder) < 0)
		die("change to %s, in there", folder);
}

/*
 * Root of the user namespace, where it has one.  The groups of the caller are
 * left behind out here, if they may be, or else in there.
 */
void
drop_groups(int last)
{
	static int dropped;

	if (preserve || dropped ||
	    (uid < 0 && gid < 0 && !enters(CLONE_NEWUSER)))
		return;
	if (!last && !has_cap(CAP_SETGID))
		return;
	dropped = did(raw_drop_groups(), "setgroups(0, NULL)") == 0;
	if (dropped || !last)
		return;
	if (enters(CLONE_NEWUSER)) {
		note("note: the supplementary groups stay: setgroups(2) is "
		    "denied there, or no group is mapped");
		return;
	}
	tell("drop the supplementary groups");
	why_groups();
	fail();
}

static void
refuse_id(const char *what, long id)
{
	tell("change to %-s %ld", what, id);
	why_id(errno, what, id);
	fail();
}

void
set_ids(void)
{
	int root_in_there = enters(CLONE_NEWUSER) && !preserve;
	uid_t u = uid < 0 ? 0 : uid;
	gid_t g = gid < 0 ? 0 : gid;

	drop_groups(1);
	if ((gid >= 0 || root_in_there) && did(raw_setgid(g),
	    "setresgid(%u, %u, %u)", g, g, g) < 0) {
		if (gid >= 0)
			refuse_id("gid", gid);
		note("note: gid 0 is not mapped there, ours stays");
	}
	if ((uid >= 0 || root_in_there) && did(raw_setuid(u),
	    "setresuid(%u, %u, %u)", u, u, u) < 0) {
		if (uid >= 0)
			refuse_id("uid", uid);
		note("note: uid 0 is not mapped there: ours stays, and PROG "
		    "has no capabilities [NSE-38]");
	}
	/* Both calls have reset it (prctl(2)). */
	prctl(PR_SET_DUMPABLE, 0);
}
