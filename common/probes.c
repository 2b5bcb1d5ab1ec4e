/*
 * Facts that only a call can tell: one that the kernel must refuse, whatever
 * it would refuse it for, or that ends with the child that makes it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>

#include "facts.h"
#include "mounts.h"
#include "raw.h"

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
	char call[13];
	signed char a, b;	/* its arguments; the others are 0 */
	char answer;
	char privileged;	/* it looks at the capability first */
	short number;
} probes[] = {
	{ "pivot_root", 0, 0, EFAULT, 1, SYS_pivot_root },
	{ "setns", -1, 0, EBADF, 0, SYS_setns },
	{ "unshare", 1, 0, EINVAL, 0, SYS_unshare },
	{ "clone3", 0, 0, EINVAL, 0, 435 },
	{ "fsopen", 0, 0, EFAULT, 1, 430 },
	{ "umount2", 0, -1, EINVAL, 0, SYS_umount2 },
	{ "mount", 0, 0, EFAULT, 0, SYS_mount },
	{ "sethostname", 0, -1, EINVAL, 1, SYS_sethostname },
	{ "pidfd_open", -1, 0, EINVAL, 0, 434 },
	{ "memfd_create", 0, -1, EINVAL, 0, SYS_memfd_create },
	{ "execve", 0, 0, EFAULT, 0, SYS_execve },
	{ "ioctl", -1, 0, EBADF, 0, SYS_ioctl },
};

/*
 * Whether a system call filter (seccomp(2)) refuses this call whatever its
 * arguments are.
 */
int
is_filtered(const char *call)
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
		if (status_number(0, "Seccomp", 10) < 2)
			continue;
		syscall(p->number, (long)p->a, (long)p->b, 0L, 0L);
		filtered = errno != p->answer;
	}
	errno = saved;
	return filtered;
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
