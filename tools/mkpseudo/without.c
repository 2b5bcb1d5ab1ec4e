/* What the namespaces at hand do not allow fresh. */
#include <sys/mount.h>
#include <sys/vfs.h>

#include <linux/capability.h>
#include <linux/magic.h>

#include <errno.h>
#include <stddef.h>

#include "facts.h"
#include "mkpseudo/mount.h"
#include "mkpseudo/parts.h"
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
