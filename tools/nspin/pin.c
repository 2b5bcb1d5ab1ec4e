/* Pins are made: of what is held open, on files that nobody else has. */
#include <sys/mount.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "format.h"
#include "kinds.h"
#include "pins.h"
#include "say.h"
#include "start.h"
#include "target.h"
#include "why/nspin.h"

pid_t pid;
int pidfd;
static const char *place;

/* What was opened, made and bound, for each kind. */
static struct pin {
	int namespace, file;
	int made, bound;
} pins[KINDS];

/* Who takes it for that of a nspin that was killed removes it. */
static int
is_there(const struct pin *p)
{
	struct stat st;

	return fstat(p->file, &st) == 0 && st.st_nlink;
}

static void
take_back(void)
{
	int i;

	for (i = KINDS - 1; i >= 0; i--) {
		const char *path = path_in(place, i);

		if (!pins[i].made)
			continue;
		if (pins[i].bound)
			unpin(path);
		if (is_there(&pins[i]))
			did(unlink(path), "unlink(%s)", path);
		close(pins[i].file);	/* or /run/netns is busy */
	}
	unshare_netns();
}

/* -a: the kinds that this kernel has, and in which the target differs. */
int
differing_kinds(const char *operand)
{
	char theirs[16], ours[32];
	struct stat them, us;
	int i, flags = 0;

	for (i = 0; i < KINDS; i++) {
		stpcpy(stpcpy(theirs, "ns/"), kinds[i].file);
		stpcpy(stpcpy(ours, "/proc/self/"), theirs);
		if (stat(ours, &us) < 0)
			continue;
		if (stat(proc_path(pid, theirs), &them) < 0) {
			tell("look at process %d", pid);
			why_closed(errno, pid, pidfd, i);
			fail();
		}
		if (us.st_ino != them.st_ino)
			flags |= kinds[i].flag;
	}
	if (!flags) {
		say("process %d is in all our namespaces", pid);
		why_none_differs(operand, pid);
		fail();
	}
	return flags;
}

/* They are held from here on, whatever becomes of the process. */
static void
open_namespaces(int flags)
{
	char file[16];
	int i;

	for (i = 0; i < KINDS; i++) {
		const char *path;

		if (!(flags & kinds[i].flag))
			continue;
		stpcpy(stpcpy(file, "ns/"), kinds[i].file);
		path = proc_path(pid, file);
		pins[i].namespace = did(open(path, O_RDONLY | O_CLOEXEC),
		    "open(%s, O_RDONLY|O_CLOEXEC)", path);
		if (pins[i].namespace < 0) {
			tell("open %-s", path);
			why_closed(errno, pid, pidfd, i);
			fail();
		}
	}
	if (!alive(pidfd)) {
		errno = ESRCH;
		tell("process %d", pid);
		why_closed(errno, pid, pidfd, 0);
		fail();
	}
}

static int
create(const char *path)
{
	return did(open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    UNFINISHED), "open(%s, O_RDONLY|O_CREAT|O_EXCL|O_CLOEXEC, 01000)",
	    path);
}

/* Whether a nspin that was killed has made it, and no more. */
static int
is_unfinished(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && st.st_mode == (S_IFREG | UNFINISHED) &&
	    st.st_size == 0 && st.st_uid == geteuid();
}

static void
make_file(struct pin *p, const char *path)
{
	p->file = create(path);
	if (p->file < 0 && errno == EEXIST && is_unfinished(path) &&
	    did(unlink(path), "unlink(%s)", path) == 0)
		p->file = create(path);
	if (p->file < 0) {
		tell("make %s", path);
		why_file(errno, path);
		fail();
	}
	p->made = 1;
	undo = take_back;
}

/* "/proc/self/fd/5", whatever has become of the name since. */
static const char *
fd_path(int fd)
{
	char file[16];
	struct out o = { file, file + sizeof file - 1 };

	put_text(&o, "fd/");
	put_number(&o, fd, 10);
	*o.at = '\0';
	return proc_path(0, file);
}

static void
bind_file(struct pin *p, int i, const char *path)
{
	const char *from = fd_path(p->namespace), *on = fd_path(p->file);

	if (did(mount(from, on, NULL, MS_BIND, NULL),
	    "mount(%s, %s, NULL, MS_BIND, NULL)", from, on) < 0) {
		tell("bind /proc/%d/ns/%-s on %s", pid, kinds[i].file, path);
		if (!is_there(p))
			because("PIN-33", "somebody has removed %s", path);
		else
			why_bind(errno, pid, p->namespace, i, path);
		fail();
	}
	p->bound = 1;
	if (did(fchmod(p->file, 0), "fchmod(%d, 0)", p->file) < 0)
		die("finish %s", path);
	if (kinds[i].letter == 'p' || kinds[i].letter == 'T')
		warn_of_children(pid, kinds[i].file);
}

void
pin(const char *where, int flags)
{
	int i;

	place = where;
	open_namespaces(flags);
	hold_signals();
	if (!strchr(place, '/'))
		share_netns(take_back);
	for (i = 0; i < KINDS; i++) {
		const char *path;

		if (!(flags & kinds[i].flag))
			continue;
		path = path_in(place, i);
		make_file(&pins[i], path);
		bind_file(&pins[i], i, path);
	}
}
