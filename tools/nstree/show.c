/* Words that the ways to show it have in common. */
#include <stdarg.h>
#include <string.h>

#include "nstree/nstree.h"

/* A few short words and numbers, as say.h has them. */
void
print(const char *fmt, ...)
{
	va_list ap;

	make_room(512);
	va_start(ap, fmt);
	put_format(&page, QUOTE, fmt, ap);
	va_end(ap);
}

/*
 * As it is; or in quotes, where a terminal might obey it or it is more than
 * one line.
 */
void
print_word(const char *s)
{
	char *mark = page.at;

	make_room(4 * strlen(s) + 8);
	put_quoted(&page, QUOTE, s);
	if (*mark == '$')
		return;
	page.at = mark;
	put_text(&page, s);
}

/* With -p alone each PID that it has.  There are many: not by a format. */
void
print_pids(const struct process *p, const char *between)
{
	unsigned pids[MOST_LEVELS];
	int i, n = pids_alone ? pids_of(p, pids) : 0;

	make_room(MOST_LEVELS * 16);
	put_number(&page, p->pid, 10);
	for (i = 1; i < n; i++)
		print("%-s%u", between, pids[i]);
}

/* What keeps a namespace that has no process. */
void
print_keepers(const struct space *s)
{
	const struct keeper *k;

	print(s->kept ? "kept by" : targets ? "-" : "kept by what is below it");
	for (k = s->kept; k; k = k->next) {
		if (!k->path) {
			print(" descriptor %d of process %d", k->fd, k->pid);
		} else {
			print(" the mount ");
			if (k->pid)
				print("/proc/%d/root", k->pid);
			print_word(k->path);
		}
		print(k->next ? "," : "");
	}
}
