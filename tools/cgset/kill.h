struct place;

int	 kill_all(struct place *p);
int	 foreign_in(struct place *p);
int	 is_empty(const struct place *p, int wait);
void	 outrun(void);
void	 pause_for(int ms);
long	 now(void);
