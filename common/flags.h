/* "MS_RDONLY|MS_NOSUID", of the four flags that mounts and binds share. */
const char	*flags_text(const char *prefix, unsigned flags);
