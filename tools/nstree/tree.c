/*
 * The tree: what is still there of what was seen, below what it belongs to;
 * and what is only read for what is shown.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "nstree/nstree.h"
#include "put.h"

struct space *roots;

static char *
proc_file(pid_t pid, const char *file)
{
	static char path[64];

	stpcpy(stpcpy(put_pid(path, pid), "/"), file);
	return path;
}

static int
is_in(const struct process *p, const struct space *s)
{
	char file[16];

	stpcpy(stpcpy(file, "ns/"), kinds[s->kind].file);
	return link_id(proc, proc_file(p->pid, file), NULL) == s->id;
}

/* Its command line; [name], if it has none; or NULL: it has ended. */
const char *
command_of(struct process *p)
{
	static char text[4096];
	char *end;
	long n, i;

	if (p->command)
		return p->command;
	n = get(proc, proc_file(p->pid, "cmdline"), text, sizeof text);
	if (n < 0)
		return NULL;
	while (n > 0 && !text[n - 1])
		n--;
	for (i = 0; i < n; i++)
		if (!text[i])
			text[i] = ' ';
	if (n == 0) {
		n = get(proc, proc_file(p->pid, "comm"), text + 1, 64);
		if (n <= 0)
			return NULL;
		*text = '[';
		end = stpcpy(text + n, "]");
		if (link_id(proc, proc_file(p->pid, "ns/uts"), NULL) == 0)
			strcpy(end, " (zombie)");
	}
	return p->command = keep_text(text);
}

/*
 * Its PID in our PID namespace (or in that of /proc), and in each one below
 * that it is in; how many these are.
 */
int
pids_of(const struct process *p, unsigned pids[MOST_LEVELS])
{
	char text[STATUS_SIZE];
	const char *at;
	int n = 1;

	pids[0] = p->pid;
	get_status(p->pid, text);
	if ((at = find(text, "\nNSpid:")))
		for (digits(at + 7, &at, 10); *at == '\t' && n < MOST_LEVELS;)
			pids[n++] = digits(at, &at, 10);
	return n;
}

/*
 * The map in a file of its first member, as mapids(1) takes it: "" where none
 * is written, NULL where no process shows it.
 */
const char *
map_of(const struct space *s, const char *file)
{
	static char map[16384];
	char *in, *out = map;

	if (s->kind != USERNS || !s->first || get(proc,
	    proc_file(s->first->pid, file), map, sizeof map) < 0)
		return NULL;
	for (in = map; *(in += strspn(in, " ")); in++) {
		while (*in >= '0' && *in <= '9')
			*out++ = *in++;
		if (*in == '\n' && !in[1])
			break;
		*out++ = *in == '\n' ? ',' : ':';
	}
	*out = '\0';
	return map;
}

/* Processes that have ended meanwhile, up to the first that has not. */
static void
forget_gone(struct space *s)
{
	while (s->first && !(is_in(s->first, s) && command_of(s->first))) {
		s->first = s->first->next[s->kind];
		s->members--;
	}
}

static struct space *
above(const struct space *s)
{
	return pids_alone || s->kind == USERNS ? s->parent : s->owner;
}

/*
 * What a user namespace owns comes before its children; and last of all that of
 * which we may not see the owner.
 */
static int
rank(const struct space *s)
{
	return s->kind == USERNS ? KINDS : above(s) ? s->kind :
	    KINDS + s->kind;
}

static int
backwards(const void *a, const void *b)
{
	const struct space *x = *(struct space *const *)a;
	const struct space *y = *(struct space *const *)b;

	if (rank(x) != rank(y))
		return rank(y) - rank(x);
	return x->id > y->id ? -1 : 1;
}

/* Whether a namespace, or one below it, is asked for; the rest is cut off. */
static int
prune(struct space *s)
{
	struct space **child = &s->child;

	while (*child)
		if (prune(*child))
			child = &(*child)->next;
		else
			*child = (*child)->next;
	s->shown = (s->first || s->kept) && kinds[s->kind].flag & kinds_asked;
	return s->shown || s->child;
}

/* Sets roots, and child and next of all that is shown. */
void
arrange(void)
{
	struct space *s, *up, **all, top = { 0 };
	int i = 0, n = 0;

	for (s = spaces; s; s = s->found) {
		forget_gone(s);
		n += !pids_alone || s->kind == PIDNS;
	}
	all = keep(n * sizeof *all);
	for (s = spaces; s; s = s->found)
		if (!pids_alone || s->kind == PIDNS)
			all[i++] = s;
	qsort(all, n, sizeof *all, backwards);
	for (i = 0; i < n; i++) {
		if (!(up = above(all[i])))
			up = &top;
		all[i]->next = up->child;
		up->child = all[i];
	}
	prune(&top);
	roots = top.child;
}
