void	 seal_fds(const char *keep);
