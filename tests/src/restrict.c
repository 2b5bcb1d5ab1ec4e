/*
 * restrict - run a program that may neither make nor enter namespaces of these
 * kinds, as RestrictNamespaces= of systemd.exec(5) does
 *
 *	restrict HEXFLAGS PROG [ARG]...
 */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#define LOAD(what) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
	offsetof(struct seccomp_data, what))
#define IF(how, k, yes, no) BPF_JUMP(BPF_JMP | BPF_##how | BPF_K, k, yes, no)
#define END(with) BPF_STMT(BPF_RET | BPF_K, with)

int
main(int argc, char **argv)
{
	struct sock_filter filter[] = {
		LOAD(nr),
		IF(JEQ, 435 /* clone3 */, 7, 0),
		IF(JEQ, SYS_unshare, 2, 0),
		IF(JEQ, SYS_clone, 1, 0),
		IF(JEQ, SYS_setns, 2, 6),
		LOAD(args[0]),
		BPF_STMT(BPF_JMP | BPF_JA, 1),
		LOAD(args[1]),
		IF(JSET, strtoul(argv[1], NULL, 16), 1, 2),
		END(SECCOMP_RET_ERRNO | ENOSYS),
		END(SECCOMP_RET_ERRNO | EPERM),
		END(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof filter / sizeof *filter, filter };

	(void)argc;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0)
		return 125;
	execvp(argv[2], argv + 2);
	return 127;
}
