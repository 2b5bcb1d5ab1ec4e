/*
 * The little of printf(3) that messages need, with operands quoted: stdio
 * would cost each tool of a chain three times its size.
 */
#include <stdarg.h>

#define LINE_SIZE 65536		/* three paths of 4,095 bytes, all escaped */

enum quoting {
	QUOTE,		/* 'always', for messages */
	PASTE,		/* as sh(1) needs it, for command lines */
	TRACE,		/* "as strace(1) does" */
};

struct out {
	char *at, *end;
};

void		 put_text(struct out *o, const char *s);
void		 put_part(struct out *o, const char *s, long n);
void		 put_number(struct out *o, unsigned long long n, unsigned base);
void		 put_quoted(struct out *o, enum quoting how, const char *s);
void		 put_format(struct out *o, enum quoting how, const char *fmt,
		    va_list ap);
int		 printable(const char *text);
const char	*errno_name(int err);
