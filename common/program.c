#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>

#include "program.h"
#include "raw.h"

#define LINE 256	/* of a script, as far as the kernel looks */

#if defined __x86_64__
#define OURS(machine) ((machine) == EM_X86_64 || (machine) == EM_386)
#elif defined __aarch64__
#define OURS(machine) ((machine) == EM_AARCH64 || (machine) == EM_ARM)
#endif

/* Where the two classes of ELF have what we look for, and how wide it is. */
static const struct layout {
	unsigned char word, phoff, phnum, size, offset, filesz;
} layouts[] = {
	{ 4, offsetof(Elf32_Ehdr, e_phoff), offsetof(Elf32_Ehdr, e_phnum),
	    sizeof(Elf32_Phdr), offsetof(Elf32_Phdr, p_offset),
	    offsetof(Elf32_Phdr, p_filesz) },
	{ 8, offsetof(Elf64_Ehdr, e_phoff), offsetof(Elf64_Ehdr, e_phnum),
	    sizeof(Elf64_Phdr), offsetof(Elf64_Phdr, p_offset),
	    offsetof(Elf64_Phdr, p_filesz) },
};

/*
 * Opens path as a process with that root would: absolute names and symbolic
 * links stay below it (openat2(2), RESOLVE_IN_ROOT).  EAGAIN: a rename or a
 * mount, anywhere, came between it and a "..".
 */
int
open_in(int root, const char *path, int flags)
{
	struct open_how how = { .flags = flags | O_CLOEXEC,
	    .resolve = RESOLVE_IN_ROOT };
	int fd, tries = 100;

	if (root == AT_FDCWD)
		return open(path, how.flags);
	do
		fd = syscall(SYS_openat2, root, path, &how, sizeof how);
	while (fd < 0 && errno == EAGAIN && --tries);
	return fd;
}

/* Whether path is a file that we may execute; else errno. */
int
executable(int root, const char *path)
{
	struct stat st;
	int fd, ok;

	if (root == AT_FDCWD) {
		if (!may(root, path, X_OK) || stat(path, &st) < 0)
			return 0;
	} else {
		if ((fd = open_in(root, path, O_PATH)) < 0)
			return 0;
		ok = fstat(fd, &st) == 0 && may(fd, "", X_OK);
		close(fd);
		if (!ok)
			return 0;
	}
	errno = EACCES;
	return S_ISREG(st.st_mode);
}

static int
flawed(struct head *h, const char *id, const char *flaw)
{
	h->id = id;
	h->flaw = flaw;
	errno = ENOEXEC;
	return -1;
}

static unsigned long
field(const char *p, int size)
{
	unsigned long n = 0;

	memcpy(&n, p, size);	/* both architectures are little-endian */
	return n;
}

/* load_script() of fs/binfmt_script.c: line is what follows "#!". */
static int
read_line(struct head *h, const char *line, const char *end)
{
	const char *name = line + strspn(line, " \t");
	size_t n = strcspn(name, " \t\n");

	h->script = 1;
	if (name + n == end)
		return flawed(h, "PID-37", "has a #! line whose first word "
		    "does not end within 256 bytes");
	if (n == 0)
		return flawed(h, "PID-36", "has a #! line that names nothing");
	memcpy(h->next, name, n);
	h->next[n] = '\0';
	return 0;
}

/* load_elf_binary() of fs/binfmt_elf.c: the loader, if it asks for one. */
static int
read_elf(struct head *h, int fd, const char *head, size_t n)
{
	const struct layout *at = &layouts[head[EI_CLASS] == ELFCLASS64];
	unsigned long from, size, type;
	char buf[sizeof(Elf64_Phdr)];
	const char *p;
	int i;

	if (n < sizeof(Elf32_Ehdr))
		return flawed(h, "PID-45", "is cut off within its headers");
	h->machine = field(head + offsetof(Elf64_Ehdr, e_machine), 2);
	h->narrow = at == layouts;
	if (!OURS(h->machine))
		return flawed(h, "PID-07", NULL);
	type = field(head + offsetof(Elf64_Ehdr, e_type), 2);
	if (type != ET_EXEC && type != ET_DYN)
		return flawed(h, "PID-45", "is an object file or a core dump, "
		    "no program");
	i = field(head + at->phnum, 2);
	if (i == 0 || field(head + at->phnum - 2, 2) != at->size)
		return flawed(h, "PID-45", "has no program headers");
	while (i--) {
		from = field(head + at->phoff, at->word) + i * at->size;
		if (from < n && n - from >= at->size)
			p = head + from;
		else if (pread(fd, buf, at->size, from) == at->size)
			p = buf;
		else
			return flawed(h, "PID-45", "is cut off within its "
			    "headers");
		if (field(p, 4) != PT_INTERP)
			continue;
		from = field(p + at->offset, at->word);
		size = field(p + at->filesz, at->word);
		if (size < 2 || size > PATH_MAX ||
		    pread(fd, h->next, size, from) != (ssize_t)size ||
		    !*h->next)
			return flawed(h, "PID-45", "names no loader where it "
			    "should");
		h->next[size] = '\0';
	}
	return 0;
}

/*
 * The head of a program: what is wrong with it, and which file it needs.
 * One that we may execute but not read counts as one that needs nothing.
 */
int
read_head(int root, const char *path, struct head *h)
{
	char head[1024];
	ssize_t n;
	int fd, ret = 0;

	memset(h, 0, offsetof(struct head, next) + 1);
	if ((fd = open_in(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY)) < 0)
		return errno == EACCES ? 0 : -1;
	n = pread(fd, head, sizeof head - 1, 0);
	if (n < 0)
		n = 0;
	h->size = n;
	memset(head + n, 0, n < LINE ? LINE - n : 1);
	h->text = strlen(head) == h->size;
	if (strncmp(head, "#!", 2) == 0) {
		head[LINE] = '\0';
		ret = read_line(h, head + 2, head + LINE);
	} else if (memcmp(head, ELFMAG, SELFMAG) == 0) {
		ret = read_elf(h, fd, head, n);
	} else if (n == 0) {
		ret = flawed(h, "PID-36", "is empty");
	} else if (strncmp(head, "\357\273\277#!", 5) == 0) {
		ret = flawed(h, "PID-36", "begins with a byte order mark, "
		    "before its #!");
	} else if (strncmp(head + strspn(head, " \t"), "#!", 2) == 0) {
		ret = flawed(h, "PID-36", "has blanks before its #!");
	} else {
		ret = flawed(h, "PID-04", "is neither an ELF program nor a "
		    "script with a #! line");
	}
	close(fd);
	return ret;
}

/*
 * Whether a handler may know what the kernel does not (binfmt_misc).  Where
 * that is not mounted, as in a container, nobody sees qemu's: it is excluded
 * for a text alone.
 */
static int
may_be_handled(const struct head *h)
{
	char names[1024];
	int fd = open("/proc/sys/fs/binfmt_misc",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long n, at, entries = 0;

	if (fd < 0)
		return 0;
	n = syscall(SYS_getdents64, fd, names, sizeof names);
	for (at = 0; at < n; at += *(unsigned short *)(names + at + 16))
		entries++;
	close(fd);
	/* ".", ".."; "register", "status" */
	return entries > 4 || (entries == 2 && !h->text);
}

static int
check_loader(int root, const char *path)
{
	struct head h;

	if (!executable(root, path))
		return -1;
	if (read_head(root, path, &h) == 0 && !h.script)
		return 0;
	errno = h.size < sizeof(Elf64_Ehdr) ? EIO : ELIBBAD;
	return -1;
}

/*
 * Whether execve(2) would find all that path needs: an interpreter for a
 * script, a loader for a dynamic program.  0, or -1 with execve's errno.
 */
int
check_program(int root, const char *path)
{
	static char script[PATH_MAX + 1];
	static struct head head;
	struct head *h = &head;
	int scripts;

	for (scripts = 0;; path = strcpy(script, h->next)) {
		if (read_head(root, path, h) < 0) {
			if (errno != ENOEXEC || !may_be_handled(h))
				return -1;
			return 0;
		}
		if (!h->script)
			break;
		if (!executable(root, h->next))
			return -1;
		if (++scripts > MOST_SCRIPTS) {
			errno = ELOOP;
			return -1;
		}
	}
	return *h->next ? check_loader(root, h->next) : 0;
}
