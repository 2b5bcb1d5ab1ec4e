/*
 * One line a namespace, for cut(1), awk(1) and read:
 *
 *	KIND ID PARENT OWNER UID UIDMAP GIDMAP PROCESSES PIDS WHAT
 *
 * A word that there is nothing for is "-"; WHAT is the rest of the line.
 */
#include "nstree/nstree.h"

static void
print_id(const struct space *s)
{
	if (s)
		print(" %u", s->id);
	else
		print(" -");
}

static void
print_map(const struct space *s, const char *file)
{
	const char *map = map_of(s, file);

	print(" ");
	print_word(!map ? "-" : *map ? map : "none");
}

static void
print_line(const struct space *s)
{
	const struct process *p;

	print("%-s %u", kinds[s->kind].name, s->id);
	print_id(s->parent);
	print_id(s->owner);
	if (s->kind == USERNS)
		print(" %u", s->uid);
	else
		print(" -");
	print_map(s, "uid_map");
	print_map(s, "gid_map");
	print(" %d %-s", s->members, s->first ? "" : "- ");
	for (p = s->first; p; p = p->next[s->kind]) {
		print_pids(p, ":");
		put_text(&page, p->next[s->kind] ? "," : " ");
	}
	if (s->first)
		print_word(s->first->command);
	else
		print_keepers(s);
	print("\n");
}

static void
print_all(const struct space *s)
{
	for (; s; s = s->next) {
		if (kinds[s->kind].flag & kinds_asked)
			print_line(s);
		print_all(s->child);
	}
}

static void
print_kinds(const char *word, int flags)
{
	int i;

	print("%-s", word);
	for (i = 0; i < KINDS; i++)
		if (kinds[i].flag & flags)
			print(" %-s", kinds[i].name);
	print("\n");
}

void
print_lines(void)
{
	print_all(roots);
	if (targets > 1) {
		print_kinds("shared", shared);
		print_kinds("different", differing);
	}
}
