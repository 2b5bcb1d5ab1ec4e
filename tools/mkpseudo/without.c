/*
 * What the namespaces at hand do not allow fresh is done without, unless -m
 * asked for it; and what must be hidden is.
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <linux/capability.h>
#include <linux/magic.h>

#include <errno.h>
#include <unistd.h>

#include "facts.h"
#include "mkpseudo/mount.h"
#include "mkpseudo/root.h"
#include "mounts.h"
#include "say.h"
#include "why/mkpseudo.h"

/* What needs a namespace that is not ours, unless it was asked for. */
void
do_without(const struct place *p, int exact)
{
	const char *ns = p->kind == SYS ? "net" :
	    p->kind == CGROUP ? "cgroup" : p->kind == MQUEUE ? "ipc" : NULL;
	int err = errno, ours = ns && owns(ns);
	struct statfs fs;

	if (!ns || exact || (err != ENODEV &&
	    (err != EPERM || !has_cap(CAP_SYS_ADMIN))))
		refuse_mount(p->type, p->path);
	if (err == ENODEV) {
		say("%-s is left out: this kernel has none", p->name);
	} else if (p->kind == SYS && statfs("/sys", &fs) == 0 &&
	    fs.f_type == SYSFS_MAGIC) {
		say("sys: the caller's is bound read-only: %-s", ours ?
		    "the kernel allows no new one here" :
		    "the network namespace is not ours");
		bind_folder("/sys", p->path, RDONLY);
	} else if (p->kind == SYS || ours) {
		errno = err;
		refuse_mount(p->type, p->path);
	} else {
		say("%-s is left out: the %-s namespace is not ours", p->name,
		    ns);
	}
}

/* A file is hidden by the device null, a folder by an empty one. */
void
mask(const char *path, int hide)
{
	struct stat st;
	int fd = point(path, 0);

	if (fd < 0)
		return;		/* not every kernel has each */
	if (is_mount_point(fd, ""))
		note("%s is there already", path);
	else if (!hide)
		bind(fd, "", fd, path, RDONLY);
	else if (fstat(fd, &st) < 0 || !S_ISDIR(st.st_mode))
		bind(source, "null", fd, path, RDONLY);
	else if (mount_on(fd, path, "tmpfs", SAFE | MS_RDONLY, NULL) < 0)
		refuse_mount("tmpfs", path);
	close(fd);
}
