struct address;
struct cable;
struct end;
struct route;

void	 why_open(int err, const struct cable *c);
void	 why_enter(int err, const struct cable *c);
_Noreturn void	 refuse_socket(void);
void	 why_no_right(int here);
void	 why_no_bridge(const struct cable *c);
void	 why_port_address(const struct cable *c);
void	 why_overlap(const struct cable *c, const struct address *a,
	    const struct route *route);
void	 why_no_gateway(const struct cable *c);
void	 why_pair(int err, const struct cable *c);
void	 why_address(int err, const struct cable *c, const struct end *e,
	    const struct address *a);
void	 why_self(const struct cable *c);
void	 why_own_gateway(const struct cable *c, const struct address *a);
void	 why_gateway(int err, const struct cable *c, const struct address *via);
void	 why_delete(int err);
