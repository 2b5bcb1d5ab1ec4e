/*
 * The namespaces that are mounted somewhere (proc_pid_mountinfo(5)).
 */
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <linux/magic.h>
#include <linux/nsfs.h>
#include <linux/openat2.h>

#include "mounts.h"
#include "nstree/nstree.h"

/*
 * A namespace's file, in a root that may be somebody else's: no link leads out
 * of it, and nothing but such a file is really opened.
 */
static int
open_pin(int root, const char *point)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC,
	    .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
	int fd = -1, path_fd = syscall(SYS_openat2, root, point + 1, &how,
	    sizeof how);
	struct statfs fs;
	char path[32];

	if (path_fd < 0)
		guard("open", point);
	else if (fstatfs(path_fd, &fs) == 0 && fs.f_type == NSFS_MAGIC) {
		put_pid(stpcpy(path, "self/fd/"), path_fd);
		if ((fd = openat(proc, path, O_RDONLY | O_CLOEXEC)) < 0)
			guard("open", point);
	}
	if (path_fd >= 0)
		close(path_fd);
	return fd;
}

/* Something else may be mounted on top of it; then its number is all. */
static struct space *
open_mount(int root, const char *point, int kind, unsigned id)
{
	int fd = open_pin(root, point);
	struct stat st;

	if (fd >= 0 && (ioctl(fd, NS_GET_NSTYPE) != kinds[kind].flag ||
	    fstat(fd, &st) < 0 || st.st_ino != id)) {
		close(fd);
		fd = -1;
	}
	return add_space(fd, kind, id);
}

/* What is mounted where that process is; 0: where we are.  -1: it has ended. */
int
read_mounts(pid_t pid)
{
	static struct mounts in;
	static struct mount m;
	char path[64], *end;
	struct space *s;
	int root, kind;

	end = pid ? put_pid(stpcpy(path, "/proc/"), pid) :
	    stpcpy(path, "/proc/self");
	strcpy(end, "/mountinfo");
	if (mounts_open(&in, path) < 0) {
		guard("open", path);
		return -1;
	}
	strcpy(end, "/root");
	if ((root = open(path, O_PATH | O_CLOEXEC)) < 0) {
		guard("open", path);
		mounts_close(&in);
		return -1;
	}
	while (mount_next(&in, &m)) {
		if (strcmp(m.type, "nsfs") != 0 ||
		    (kind = kind_in(m.root)) < 0)
			continue;
		s = find_space(id_in(m.root));
		if (!s || !s->asked)
			s = open_mount(root, m.point, kind, id_in(m.root));
		add_keeper(s, pid, -1, m.point);
	}
	mounts_close(&in);
	close(root);
	return 0;
}
