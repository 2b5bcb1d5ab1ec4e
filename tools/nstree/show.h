/* What the ways to show it have in common. */
void	 print_word(const char *s);
void	 print_keepers(const struct space *s);
