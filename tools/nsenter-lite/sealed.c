/*
 * A tool that runs a program out of somebody else's root becomes a copy of
 * itself first, that no file name leads to and nobody can write: what runs
 * there may open /proc/PID/exe of whoever enters, or have the kernel execute
 * us once more as the interpreter of a script, #!/proc/self/exe.
 */
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "format.h"
#include "put.h"
#include "raw.h"
#include "say.h"
#include "nsenter-lite/sealed.h"
#include "start.h"
#include "target.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x10		/* since Linux 6.3 */
#endif

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

extern char **environ;

static int
is_copy(int exe)
{
	struct stat st;
	int seals = raw_fcntl(exe, F_GET_SEALS, 0);

	if (seals >= 0 && (seals & SEALS) == SEALS)
		return 1;
	/* The other way, below: without a name and of this mode. */
	return fstat(exe, &st) == 0 && st.st_nlink == 0 &&
	    (st.st_mode & 07777) == 0500;
}

/* Whether we are that copy. */
int
is_sealed(void)
{
	int saved = errno, yes, exe;

	if ((exe = open("/proc/self/exe", O_RDONLY | O_CLOEXEC)) < 0)
		return 0;
	yes = is_copy(exe);
	close(exe);
	errno = saved;
	return yes;
}

static int
copy(int exe, int to)
{
	ssize_t n;

	if (lseek(exe, 0, SEEK_SET) < 0)
		return -1;
	while ((n = sendfile(to, exe, NULL, 1 << 20)) > 0)
		;
	return n;
}

/* "/proc/self/fd/N" */
static const char *
name_of(int fd)
{
	static char path[32];
	struct out o = { path, path + sizeof path - 1 };

	put_text(&o, "/proc/self/fd/");
	put_number(&o, fd, 10);
	*o.at = '\0';
	return path;
}

static void
become(int fd, char **argv)
{
	let_writes();
	execve(name_of(fd), argv, environ);
	did(-1, "execve(%s)", name_of(fd));
	hold_writes();
}

static void
in_memory(int exe, char **argv)
{
	unsigned how = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = did(memfd_create(tool, how | MFD_EXEC), "memfd_create(%s, "
	    "MFD_CLOEXEC|MFD_ALLOW_SEALING|MFD_EXEC)", tool);

	if (fd < 0 && errno == EINVAL)
		fd = did(memfd_create(tool, how), "memfd_create(%s, "
		    "MFD_CLOEXEC|MFD_ALLOW_SEALING)", tool);
	if (fd < 0)
		return;
	if (copy(exe, fd) == 0 && did(raw_fcntl(fd, F_ADD_SEALS, SEALS),
	    "fcntl(%d, F_ADD_SEALS, F_SEAL_SEAL|F_SEAL_SHRINK|F_SEAL_GROW|"
	    "F_SEAL_WRITE)", fd) == 0)
		become(fd, argv);
	close(fd);
}

/*
 * Where memory may not be executed (vm.memfd_noexec=2): a file without a
 * name.  Whoever gets to write it has spoilt our copy, and no file.
 */
static void
in_folder(const char *dir, int exe, char **argv)
{
	int saved = errno, fd, again;

	if ((fd = did(open(dir, O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0500),
	    "open(%s, O_TMPFILE|O_EXCL|O_RDWR|O_CLOEXEC, 0500)", dir)) >= 0) {
		/* What is open for writing cannot be executed. */
		fchmod(fd, 0500);
		again = open(name_of(fd), O_RDONLY | O_CLOEXEC);
		if (again >= 0 && copy(exe, fd) == 0) {
			close(fd);
			become(again, argv);
		}
	}
	errno = saved;
}

static void
why_unsealed(int exe)
{
	struct rlimit most;
	struct stat st;
	char setting[16];

	if (errno == EFBIG && fstat(exe, &st) == 0 &&
	    raw_getrlimit(RLIMIT_FSIZE, &most) == 0 &&
	    most.rlim_cur < (unsigned long)st.st_size)
		because("NSE-51", "a copy has %lu bytes, and we may write "
		    "files of %lu (ulimit -f)", (unsigned long)st.st_size,
		    (unsigned long)most.rlim_cur);
	if (get(AT_FDCWD, "/proc/sys/vm/memfd_noexec", setting,
	    sizeof setting) > 0 && *setting == '2')
		because("NSE-31", "vm.memfd_noexec=2 forbids to execute "
		    "memory, and a copy can be neither made nor executed in "
		    "/tmp, /var/tmp, /dev/shm, /run");
	if (is_filtered("memfd_create"))
		because("NSE-33", "a seccomp filter refuses memfd_create(2)");
	unexplained(3);
}

static void
why_unopened(int err)
{
	if (err == EACCES && !may(AT_FDCWD, "/proc/self/exe", R_OK))
		because("NSE-50", "our program may be executed, but not read, "
		    "which a copy takes");
	else if (!proc_is_ours())
		why_proc_is_not_ours("NSE-34", "NSE-17");
	unexplained(3);
}

/* Executes us once more, from a copy. */
void
seal(char **argv)
{
	static const char *const dirs[] = { "/tmp", "/var/tmp", "/dev/shm",
	    "/run" };
	unsigned i;
	int exe;

	if ((exe = open("/proc/self/exe", O_RDONLY | O_CLOEXEC)) < 0) {
		tell("open %s", "/proc/self/exe");
		why_unopened(errno);
		fail();
	}
	in_memory(exe, argv);
	for (i = 0; i < sizeof dirs / sizeof *dirs; i++)
		in_folder(dirs[i], exe, argv);
	tell("execute a copy of ourselves");
	why_unsealed(exe);
	fail();
}
