#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "kinds.h"

/* user first: it gives the rights over the others, where it owns them. */
const struct kind kinds[KINDS] = {
	{ 'U', "user", "user", CLONE_NEWUSER },
	{ 'm', "mount", "mnt", CLONE_NEWNS },
	{ 'u', "uts", "uts", CLONE_NEWUTS },
	{ 'i', "ipc", "ipc", CLONE_NEWIPC },
	{ 'n', "net", "net", CLONE_NEWNET },
	{ 'p', "pid", "pid", CLONE_NEWPID },
	{ 'C', "cgroup", "cgroup", CLONE_NEWCGROUP },
	{ 'T', "time", "time", 0x80 /* CLONE_NEWTIME */ },
};

const struct kind *
kind_of(int letter)
{
	int i;

	for (i = 0; i < KINDS; i++)
		if (kinds[i].letter == letter)
			return &kinds[i];
	return NULL;
}

/* "CLONE_NEWUSER|CLONE_NEWNS", for -v. */
const char *
kinds_text(int flags)
{
	static const char *const names[KINDS] = { "USER", "NS", "UTS", "IPC",
	    "NET", "PID", "CGROUP", "TIME" };
	static char text[KINDS * 16];
	char *p = text;
	int i;

	for (i = 0; i < KINDS; i++)
		if (flags & kinds[i].flag) {
			p = stpcpy(p, p == text ? "CLONE_NEW" : "|CLONE_NEW");
			p = stpcpy(p, names[i]);
		}
	*p = '\0';
	return p == text ? "0" : text;
}

/* The flags of the kinds that this kernel was built with. */
int
kinds_known(void)
{
	char path[32];
	int i, flags = 0;

	for (i = 0; i < KINDS; i++) {
		stpcpy(stpcpy(path, "/proc/self/ns/"), kinds[i].file);
		if (access(path, F_OK) == 0)
			flags |= kinds[i].flag;
	}
	return flags;
}
