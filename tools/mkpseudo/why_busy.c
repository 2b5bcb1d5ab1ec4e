/* What keeps us from unmounting. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "mkpseudo/root.h"
#include "mounts.h"
#include "process.h"
#include "put.h"
#include "say.h"
#include "why/mkpseudo.h"

static void
why_busy(int id, const char *where)
{
	static struct names proc;
	static struct mount m;
	struct mounts in;
	char path[300], name[32];
	const char *pid, *socket = socket_on(id);

	if (mounts_open(&in, "/proc/self/mountinfo") >= 0) {
		while (mount_next(&in, &m))
			if (m.parent == id) {
				because("PSE-30", "%s is mounted in it, and "
				    "not by mkpseudo", m.point);
				try("umount -R %s", m.point);
			}
		mounts_close(&in);
	}
	if (socket)
		because("PSE-93", "a socket is bound to %s", socket);
	if (names_open(&proc, AT_FDCWD, "/proc") < 0)
		return;
	while ((pid = next_process(&proc))) {
		if (!stands_on(pid, id))
			continue;
		stpcpy(stpcpy(stpcpy(path, "/proc/"), pid), "/comm");
		get(AT_FDCWD, path, name, sizeof name);
		name[strcspn(name, "\n")] = '\0';
		because("PSE-31", "process %-s (%s) uses %s", pid, name,
		    where);
	}
}

void
why_unmount(int err, const char *path)
{
	const char *where = below(path);

	if (err == EPERM || is_filtered("umount2"))
		why_no_mounts("umount2");
	if (err == EBUSY)
		why_busy(mount_id(root_fd, path), where);
	if (err == EINVAL && fchdir(root_fd) == 0 && is_locked(path))
		because("PSE-28", "%s came from a more privileged mount "
		    "namespace, and can be unmounted only there", where);
	unexplained(7);
}
