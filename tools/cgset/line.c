#include "cgset/line.h"
#include "cgset/twins.h"
#include "cgset/values.h"
#include "format.h"
#include "say.h"

const char *controllers, *owner, *process, *cgroup;
int deleting, killing;
char **prog;
const char *before_prog;

static void
put_option(struct out *o, const char *letter, const char *value)
{
	if (!value)
		return;
	put_text(o, letter);
	put_quoted(o, PASTE, value);
}

/* Words for sh(1), that live until the next. */
const char *
words(const char *fmt, ...)
{
	static char line[LINE_SIZE];
	struct out o = { line, line + sizeof line - 1 };
	va_list ap;

	va_start(ap, fmt);
	put_format(&o, PASTE, fmt, ap);
	va_end(ap);
	*o.at = '\0';
	return line;
}

/*
 * The whole command line behind a prefix, for a cgroup of another name if that
 * is given, with every FILE by its right name.
 */
void
try_line(const char *prefix, const char *name)
{
	static char line[LINE_SIZE];
	struct out o = { line, line + sizeof line - 1 };
	char **word;
	int i;

	put_text(&o, prefix);
	put_text(&o, deleting ? killing ? "cgset -dk" : "cgset -d" : "cgset");
	put_option(&o, " -c ", controllers);
	put_option(&o, " -o ", owner);
	put_option(&o, " -t ", process);
	if (!name)
		name = cgroup;
	put_option(&o, *name == '-' ? " -- " : " ", name);
	for (i = 0; i < n_values; i++)
		if (!put_value(&o, &values[i]))
			return;
	if (before_prog)
		put_text(&o, before_prog);
	for (word = prog; word && *word; word++)
		put_option(&o, " ", *word);
	*o.at = '\0';
	try("%-s", line);
}
