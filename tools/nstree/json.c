/* The same as JSON (RFC 8259). */
#include <string.h>

#include "nstree/nstree.h"

static const char *mark;		/* before the next one of a list */

static void
print_string(const char *s)
{
	int n;

	make_room(6 * strlen(s) + 2);
	put_text(&page, "\"");
	for (; *s; s += n ? n : 1) {
		n = printable(s);
		if (n == 0 && (unsigned char)*s < 0x80) {
			print(*s < 16 ? "\\u000%x" : "\\u00%x", *s);
		} else if (n == 0) {
			put_text(&page, "\\ufffd");	/* what is no UTF-8 */
		} else {
			if (*s == '"' || *s == '\\')
				put_text(&page, "\\");
			memcpy(page.at, s, n);
			page.at += n;
		}
	}
	put_text(&page, "\"");
}

static void
print_id(const char *name, const struct space *s)
{
	if (s)
		print(", \"%-s\": %u", name, s->id);
	else
		print(", \"%-s\": null", name);
}

/* "0:1000:1,1:100000:9" becomes [[0,1000,1],[1,100000,9]]. */
static void
print_map(const struct space *s, const char *file)
{
	const char *map = map_of(s, file);

	if (!map)
		return;
	print(", \"%-s\": [%-s", file, *map ? "[" : "");
	make_room(3 * strlen(map) + 4);
	for (; *map; map++)
		if (*map == ',')
			put_text(&page, "],[");
		else
			*page.at++ = *map == ':' ? ',' : *map;
	print(page.at[-1] == '[' ? "]" : "]]");
}

static void
print_members(const struct space *s)
{
	const struct process *p;

	print(", \"pids\": [");
	for (p = s->first; p; p = p->next[s->kind]) {
		print(pids_alone ? "[" : "");
		print_pids(p, ",");
		print(pids_alone ? "]" : "");
		print(p->next[s->kind] ? "," : "");
	}
	print("]");
	if (s->first) {
		print(", \"command\": ");
		print_string(s->first->command);
	}
}

static void
print_kept(const struct space *s)
{
	const struct keeper *k;

	print(", \"kept\": [");
	for (k = s->kept; k; k = k->next) {
		if (!k->path) {
			print("{\"pid\": %d, \"fd\": %d", k->pid, k->fd);
		} else {
			print("{\"mount\": ");
			print_string(k->path);
			if (k->pid)
				print(", \"pid\": %d", k->pid);
		}
		print(k->next ? "}, " : "}");
	}
	print("]");
}

static void
print_spaces(const struct space *s)
{
	for (; s; s = s->next) {
		if (kinds[s->kind].flag & kinds_asked) {
			print("%-s\n  {\"kind\": \"%-s\", \"id\": %u", mark,
			    kinds[s->kind].name, s->id);
			mark = ",";
			print_id("parent", s->parent);
			print_id("owner", s->owner);
			if (s->kind == USERNS)
				print(", \"uid\": %u", s->uid);
			print_map(s, "uid_map");
			print_map(s, "gid_map");
			print_members(s);
			print_kept(s);
			print("}");
		}
		print_spaces(s->child);
	}
}

static void
print_kinds(const char *name, int flags)
{
	int i;

	print(", \"%-s\": [", name);
	mark = "";
	for (i = 0; i < KINDS; i++)
		if (kinds[i].flag & flags) {
			print("%-s\"%-s\"", mark, kinds[i].name);
			mark = ", ";
		}
	print("]");
}

void
print_json(void)
{
	print("{\"namespaces\": [");
	mark = "";
	print_spaces(roots);
	print("\n], \"unseen\": %d", unseen);
	if (targets > 1) {
		print_kinds("shared", shared);
		print_kinds("different", differing);
	}
	print("}\n");
}
