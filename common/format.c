#include <string.h>

#include "format.h"

static void
put_char(struct out *o, char c)
{
	if (o->at < o->end)
		*o->at++ = c;
}

void
put_text(struct out *o, const char *s)
{
	while (*s)
		put_char(o, *s++);
}

void
put_part(struct out *o, const char *s, long n)
{
	while (n-- > 0)
		put_char(o, *s++);
}

void
put_number(struct out *o, unsigned long long n, unsigned base)
{
	char digits[24], *d = digits + sizeof digits;

	*--d = '\0';
	do
		*--d = "0123456789abcdef"[n % base];
	while (n /= base);
	put_text(o, d);
}

/*
 * The length of the UTF-8 character at text, or 0: then it is a control
 * character or no UTF-8 (RFC 3629), and a terminal might obey it.
 */
int
printable(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	int i, n = *s < 0x80 ? 1 : *s < 0xc2 ? 0 : *s < 0xe0 ? 2 :
	    *s < 0xf0 ? 3 : *s < 0xf5 ? 4 : 0;

	if (*s < ' ' || *s == 0x7f || (*s == 0xc2 && s[1] < 0xa0) ||
	    (*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] > 0x9f) ||
	    (*s == 0xf0 && s[1] < 0x90) || (*s == 0xf4 && s[1] > 0x8f))
		return 0;
	for (i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/*
 * sh(1) takes 'text' as it is, and since POSIX.1-2024 $'te\001xt' with its
 * escapes, which bash and busybox have long had.
 */
void
put_quoted(struct out *o, enum quoting how, const char *s)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@^_";
	const char *p;
	char mark = how == TRACE ? '"' : '\'';
	int n, escapes = how == TRACE;

	if (!s) {
		put_text(o, "NULL");
		return;
	}
	if (how == PASTE && *s && !s[strspn(s, safe)]) {
		put_text(o, s);
		return;
	}
	for (p = s; *p && !escapes; p += n)
		escapes = !(n = printable(p));
	if (escapes && how != TRACE)
		put_char(o, '$');
	put_char(o, mark);
	for (; *s; s += n) {
		n = printable(s);
		if (n == 0) {
			put_char(o, '\\');
			put_char(o, '0' + ((*s >> 6) & 3));
			put_char(o, '0' + ((*s >> 3) & 7));
			put_char(o, '0' + (*s & 7));
			n = 1;
			continue;
		}
		if (*s == mark && !escapes)
			put_text(o, "'\\'");
		else if (escapes && (*s == mark || *s == '\\'))
			put_char(o, '\\');
		for (int i = 0; i < n; i++)
			put_char(o, s[i]);
	}
	put_char(o, mark);
}

/* See say.h for what a format may hold. */
void
put_format(struct out *o, enum quoting how, const char *fmt, va_list ap)
{
	for (; *fmt; fmt++) {
		int longs = 0, raw = 0;
		long long n;

		if (*fmt != '%') {
			put_char(o, *fmt);
			continue;
		}
		if (*++fmt == '-')
			raw = 1, fmt++;
		for (; *fmt == 'l'; fmt++)
			longs++;
		switch (*fmt) {
		case 's':
			if (raw)
				put_text(o, va_arg(ap, char *));
			else
				put_quoted(o, how, va_arg(ap, char *));
			break;
		case 'd':
			n = longs > 1 ? va_arg(ap, long long) :
			    longs ? va_arg(ap, long) : va_arg(ap, int);
			if (n < 0)
				put_char(o, '-');
			put_number(o, n < 0 ? 0ULL - n : 0ULL + n, 10);
			break;
		case 'u':
		case 'x':
		case 'o':
			put_number(o, longs > 1 ?
			    va_arg(ap, unsigned long long) : longs ?
			    va_arg(ap, unsigned long) : va_arg(ap, unsigned),
			    *fmt == 'u' ? 10 : *fmt == 'x' ? 16 : 8);
			break;
		case 'c':
			put_char(o, va_arg(ap, int));
			break;
		case '%':
			put_char(o, '%');
		}
	}
}
