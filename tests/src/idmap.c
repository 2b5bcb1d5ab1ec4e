/*
 * idmap - show a folder through the ID map of a user namespace
 *
 *	idmap FOLDER USER_NAMESPACE
 *
 * Mounts it on itself, by open_tree(2), mount_setattr(2) and move_mount(2).
 * Ends with 1 where the kernel, or its file system, cannot.
 */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include <fcntl.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	unsigned long long attr[4] = { 0x100000 /* MOUNT_ATTR_IDMAP */ };
	int tree;

	if (argc != 3)
		return 1;
	tree = syscall(428, AT_FDCWD, argv[1], 1 /* OPEN_TREE_CLONE */);
	attr[3] = open(argv[2], O_RDONLY);
	return syscall(442, tree, "", AT_EMPTY_PATH, attr, sizeof attr) < 0 ||
	    syscall(429, tree, "", AT_FDCWD, argv[1], 4) < 0;
}
