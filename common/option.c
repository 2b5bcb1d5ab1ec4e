/*
 * The options of a command line, up to the first operand, as getopt_long(3)
 * has them, with its variables: libc's brings stdio along, for messages that
 * we word ourselves, and each libc counts optind its own way.
 */
#include <string.h>
#include <unistd.h>

#include "start.h"

char *optarg;
int optind = 1, optopt;
static char *rest;	/* of "-abc" */

/* The value of option c, attached at, or else the next word if it needs one. */
static int
value(int c, int needed, char *at, char **argv)
{
	if (at || !needed)
		optarg = at;
	else if (!(optarg = argv[optind]))
		return ':';
	else
		optind++;
	return c;
}

/* What follows this name in longs, or the only one that begins so. */
static const char *
find_long(const char *longs, const char *name, size_t n)
{
	const char *end, *found = NULL;
	int many = 0;

	for (; *longs; longs = end + 3) {
		end = longs + strcspn(longs, " =?");
		if (strncmp(longs, name, n) != 0)
			continue;
		if (end == longs + n)
			return end;
		many += found != NULL;
		found = end;
	}
	return many ? NULL : found;
}

static int
long_option(char *word, const char *longs, char **argv)
{
	size_t n = strcspn(word, "=");
	const char *o = find_long(longs, word, n);

	if (!o || (word[n] && *o == ' '))
		return '?';
	optopt = o[1];
	return value(optopt, *o == '=', word[n] ? word + n + 1 : NULL, argv);
}

/*
 * letters: those of one "-", a ':' behind who needs a value, "::" who may have
 * one.  longs: a string for each name, with '=' if it needs a value, '?' if it
 * may have one, else ' ', and the letter that it stands for.  Returns a letter,
 * '?' for an unknown option, ':' if the value is missing, -1 at the end.
 */
int
option(int argc, char **argv, const char *letters, const char *longs)
{
	const char *known;
	char *word = rest;

	optopt = 0;
	if (!word || !*word) {
		word = argv[optind];
		if (optind >= argc || word[0] != '-' || !word[1])
			return -1;
		optind++;
		if (strcmp(word, "--") == 0)
			return -1;
		if (*++word == '-')
			return long_option(word + 1, longs, argv);
	}
	optopt = (unsigned char)*word;
	rest = word + 1;
	known = strchr(letters, *word);
	if (!known || *word == ':')
		return '?';
	if (known[1] != ':')
		return *word;
	word = *rest ? rest : NULL;
	rest = NULL;
	return value(*known, known[2] != ':', word, argv);
}
