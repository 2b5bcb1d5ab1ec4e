void	 why_pivot(int err, const char *root, const char *put_old);
