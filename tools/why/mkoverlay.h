void	 why_mkoverlay(int err, const char *path, const char *dir,
	    char *const lower[], int n, int fs);
void	 why_not_resumed(const char *dir, const char *prefix,
	    const char *before, const char *other, int i,
	    char *const old[], int n);
int	 mounted_elsewhere(void);
void	 why_not_unmounted(int err, const char *path, const char *type);
void	 why_kept(int err, const char *name);
void	 note_surprises(const char *root, char *const lower[], int n);
int	 is_before(unsigned major, unsigned minor);
