#include <string.h>

#include "nstree/nstree.h"
#include "nstree/show.h"

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

static void
print_keeper(const struct keeper *k)
{
	make_room(64);
	switch (k->how) {
	case BY_MOUNT:
		put_text(&page, "the mount ");
		if (k->pid) {
			put_text(&page, "/proc/");
			put_number(&page, k->pid, 10);
			put_text(&page, "/root");
		}
		print_word(k->path);
		return;
	case BY_FD:
		put_text(&page, "descriptor ");
		put_number(&page, k->fd, 10);
		put_text(&page, " of process ");
		break;
	case BY_CHILDREN:
		put_text(&page, "the next child of process ");
	}
	put_number(&page, k->pid, 10);
}

/* What keeps a namespace without a process. */
void
print_keepers(const struct space *s)
{
	const struct keeper *k;

	put_text(&page, "kept by ");
	if (!s->kept)
		put_text(&page, "what is below it");
	for (k = s->kept; k; k = k->next) {
		if (k != s->kept)
			put_text(&page, ", ");
		print_keeper(k);
	}
}
