/*
 * Functions of libc, as far as we need them: libc's own are made for threads,
 * for long texts and for kernels older than ours, and take 3 kB more.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KERNELS_SET 8	/* bytes of a set of signals, which libc has longer */

int
openat(int dir, const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	return syscall(SYS_openat, dir, path, flags, mode);
}

int
open(const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	return openat(AT_FDCWD, path, flags, mode);
}

int
fstatat(int dir, const char *path, struct stat *st, int flags)
{
	return syscall(SYS_newfstatat, dir, path, st, flags);
}

int
stat(const char *path, struct stat *st)
{
	return fstatat(AT_FDCWD, path, st, 0);
}

int
lstat(const char *path, struct stat *st)
{
	return fstatat(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

int
fstat(int fd, struct stat *st)
{
	return syscall(SYS_fstat, fd, st);
}

ssize_t
readlinkat(int dir, const char *path, char *to, size_t size)
{
	return syscall(SYS_readlinkat, dir, path, to, size);
}

ssize_t
readlink(const char *path, char *to, size_t size)
{
	return readlinkat(AT_FDCWD, path, to, size);
}

int
fchdir(int dir)
{
	return syscall(SYS_fchdir, dir);
}

void *
mmap(void *at, size_t size, int prot, int flags, int fd, off_t from)
{
	return (void *)syscall(SYS_mmap, at, size, prot, flags, fd, from);
}

int
getrlimit(int what, struct rlimit *most)
{
	return syscall(SYS_prlimit64, 0, what, NULL, most);
}

int
signalfd(int fd, const sigset_t *set, int flags)
{
	return syscall(SYS_signalfd4, fd, set, KERNELS_SET, flags);
}

/* To SIG_DFL or SIG_IGN, and SIG_DFL if it fails; a handler would want more. */
sighandler_t
signal(int number, sighandler_t to)
{
	struct {
		sighandler_t handler;
		unsigned long flags, restorer, mask;
	} old = { 0 }, new = { .handler = to };

	syscall(SYS_rt_sigaction, number, &new, &old, KERNELS_SET);
	return old.handler;
}

char *
stpcpy(char *to, const char *from)
{
	while ((*to = *from++))
		to++;
	return to;
}

char *
strcpy(char *to, const char *from)
{
	size_t n = 0;

	while ((to[n] = from[n]))
		n++;
	return to;
}

char *
strchrnul(const char *s, int c)
{
	while (*s && *s != (char)c)
		s++;
	return (char *)s;
}

char *
strchr(const char *s, int c)
{
	s = strchrnul(s, c);
	return *s == (char)c ? (char *)s : NULL;
}

size_t
strcspn(const char *s, const char *of)
{
	size_t n;

	for (n = 0; s[n] && !strchr(of, s[n]); n++)
		;
	return n;
}

size_t
strspn(const char *s, const char *of)
{
	size_t n;

	for (n = 0; s[n] && strchr(of, s[n]); n++)
		;
	return n;
}

char *
getenv(const char *name)
{
	size_t n = strlen(name);
	char **word;

	for (word = environ; *word; word++)
		if (strncmp(*word, name, n) == 0 && (*word)[n] == '=')
			return *word + n + 1;
	return NULL;
}
