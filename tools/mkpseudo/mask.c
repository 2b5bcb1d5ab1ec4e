/* --mask: what the OCI runtimes hide and write-protect in proc and sys. */
#include <sys/mount.h>
#include <sys/stat.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "mkpseudo/mount.h"
#include "mkpseudo/parts.h"
#include "mkpseudo/root.h"
#include "mounts.h"
#include "say.h"
#include "why/mkpseudo.h"

static const char *const masked[] = {
	"proc/acpi", "proc/asound", "proc/interrupts", "proc/kcore",
	"proc/keys", "proc/latency_stats", "proc/sched_debug", "proc/scsi",
	"proc/timer_list", "proc/timer_stats", "sys/devices/virtual/powercap",
	"sys/firmware",
#define HIDDEN 12	/* the others are only write-protected */
	"proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger",
	NULL
};

/* A file is hidden by the device null, a folder by an empty one. */
static void
mask(const char *path, int hide)
{
	struct stat st;
	int fd = point(path, 0);

	if (fd < 0 && errno == ENOENT)
		return;		/* not every kernel has each */
	if (fd < 0)
		refuse("open", path);
	if (is_mount_point(fd, ""))
		note("%s is there already", path);
	else if (!hide)
		bind(fd, "", fd, path, RDONLY);
	else if (fstat(fd, &st) < 0 || !S_ISDIR(st.st_mode))
		bind_device("null", 0x103, fd, path, RDONLY);
	else if (mount_on(fd, path, "tmpfs", SAFE | MS_RDONLY, NULL) < 0)
		refuse_mount("tmpfs", path);
	close(fd);
}

/* Of what is in one file system: "proc" or "sys". */
void
mask_all(const char *in)
{
	unsigned i;

	for (i = 0; masked[i]; i++)
		if (*masked[i] == *in)
			mask(masked[i], i < HIDDEN);
}

int
is_masked(const char *path)
{
	const char *const *m = masked;

	while (*m && strcmp(*m, path) != 0)
		m++;
	return *m != NULL;
}
