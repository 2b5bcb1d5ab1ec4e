/* What AppArmor does to us, for after a refusal. */
const char	*apparmor_profile(void);	/* that confines us, or NULL */
int		 why_hollow(void);
