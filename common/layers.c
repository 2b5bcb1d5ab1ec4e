#include <errno.h>
#include <limits.h>
#include <string.h>

#include "layers.h"
#include "put.h"

/* Room for 500 paths that each lie below a long current folder. */
#define SIZE (MOST_LAYERS * 2 * PATH_MAX)

const char *
layers_text(const char *prefix, char *const lower[], int n)
{
	static char text[SIZE];
	char *p = stpcpy(stpcpy(text, prefix), "\n");
	const char *s;
	int i;

	for (i = 0; i < n; i++) {
		for (s = lower[i]; *s && p < text + sizeof text - 8; s++)
			if (*s == '\n')
				p = stpcpy(p, "\\012");
			else if (*s == '\\')
				p = stpcpy(p, "\\134");
			else
				*p++ = *s;
		*p++ = '\n';
	}
	*p = '\0';
	return text;
}

static void
decode(char *s)
{
	char *out;

	for (out = s; *s; s++)
		if (strncmp(s, "\\012", 4) == 0)
			*out++ = '\n', s += 3;
		else if (strncmp(s, "\\134", 4) == 0)
			*out++ = '\\', s += 3;
		else
			*out++ = *s;
	*out = '\0';
}

/* How many lower layers DIR/layers names; 0 without it, or if cut short. */
int
layers_read(int dir, const char **prefix, char *lower[])
{
	static char text[SIZE];
	char *rest = text, *line;
	int n = 0;

	if (get(dir, "layers", text, sizeof text) <= 0 ||
	    text[strlen(text) - 1] != '\n')
		return 0;
	line = strsep(&rest, "\n");
	*prefix = strcmp(line, USERS) == 0 ? USERS : TRUSTED;
	while ((line = strsep(&rest, "\n")) && *line && n < MOST_LAYERS) {
		decode(line);
		lower[n++] = line;
	}
	return n;
}
