/*
 * Where CGROUP is: a folder in each hierarchy that is mounted (cgroups(7)).
 * Version 2 has one, with all controllers that no hierarchy of version 1 has.
 */
#include <stddef.h>

#define MOST_PLACES 32	/* version 1 has at most 16 controllers */

struct place {
	int v2;
	int taken;		/* part in what we are asked for */
	int exists;		/* or did before we came */
	int dir;		/* the folder, once opened */
	int joined;
	const char *controllers;	/* of version 1: "cpu,cpuacct" */
	const char *point;	/* where the hierarchy is mounted */
	const char *root;	/* which cgroup that shows, "/" for all */
	const char *folder;	/* CGROUP, there */
};

extern struct place places[MOST_PLACES], *handle_of;
extern int n_places;

#define FOR_EACH_TAKEN(p)						\
	for (p = places; p < places + n_places; p++)			\
		if (p->taken)

void		 find_places(const char *operand);
struct place	*unified(void);
struct place	*place_of(const char *controller, size_t n);
struct place	*place_of_file(const char *file);
void		 take(struct place *p);
void		 take_existing(void);
