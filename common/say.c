#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "format.h"
#include "put.h"
#include "say.h"

const char *tool, *usage;
char **command;
const char *read_handle, *read_at;
int verbose;
void (*undo)(void);

static int given;

/* One line: the tool's name, two words of ours, the text, strerror if err. */
static void
line(int err, const char *word, const char *id, enum quoting how,
    const char *fmt, va_list ap)
{
	static char text[LINE_SIZE];
	struct out o = { text, text + sizeof text - 1 };
	int saved = errno;

	put_text(&o, tool);
	put_text(&o, ": ");
	put_text(&o, word);
	put_format(&o, how, fmt, ap);
	if (id) {
		put_text(&o, " [");
		put_text(&o, id);
		put_text(&o, "]");
	}
	if (err) {
		put_text(&o, ": ");
		put_text(&o, strerror(err));
		put_text(&o, " (");
		put_text(&o, errno_name(err));
		put_text(&o, ")");
	}
	/* Half a command line would do something else. */
	if (how == PASTE && o.at == o.end)
		return;
	*o.at++ = '\n';
	while (write(2, text, o.at - text) < 0 && errno == EINTR)
		;
	errno = saved;
}

/* "tool: ..." */
void
say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(0, "", NULL, QUOTE, fmt, ap);
	va_end(ap);
}

/* The same, with -v only. */
void
note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (verbose)
		line(0, "", NULL, QUOTE, fmt, ap);
	va_end(ap);
}

/* "tool: ...: strerror (ERRNO)", for the errno at hand. */
void
tell(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(errno, "", NULL, QUOTE, fmt, ap);
	va_end(ap);
}

/* A cause that was verified, and its stable name. */
void
because(const char *id, const char *fmt, ...)
{
	va_list ap;

	given++;
	va_start(ap, fmt);
	line(0, "because: ", id, QUOTE, fmt, ap);
	va_end(ap);
}

/* A command line that can be pasted: operands are quoted for sh if need be. */
void
try(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(0, "try: ", NULL, PASTE, fmt, ap);
	va_end(ap);
}

/* A word of the user's, but with the handle that its "-" stood for ("-t-"). */
static const char *
with_handle(const char *word)
{
	static char joined[LINE_SIZE];
	size_t n = read_at - word;

	if (!read_handle || read_at < word || n >= strlen(word) ||
	    n + strlen(read_handle) >= sizeof joined)
		return word;
	if (n == 0)
		return read_handle;
	stpcpy(mempcpy(joined, word, n), read_handle);
	return joined;
}

/* The user's command line, mended; nothing if old is given and not in it. */
static void
try_words(const char *prefix, const char *option, const char *old,
    const char *first, const char *second)
{
	static char text[LINE_SIZE];
	struct out o = { text, text + sizeof text - 1 };
	const char *words[3], *typed;
	char **word;
	int i, found = !old;

	put_text(&o, prefix);
	put_text(&o, tool);
	put_text(&o, option);
	for (word = command + 1; *word; word++) {
		typed = *word == old || strchr(prefix, '|') ? *word :
		    with_handle(*word);
		words[0] = typed == old ? first : typed;
		words[1] = typed == old ? second : NULL;
		words[2] = NULL;
		found |= typed == old;
		for (i = 0; words[i]; i++) {
			put_text(&o, " ");
			put_quoted(&o, PASTE, words[i]);
		}
	}
	*o.at = '\0';
	if (found)
		try("%-s", text);
}

/* Behind words that mend it. */
void
try_again(const char *prefix)
{
	try_words(prefix, "", NULL, NULL, NULL);
}

/* With one more option, " -m", or that in place of another. */
void
try_with(const char *option, const char *instead_of)
{
	try_words("", option, instead_of, NULL, NULL);
}

/* With one or two words in place of another. */
void
try_instead(const char *old, const char *first, const char *second)
{
	try_words("", "", old, first, second);
}

/* How many causes have been given since the start. */
int
reasons(void)
{
	return given;
}

/* Says that none was, if none was; known: how many were looked for. */
void
unexplained(int known)
{
	struct statfs fs;

	if (!given)
		say("because: none of the %d known causes%-s", known,
		    statfs("/proc", &fs) == 0 &&
		    fs.f_type == PROC_SUPER_MAGIC ? "" :
		    " that can be told without a /proc");
}

/*
 * A system call that changes something, as -v shows it: in strace(1)'s
 * notation.  Returns what the call returned, and keeps errno.
 */
long
did(long ret, const char *fmt, ...)
{
	static char text[LINE_SIZE];
	struct out o = { text, text + sizeof text - 1 };
	int saved = errno;
	va_list ap;

	if (!verbose)
		return ret;
	va_start(ap, fmt);
	put_format(&o, TRACE, fmt, ap);
	va_end(ap);
	*o.at = '\0';
	if (ret < 0)
		say("%-s = -1 %-s (%-s)", text, errno_name(saved),
		    strerror(saved));
	else
		say("%-s = %ld", text, ret);
	errno = saved;
	return ret;
}

/* Takes back what was done, and ends. */
void
fail(void)
{
	void (*back)(void) = undo;

	undo = NULL;
	if (back)
		back();
	_exit(125);
}

void
die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(errno, "", NULL, QUOTE, fmt, ap);
	va_end(ap);
	fail();
}

/* A command line that cannot be understood, and the synopsis. */
void
misuse(const char *fmt, ...)
{
	static char text[LINE_SIZE];
	struct out o = { text, text + sizeof text - 1 };
	va_list ap;

	va_start(ap, fmt);
	put_format(&o, QUOTE, fmt, ap);
	va_end(ap);
	put_text(&o, "\n");
	put_part(&o, usage, find(usage, "\n\n") - usage);
	*o.at = '\0';
	say("%-s", text);
	fail();
}
