/* What the other version of cgroups has in a FILE's place. */
struct value;
struct out;

struct twin {
	const char *name;	/* NULL: nothing like it */
	const char *how;	/* a letter, or a key of io.max; a newline */
};

int	 has_twin(const struct value *v, struct twin *t);
int	 tell_misnamed(void);
int	 put_value(struct out *o, const struct value *v);
