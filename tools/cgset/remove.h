void	 remove_places(int killing);
