/*
 * floor - one program that does what the benchmark's chain of tools does
 *
 *	floor [-cT] [-g HIERARCHY]... LOWER DIR PROG [ARG]...
 *
 * Makes the same namespaces, mounts and files as
 *
 *	unshare-lite -UmpiuCn -r mkoverlay -l LOWER DIR mkpseudo DIR/merged \
 *	    pivot DIR/merged PROG
 *
 * and asks nothing, explains nothing and undoes nothing: what the chain costs
 * more than this is the price of its being a chain.  The child is a copy made
 * by fork(2); with -c it borrows our memory, as unshare-lite's does.  With -T
 * the overlay's upper folder is on a tmpfs.  -g is for machines whose cgroups
 * are hierarchies of version 1: each is mounted; unified is version 2 there.
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SAFE (MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define COUNT(table) (sizeof(table) / sizeof *(table))
#define CGROUP 2	/* in the table */

static const struct {
	const char *type, *path;
	unsigned long flags;
	const char *data;
} pseudo[] = {
	{ "proc", "proc", SAFE, NULL },
	{ "sysfs", "sys", SAFE, NULL },
	{ "cgroup2", "sys/fs/cgroup", SAFE, NULL },
	{ "tmpfs", "dev", MS_NOSUID | MS_NOEXEC, "mode=755" },
	{ "devpts", "dev/pts", MS_NOSUID | MS_NOEXEC,
	    "newinstance,ptmxmode=0666,mode=0620" },
	{ "mqueue", "dev/mqueue", SAFE, NULL },
	{ "tmpfs", "dev/shm", SAFE, "mode=1777" },
};

static const char *const nodes[] = {
	"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
	"/dev/tty",
};

static const struct {
	const char *to, *path;
} links[] = {
	{ "/proc/self/fd", "dev/fd" },
	{ "/proc/self/fd/0", "dev/stdin" },
	{ "/proc/self/fd/1", "dev/stdout" },
	{ "/proc/self/fd/2", "dev/stderr" },
	{ "pts/ptmx", "dev/ptmx" },
};

static uid_t uid;
static gid_t gid;
static int throw_away;
static const char *hierarchies[32];
static unsigned n_hierarchies;
static char **operands;		/* LOWER DIR PROG [ARG]... */

/* Ends with the step's name, unless the step did what it should. */
static void
must(long ret, const char *step)
{
	if (ret >= 0)
		return;
	perror(step);
	_exit(125);
}

static void
put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);

	must(fd, file);
	must(write(fd, text, strlen(text)), file);
	close(fd);
}

static void
map_root(void)
{
	char line[32];

	put("/proc/self/setgroups", "deny");
	snprintf(line, sizeof line, "0 %u 1", uid);
	put("/proc/self/uid_map", line);
	snprintf(line, sizeof line, "0 %u 1", gid);
	put("/proc/self/gid_map", line);
}

static void
mount_overlay(const char *lower, const char *dir)
{
	char options[8192];

	if (throw_away)
		must(mount("tmpfs", dir, "tmpfs", 0, "mode=755"), dir);
	must(chdir(dir), dir);
	mkdir("upper", 0755);
	mkdir("work", 0755);
	mkdir("merged", 0755);
	snprintf(options, sizeof options,
	    "lowerdir=%s,upperdir=upper,workdir=work,userxattr", lower);
	must(mount("overlay", "merged", "overlay", 0, options), "overlay");
	must(chdir("merged"), "merged");
}

static void
mount_hierarchies(void)
{
	const char *data, *name;
	unsigned i;
	int v2;

	must(mount("tmpfs", "sys/fs/cgroup", "tmpfs", SAFE, "mode=755"),
	    "cgroup");
	must(chdir("sys/fs/cgroup"), "cgroup");
	for (i = 0; i < n_hierarchies; i++) {
		data = hierarchies[i];
		name = strncmp(data, "name=", 5) == 0 ? data + 5 : data;
		v2 = strcmp(name, "unified") == 0;
		must(mkdir(name, 0755), name);
		must(mount("cgroup", name, v2 ? "cgroup2" : "cgroup", SAFE,
		    v2 ? NULL : data), name);
	}
	must(chdir("../../.."), "..");
}

static void
mount_pseudo(void)
{
	const char *path;
	unsigned i;

	for (i = 0; i < COUNT(pseudo); i++) {
		path = pseudo[i].path;
		if (i == CGROUP && n_hierarchies) {
			mount_hierarchies();
			continue;
		}
		mkdir(path, 0755);
		must(mount(pseudo[i].type, path, pseudo[i].type,
		    pseudo[i].flags, pseudo[i].data), path);
	}
	for (i = 0; i < COUNT(nodes); i++) {
		path = nodes[i] + 1;
		must(mknod(path, S_IFREG | 0666, 0), path);
		must(mount(nodes[i], path, NULL, MS_BIND, NULL), path);
	}
	for (i = 0; i < COUNT(links); i++)
		must(symlink(links[i].to, links[i].path), links[i].path);
}

static int
in_child(void *unused)
{
	(void)unused;
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private");
	mount_overlay(operands[0], operands[1]);
	mount_pseudo();
	must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	must(umount2(".", MNT_DETACH), "detach");
	must(chdir("/"), "/");
	execv(operands[2], operands + 2);
	perror(operands[2]);
	_exit(127);
}

static int
mapped_child(void *unused)
{
	map_root();
	return in_child(unused);
}

int
main(int argc, char **argv)
{
	static char stack[65536] __attribute__((aligned(16)));
	const int kinds = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID |
	    CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_NEWNET;
	int c, borrowed = 0, status;
	pid_t pid;

	while ((c = getopt(argc, argv, "+cg:T")) != -1)
		switch (c) {
		case 'c': borrowed = 1; break;
		case 'g':
			if (n_hierarchies < COUNT(hierarchies))
				hierarchies[n_hierarchies++] = optarg;
			break;
		case 'T': throw_away = 1; break;
		default: return 125;
		}
	operands = argv + optind;
	if (argc - optind < 3)
		return 125;
	uid = geteuid();
	gid = getegid();

	if (borrowed) {
		pid = clone(mapped_child, stack + sizeof stack,
		    kinds | CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
	} else {
		must(unshare(kinds), "unshare");
		map_root();
		if ((pid = fork()) == 0)
			in_child(NULL);
	}
	must(pid, "make a child");
	must(waitpid(pid, &status, 0), "wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
