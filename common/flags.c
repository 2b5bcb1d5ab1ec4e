#include <string.h>

#include "flags.h"

const char *
flags_text(const char *prefix, unsigned flags)
{
	static const char *const names[] = { "RDONLY", "NOSUID", "NODEV",
	    "NOEXEC" };
	static char text[96];
	char *end = text;
	int i;

	for (i = 0; i < 4; i++)
		if (flags >> i & 1)
			end = stpcpy(stpcpy(stpcpy(end, end > text ? "|" : ""),
			    prefix), names[i]);
	return end > text ? text : "0";
}
