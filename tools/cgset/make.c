#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cgset/make.h"
#include "cgset/paths.h"
#include "cgset/places.h"
#include "cgset/undo.h"
#include "cgset/values.h"
#include "cgset/why.h"
#include "put.h"
#include "say.h"

size_t refused_at;

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
		refused_at = up;
		if (errno != ENOENT || again++ || hand_down(p, up, plus) < 0)
			return -1;
	}
	s = step(WRITTEN, p);
	s->length = up;
	s->file = "cgroup.subtree_control";
	s->text = joined("-", plus + 1, "");
	return 0;
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
keep(const struct value *v, const char *text)
{
	struct step *s = step(WRITTEN, v->place);

	s->file = v->file;
	s->text = text;
}

/* What changes something of "+pids -io", the other way round. */
static void
keep_controllers(const struct value *v, const char *now)
{
	char *rest = (char *)joined(v->text, "", ""), *word;

	while ((word = strsep(&rest, " \n")))
		if (*word && has_word(now, word + 1, strlen(word + 1)) ==
		    (*word == '-'))
			keep(v, joined(*word == '-' ? "+" : "-", word + 1, ""));
}

/* The line of the device, where each has one, or what is as without it. */
static const char *
line_for(const struct value *v, char *now)
{
	size_t n = strcspn(v->text, " ");
	char *line, *device = (char *)joined(v->text, "", "");

	while ((line = strsep(&now, "\n")))
		if (strncmp(line, device, n + 1) == 0)
			return line;
	device[n] = '\0';
	return joined(device, *v->file == 'b' ? " 0" : strcmp(v->file,
	    "io.max") == 0 ? " rbps=max wbps=max riops=max wiops=max" :
	    " default", "");
}

static void
keep_old(const struct value *v)
{
	char now[4096];
	const char *old = now;

	if (!v->place->exists || get(v->place->dir, v->file, now,
	    sizeof now) < 0)
		return;
	if (strcmp(v->file, "cgroup.subtree_control") == 0) {
		keep_controllers(v, now);
		return;
	}
	if (strchr(v->text, ' ') && is_of_disks(v->file))
		old = line_for(v, now);
	/* Of version 1: "oom_kill_disable 1", where it takes "1". */
	if (strcmp(v->file, "memory.oom_control") == 0 && strchr(now, ' '))
		old = strchr(now, ' ') + 1;
	now[strcspn(now, "\n")] = '\0';
	keep(v, joined(*old ? old : "\n", "", ""));
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
		tell_set(v);
		why_not_set(errno, v);
		fail();
	}
	check_set(v, ooms);
}
