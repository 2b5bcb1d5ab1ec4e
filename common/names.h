/*
 * The names in a folder, but "." and "..": readdir(3) without malloc(3), which
 * would be a tenth of a tool.
 */
struct names {
	int fd;
	long at, end;
	int type;	/* of the latest name: DT_DIR ... */
	_Alignas(8) char buf[4096];
};

int		 names_open(struct names *in, int dir, const char *path);
const char	*name_next(struct names *in);
