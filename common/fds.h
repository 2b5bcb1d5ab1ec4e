void	 keep_fds(const char *keep);
void	 close_fds(unsigned keep, unsigned also, const char *list);
