/* The kinds of namespaces that are asked for, and the files of some. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "nsenter-lite/entry.h"
#include "say.h"
#include "start.h"
#include "target.h"
#include "why/nsenter-lite.h"

#define LETTERS "muinpUCT"

struct entry entry = { .pidfd = -1 };
int joining;

void
choose(int letter, const char *file)
{
	static char path[PATH_MAX];
	int i = kind_of(letter) - kinds;

	if (letter == 'c') {
		joining = 1;
		return;
	}
	if (file && letter == 'n' && !strchr(file, '/')) {
		if (!*file)
			misuse("-n: the name is empty");
		if (strlen(file) > NAME_MAX)
			misuse("-n %s: the name is too long", file);
		file = strcat(strcpy(path, "/run/netns/"), file);
	}
	entry.file[i] = file;
	if (file)
		entry.flags &= ~kinds[i].flag;
	else
		entry.flags |= kinds[i].flag;
}

/* -nui: the kinds n, u, i; unless it were as well the name of a namespace. */
static void
guard_name(const char *letters)
{
	char path[64] = "/run/netns/", option[64] = " --net=";

	if (strlen(letters) > KINDS ||
	    access(strcat(path, letters), F_OK) < 0)
		return;
	say("-n%-s: a name, or letters of kinds?", letters);
	because("NSE-44", "there is %s, too", path);
	try_with(strcat(option, letters), command[optind - 1]);
	fail();
}

/*
 * What is attached to a letter is its FILE if it has a slash, and else more
 * letters; but after -n everything that is not all letters of kinds is a NAME.
 */
void
choose_by_letters(int letter, const char *rest)
{
	for (; rest && *rest; letter = *rest++) {
		if (letter != 'c' && (strchr(rest, '/') ||
		    (letter == 'n' && rest[strspn(rest, LETTERS)]))) {
			choose(letter, rest);
			return;
		}
		if (letter == 'n')
			guard_name(rest);
		if (!strchr(LETTERS "c", *rest))
			misuse("-%c: %s is no letter of a kind, nor a FILE, "
			    "which has a slash", letter, rest);
		choose(letter, NULL);
	}
	choose(letter, NULL);
}

/* -a: the kinds that this kernel has, and in which the target differs. */
void
choose_all(void)
{
	char theirs[16], ours[32];
	struct stat them, us;
	int i;

	for (i = 0; i < KINDS; i++) {
		if (entry.file[i])
			continue;
		stpcpy(stpcpy(theirs, "ns/"), kinds[i].file);
		stpcpy(stpcpy(ours, "/proc/self/"), theirs);
		if (stat(ours, &us) < 0) {
			if (errno != ENOENT)
				die("look at %s", ours);
			continue;
		}
		if (stat(proc_path(entry.pid, theirs), &them) < 0) {
			tell("look at process %-s", entry.operand);
			why_enter(errno, -1);
			fail();
		}
		if (us.st_ino != them.st_ino)
			entry.flags |= kinds[i].flag;
	}
	if (!entry.flags)
		note("note: it is in all our namespaces");
}

int
open_or_fail(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0) {
		tell("open %s", path);
		why_open(errno, path);
		fail();
	}
	return fd;
}
