/*
 * confine - run a program under a Landlock domain that restricts one right
 *
 *	confine PROG [ARG]...
 */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <unistd.h>

int
main(int argc, char **argv)
{
	unsigned long handled = 1 << 11;	/* LANDLOCK_ACCESS_FS_MAKE_BLOCK */
	int fd = syscall(444 /* SYS_landlock_create_ruleset */, &handled,
	    sizeof handled, 0);

	(void)argc;
	if (fd < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(446 /* SYS_landlock_restrict_self */, fd, 0) < 0)
		return 125;
	execvp(argv[1], argv + 1);
	return 127;
}
