/*
 * Why execve(2) refused PROG.  It reports ENOENT and EACCES for the file, for
 * the interpreter in its #! line and for its ELF loader alike: each is looked
 * at here, in this order, below the root that it counts in.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <linux/capability.h>

#include "chain.h"
#include "facts.h"
#include "format.h"
#include "program.h"
#include "put.h"
#include "raw.h"
#include "say.h"

#if defined __x86_64__
#define GLIBC "/lib64/ld-linux-x86-64.so.2"
#define MUSL  "/lib/ld-musl-x86_64.so.1"
#elif defined __aarch64__
#define GLIBC "/lib/ld-linux-aarch64.so.1"
#define MUSL  "/lib/ld-musl-aarch64.so.1"
#endif

/* What a file is to PROG, and the causes if it is not there, or not for us. */
static const struct role {
	const char *who, *missing, *closed;
} prog = { "", "PID-02", "PID-03" },
    interpreter = { "the interpreter ", "PID-05", "PID-05c" },
    loader = { "the loader ", "PID-05", "PID-41" };

static const struct {
	int number;
	const char *name;
} machines[] = {
	{ EM_386, "i386" }, { EM_X86_64, "x86_64" }, { EM_ARM, "arm" },
	{ EM_AARCH64, "aarch64" }, { EM_RISCV, "riscv" }, { EM_MIPS, "mips" },
	{ EM_PPC64, "ppc64" },
};

/* The path, as our own root has it, of a file below root; or 0. */
int
path_here(int root, const char *path, char here[PATH_MAX])
{
	char link[32] = "/proc/self/fd/";
	struct out o = { link + 14, link + sizeof link - 1 };
	int fd = open_in(root, path, O_PATH);
	ssize_t n;

	if (fd < 0)
		return 0;
	put_number(&o, fd, 10);
	n = readlink(link, here, PATH_MAX - 1);
	here[n > 0 ? n : 0] = '\0';
	close(fd);
	return n > 0;
}

/*
 * What mends a file below root, where that has a name for who pastes it: not
 * when we are inside already.
 */
static void
try_file(const char *command_line, int root, const char *path)
{
	char here[PATH_MAX];

	if ((root != AT_FDCWD || !moved) && path_here(root, path, here))
		try(command_line, here);
}

static int
may_enter(int fd)
{
	return may(fd, "", X_OK) || errno != EACCES;
}

/* Whether a symbolic link below root lies on a mount with nosymfollow. */
int
is_not_followed(int root, const char *link)
{
	int fd = open_in(root, link, O_PATH | O_NOFOLLOW), saved = errno;
	struct statfs fs = { 0 };

	if (fd >= 0) {
		fstatfs(fd, &fs);
		close(fd);
	}
	errno = saved;
	return (fs.f_flags & 0x2000 /* ST_NOSYMFOLLOW */) != 0;
}

/* Why there is nothing at the end of path: part is what cannot be opened. */
static void
why_missing(int root, const char *path, const char *part, const struct role *r)
{
	char to[PATH_MAX];
	int err = errno, fd;
	ssize_t n;

	if (err == EACCES)
		because("PID-15", "uid %u may not follow %s to its end",
		    geteuid(), part);
	else if (err == ELOOP && is_not_followed(root, part))
		because("PID-56", "%s is a symbolic link, on a mount with "
		    "nosymfollow", part);
	else if (err == ELOOP)
		because("PID-40", "the symbolic links at %s lead in a circle",
		    part);
	else if (err == EXDEV)
		because("PID-57", "%s leads on by a magic link (proc(5))",
		    part);
	else if (err == ENAMETOOLONG)
		because("PID-50", "a name in %s has more than 255 bytes", path);
	else if (err == ENOENT && (fd = open_in(root, part,
	    O_PATH | O_NOFOLLOW)) >= 0) {
		n = readlinkat(fd, "", to, sizeof to - 1);
		to[n > 0 ? n : 0] = '\0';
		because("PID-30", "%s is a symbolic link to %s, which does "
		    "not exist%-s", part, to,
		    root == AT_FDCWD ? "" : " in the new root");
		close(fd);
	} else if (err == ENOENT)
		because(r->missing, "%-s%s does not exist%-s", r->who, path,
		    root == AT_FDCWD ? "" : " in the new root");
}

/* Follows path, folder by folder; 1 if it does not lead to a file. */
static int
why_path(int root, const char *path, const struct role *r)
{
	char part[PATH_MAX + 1] = ".";
	const char *end = path;
	struct stat st;
	int fd, given = reasons();

	if (*path == '/')
		strcpy(part, "/");
	while (reasons() == given) {
		if ((fd = open_in(root, part, O_PATH)) < 0) {
			why_missing(root, path, part, r);
			return 1;
		}
		if (!*end || fstat(fd, &st) < 0) {
			close(fd);
			break;
		}
		if (!S_ISDIR(st.st_mode))
			because("PID-51", "%s is not a folder", part);
		else if (!may_enter(fd))
			because(end == path ? "PID-26" : "PID-15",
			    "the folder %s is closed to uid %u", part,
			    geteuid());
		close(fd);
		end = strchrnul(end + strspn(end, "/"), '/');
		memcpy(part, path, end - path);
		part[end - path] = '\0';
	}
	return reasons() != given;
}

/* 1 if path is a file that cannot be executed. */
static int
why_file(int root, const char *path, const struct role *r)
{
	int fd = open_in(root, path, O_PATH), given = reasons();
	struct head h;
	struct statfs fs;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0)
		return 0;
	if (!S_ISREG(st.st_mode))
		because(r == &prog ? "PID-23" : r->closed, "%-s%s is %-s",
		    r->who, path, S_ISDIR(st.st_mode) ? "a folder" :
		    "not a regular file");
	else if (!(st.st_mode & 0111))
		because(r->closed, "%-s%s is not executable", r->who, path);
	if (fs.f_flags & ST_NOEXEC)
		because("PID-21", "%-s%s lies on a mount with noexec", r->who,
		    path);
	else if (S_ISREG(st.st_mode) && st.st_mode & 0111 && !may_enter(fd))
		because(geteuid() == 0 && !in_first("user") ? "PID-25" :
		    "PID-24", "%-s%s is executable, but not for uid %u (mode "
		    "%o, owner %u)", r->who, path, geteuid(),
		    st.st_mode & 07777, st.st_uid);
	if (S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	    !(st.st_mode & 0100) &&
	    (r != &prog || read_head(root, path, &h) == 0))
		try_file("chmod +x %s", root, path);
	close(fd);
	return reasons() != given;
}

/* What is in the file is no program: h says why. */
static void
why_head(int root, const char *name, const char *path, const struct role *r,
    const struct head *h)
{
	const char *id = h->id, *machine = "another machine";
	char at[PATH_MAX];
	unsigned i;

	for (i = 0; i < sizeof machines / sizeof *machines; i++)
		if (machines[i].number == h->machine)
			machine = machines[i].name;
	if (r == &loader)
		id = h->size < sizeof(Elf64_Ehdr) ? "PID-42" : "PID-43";
	if (h->flaw)
		because(id, "%-s%s %-s", r->who, path, h->flaw);
	else
		because(id, "%-s%s was made for %-s, not for this machine",
		    r->who, path, machine);
	if (r != &prog || !h->text || !h->size)
		return;
	if (strcmp(id, "PID-04") == 0 && find_program(root, "sh", at) == 0)
		try_instead(name, "sh", path);
	else if (strcmp(id, "PID-36") == 0 && !h->script)
		try_file("sed -i '1s/^[^#]*//' %s", root, path);
}

/* The interpreter that a script names is not there. */
static void
why_line(int root, const char *name, const char *path, const char *next)
{
	const char *last = strrchr(next, '/');
	char at[PATH_MAX];

	if (next[strlen(next) - 1] == '\r') {
		because("PID-28", "the #! line of %s ends in a carriage "
		    "return, a part of the name", path);
		try_file("sed -i 's/\\r$//' %s", root, path);
	} else if (!last) {
		because("PID-29", "the #! line of %s names %s without a "
		    "folder", path, next);
		try_file("sed -i '1s|^#! *|#!/usr/bin/env |' %s", root, path);
	} else if (why_path(root, next, &interpreter) &&
	    find_program(root, last + 1, at) == 0) {
		try_instead(name, at, path);
	}
}

/* The loader that an ELF program names is not there, or is none. */
static void
why_loader(int root, const char *name, const char *next)
{
	const char *other = find(next, "/ld-musl-") ? GLIBC : MUSL;
	struct head h;

	if (why_path(root, next, &loader)) {
		if (executable(root, other))
			because("PID-44", "the loader here is %s: PROG was "
			    "built for another C library", other);
	} else if (!why_file(root, next, &loader) &&
	    (read_head(root, next, &h) < 0 || h.script)) {
		if (h.script)
			h.flaw = "is a script";
		why_head(root, name, next, &loader, &h);
	}
}

/*
 * Capabilities that the file has in effect, and the bounding set has not
 * (capabilities(7)).
 */
static void
why_capabilities(int root, const char *path)
{
	unsigned attr[5] = { 0 };	/* struct vfs_cap_data, little-endian */
	char at[PATH_MAX];
	unsigned long long may_have = status_number(0, "CapBnd", 16);

	struct statfs fs;

	if (!path_here(root, path, at) ||
	    statfs(at, &fs) < 0 || fs.f_flags & ST_NOSUID ||
	    getxattr(at, "security.capability", attr, sizeof attr) < 0 ||
	    !(attr[0] & VFS_CAP_FLAGS_EFFECTIVE) ||
	    !((attr[1] | (unsigned long long)attr[3] << 32) & ~may_have))
		return;
	because("PID-55", "%s has capabilities that our bounding set has not, "
	    "and is not to run without", path);
}

/* Looks at path, at the interpreter that it names, and so on. */
static void
why_refused(int err, int root, const char *name, const char *path)
{
	const struct role *r = &prog;
	char script[PATH_MAX + 1];
	struct head h = { 0 };
	int scripts, given = reasons();

	for (scripts = 0; scripts <= MOST_SCRIPTS; scripts++) {
		if (why_path(root, path, r) || why_file(root, path, r))
			return;
		if (read_head(root, path, &h) < 0) {
			why_head(root, name, path, r, &h);
			return;
		}
		if (!h.script)
			break;
		if (!executable(root, h.next) && errno == ENOENT) {
			why_line(root, name, path, h.next);
			return;
		}
		path = strcpy(script, h.next);
		r = &interpreter;
	}
	if (h.script)
		because("PID-39", "more than %d scripts interpret one another",
		    MOST_SCRIPTS);
	else if (*h.next)
		why_loader(root, name, h.next);
	if (err == EACCES && reasons() == given)
		because("PID-27", "Landlock, or another security module, "
		    "forbids it%-s%-s", *h.next ?
		    ": PROG, or its loader " : "", h.next);
	if (err == EPERM)
		why_capabilities(root, path);
	if (err == ENOEXEC && h.narrow)
		because("PID-45", "%s is a 32-bit program, and this kernel "
		    "runs none", path);
}

/*
 * The file, or the one that runs it, for which the kernel says the same.  A
 * path in the new root is no word for who pastes a command.
 */
static void
why_written(int root, const char *path)
{
	struct head h;

	if (read_head(root, path, &h) < 0 || !*h.next) {
		because("PID-47", "somebody has %s open for writing", path);
		try_file("find -L /proc/[0-9]*/fd -samefile %s", root, path);
		return;
	}
	because("PID-47", "one of: somebody has %s open for writing, or %s",
	    path, h.next);
	if (!moved)
		try("find -L /proc/[0-9]*/fd -samefile %s -o -samefile %s",
		    path, h.next);
}

/* Not in PATH; but perhaps in a folder that PATH should have. */
static void
why_not_found(int root, const char *name)
{
	static const char *const usual[] = { "/usr/local/sbin",
	    "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "." };
	const char *dirs = getenv("PATH");
	char path[PATH_MAX + 32];
	unsigned i;

	for (i = 0; i < sizeof usual / sizeof *usual; i++) {
		stpcpy(stpcpy(stpcpy(path, usual[i]), "/"), name);
		if (!executable(root, path))
			continue;
		because("PID-32", "no folder in PATH=%s has %s, but there is "
		    "%s", dirs ? dirs : USUAL_PATH, name, path);
		try_instead(name, path, NULL);
		return;
	}
	because("PID-02", "no folder in PATH=%s has %s",
	    dirs ? dirs : USUAL_PATH, name);
}

/* A path of the old root, where one of the new root is wanted. */
static void
why_outside(int root, const char *name)
{
	char top[PATH_MAX], at[PATH_MAX];
	size_t n;

	if (!path_here(AT_FDCWD, name, at) || !path_here(root, "/", top))
		return;
	because("PID-33", "PROG is looked up in the new root, %s is in the "
	    "old one", name);
	n = strlen(top);
	if (strncmp(at, top, n) == 0 && at[n] == '/' &&
	    executable(root, at + n))
		try_instead(name, at + n, NULL);
}

void
why_exec(int err, int root, const char *name, const char *path)
{
	struct rlimit most;

	if (!*name) {
		because("PID-31", "PROG is the empty string");
	} else if (!*path) {
		because("PID-50", "PROG has more than %d bytes", PATH_MAX - 1);
	} else if (!strchr(path, '/')) {
		why_not_found(root, name);
	} else if (err == EAGAIN) {
		raw_getrlimit(RLIMIT_NPROC, &most);
		because("PID-48", "uid %u has more processes than its limit "
		    "(ulimit -u) of %llu", getuid(), 0ULL + most.rlim_cur);
	} else if (err == ETXTBSY) {
		why_written(root, path);
	} else {
		if (!strchr(name, '/') && err == EACCES)
			because("PID-52", "PATH leads to %s, and to none "
			    "that can be executed", path);
		if (err == ENOENT && root != AT_FDCWD &&
		    open_in(root, path, O_PATH) < 0)
			why_outside(root, name);
		why_refused(err, root, name, path);
	}
	unexplained(36);
}
