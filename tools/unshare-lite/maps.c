#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "idmap.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "target.h"
#include "unshare-lite/asked.h"

int mapped, deny = -1, outside;

static struct idmap *
map(enum id id)
{
	static struct idmap users, groups;

	return id == USER ? &users : &groups;
}

void
map_option(enum id id, const char *operand)
{
	mapped = 1;
	map_add(map(id), id, operand);
}

static int
has_place(const struct idmap *m, unsigned id)
{
	const struct extent *e;

	for (e = m->e; e < m->e + m->n; e++)
		if (id - e->outside < e->count)
			return 1;
	return 0;
}

/* What denies it here denies it in each user namespace below. */
void
guard_setgroups(void)
{
	char now[8];

	if (deny != 0 || get(AT_FDCWD, "/proc/self/setgroups", now,
	    sizeof now) < 0 || strcmp(now, "deny\n") != 0)
		return;
	errno = EPERM;
	tell("--setgroups=allow");
	because("MAP-38", "our user namespace says deny, and so does each "
	    "below it");
	fail();
}

/* Who may write the maps, and whether setgroups(2) must be denied for it. */
void
plan_maps(void)
{
	map_check(map(USER), USER);
	map_check(map(GROUP), GROUP);
	if (deny < 0)
		deny = map(GROUP)->n && map_needs_deny(map(GROUP));
	outside = (map(USER)->n && !map_own(map(USER), USER)) ||
	    (map(GROUP)->n && !(deny && map_own(map(GROUP), GROUP)));
	if (outside && !proc_is_ours()) {
		errno = ESRCH;
		tell("find our child in /proc");
		why_proc_is_not_ours("UNS-37", "UNS-36");
		fail();
	}
}

/* pid: 0 for ourselves. */
void
write_maps(pid_t pid)
{
	if (deny > 0)
		setgroups_deny(pid);
	if (mapped && map(USER)->n)
		map_write(pid, USER, map(USER));
	if (mapped && map(GROUP)->n)
		map_write(pid, GROUP, map(GROUP));
}

/*
 * Leaves behind the groups of the caller and, where the map has no place for
 * the caller's own IDs, becomes root in it.
 */
void
become_mapped(void)
{
	const struct idmap *users = map(USER), *groups = map(GROUP);

	if (groups->n && deny > 0)
		note("note: supplementary groups stay, since setgroups(2) is "
		    "denied");
	else if (groups->n && did(raw_drop_groups(), "setgroups(0, NULL)") < 0)
		note("note: supplementary groups stay");
	if (groups->n && !has_place(groups, own_id(GROUP)) &&
	    did(raw_setgid(0), "setresgid(0, 0, 0)") < 0)
		note("note: no gid of ours is mapped");
	if (users->n && !has_place(users, own_id(USER)) &&
	    did(raw_setuid(0), "setresuid(0, 0, 0)") < 0)
		note("note: no uid of ours is mapped");
}
