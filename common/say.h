/*
 * What a tool says.  Every call is one line in one write(2) to stderr, and
 * keeps errno.  The formats take %s %d %u %ld %lu %llu %o %x %c and %%; %s
 * quotes its operand, so that no path can break the line or the terminal,
 * and %-s leaves a word of ours as it is.  What leads to a COLD one lies apart,
 * out of the way of a start.
 */
#define COLD __attribute__((cold))
#define FORMAT __attribute__((format(printf, 1, 2)))
#define FORMAT2 __attribute__((format(printf, 2, 3)))

extern const char *tool;	/* the name before each line */
extern const char *read_handle;	/* what "-" stood for, or NULL */
extern const char *read_at;	/* and where in a word of the user's it is */
extern char **command;		/* what the user typed */
extern const char *usage;	/* its first lines are the synopsis */
extern int verbose;
extern void (*undo)(void);	/* set after the first effect, called once */

void	 say(const char *fmt, ...) FORMAT COLD;
void	 tell(const char *fmt, ...) FORMAT COLD;
void	 because(const char *id, const char *fmt, ...) FORMAT2 COLD;
void	 try(const char *fmt, ...) FORMAT COLD;
void	 try_again(const char *prefix);
void	 try_with(const char *option, const char *instead_of);
void	 try_instead(const char *old, const char *first, const char *second);
long	 did(long ret, const char *fmt, ...) FORMAT2;
void	 note(const char *fmt, ...) FORMAT;
int	 reasons(void);
void	 unexplained(int known) COLD;

_Noreturn void	fail(void) COLD;
_Noreturn void	die(const char *fmt, ...) FORMAT COLD;
_Noreturn void	misuse(const char *fmt, ...) FORMAT COLD;
