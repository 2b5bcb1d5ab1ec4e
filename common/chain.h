/*
 * The end of every loader: PROG is looked up before the first effect, and
 * executed after the last.
 */
extern int	 moved;		/* PROG is in a root that was not ours */

int		 find_program(int root, const char *name, char *path);
const char	*look_up(int root, const char *name);
char		**or_shell(char **argv);
_Noreturn void	 chain(const char *path, char **argv);
