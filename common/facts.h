/*
 * Questions to the kernel, for guards and for after a refusal.  They change
 * nothing, keep errno, and answer 0 where they cannot know.
 */
#include <sys/types.h>

#define STATUS_SIZE 4096

unsigned long long	effective_caps(void);
int	 has_cap(int cap);
int	 may_mount(void);
int	 owns(const char *kind);
int	 maps_all(const char *map);
int	 map_has(const char *map, unsigned id);
int	 is_unmapped(const char *map, unsigned id);
int	 is_immutable(const char *path);
int	 in_first(const char *kind);
int	 same_namespace(const char *a, const char *b);
void	 spare_machine(const char *users);
int	 ask_child(int (*question)(const void *), const void *about);
int	 is_locked(const char *path);
int	 is_confined(void);
int	 is_filtered(const char *call);
int	 is_filtered_for(const char *call, int flags);
int	 is_before(unsigned major, unsigned minor);
void	 get_status(pid_t pid, char text[STATUS_SIZE]);
long	 status_number(pid_t pid, const char *field, int base);
int	 proc_is_ours(void);
void	 why_powerless(const char *kind, const char *id_cap,
	    const char *id_owner);
void	 why_no_process(void);
int	 why_unreachable(const char *id, const char *path);
