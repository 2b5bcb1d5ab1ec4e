/* Why the target, or our own network namespace, is not ours to change. */
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/nsfs.h>

#include "../why/vethpair.h"
#include "access.h"
#include "cable.h"
#include "facts.h"
#include "format.h"
#include "raw.h"
#include "say.h"

/* Whether a namespace belongs to a user namespace that we are not above. */
static int
is_foreign(int ns)
{
	int owner = ioctl(ns, NS_GET_USERNS);

	if (owner >= 0)
		close(owner);
	return owner < 0 && errno == EPERM;
}

/* In a network namespace of its own, with a shell: it ends with that. */
static void
try_own_network(void)
{
	static char line[LINE_SIZE];
	struct out o = { line, line + sizeof line - 1 };
	int i;

	put_text(&o, tool);
	for (i = 1; command[i]; i++) {
		put_text(&o, " ");
		put_quoted(&o, PASTE, command[i]);
	}
	put_text(&o, " && exec sh");
	*o.at = '\0';
	try("unshare-lite -n sh -c %s", line);
}

/* Whether we may configure the network that we were started in: here. */
void
why_no_right(int here)
{
	if (!has_cap(CAP_NET_ADMIN)) {
		because("VET-38", "uid %u has no CAP_NET_ADMIN in the network "
		    "namespace that HOST is in", geteuid());
		try_as_root();
	} else if (is_foreign(here)) {
		because("VET-29", "the network namespace that HOST is in "
		    "belongs to a user namespace above the one that we have "
		    "our capabilities in");
		try_own_network();
	}
}

static const char folder[] = "/run/netns/";

/* NAME, where /run/netns/NAME is meant. */
static int
why_short_name(const struct cable *c)
{
	char path[300];

	if (strchr(c->target, '/') || strlen(c->target) >= 256)
		return 0;
	strcat(strcpy(path, folder), c->target);
	if (access(path, F_OK) < 0)
		return 0;
	because("VET-04", "a name of ip-netns(8) is the file %s", path);
	try_instead(c->target, path, NULL);
	return 1;
}

static void
why_no_name(const struct cable *c)
{
	const char *name = c->target + sizeof folder - 1;
	char path[300];

	if (why_short_name(c))
		return;
	if (!strchr(c->target, '/'))
		because("VET-04", "there is no such file, and none in %s",
		    folder);
	else if (strncmp(c->target, folder, sizeof folder - 1) == 0) {
		because("VET-04", "there is no network namespace of that name");
		strcpy(path, "ip netns add ");
		if (*name && strlen(name) < 256 && !name[strcspn(name,
		    "/ '\"\\$`&;|<>()*?[#~\t")])
			try_again(strcat(strcat(path, name), " && "));
	}
}

void
why_open(int err, const struct cable *c)
{
	if (c->target_pid) {
		if (err == EACCES || err == EPERM)
			why_no_access(c->target, c->target_pid);
		try_as_root();
		return;
	}
	if (err == ENOENT)
		why_no_name(c);
	if (err == EACCES && why_unreachable("NSE-48", c->target))
		try_as_root();
	else if (err == EACCES && !may(AT_FDCWD, c->target, R_OK))
		because("VET-46", "uid %u may not read the file", geteuid());
}

/* A namespace that is held as long as the shell lives, in place of ours. */
void
why_self(const struct cable *c)
{
	char **word;

	because("VET-32", "%s is in the network namespace that we are in",
	    c->target);
	for (word = command; *word; word++)
		if (*word == c->target) {
			*word = "-";
			try_again("unshare-lite -n --hold=$$ | ");
		}
}

/* Where namespaces have the names of their kinds, as in /proc/PID/ns. */
static void
try_beside(const char *path)
{
	const char *slash = strrchr(path, '/');
	static char net[PATH_MAX + 4];

	if (!slash)
		return;
	stpcpy(stpncpy(net, path, slash + 1 - path), "net");
	if (access(net, F_OK) == 0)
		try_instead(path, net, NULL);
}

/* EINVAL: what was opened is, or is not. */
static void
why_unfit(const struct cable *c)
{
	struct statfs fs;
	int type;

	if (fstatfs(c->ns, &fs) == 0 && fs.f_type != NSFS_MAGIC) {
		because("VET-23", "%s is no namespace file: none is mounted "
		    "on it, or not in our mount namespace", c->target);
		why_short_name(c);
		if (strncmp(c->target, folder, sizeof folder - 1) == 0)
			try("ip netns delete %s; ip netns add %s",
			    c->target + 11, c->target + 11);
		return;
	}
	type = ioctl(c->ns, NS_GET_NSTYPE);
	if (type > 0 && type != CLONE_NEWNET) {
		because("NSE-02", "it is a namespace of another kind than net");
		try_beside(c->target);
	}
}

/* EPERM: whose the target is, and what we are. */
static void
why_forbidden(const struct cable *c)
{
	if (is_foreign(c->ns))
		because("VET-16", "the target's network namespace belongs to a "
		    "user namespace that is not ours, nor below it");
	else if (!has_cap(CAP_SYS_ADMIN))
		because("VET-43", "uid %u has no CAP_SYS_ADMIN, without which "
		    "no network namespace is entered", geteuid());
	why_no_right(c->here);
}

void
why_enter(int err, const struct cable *c)
{
	if (is_filtered_for("setns", CLONE_NEWNET))
		because("NSE-20", "a seccomp filter refuses setns(2)");
	if (err == EINVAL)
		why_unfit(c);
	if (err == EPERM)
		why_forbidden(c);
	unexplained(7);
}

void
refuse_socket(void)
{
	tell("socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)");
	if (is_filtered("socket"))
		because("VET-37", "a seccomp filter refuses socket(2)");
	fail();
}
