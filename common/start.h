/*
 * How every tool begins and ends: descriptors, signals, the options that all
 * have, and the handle on stdout.
 */
#include <getopt.h>

#define COMMON_OPTIONS						\
	{ "help", no_argument, NULL, 'h' },			\
	{ "verbose", no_argument, NULL, 'v' },			\
	{ "version", no_argument, NULL, 'V' },			\
	{ NULL, 0, NULL, 0 }

void		 start(const char *name, const char *text, char **argv);
void		 common_option(int c, char **argv);
void		 hold_signals(void);
void		 let_signals(void);
void		 let_pipe(void);
char		*handle(const char *operand);
void		 hand_on(const char *line);
unsigned long	 number(const char *s, unsigned long max, const char *what);
