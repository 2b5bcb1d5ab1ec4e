/* The operands FILE=VALUE. */
#define MOST_VALUES 64

struct value {
	const char *word;	/* as it was typed */
	const char *file, *text;	/* as the kernel shall have it */
	struct place *place;
};

extern struct value values[MOST_VALUES];
extern int n_values;

void		 add_value(const char *word);
int		 is_of_disks(const char *file);
void		 place_values(void);
long long	 bytes_of(const char *text);
