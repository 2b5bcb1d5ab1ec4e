/* The operands FILE=VALUE, and what the other version has in their place. */
#define MOST_VALUES 64

struct value {
	const char *word;	/* as it was typed */
	const char *file, *text;	/* as the kernel shall have it */
	struct place *place;
};

extern struct value values[MOST_VALUES];
extern int n_values;

void		 add_value(const char *word);
void		 place_values(void);
int		 tell_misnamed(void);
long long	 bytes_of(const char *text);

struct out;
int		 put_value(struct out *o, const struct value *v);
