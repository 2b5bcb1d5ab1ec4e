#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>

#include "apparmor.h"
#include "facts.h"
#include "put.h"
#include "say.h"

#define KNOB "kernel.apparmor_restrict_unprivileged_userns"

const char *
apparmor_profile(void)
{
	static char label[256];
	char *mode;

	/* The first is AppArmor's alone, since Linux 5.8. */
	if (get(AT_FDCWD, "/proc/self/attr/apparmor/current", label,
	    sizeof label) <= 0)
		get(AT_FDCWD, "/proc/self/attr/current", label, sizeof label);
	if (!(mode = find(label, " (enforce)")))
		return NULL;
	*mode = '\0';
	return label;
}

static int
is_powerless(const void *unused)
{
	(void)unused;
	return (has_cap(CAP_SYS_ADMIN) || unshare(CLONE_NEWUSER) == 0) &&
	    unshare(CLONE_NEWUTS) < 0 && errno == EPERM;
}

/*
 * Whether capabilities are refused that we have in this user namespace, or
 * would have in one of our own.  A security module may keep them from
 * capget(2); /proc has them all the same.  A filter of system calls could be
 * that, too.
 */
static int
is_hollow(void)
{
	long caps = status_number(0, "CapEff", 16);

	if (status_number(0, "Seccomp", 10) == 2)
		return 0;
	if (!has_cap(CAP_SYS_ADMIN) && caps > 0 && caps >> CAP_SYS_ADMIN & 1)
		return 1;
	return ask_child(is_powerless, NULL);
}

/* 1: they are made, but capabilities in them are refused (UNS-09). */
int
why_hollow(void)
{
	const char *profile = apparmor_profile();
	char on[4];

	if (!is_hollow())
		return 0;
	get(AT_FDCWD, "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
	    on, sizeof on);
	if (profile)
		because("UNS-09", "user namespaces that we make are without "
		    "capabilities: AppArmor confines us to its profile %s",
		    profile);
	else
		because("UNS-09", "user namespaces that we make are without "
		    "capabilities%-s", *on == '1' ? ", says the sysctl " KNOB :
		    ": a security module (LSM) refuses them");
	if (*on == '1')
		try("sysctl " KNOB "=0   # as root: every program may use user "
		    "namespaces then");
	return 1;
}
