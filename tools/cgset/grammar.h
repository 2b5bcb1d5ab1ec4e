struct value;

void	 why_value(const struct value *v);
