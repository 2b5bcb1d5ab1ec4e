struct place;

int	 kill_all(struct place *p);
int	 is_empty(const struct place *p, int wait);
void	 outrun(void);
void	 pause_for(long ms);
long	 now(void);
