int	 is_sealed(void);
void	 seal(char **argv);
