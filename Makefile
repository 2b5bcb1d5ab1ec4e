# make           builds bin/NAME from tools/NAME.c, tools/NAME/, tools/why/NAME.c and common/
# make demo      makes a root filesystem, runs a container in it, and shows what it made
# make shell     the same container, with a prompt
# make check     runs the tests; its last line is "N passed, N failed, N skipped"
# make check-vm  those that depend most on the kernel, on Linux 6.1 and 6.12, in virtual machines
# make lint      looks at sources, scripts, pages and usage texts
# make bench     times container starts beside other programs (bench ARGS=--json)
# make install   copies tools, scripts and pages below $(DESTDIR)$(PREFIX)
# make clean     removes what was built
#
# make CC=gcc STATIC= builds dynamic binaries; O=DIR builds in DIR/bin.

CC = musl-gcc
AR = gcc-ar
STATIC = -static
PREFIX = /usr/local
O = .
override O := $(or $O,.)

# musl's own headers lack the kernel's; -idirafter lets them fill in only what is missing.
KERNEL_HEADERS = -idirafter /usr/include -idirafter /usr/include/$(shell uname -m)-linux-gnu

WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wvla -Wno-missing-field-initializers
CFLAGS = -Os -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables \
	-fno-jump-tables $(if $(STATIC),-flto -fno-pie)
CPPFLAGS = -D_GNU_SOURCE -DVERSION=\"0.1\" -Icommon -Itools $(if $(findstring musl,$(CC)),$(KERNEL_HEADERS))
# Small, and few pages to fault in: gcc sees each tool whole, and lays it out as layout.ld has it.
LAYOUT = -Wl,--sort-section=alignment,-T,common/layout.ld
TIGHT = -s -Wl,--gc-sections,--build-id=none $(if $(findstring musl,$(CC)),$(LAYOUT))
LDFLAGS = $(if $(STATIC),$(TIGHT) $(CFLAGS))

TOOLS = $(patsubst tools/%.c,%,$(wildcard tools/*.c))
SCRIPTS = mkrootfs consh nat doctor
COMMON = $(patsubst common/%.c,$O/obj/common/%.o,$(wildcard common/*.c))

all: $(TOOLS:%=$O/bin/%)

$O/bin/%: $O/obj/tools/%.o $O/obj/libcommon.a common/layout.ld
	@mkdir -p $(@D)
	$(CC) $(STATIC) $(LDFLAGS) -o $@ $(filter %.o,$^) $O/obj/libcommon.a $(LDLIBS)

$O/obj/libcommon.a: $(COMMON) Makefile
	@rm -f $@
	$(AR) rc $@ $(COMMON)

$O/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(WARN) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# A tool of several files has the others in tools/NAME/; what tells why it was refused is in why/.
parts = $(patsubst %.c,$O/obj/%.o,$(wildcard tools/$1/*.c tools/why/$1.c))
$(foreach t,$(TOOLS),$(eval $O/bin/$t: $(call parts,$t)))

# They count in whole numbers: no floating point registers to be kept.
$O/obj/tools/%.o $O/obj/common/%.o: CFLAGS += -mgeneral-regs-only

-include $(wildcard $O/obj/*/*.d $O/obj/*/*/*.d)

demo shell:
	@scripts/deps build demo
	@$(MAKE) -s all
	@scripts/demo $@

check:
	@scripts/deps build demo check
	@$(MAKE) -s all
	@scripts/check

check-vm:
	@scripts/deps build demo check vm
	@$(MAKE) -s all
	@scripts/vm

lint:
	@scripts/deps build demo check lint
	@$(MAKE) -s all
	@scripts/lint

bench:
	@scripts/deps build demo bench
	@$(MAKE) -s all
	@scripts/bench $(ARGS)

install: all
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/man/man1"
	install $(TOOLS:%=$O/bin/%) $(SCRIPTS:%=scripts/%) "$(DESTDIR)$(PREFIX)/bin"
	install -m 644 $(TOOLS:%=tools/%.1) "$(DESTDIR)$(PREFIX)/share/man/man1"

clean:
	rm -rf $O/bin $O/obj

.PHONY: all demo shell check check-vm lint bench install clean
.SECONDARY:
