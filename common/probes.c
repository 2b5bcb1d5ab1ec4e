/*
 * Facts that only a call can tell: one that the kernel must refuse, whatever
 * it would refuse it for, or that ends with the child that makes it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>

#include "facts.h"
#include "mounts.h"
#include "raw.h"

#define MOUNT_SETATTR 442	/* since Linux 5.12 */

/* A question to which the answer changes who asks it: a child does. */
int
ask_child(int (*question)(const void *), const void *about)
{
	int saved = errno, status;
	pid_t child;

	if ((child = raw_fork()) == 0)
		_exit(question(about));
	if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
		status = 0;
	errno = saved;
	return WEXITSTATUS(status);
}

/*
 * Whether path is a mount point that this user namespace may not undo
 * (MNT_LOCKED, mount_namespaces(7)).  Nothing shows it but the error of an
 * unmount, which the open descriptor keeps from happening: EBUSY then.
 */
int
is_locked(const char *path)
{
	int saved = errno, locked, fd;

	if ((fd = open(path, O_PATH | O_CLOEXEC)) < 0)
		return 0;
	locked = is_mount_point(fd, "") &&
	    umount2(path, MNT_EXPIRE) < 0 && errno == EINVAL;
	close(fd);
	errno = saved;
	return locked;
}

/* How the kernel answers a call that it must refuse, if no filter does. */
static const struct probe {
	char call[14];
	short number;
	short a;		/* its arguments; c: from the third on */
	signed char b, c;
	char answer;
	char privileged;	/* it looks at the capability first */
} probes[] = {
	{ "pivot_root", SYS_pivot_root, 0, 0, 0, EFAULT, 1 },
	{ "setns", SYS_setns, -1, 0, 0, EBADF, 0 },
	{ "unshare", SYS_unshare, 1, 0, 0, EINVAL, 0 },
	{ "clone", SYS_clone, CLONE_SIGHAND, 0, 0, EINVAL, 0 },
	{ "clone3", 435, 0, 0, 0, EINVAL, 0 },
	{ "fsopen", 430, 0, 0, 0, EFAULT, 1 },
	{ "fsconfig", 431, -1, 0, 0, EINVAL, 0 },
	{ "fsmount", 432, -1, -1, 0, EINVAL, 1 },
	{ "open_tree", 428, -1, 0, -1, EINVAL, 0 },
	{ "move_mount", 429, -1, 0, -1, EINVAL, 1 },
	{ "mount_setattr", MOUNT_SETATTR, -1, 0, -1, EINVAL, 0 },
	{ "openat2", 437, -1, 0, 0, EINVAL, 0 },
	{ "umount2", SYS_umount2, 0, -1, 0, EINVAL, 0 },
	{ "mount", SYS_mount, 0, 0, 0, EFAULT, 0 },
	{ "sethostname", SYS_sethostname, 0, -1, 0, EINVAL, 1 },
	{ "pidfd_open", 434, -1, 0, 0, EINVAL, 0 },
	{ "memfd_create", SYS_memfd_create, 0, -1, 0, EINVAL, 0 },
	{ "ioctl", SYS_ioctl, -1, 0, 0, EBADF, 0 },
	{ "socket", SYS_socket, AF_NETLINK, -1, 0, EINVAL, 0 },
};

/*
 * Whether a system call filter (seccomp(2)) refuses this call whatever its
 * arguments are; or setns, unshare or clone with these flags.  Both arguments
 * get them: a descriptor of -1 has all bits as it is, and what is no flags else
 * is not looked at.
 */
int
is_filtered_for(const char *call, int flags)
{
	int saved = errno, filtered = 0;
	unsigned i;

	for (i = 0; i < sizeof probes / sizeof *probes; i++) {
		const struct probe *p = &probes[i];

		if (strcmp(p->call, call) != 0)
			continue;
		if (p->privileged && !(has_cap(CAP_SYS_ADMIN) && owns(
		    strcmp(call, "sethostname") == 0 ? "uts" : "mnt")))
			continue;
		if (status_number(0, "Seccomp", 10) < 2 ||
		    (p->number == MOUNT_SETATTR && is_before(5, 12)))
			continue;
		syscall(p->number, (long)p->a | flags, (long)p->b | flags,
		    (long)p->c, (long)p->c, (long)p->c);
		filtered = errno != p->answer;
	}
	errno = saved;
	return filtered;
}

int
is_filtered(const char *call)
{
	return is_filtered_for(call, 0);
}

/*
 * Whether Landlock (or another security module) forbids to change mounts:
 * mount(2) is refused before it has looked at its flags, pivot_root(2) is not.
 */
int
is_confined(void)
{
	int saved = errno, refused;

	refused = has_cap(CAP_SYS_ADMIN) && owns("mnt") &&
	    !is_filtered("mount") &&
	    mount(NULL, "/", NULL, MS_SHARED | MS_PRIVATE, NULL) < 0 &&
	    (errno == EPERM || errno == EACCES);
	errno = saved;
	return refused;
}
