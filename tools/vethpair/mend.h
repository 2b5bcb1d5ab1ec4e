/* Command lines that would work, for a `try`: the user's own, mended. */
int	 is_bad_name(const char *name);
void	 mend_name(struct end *e);
void	 mend_taken(struct end *e);
void	 try_ends(const struct cable *mended);
void	 try_free_networks(const struct cable *c);
void	 try_without(const struct cable *c, int family);
void	 try_there(const struct cable *c, const char *script);
void	 try_with_address(const char *bridge, const struct address *a);
int	 beside(const struct address *a, struct address *other);
void	 try_behind(const char *before, const char *word, const char *after);
