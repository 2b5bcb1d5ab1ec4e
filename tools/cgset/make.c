#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cgset/line.h"
#include "cgset/make.h"
#include "cgset/places.h"
#include "cgset/processes.h"
#include "cgset/values.h"
#include "cgset/why.h"
#include "format.h"
#include "put.h"
#include "say.h"
#include "target.h"

#define MOST_STEPS 1024

/* What was done, to be taken back in the other order. */
static struct step {
	enum { MADE, ENABLED, WRITTEN, GIVEN, MOVED } what;
	struct place *place;
	size_t length;		/* of the folder in place->folder */
	const char *file, *text;	/* and what it held before */
	struct stat was;
} steps[MOST_STEPS];
static int n_steps;
static pid_t moving;		/* 0: ourselves */
static char cgroups_before[65536];

const char *refused_at;

static struct step *
step(int what, struct place *p)
{
	struct step *s = &steps[n_steps < MOST_STEPS ? n_steps++ :
	    MOST_STEPS - 1];

	s->what = what;
	s->place = p;
	undo = take_back;
	return s;
}

/* The first length bytes of the folder's path, and a file there. */
static const char *
at(const struct place *p, size_t length, const char *file)
{
	static char path[3 * PATH_MAX];

	memcpy(path, p->folder, length);
	stpcpy(stpcpy(path + length, *file ? "/" : ""), file);
	return path;
}

static size_t
parent(const struct place *p, size_t length)
{
	size_t top = strlen(p->point);

	while (length > top && p->folder[--length] != '/')
		;
	return length;
}

/* In a cpuset of version 1 nothing is inherited, and nobody can join then. */
static void
inherit_cpus(struct place *p, size_t length)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
	char text[4096];
	int i;

	for (i = 0; i < 2; i++) {
		if (get(AT_FDCWD, at(p, parent(p, length), files[i]), text,
		    sizeof text) <= 1)
			continue;
		text[strcspn(text, "\n")] = '\0';
		if (did(put(AT_FDCWD, at(p, length, files[i]), text),
		    "write(%s, %s)", at(p, length, files[i]), text) < 0)
			die("set %-s of %s", files[i], at(p, length, ""));
	}
}

/* The folder of this length, and those above it that are missing. */
static int
make_folder(struct place *p, size_t length)
{
	const char *path = at(p, length, "");
	int ret = mkdir(path, 0755);

	if (ret < 0 && errno == EEXIST)
		return 0;
	if (ret < 0 && errno == ENOENT && length > strlen(p->point)) {
		if (make_folder(p, parent(p, length)) < 0)
			return -1;
		ret = mkdir(path = at(p, length, ""), 0755);
		if (ret < 0 && errno == EEXIST)
			return 0;
	}
	did(ret, "mkdir(%s, 0755)", path);
	if (ret < 0)
		return -1;
	step(MADE, p)->length = length;
	if (!p->v2 && find(p->controllers, "cpuset"))
		inherit_cpus(p, length);
	return 1;
}

void
make_place(struct place *p)
{
	int made = make_folder(p, strlen(p->folder));

	p->exists = made == 0;
	if (made < 0 || (p->dir = open(p->folder, O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC)) < 0) {
		tell("make cgroup %s", p->folder);
		why_no_folder(errno, p);
		fail();
	}
}

/* A controller is in a folder if the one above hands it down, and so on up. */
static int
hand_down(struct place *p, size_t length, const char *plus)
{
	size_t up = parent(p, length);
	struct step *s;
	int again = 0;

	if (up == length) {
		errno = ENOENT;
		return -1;
	}
	while (did(put(AT_FDCWD, at(p, up, "cgroup.subtree_control"), plus),
	    "write(%s, %s)", at(p, up, "cgroup.subtree_control"), plus) < 0) {
		refused_at = joined(at(p, up, ""), "", "");
		if (errno != ENOENT || again++ || hand_down(p, up, plus) < 0)
			return -1;
	}
	s = step(ENABLED, p);
	s->length = up;
	s->text = plus;
	return 0;
}

/* Where the process is now. */
void
remember(pid_t pid)
{
	moving = pid;
	get(AT_FDCWD, proc_path(pid, "cgroup"), cgroups_before,
	    sizeof cgroups_before);
}

/* The cgroup that the process was in before, in this hierarchy. */
const char *
old_folder(const struct place *p)
{
	const char *path = path_in(p, (char *)joined(cgroups_before, "", ""));

	return path ? joined(p->point, path, "") : NULL;
}

/* In a frozen cgroup PROG would never run. */
static void
guard_frozen(const struct place *p)
{
	char state[256];
	int v1 = get(p->dir, "freezer.state", state, sizeof state) > 0;

	if (v1 ? strncmp(state, "THAWED", 6) == 0 : get(p->dir,
	    "cgroup.events", state, sizeof state) < 0 ||
	    !find(state, "frozen 1"))
		return;
	errno = EBUSY;
	tell("join cgroup %s", p->folder);
	because("NSE-39", "it is frozen, or one above it: PROG would never "
	    "run");
	try_line(words("cgset %s %-s && ", p->folder, v1 ?
	    "freezer.state=THAWED" : "cgroup.freeze=0"), NULL);
	fail();
}

/*
 * 0 is ourselves, who have one thread, and into version 1 go as a thread: that
 * alone waits for no grace period of RCU.
 */
void
move(struct place *p, pid_t pid)
{
	const char *file = pid || p->v2 ? "cgroup.procs" : "tasks";
	char text[16];
	struct out o = { text, text + sizeof text - 1 };

	if (p->joined)
		return;
	if (!pid && p->exists)
		guard_frozen(p);
	put_number(&o, pid, 10);
	*o.at = '\0';
	if (did(put(p->dir, file, text), "write(%s, %s)", joined(p->folder,
	    "/", file), text) < 0) {
		if (pid)
			tell("move process %d to %s", pid, p->folder);
		else
			tell("join cgroup %s", p->folder);
		why_not_joined(errno, p, pid);
		fail();
	}
	p->joined = 1;
	step(MOVED, p);
}

/*
 * A cgroup of version 2 that has processes cannot hand down controllers: if we
 * are one of those, above where PROG is to be, we leave it first.
 */
void
leave_above(struct place *p)
{
	const char *old = p->v2 ? old_folder(p) : NULL;
	size_t n = old ? strlen(old) : 0;

	if (old && strncmp(p->folder, old, n) == 0 && p->folder[n] == '/' &&
	    access(joined(old, "/", "cgroup.type"), F_OK) == 0)
		move(p, 0);
}

/* What -c asks for; those of version 1 are wherever they are mounted. */
void
enable(struct place *p, const char *controller, size_t n)
{
	char now[4096];
	const char *plus = joined("+", controller, "");

	if (!p->v2)
		return;
	((char *)plus)[n + 1] = '\0';
	if (get(p->dir, "cgroup.controllers", now, sizeof now) >= 0 &&
	    has_word(now, plus + 1, n))
		return;
	if (hand_down(p, strlen(p->folder), plus) == 0)
		return;
	tell("enable %-s for %s", plus + 1, p->folder);
	why_not_enabled(errno, p, plus + 1);
	fail();
}

static void
keep_old(const struct value *v)
{
	char text[4096];
	struct step *s;

	if (!v->place->exists || get(v->place->dir, v->file, text,
	    sizeof text) <= 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	s = step(WRITTEN, v->place);
	s->file = v->file;
	s->text = joined(*text ? text : "\n", "", "");
}

/* Nothing, to be written, is an empty line. */
void
set_value(const struct value *v)
{
	struct place *p = v->place;
	const char *text = *v->text ? v->text : "\n";
	long ooms = p->exists ? guard_memory(v) : -1;
	int ret;

	keep_old(v);
	ret = put(p->dir, v->file, text);
	if (ret < 0 && errno == ENOENT && p->v2 &&
	    strncmp(v->file, "cgroup.", 7) != 0) {
		enable(p, v->file, strcspn(v->file, "."));
		ret = put(p->dir, v->file, text);
	}
	if (did(ret, "write(%s, %s)", joined(p->folder, "/", v->file),
	    text) < 0) {
		tell("set %-s of %s to %s", v->file, p->folder, v->text);
		why_not_set(errno, v);
		fail();
	}
	check_set(v, ooms);
}

static void
give_file(struct place *p, const char *file, uid_t uid, gid_t gid)
{
	struct stat st;
	struct step *s;

	if (fstatat(p->dir, file, &st, *file ? 0 : AT_EMPTY_PATH) < 0 &&
	    errno == ENOENT)
		return;
	if (did(fchownat(p->dir, file, uid, gid, *file ? 0 : AT_EMPTY_PATH),
	    "fchownat(%d, %s, %d, %d, 0)", p->dir, file, (int)uid,
	    (int)gid) < 0) {
		tell("give cgroup %s to user %d", p->folder, (int)uid);
		why_not_given(errno, p);
		fail();
	}
	s = step(GIVEN, p);
	s->file = file;
	s->was = st;
}

/* The folder, and the files that the kernel names for it (cgroups(7)). */
void
give(struct place *p, uid_t uid, gid_t gid)
{
	static char list[4096];
	char *rest = list, *file;

	give_file(p, "", uid, gid);
	if (!p->v2) {
		give_file(p, "cgroup.procs", uid, gid);
		give_file(p, "tasks", uid, gid);
		return;
	}
	if (get(AT_FDCWD, "/sys/kernel/cgroup/delegate", list,
	    sizeof list) <= 0)
		strcpy(list, "cgroup.procs\ncgroup.threads\n"
		    "cgroup.subtree_control\n");
	while ((file = strsep(&rest, "\n")))
		if (*file)
			give_file(p, joined(file, "", ""), uid, gid);
}

void
take_back(void)
{
	const struct step *s;
	const char *path;
	char pid[16];
	struct out o = { pid, pid + sizeof pid - 1 };

	put_number(&o, moving, 10);
	*o.at = '\0';
	while (n_steps > 0) {
		s = &steps[--n_steps];
		path = at(s->place, s->length ? s->length :
		    strlen(s->place->folder), s->what == ENABLED ?
		    "cgroup.subtree_control" : "");
		switch (s->what) {
		case MADE:
			did(rmdir(path), "rmdir(%s)", path);
			break;
		case ENABLED:
			*(char *)s->text = '-';
			did(put(AT_FDCWD, path, s->text), "write(%s, %s)",
			    path, s->text);
			break;
		case WRITTEN:
			did(put(s->place->dir, s->file, s->text),
			    "write(%s, %s)", s->file, s->text);
			break;
		case GIVEN:
			did(fchownat(s->place->dir, s->file, s->was.st_uid,
			    s->was.st_gid, *s->file ? 0 : AT_EMPTY_PATH),
			    "fchownat(%d, %s, %d, %d, 0)", s->place->dir,
			    s->file, s->was.st_uid, s->was.st_gid);
			break;
		case MOVED:
			if (!(path = old_folder(s->place)))
				break;
			path = joined(path, "/", "cgroup.procs");
			did(put(AT_FDCWD, path, pid),
			    "write(%s, %s)", path, pid);
		}
	}
}
