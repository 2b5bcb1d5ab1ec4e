/*
 * How every tool begins and ends: descriptors, signals, the options that all
 * have, and the handle on stdout.
 */
#include <unistd.h>

#define COMMON_OPTIONS "help h\0verbose v\0version V\0"

int		 option(int argc, char **argv, const char *letters,
		    const char *longs);
void		 start(const char *name, const char *text, char **argv);
void		 common_option(int c, char **argv);
int		 is_ignored(int number);	/* a signal */
void		 hold_signals(void);
void		 let_signals(void);
void		 hold_writes(void);
void		 let_writes(void);
char		*handle(const char *operand);
void		 hand_on(const char *line);
unsigned long	 number(const char *s, unsigned long max, const char *what);
