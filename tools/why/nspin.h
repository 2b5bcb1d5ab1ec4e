#include <sys/types.h>

/* kind: the index in kinds; fd: the namespace's file. */
void	 why_closed(int err, pid_t pid, int pidfd, int kind);
void	 why_none_differs(const char *operand, pid_t pid);
void	 why_file(int err, const char *path);
void	 why_shared(int err, pid_t pid);
void	 why_bind(int err, pid_t pid, int fd, int kind, const char *path);
void	 why_unpin(int err, const char *path);
void	 warn_of_children(pid_t pid, const char *kind);

/* The folder that path is in; and a try, with % for path in words before it. */
int		 is_covered(const char *path, const char *words);
const char	*folder_of(const char *path);
void		 try_after(const char *words, const char *path);
void		 why_folder(int err, const char *folder);
