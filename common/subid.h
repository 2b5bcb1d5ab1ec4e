/* The caller's lines in /etc/subuid and /etc/subgid (subuid(5)). */
const char	*user_name(unsigned *group);
const char	*subid_file(enum id id);
void		 subid_ranges(enum id id, struct idmap *ranges);
unsigned	 subid_free(enum id id);
int		 subid_elsewhere(void);
void		 why_no_range(enum id id, long long which);
void		 refuse_undelegated(enum id id, const struct idmap *m);
void		 why_helper(enum id id, pid_t pid);
