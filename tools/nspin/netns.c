/* /run/netns, as ip-netns(8) has it. */
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "pins.h"
#include "say.h"
#include "why/nspin.h"

static int made_netns, bound_netns;

void
unshare_netns(void)
{
	/* Busy, if somebody has put a name of his own there. */
	if (bound_netns)
		did(umount2(NETNS, 0), "umount2(\"" NETNS "\", 0)");
	if (made_netns)
		did(rmdir(NETNS), "rmdir(\"" NETNS "\")");
}

static int
make_shared(void)
{
	return did(mount("", NETNS, "none", MS_SHARED | MS_REC, NULL),
	    "mount(\"\", \"" NETNS "\", \"none\", MS_SHARED|MS_REC, NULL)");
}

/*
 * The names shall be seen in every mount namespace, the older ones included:
 * /run/netns is bound on itself and shared, by whoever needs it first, under a
 * lock on the folder, which ip(8) takes, too.
 */
void
share_netns(void (*back)(void))
{
	int lock;

	if (mkdir(NETNS, 0755) == 0) {
		did(0, "mkdir(\"" NETNS "\", 0755)");
		made_netns = 1;
		undo = back;
	} else if (errno != EEXIST) {
		tell("mkdir " NETNS);
		why_file(errno, NETNS);
		fail();
	}
	if (make_shared() == 0)
		return;
	lock = open(NETNS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	flock(lock, LOCK_EX);
	if (make_shared() < 0) {
		bound_netns = did(mount(NETNS, NETNS, "none", MS_BIND | MS_REC,
		    NULL), "mount(\"" NETNS "\", \"" NETNS "\", \"none\", "
		    "MS_BIND|MS_REC, NULL)") == 0;
		undo = back;
		if (!bound_netns || make_shared() < 0) {
			tell("share " NETNS);
			why_shared(errno, pid);
			fail();
		}
	}
	close(lock);
}
