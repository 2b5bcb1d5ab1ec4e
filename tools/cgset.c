/*
 * cgset - make a control group, set its limits, and run a program in it
 *
 *	cgset [-c CTRL,...] [-o USER[:GROUP]] CGROUP [FILE=VALUE]...
 *	      [PROG [ARG]...]
 *	cgset -t PID|- [-c CTRL,...] [-o USER[:GROUP]] CGROUP [FILE=VALUE]...
 *	cgset -d [-k] CGROUP
 *
 * Wraps the folders and files of cgroups(7), of version 2, version 1, or both.
 * Needs to own the folder above CGROUP, which mostly is root's:
 *
 *	cgset demo memory.max=100M memory.swap.max=0 ./leak
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cgset/line.h"
#include "cgset/make.h"
#include "cgset/move.h"
#include "cgset/owner.h"
#include "cgset/paths.h"
#include "cgset/places.h"
#include "cgset/remove.h"
#include "cgset/twins.h"
#include "cgset/values.h"
#include "cgset/why.h"
#include "chain.h"
#include "say.h"
#include "start.h"
#include "target.h"

static const char text[] =
"usage: cgset [-c CTRL,...] [-o USER[:GROUP]] CGROUP [FILE=VALUE]...\n"
"             [PROG [ARG]...]\n"
"       cgset -t PID|- [-c CTRL,...] [-o USER[:GROUP]] CGROUP [FILE=VALUE]...\n"
"       cgset -d [-k] CGROUP\n"
"\n"
"Make the cgroup CGROUP, write each VALUE to its FILE, and run PROG in it or\n"
"move PID there; without either, print its folder. CGROUP is a name below\n"
"the mount point, ./NAME below our own cgroup, or the folder's path.\n"
"\n"
"  -c, --controllers=CTRL,...  enable these; FILEs enable theirs\n"
"  -o, --owner=USER[:GROUP]    give it to USER, to make cgroups in it\n"
"  -t, --target=PID            move PID; -: read it from stdin\n"
"  -d, --delete                remove it and what is below, if none is in it\n"
"  -k, --kill                  with -d: kill those first\n"
"  -v, --verbose               show each system call that changes something\n"
"  -h, --help  -V, --version\n"
"\n"
"Examples:\n"
"  cgset demo memory.max=100M memory.swap.max=0 cpu.max=50% sh\n"
"  cgset -dk demo\n";

static const char longs[] = {
	"controllers=c\0" "delete d\0" "kill k\0" "owner=o\0" "target=t\0"
	COMMON_OPTIONS
};

static uid_t uid = -1;
static gid_t gid = -1;
static pid_t pid;

/* The controllers of -c, one at a time, to be found or enabled. */
static void
each_controller(void act(struct place *p, const char *name, size_t n))
{
	const char *name = controllers;
	size_t n;

	for (; name; name = name[n] ? name + n + 1 : NULL) {
		n = strcspn(name, ",");
		if (n == 0 || !is_plain(name, n))
			misuse("-c %s: not a list of names", controllers);
		act(place_of(name, n), name, n);
	}
}

static void
take_for(struct place *p, const char *name, size_t n)
{
	if (!p)
		why_no_place(name, n);
	take(p);
}

/* Which hierarchies take part: all that are asked for, or have it already. */
static void
plan(void)
{
	struct value *v;

	find_places(cgroup);
	for (v = values; v < values + n_values; v++) {
		v->place = place_of_file(v->file);
		take_for(v->place, v->file, strcspn(v->file, "."));
	}
	each_controller(take_for);
	if (*cgroup != '/')
		take_existing();
	if (!handle_of)
		take_for(unified() ? unified() : deleting ? places : NULL,
		    "cgroup", 6);
	if (tell_misnamed()) {
		try_line("", NULL);
		fail();
	}
}

/*
 * "cgset -r FILE=VALUE NAME..." and "-g CTRL:NAME" are libcgroup's, where * is
 * whatever has such a cgroup.
 */
static void
guard_habit(char *where)
{
	char *name = where ? strchr(where, ':') : NULL, **more = prog;

	say("-%c is an option of libcgroup's tool of this name", where ? 'g' :
	    'r');
	if (name) {
		*name++ = '\0';
		controllers = *where && strcmp(where, "*") != 0 ? where : NULL;
		cgroup = name + strspn(name, "/");
	}
	if (!cgroup)
		cgroup = "NAME";
	because("CG1-30", "here FILE=VALUE stands behind the cgroup's name, "
	    "and its controller is found by itself");
	find_places(cgroup);
	place_values();
	if (!where)
		prog = NULL;
	do
		try_line("", NULL);
	while (!where && (cgroup = *more++));
	fail();
}

static void
make(int joining)
{
	struct place *p;
	struct value *v;

	FOR_EACH_TAKEN(p)
		make_place(p);
	if (pid || joining)
		remember(pid);
	if (joining)
		FOR_EACH_TAKEN(p)
			leave_above(p);
	each_controller(enable);
	for (v = values; v < values + n_values; v++)
		set_value(v);
	if (owner)
		FOR_EACH_TAKEN(p)
			give(p, uid, gid);
	if (pid || joining)
		FOR_EACH_TAKEN(p)
			move(p, pid);
}

int
main(int argc, char **argv)
{
	char *habit = NULL;
	const char *path;
	int c, joining, pidfd = -1, theirs = 0;

	start("cgset", text, argv);
	while ((c = option(argc, argv, "c:dg:hko:r:t:vV", longs)) != -1)
		switch (c) {
		case 'c':
			controllers = controllers ? joined(controllers, ",",
			    optarg) : optarg;
			break;
		case 'd': deleting = 1; break;
		case 'g': habit = optarg; break;
		case 'k': killing = 1; break;
		case 'o': owner = optarg; break;
		case 'r':
			add_value(optarg);
			theirs = 1;
			break;
		case 't': process = optarg; break;
		default: common_option(c, argv);
		}
	argv += optind;
	if (*argv && !(habit && strchr(habit, ':')))
		cgroup = *argv++;
	while (*argv && strchr(*argv, '='))
		add_value(*argv++);
	prog = argv;
	if (theirs || habit)
		guard_habit(habit);
	if (!cgroup)
		misuse("CGROUP is missing");
	if (killing && !deleting)
		misuse("-k is for -d");
	if (deleting && (n_values || *prog || controllers || owner || process))
		misuse("-d takes CGROUP and nothing else");
	if (process && *prog)
		misuse("-t and PROG exclude each other; write "
		    "pid=$(...) && cgset -t \"$pid\"");
	if (owner)
		read_owner(owner, &uid, &gid);
	if (process)
		pidfd = target(process = handle(process), &pid);
	plan();
	if (deleting) {
		remove_places(killing);
		return 0;
	}
	joining = *prog != NULL;
	path = joining ? look_up(AT_FDCWD, *prog) : NULL;

	hold_signals();
	make(joining);
	if (joining)
		chain(path, prog);
	if (pid)
		check_moved(pid, pidfd);
	hand_on(joined(process ? process : handle_of->folder, "\n", ""));
	let_signals();
	return 0;
}
