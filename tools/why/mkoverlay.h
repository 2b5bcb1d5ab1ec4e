/* After a refusal: these end, or only say why. */
_Noreturn void	 refuse(const char *what, const char *path);
_Noreturn void	 refuse_in(const char *what, const char *name);

struct mount;
struct mounts;

const char	*in_dir(const char *name);
int		 asked(const char *word);
int		 next_below(struct mounts *in, int id, const char *path,
		    struct mount *m);
int		 upper_in_use(void), mounted_elsewhere(void);
void		 why_path(int err, const char *path);
void		 why_place(int err);
void		 why_unwritable(int err), why_read_only(void);
void		 why_layers(void), why_overlap(void), why_in_use(void);
void		 why_not_permitted(void), try_tmpfs(void);
void		 why_not_resumed(const char *before, const char *other, int i,
		    char *const old[], int n);
void		 why_not_unmounted(int err, const char *path, const char *type);
void		 why_kept(int err, const char *name);
int		 why_elsewhere(const char *path);
void		 note_surprises(void);
