void	 why_pivot(int err, const char *root, const char *put_old);
void	 why_not_made(int err, const char *put_old);
