/* Command lines that would work, for a `try`: the user's own, mended. */
void	 mend_name(struct end *e);
void	 mend_taken(struct end *e);
void	 try_ends(const struct cable *mended);
void	 try_free_networks(const struct cable *c);
void	 try_behind(const char *before, const char *word, const char *after);
