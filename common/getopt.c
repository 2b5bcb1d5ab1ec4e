/*
 * getopt_long(3) for options that start with "+:": libc's brings stdio along,
 * for messages that we word ourselves, and each libc counts optind its way.
 */
#include <getopt.h>
#include <string.h>

char *optarg;
int optind = 1, opterr, optopt;
static char *rest;	/* of "-abc" */

/* What value an option has: how is as in struct option, at what it touches. */
static int
value(int c, int how, char *at, char *const argv[])
{
	if (at || how != required_argument)
		optarg = at;
	else if (!(optarg = argv[optind]))
		return ':';
	else
		optind++;
	return c;
}

/* The option of this name, or the only one that begins so. */
static const struct option *
find_long(const struct option *longs, const char *name, size_t n)
{
	const struct option *o, *found = NULL;
	int many = 0;

	for (o = longs; o->name; o++) {
		if (strncmp(o->name, name, n) != 0)
			continue;
		if (!o->name[n])
			return o;
		many += found != NULL;
		found = o;
	}
	return many ? NULL : found;
}

int
getopt_long(int argc, char *const argv[], const char *letters,
    const struct option *longs, int *unused)
{
	const struct option *o;
	const char *known;
	char *word = argv[optind];
	size_t n;

	(void)argc, (void)unused;
	optopt = 0;
	if (rest && *rest) {
		word = rest;
	} else {
		if (!word || word[0] != '-' || !word[1])
			return -1;
		optind++;
		if (strcmp(word, "--") == 0)
			return -1;
		word++;
	}
	if (*word == '-' && word == argv[optind - 1] + 1) {
		n = strcspn(++word, "=");
		o = find_long(longs, word, n);
		if (!o || (word[n] && !o->has_arg))
			return '?';
		optopt = o->val;
		return value(o->val, o->has_arg, word[n] ? word + n + 1 : NULL,
		    argv);
	}
	optopt = (unsigned char)*word;
	rest = word + 1;
	known = strchr(letters + 2, *word);
	if (!known || *word == ':')
		return '?';
	if (known[1] != ':')
		return *word;
	word = *rest ? rest : NULL;
	rest = NULL;
	return value(*known, known[2] == ':' ? optional_argument :
	    required_argument, word, argv);
}
