/*
 * One line a namespace, for cut(1), awk(1) and read:
 *
 *	KIND ID PARENT OWNER UID UIDMAP GIDMAP PROCESSES PIDS WHAT
 *
 * A word that there is nothing for is "-"; WHAT is the rest of the line.
 */
#include "nstree/nstree.h"
#include "nstree/show.h"

static void
print_id(const struct space *s)
{
	put_text(&page, " ");
	if (s)
		put_number(&page, s->id, 10);
	else
		put_text(&page, "-");
}

static void
print_map(const struct space *s, const char *file)
{
	const char *map = map_of(s, file);

	put_text(&page, " ");
	print_word(!map ? "-" : *map ? map : "none");
}

static void
print_pids(const struct space *s, int by_pid)
{
	const struct process *p;
	unsigned pids[32];
	int i, n;

	put_text(&page, s->first ? " " : " -");
	for (p = s->first; p; p = p->next[s->kind]) {
		make_room(32 * 12);
		if (p != s->first)
			put_text(&page, ",");
		put_number(&page, p->pid, 10);
		n = by_pid ? levels_of(p, pids) : 0;
		for (i = 1; i < n; i++) {
			put_text(&page, ":");
			put_number(&page, pids[i], 10);
		}
	}
}

static void
print_line(const struct space *s, int by_pid)
{
	make_room(256);
	put_text(&page, kinds[s->kind].name);
	put_text(&page, " ");
	put_number(&page, s->id, 10);
	print_id(s->parent);
	print_id(s->owner);
	put_text(&page, " ");
	if (s->kind == USERNS)
		put_number(&page, s->uid, 10);
	else
		put_text(&page, "-");
	print_map(s, "uid_map");
	print_map(s, "gid_map");
	put_text(&page, " ");
	put_number(&page, s->members, 10);
	print_pids(s, by_pid);
	put_text(&page, " ");
	if (s->first)
		print_word(s->first->command);
	else
		print_keepers(s);
	put_text(&page, "\n");
}

static void
print_all(const struct space *s, int kinds_asked, int by_pid)
{
	for (; s; s = s->next) {
		if (kinds[s->kind].flag & kinds_asked)
			print_line(s, by_pid);
		print_all(s->child, kinds_asked, by_pid);
	}
}

void
print_lines(int kinds_asked, int by_pid)
{
	print_all(roots, kinds_asked, by_pid);
}
