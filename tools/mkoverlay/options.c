/* What -o and -T ask for. */
#include <limits.h>
#include <string.h>

#include "layers.h"
#include "mkoverlay/overlay.h"
#include "say.h"

const char *prefix = TRUSTED, *size;
char *options = "";
int attributes, on_tmpfs;
static int used;		/* bytes of options */

/* The kernel's own options go to the kernel, those of a mount to the mount. */
void
take_options(const char *list)
{
	static const char *const flags[] = { "ro", "nosuid", "nodev",
	    "noexec" };
	static char all[2000];	/* which mount(2) takes behind 500 layers */
	char *word = all + used;
	size_t n, key;
	int i;

	if (used + strlen(list) + 1 >= sizeof all)
		misuse("-o: too many options");
	options = all;
	for (; *list; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		*(char *)mempcpy(word, list, n) = '\0';
		for (i = 0; i < 4 && strcmp(word, flags[i]) != 0; i++)
			;
		key = strcspn(word, "=+");
		if (i < 4)
			attributes |= 1 << i;
		else if (strcmp(word, "userxattr") == 0)
			prefix = USERS;
		else if (key >= 7 && strncmp(word + key - 3, "dir", 3) == 0 &&
		    strchr("lduw", *word))
			misuse("-o %s: the folders are those of -l and DIR",
			    word);
		else if (*word)
			word += n + 1;
	}
	*word = '\0';
	used = word - all;
}

void
take_size(const char *s)
{
	on_tmpfs = 1;
	if (!(size = s))
		return;
	s += strspn(s, "0123456789");
	/* With more digits it would be another number to the kernel. */
	if (s == size || s - size > (*s ? 10 : 18) ||
	    (*s && (!strchr("kmgKMG%", *s) || s[1])))
		misuse("-T%s: no size; it is a number, and k, m, g or %%",
		    size);
}

/*
 * With index=on the kernel refuses an upper that another overlay uses.  In a
 * user namespace it then finds that it may not keep an index after all, says so
 * in its log, and the probe, whose refusal it writes to the console, is spared.
 */
int
asks_for_index(void)
{
	char *word;

	for (word = options; *word; word += strlen(word) + 1)
		if (strncmp(word, "index=", 6) == 0)
			return 0;
	return !read_only && nested;
}
