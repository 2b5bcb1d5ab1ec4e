/* What there is to be seen of cgroups, and who may change them. */
#include <sys/stat.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>

#include "cgset/line.h"
#include "cgset/paths.h"
#include "cgset/places.h"
#include "cgset/why.h"
#include "facts.h"
#include "format.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "target.h"

/* The first line of a file, or "". */
const char *
read_line(const char *folder, const char *file)
{
	static char text[4096];

	get(AT_FDCWD, joined(folder, "/", file), text, sizeof text);
	text[strcspn(text, "\n")] = '\0';
	return joined(text, "", "");
}

const char *
folder_above(const char *folder)
{
	char *up = (char *)joined(folder, "", "");

	*strrchr(up, '/') = '\0';
	return up;
}

/* The line of /proc/cgroups: its hierarchy, -1 if the kernel has no such. */
int
hierarchy_of(const char *controller, size_t n, int *enabled)
{
	static char list[8192];
	char *rest = list, *line;
	const char *at;
	int hierarchy;

	get(AT_FDCWD, "/proc/cgroups", list, sizeof list);
	while ((line = strsep(&rest, "\n")))
		if (strncmp(line, controller, n) == 0 && line[n] == '\t') {
			hierarchy = digits(line + n, &at, 10);
			digits(at, &at, 10);
			*enabled = digits(at, NULL, 10);
			return hierarchy;
		}
	return -1;
}

/* "12 (sleep), 34 (sh) and 5 more", of a list of PIDs. */
const char *
processes(const char *list)
{
	static char line[4096];
	struct out o = { line, line + sizeof line - 1 };
	const char *end;
	char name[64];
	int n = 0, more = 0, pid;

	for (; *list; list = end + (*end == '\n')) {
		pid = digits(list, &end, 10);
		if (end == list)
			break;
		if (n == 8) {
			more++;
			continue;
		}
		put_text(&o, n++ ? ", " : "");
		put_number(&o, pid, 10);
		if (!pid) {
			put_text(&o, " (of another PID namespace)");
			continue;
		}
		get(AT_FDCWD, proc_path(pid, "comm"), name, sizeof name);
		name[strcspn(name, "\n")] = '\0';
		put_text(&o, " (");
		put_quoted(&o, PASTE, name);
		put_text(&o, ")");
	}
	if (more) {
		put_text(&o, " and ");
		put_number(&o, more, 10);
		put_text(&o, " more");
	}
	*o.at = '\0';
	return line;
}

/* /proc does not tell of us. */
void
why_no_proc(void)
{
	if (!proc_is_ours())
		why_proc_is_not_ours("UNS-37", "UNS-36");
	fail();
}

/* Who may, for whom: root, or systemd's own way of giving cgroups away. */
void
try_as_root(void)
{
	const char *name = strrchr(cgroup, '/');
	unsigned uid = geteuid(), gid = getegid();

	if (!uid || !in_first("user") ||
	    status_number(0, "NoNewPrivs", 10) == 1)
		return;
	if (*prog)
		before_prog = joined(words(" setpriv --reuid=%u --regid=%u "
		    "--init-groups", uid, gid), "", "");
	else if (!owner && !process && !deleting)
		owner = joined(words("%u:%u", uid, gid), "", "");
	try_line("sudo ", NULL);
	if (deleting || process || access("/run/systemd/system", F_OK) < 0)
		return;
	before_prog = *prog ? NULL : " sh";
	owner = NULL;
	try_line("systemd-run --user --scope -p Delegate=yes ",
	    joined("./", name ? name + 1 : cgroup, ""));
}

/* We may not write the folder or file. */
void
why_not_allowed(int err, const struct place *p, const char *path)
{
	struct statfs fs;
	struct stat st;

	if (err == EROFS && statfs(p->point, &fs) == 0 &&
	    fs.f_flags & 1 /* ST_RDONLY */) {
		because(p->v2 ? "CG2-48" : "CG1-20", "%s is mounted read-only",
		    p->point);
		if (has_cap(CAP_SYS_ADMIN) && owns("mnt") &&
		    !is_locked(p->point))
			try_line(words("mount -o remount,bind,rw %s && ",
			    p->point), NULL);
	}
	if ((err != EACCES && err != EPERM) || may(AT_FDCWD, path, W_OK) ||
	    stat(path, &st) < 0)
		return;
	because(p->v2 ? "CG2-28" : "CG1-17", "only uid %u may write %s, and we "
	    "are %u", st.st_uid, path, geteuid());
	try_as_root();
}
