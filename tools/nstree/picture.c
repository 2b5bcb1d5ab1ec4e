/*
 * The tree as a terminal shows it: below each namespace its processes, then
 * what belongs to it.
 */
#include <stdlib.h>
#include <string.h>

#include "nstree/nstree.h"
#include "put.h"

#define MOST_MEMBERS 8		/* of which one line may count the rest */
#define MOST_COMMAND 100
#define MOST_DEPTH 128

struct style {
	const char *down, *fork, *end;
};

static const struct style boxes = { "│ ", "├─", "└─" };
static struct style lines = { "| ", "|-", "`-" };

static char goes_on[MOST_DEPTH];	/* whether more comes at that depth */

/* Whether the locale is one of UTF-8 (locale(7)). */
static int
is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *value;
	int i;

	for (i = 0; i < 3; i++)
		if ((value = getenv(names[i])) && *value)
			return find(value, "UTF-8") || find(value, "utf8");
	return 0;
}

/* What runs down from above, to a namespace at this depth. */
static void
print_lines_down(int depth)
{
	int i;

	for (i = 1; i < depth; i++)
		print("%-s", goes_on[i] ? lines.down : "  ");
}

static void
print_head(const struct space *s, int depth)
{
	const char *map;

	print_lines_down(depth);
	if (depth)
		print("%-s", goes_on[depth] ? lines.fork : lines.end);
	print("%-s %u", kinds[s->kind].name, s->id);
	if (s->kind == USERNS)
		print(" of uid %u", s->uid);
	if ((map = map_of(s, "uid_map"))) {
		print(", users ");
		print_word(*map ? map : "none");
	}
	if ((map = map_of(s, "gid_map"))) {
		print(", groups ");
		print_word(*map ? map : "none");
	}
	if (s->shown && !s->first) {
		print(", ");
		print_keepers(s);
	}
	print("\n");
}

static void
print_margin(const struct space *s, int depth)
{
	print_lines_down(depth + 1);
	print("%-s    ", s->child ? lines.down : "  ");
}

/* As much of it as does not fill the screen. */
static void
print_command(const char *words)
{
	char part[MOST_COMMAND + 4];
	size_t n = MOST_COMMAND;

	if (strlen(words) <= n) {
		print_word(words);
		return;
	}
	while ((words[n] & 0xc0) == 0x80)
		n--;		/* not within a character */
	memcpy(part, words, n);
	strcpy(part + n, "...");
	print_word(part);
}

/* One that has ended meanwhile is left out. */
static void
print_members(const struct space *s, int depth)
{
	struct process *p = s->first;
	int left = s->members, most = MOST_MEMBERS;
	const char *words;

	if (pids_alone || left <= most)
		most = left;
	for (; p && most > (left > most); p = p->next[s->kind], most--, left--)
		if ((words = command_of(p))) {
			print_margin(s, depth);
			print_pids(p, " ");
			print(" ");
			print_command(words);
			print("\n");
		}
	if (left) {
		print_margin(s, depth);
		print("and %d more\n", left);
	}
}

static void
print_tree(const struct space *s, int depth)
{
	for (; s && depth < MOST_DEPTH; s = s->next) {
		goes_on[depth] = s->next != NULL;
		print_head(s, depth);
		if (s->shown)
			print_members(s, depth);
		print_tree(s->child, depth + 1);
	}
}

static void
print_kinds(const char *word, int flags)
{
	int i;

	print("%-s:", word);
	for (i = 0; i < KINDS; i++)
		if (kinds[i].flag & flags)
			print(" %-s", kinds[i].name);
	print(flags ? "\n" : " nothing\n");
}

void
print_picture(void)
{
	if (is_utf8())
		lines = boxes;
	print_tree(roots, 0);
	if (targets > 1) {
		print_kinds("shared", shared);
		print_kinds("different", differing);
	}
}
