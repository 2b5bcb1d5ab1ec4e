void	 seal_fds(const char *keep);
void	 close_fds(int keep, int also);
