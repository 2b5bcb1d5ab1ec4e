/* What is done in there, before PROG runs. */
extern const char *root, *folder;	/* of -r and -w; NULL: those of PID */
extern int change_root, change_folder, preserve;
extern long uid, gid;			/* or -1 */

void	 open_root_and_folder(void);
void	 set_root_and_folder(const char *keep);
void	 drop_groups(int last);
void	 set_ids(void);
